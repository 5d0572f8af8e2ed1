"""Agreement packs: the agreement on a grant as a sealed document, in each version that was put before somebody."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.grant import Grant
from grants.models.measure import GrantMeasure
from portal.core import clock
from portal.workflow import Record, append_only


class AgreementPack(Record):
    """The agreement as a sealed PDF outside the web root, with its hash and the code that is printed on it.

    `version` and `digest` are those of the agreement that it was made of. One is made of each version that is put
    before the institution, and one more with the acceptance, which says who signed for the institution. Each narrowing
    after that adds an addendum in the next version: its `digest` is over the agreement, the measure and the line.
    """

    class Kind(models.TextChoices):
        OFFERED = "offered", _("To be signed")
        SIGNED = "signed", _("Signed")
        ADDENDUM = "addendum", _("Addendum")

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="packs")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    measure = models.OneToOneField(
        GrantMeasure, on_delete=models.PROTECT, null=True, blank=True, related_name="addendum"
    )
    version = models.PositiveSmallIntegerField(_("version"))
    digest = models.CharField(_("digest of the agreement"), max_length=64)
    language = models.CharField(_("language"), max_length=10, choices=settings.LETTER_LANGUAGES)
    code = models.CharField(_("code"), max_length=20, unique=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    sealed_by = models.CharField(_("certificate"), max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    stored_name = models.CharField(max_length=100, editable=False)
    made_at = models.DateTimeField(_("made"), default=clock.now)

    class Meta:
        verbose_name = _("agreement pack")
        verbose_name_plural = _("agreement packs")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["sha256"], name="agreementpack_sha256")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant", "kind", "version"], name="agreementpack_once"),
            models.CheckConstraint(
                condition=models.Q(kind="addendum", measure__isnull=False)
                | (~models.Q(kind="addendum") & models.Q(measure__isnull=True)),
                name="agreementpack_addendum_of_a_measure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant.reference} {self.version} {self.kind}"
