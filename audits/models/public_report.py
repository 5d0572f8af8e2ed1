"""What anybody told the authorities, and what was written since. Nothing about who told it is kept."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audits.states.public_reports import PUBLIC_REPORT
from portal.core import clock
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class PublicReport(LifecycleModel):
    """A report from the public. `code_hash` is a keyed hash of the code that its writer alone has.

    `about` and `happened` are in the reporter's words; `outcome` is the authority's, for the reporter.
    """

    TABLE = PUBLIC_REPORT

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    authority = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    about = models.CharField(_("whom it is about"), max_length=200, blank=True)
    happened = models.CharField(_("when it happened"), max_length=200, blank=True)
    text = models.TextField(_("what was told"), max_length=6000)
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    received_at = models.DateTimeField(_("received"), default=clock.now)
    incident = models.ForeignKey("audits.Incident", on_delete=models.PROTECT, null=True, related_name="public_reports")
    outcome = models.TextField(_("what the reporter is told"), max_length=2000, blank=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("report from the public")
        verbose_name_plural = _("reports from the public")
        triggers = lifecycle_triggers(PUBLIC_REPORT)
        indexes: ClassVar = [models.Index(fields=["authority", "state", "-received_at"], name="publicreport_desk")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="taken_up", incident__isnull=False)
                | (~models.Q(state="taken_up") & models.Q(incident=None)),
                name="publicreport_taken_up_as",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="set_aside") | ~models.Q(outcome=""), name="publicreport_set_aside_why"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class PublicMessage(Record):
    """What the reporter or a case officer wrote since. Without `written_by` it is the reporter's. Never changed."""

    report = models.ForeignKey(PublicReport, on_delete=models.PROTECT, related_name="messages")
    text = models.TextField(max_length=4000)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("message on a report from the public")
        verbose_name_plural = _("messages on reports from the public")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["report", "written_at"], name="publicmessage_in_turn")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.written_at}"
