"""Files with control catalogues as they came in, and how reading each of them went."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audits.models.catalogue import Catalogue
from audits.states import CATALOGUE_IMPORT
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers


class CatalogueImport(LifecycleModel):
    """One file. `title` and `version` are for forms that do not say them; `selects_from`: catalogues of a profile.

    What was left out stands with the catalogue that was made; why nothing was, in `reason`.
    """

    TABLE = CATALOGUE_IMPORT
    SETTLED = True

    class Form(models.TextChoices):
        OSCAL = "oscal", _("OSCAL catalog or profile")
        SATRE = "satre", _("SATRE")
        ATLAS = "atlas", _("MITRE ATLAS")
        CSV = "csv", _("CSV with a header")

    key = models.SlugField(_("short name"), max_length=60)
    form = models.CharField(_("form of the file"), max_length=8, choices=Form.choices)
    title = models.CharField(_("title"), max_length=300, blank=True)
    version = models.CharField(_("version"), max_length=60, blank=True)
    source = models.CharField(_("where it comes from"), max_length=300, blank=True)
    selects_from = ArrayField(models.UUIDField(), verbose_name=_("selects from"), default=list, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    stored_name = models.CharField(max_length=100, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(_("received"), default=clock.now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    catalogue = models.ForeignKey(Catalogue, on_delete=models.PROTECT, null=True, related_name="imports")
    reason = models.TextField(_("why not"), blank=True, max_length=1000)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("import of a catalogue")
        verbose_name_plural = _("imports of catalogues")
        triggers = lifecycle_triggers(CATALOGUE_IMPORT)
        indexes: ClassVar = [
            models.Index(fields=["-received_at"], name="catalogueimport_newest"),
            models.Index(fields=["received_at"], condition=models.Q(state="received"), name="catalogueimport_waiting"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(catalogue__isnull=False, ended_at__isnull=False),
                name="catalogueimport_done_with_catalogue",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="failed") | ~models.Q(reason=""), name="catalogueimport_failed_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.file_name}"

    def get_absolute_url(self) -> str:
        """Its page at the desk."""
        return reverse("admin:audits_catalogueimport_change", args=[self.pk])
