"""What auditors write down while they work, and the report as a document."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audits.models.audit import Audit, Check
from portal.core import clock
from portal.workflow import Record, append_only


class WorkingNote(Record):
    """What an auditor noted, on a control or on the audit. Only its auditors read it; it is no part of the report."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="working_notes")
    tested = models.ForeignKey(Check, on_delete=models.PROTECT, null=True, related_name="working_notes")
    text = models.TextField(_("note"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("working note")
        verbose_name_plural = _("working notes")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["audit", "-written_at"], name="workingnote_of_audit")]

    def __str__(self) -> str:
        return f"{self.audit_id} {self.written_at:%Y-%m-%d %H:%M}"


class AuditReport(Record):
    """The report as a sealed PDF outside the web root, with its hash and the code that is printed on it.

    One is made each time that the report is sent to the partner, and one when the audit is closed, which has the
    partner's response. `digest` is over what it says (queries.audit_report.content).
    """

    class Kind(models.TextChoices):
        SENT = "sent", _("Draft for the partner’s response")
        FINAL = "final", _("Final report")

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    version = models.PositiveSmallIntegerField(_("version"))
    digest = models.CharField(_("digest of the report"), max_length=64)
    language = models.CharField(_("language"), max_length=10, choices=settings.LETTER_LANGUAGES)
    code = models.CharField(_("code"), max_length=20, unique=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    sealed_by = models.CharField(_("certificate"), max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    stored_name = models.CharField(max_length=100, editable=False)
    made_at = models.DateTimeField(_("made"), default=clock.now)

    class Meta:
        verbose_name = _("report of an audit")
        verbose_name_plural = _("reports of audits")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["sha256"], name="auditreport_sha256")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["audit", "version"], name="auditreport_once")]

    def __str__(self) -> str:
        return f"{self.audit_id} {self.version} {self.kind}"
