"""Case files: made of a case for hand-over, and taken in from another authority."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.application import Application
from partners.states.case_file import CASE_FILE, IMPORTED_CASE
from portal.accounts.models import Organisation
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers


class CaseFile(LifecycleModel):
    """A case as a sealed ZIP, for the recipient whose rights its documents were chosen by.

    `done` of `parts` says how far the making is. `pdf_name` is the same as one PDF. `asked_by` is whose rights to read
    the record count.
    """

    TABLE = CASE_FILE

    class Recipient(models.TextChoices):
        AUTHORITY = "authority", _("Another authority")
        OWN = "own", _("Our own files")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="case_files")
    recipient = models.CharField(_("for whom"), max_length=10, choices=Recipient.choices)
    reason = models.CharField(_("what for"), max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked for"), default=clock.now)
    parts = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    stored_name = models.CharField(max_length=100, blank=True, editable=False)
    pdf_name = models.CharField(max_length=100, blank=True, editable=False)
    made_at = models.DateTimeField(_("made"), null=True)
    problem = models.CharField(_("what went wrong"), max_length=300, blank=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("case file")
        verbose_name_plural = _("case files")
        triggers = lifecycle_triggers(CASE_FILE)
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], condition=models.Q(state="asked"), name="case_file_to_make"),
            models.Index(fields=["application", "-asked_at"], name="case_file_newest"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="ready")
                | (~models.Q(sha256="") & ~models.Q(stored_name="") & models.Q(made_at__isnull=False)),
                name="case_file_ready_with_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.reference} · {self.asked_at:%Y-%m-%d}"

    @property
    def authority_id(self) -> UUID:
        """Whose case it is of."""
        return self.application.authority_id


class ImportedCase(LifecycleModel):
    """A case file of another authority, or of another portal, as it came. Read-only; nothing else rests on it.

    `signer` and `sealed_by` (SHA-256 of the certificate) say whose seal it carries; `content` is its case.json.
    """

    TABLE = IMPORTED_CASE

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="imported_cases")
    reference = models.CharField(_("reference there"), max_length=40)
    institution = models.CharField(_("institution"), max_length=200)
    origin = models.CharField(_("authority that it comes from"), max_length=200)
    portal = models.CharField(_("portal"), max_length=200)
    made_at = models.DateTimeField(_("made there"))
    signer = models.CharField(_("sealed by"), max_length=200)
    sealed_by = models.CharField(_("certificate"), max_length=64)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    stored_name = models.CharField(max_length=100, editable=False)
    content = models.JSONField(_("content"))
    files = models.JSONField(_("files"))
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(_("taken in"), default=clock.now)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("imported case file")
        verbose_name_plural = _("imported case files")
        triggers = lifecycle_triggers(IMPORTED_CASE)
        indexes: ClassVar = [models.Index(fields=["authority", "-imported_at"], name="imported_case_newest")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["authority", "sha256"], name="imported_case_once")]

    def __str__(self) -> str:
        return f"{self.reference} · {self.institution}"
