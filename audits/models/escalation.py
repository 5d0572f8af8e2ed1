"""Steps taken while something stayed overdue. Each is taken once for each day that was missed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from audits.models.enforcement import EnforcementCase
from audits.models.finding import Finding
from audits.models.obligation import Obligation
from portal.workflow import Record, append_only


class Escalation(Record):
    """One step of the rulebook's ladder, about a finding or a report: what was due when, and how late it was then.

    `late` is in working days. `case` is the enforcement case that the step proposed, for the authority to take up or to
    drop: no step decides anything.
    """

    class What(models.TextChoices):
        PLAN = "plan", _("Plan")
        REMEDY = "remedy", _("Remedy")
        REPORT = "report", _("Report")

    class Step(models.TextChoices):
        REMIND = "remind", _("Reminder")
        WARN = "warn", _("Warning")
        PROPOSE = "propose_enforcement", _("Enforcement proposed")

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, null=True, related_name="escalations")
    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, null=True, related_name="escalations")
    what = models.CharField(_("what was owed"), max_length=10, choices=What.choices)
    due = models.DateField(_("due"))
    key = models.CharField(_("step of the rulebook"), max_length=50)
    step = models.CharField(_("step"), max_length=20, choices=Step.choices)
    late = models.PositiveSmallIntegerField(_("working days late"))
    rulebook = models.CharField(_("rulebook"), max_length=20)
    taken_at = models.DateTimeField(_("taken"))
    case = models.ForeignKey(EnforcementCase, on_delete=models.PROTECT, null=True, related_name="escalations")

    class Meta:
        verbose_name = _("step about something overdue")
        verbose_name_plural = _("steps about something overdue")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["finding", "what", "due", "key"],
                condition=models.Q(finding__isnull=False),
                name="escalation_finding_once",
            ),
            models.UniqueConstraint(
                fields=["obligation", "due", "key"],
                condition=models.Q(obligation__isnull=False),
                name="escalation_report_once",
            ),
            models.CheckConstraint(
                condition=models.Q(finding__isnull=False, obligation=None, what__in=["plan", "remedy"])
                | models.Q(finding=None, obligation__isnull=False, what="report"),
                name="escalation_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(step="propose_enforcement", case__isnull=False)
                | (~models.Q(step="propose_enforcement") & models.Q(case=None)),
                name="escalation_proposes_a_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.due}"
