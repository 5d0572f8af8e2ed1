"""Documents of an institution."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.application import Application
from partners.models.institution import Institution
from partners.states import UPLOAD
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers


class Evidence(LifecycleModel):
    """One document. The file lies outside the web root under a random name; a new version is a new row.

    `about` is the id of what it was uploaded for where that belongs to another room (a grant request, a
    finding); `question` is the question that it answers.
    """

    TABLE = UPLOAD

    class Marking(models.TextChoices):
        """Traffic Light Protocol 2.0."""

        CLEAR = "clear", _("TLP:CLEAR")
        GREEN = "green", _("TLP:GREEN")
        AMBER = "amber", _("TLP:AMBER")
        AMBER_STRICT = "amber_strict", _("TLP:AMBER+STRICT")
        RED = "red", _("TLP:RED")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="evidence")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, null=True, related_name="evidence")
    about = models.UUIDField(null=True, editable=False)
    question = models.CharField(max_length=50, blank=True)
    kind = models.CharField(_("kind"), max_length=50, blank=True)
    name = models.CharField(_("name"), max_length=200)
    marking = models.CharField(_("marking"), max_length=12, choices=Marking.choices, default=Marking.AMBER)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    content_type = models.CharField(_("type"), max_length=100, blank=True)
    stored_name = models.CharField(max_length=100, blank=True, editable=False)
    reason = models.TextField(_("why it was refused"), blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"), default=clock.now)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        triggers = lifecycle_triggers(UPLOAD)
        indexes: ClassVar = [
            models.Index(fields=["institution", "-uploaded_at"], name="evidence_library"),
            models.Index(fields=["about"], condition=models.Q(about__isnull=False), name="evidence_about"),
            models.Index(fields=["uploaded_at"], condition=models.Q(state="received"), name="evidence_stuck"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="stored") | (~models.Q(sha256="") & ~models.Q(stored_name="")),
                name="evidence_stored_with_hash",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(reason=""), name="evidence_refused_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.name
