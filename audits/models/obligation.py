"""Obligations: reports that are due again and again, and what was filed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audits.states import OBLIGATION
from portal.core import clock
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class Obligation(LifecycleModel):
    """One report for one period: of one grant, or of the partner as a whole (`grant` empty).

    `reminders` counts those sent: a reminder goes out when today lies in its range and fewer were sent, so that a
    missed day delays and never loses one. `due` is the day by which it is owed now: after a return, that by which
    it has to be corrected; each `Report` keeps the day by which it was owed. `escalates_on` is the day on which the
    next step of the ladder is due if nothing is filed until then.
    """

    TABLE = OBLIGATION

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="obligations")
    authority = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    grant = models.ForeignKey("grants.Grant", on_delete=models.PROTECT, null=True, related_name="obligations")
    kind = models.CharField(_("kind"), max_length=50)
    title = models.CharField(_("title"), max_length=300)
    rulebook = models.CharField(_("rulebook"), max_length=20)
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("to"))
    due = models.DateField(_("due"))
    escalates_on = models.DateField(_("next step if overdue"), null=True)
    planned_at = models.DateTimeField(_("asked for"))
    reminders = models.PositiveSmallIntegerField(default=0)
    submitted_at = models.DateTimeField(_("filed"), null=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    returned_reason = models.TextField(_("to be corrected"), blank=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("report that is due")
        verbose_name_plural = _("reports that are due")
        triggers = lifecycle_triggers(OBLIGATION)
        indexes: ClassVar = [
            models.Index(fields=["state", "due"], name="obligation_due"),
            models.Index(fields=["institution", "state", "due"], name="obligation_of_institution"),
            models.Index(fields=["authority", "state", "due"], name="obligation_desk"),
            models.Index(
                fields=["escalates_on"], condition=models.Q(escalates_on__isnull=False), name="obligation_escalates"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["institution", "grant", "kind", "period_start"],
                name="obligation_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(period_end__gt=models.F("period_start")), name="obligation_period"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="accepted") | models.Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="obligation_accepted_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        """Its page for the partner."""
        return reverse("audits:obligation", args=[self.pk])

    @property
    def is_overdue(self) -> bool:
        """Derived from the clock, never stored."""
        return self.state in ("due", "returned") and self.due < clock.today()


class Report(Record):
    """What was filed, each time that it was filed, and how many working days late. Never changed.

    `known` is by question what the portal knew then (fact, value, source), `remarks` why an answer differs from that.
    `due` is empty for what was filed before it was kept.
    """

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveSmallIntegerField()
    answers = models.JSONField()
    known = models.JSONField(_("what the portal knew"), default=dict)
    remarks = models.JSONField(_("why an answer differs from it"), default=dict)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    due = models.DateField(_("was due"), null=True)
    late = models.PositiveSmallIntegerField(_("working days late"), default=0)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        triggers = append_only()
        constraints: ClassVar = [models.UniqueConstraint(fields=["obligation", "number"], name="report_once")]

    def __str__(self) -> str:
        return f"{self.obligation_id} {self.number}"
