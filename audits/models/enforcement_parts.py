"""Parts of an enforcement case: facts it rests on, what it takes away, what lifts it, and what became of it."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audits.models.alert import Alert
from audits.models.enforcement import EnforcementCase, Measure
from audits.models.finding import Finding
from audits.models.incident import Incident
from audits.models.obligation import Obligation
from portal.core import clock
from portal.core.append_only import forbid_truncate
from portal.workflow import Record, append_only

FACTS = ("incident", "finding", "alert", "obligation", "earlier")


def _one_of(names: tuple[str, ...]) -> models.Q:
    """Exactly one of these is named."""
    condition = models.Q()
    for name in names:
        condition |= models.Q(**{f"{other}__isnull": other != name for other in names})
    return condition


class CaseFact(Record):
    """Something on file that a case rests on: an incident, finding, alert, report that is owed, or an earlier case.

    One that was linked by mistake is unlinked once, with the reason, and stays on file; it can then be linked anew.
    """

    case = models.ForeignKey(EnforcementCase, on_delete=models.PROTECT, related_name="linked")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="linked")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, null=True, related_name="linked")
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, null=True, related_name="linked")
    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, null=True, related_name="linked")
    earlier = models.ForeignKey(EnforcementCase, on_delete=models.PROTECT, null=True, related_name="cited")
    linked_at = models.DateTimeField(_("linked"), default=clock.now)
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    unlinked_at = models.DateTimeField(_("unlinked"), null=True)
    unlinked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    unlinked_reason = models.TextField(_("why it was unlinked"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("fact of an enforcement case")
        verbose_name_plural = _("facts of enforcement cases")
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="unlinked_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                IF TG_OP = 'UPDATE' AND OLD.unlinked_at IS NULL AND NEW.unlinked_at IS NOT NULL
                   AND (NEW.id, NEW.case_id, NEW.incident_id, NEW.finding_id, NEW.alert_id, NEW.obligation_id,
                        NEW.earlier_id, NEW.linked_at, NEW.linked_by_id)
                       IS NOT DISTINCT FROM (OLD.id, OLD.case_id, OLD.incident_id, OLD.finding_id, OLD.alert_id,
                        OLD.obligation_id, OLD.earlier_id, OLD.linked_at, OLD.linked_by_id) THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'append-only: a fact of a case is unlinked once and never changed';
                """,
            ),
            forbid_truncate(),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=_one_of(FACTS), name="casefact_is_one_thing"),
            models.CheckConstraint(
                condition=models.Q(unlinked_at=None, unlinked_by=None, unlinked_reason="")
                | (models.Q(unlinked_at__isnull=False, unlinked_by__isnull=False) & ~models.Q(unlinked_reason="")),
                name="casefact_unlinked_whole",
            ),
            *[
                models.UniqueConstraint(
                    fields=["case", name], condition=models.Q(unlinked_at=None), name=f"casefact_{name}_once"
                )
                for name in FACTS
            ],
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.kind}"

    @property
    def kind(self) -> str:
        """Which of the five it is."""
        return next(name for name in FACTS if getattr(self, f"{name}_id") is not None)

    @property
    def subject_id(self) -> UUID:
        """The key of the thing itself. No query."""
        found: UUID = getattr(self, f"{self.kind}_id")
        return found

    @property
    def subject(self) -> Any:
        """The thing itself."""
        return getattr(self, self.kind)


CLOSED = ("grant", "line", "environment", "person")
"""What a restriction can close, by the column that names it."""
LIMITS = ("requests_per_day", "tokens_per_day", "seats")
"""Limits of a line that a restriction can lower."""


def _reaches() -> models.Q:
    """A grant, a line with its grant, an environment, or a person."""
    none = {f"{name}__isnull": True for name in CLOSED}
    shapes = [("grant",), ("grant", "line"), ("environment",), ("person",)]
    condition = models.Q()
    for shape in shapes:
        condition |= models.Q(**{**none, **{f"{name}__isnull": False for name in shape}})
    return condition


class CaseScope(Record):
    """What a measure reaches by name.

    Of a restriction: a grant, one line of it, an environment or a person that it closes, by the `hold` that is in force
    while the measure is; or a line whose limits it lowers, by the `cap`. Of a removal: the grant that was revoked.
    """

    case = models.ForeignKey(EnforcementCase, on_delete=models.PROTECT, related_name="scope")
    grant = models.ForeignKey("grants.Grant", on_delete=models.PROTECT, null=True, related_name="+")
    line = models.ForeignKey("grants.GrantLine", on_delete=models.PROTECT, null=True, related_name="+")
    environment = models.ForeignKey("grants.Environment", on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("partners.Person", on_delete=models.PROTECT, null=True, related_name="+")
    requests_per_day = models.PositiveIntegerField(_("requests a day"), null=True)
    tokens_per_day = models.PositiveBigIntegerField(_("tokens a day"), null=True)
    seats = models.PositiveIntegerField(_("people at once"), null=True)
    hold = models.ForeignKey("grants.Hold", on_delete=models.PROTECT, null=True, related_name="+")
    cap = models.ForeignKey("grants.LineCap", on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("scope of a measure")
        verbose_name_plural = _("scopes of measures")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "grant", "line", "environment", "person"], nulls_distinct=False, name="casescope_once"
            ),
            models.CheckConstraint(condition=_reaches(), name="casescope_is_one_thing"),
            models.CheckConstraint(
                condition=models.Q(revoked_at=None)
                | models.Q(hold=None, line=None, environment=None, person=None, grant__isnull=False),
                name="casescope_revokes_or_holds",
            ),
            models.CheckConstraint(
                condition=models.Q(requests_per_day=None, tokens_per_day=None, seats=None, cap=None)
                | models.Q(line__isnull=False, hold=None),
                name="casescope_limits_a_line",
            ),
        ]

    def __str__(self) -> str:
        return str(self.target)

    @property
    def target(self) -> Any:
        """What is named: the line where there is one, else the grant, the environment or the person."""
        return self.line or self.grant or self.environment or self.person

    @property
    def limits(self) -> dict[str, int]:
        """The limits that it lowers, by name; empty where it closes or revokes."""
        return {name: value for name in LIMITS if (value := getattr(self, name)) is not None}


class LiftCondition(Record):
    """One thing that must be true for a measure to be lifted.

    Somebody says that it is met, and somebody else confirms it or returns it with the reason (`returned`).
    """

    case = models.ForeignKey(EnforcementCase, on_delete=models.PROTECT, related_name="conditions")
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("condition"), max_length=2000)
    met_at = models.DateTimeField(_("said to be met"), null=True)
    met_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    remark = models.TextField(_("how it was met"), max_length=2000, blank=True)
    evidence = models.ForeignKey("partners.Evidence", on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    returned = models.TextField(_("why it was returned"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("condition for lifting a measure")
        verbose_name_plural = _("conditions for lifting measures")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="liftcondition_once"),
            models.CheckConstraint(
                condition=models.Q(met_at=None, met_by=None) | models.Q(met_at__isnull=False, met_by__isnull=False),
                name="liftcondition_met_when_by",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None, confirmed_by=None)
                | (
                    models.Q(confirmed_at__isnull=False, confirmed_by__isnull=False, met_at__isnull=False)
                    & ~models.Q(confirmed_by=models.F("met_by"))
                ),
                name="liftcondition_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"


class MeasureEvent(Record):
    """What was decided about a measure, or became of it. Never changed: the case itself shows what holds now."""

    class Kind(models.TextChoices):
        DECIDED = "decided", _("Decided")
        VARIED = "varied", _("Varied")
        STAYED = "stayed", _("Effect stayed")
        STAY_ENDED = "stay_ended", _("Stay ended")
        LIFTED = "lifted", _("Lifted")
        RAN_OUT = "ran_out", _("Ended on its last day")
        SET_ASIDE = "set_aside", _("Set aside")

    case = models.ForeignKey(EnforcementCase, on_delete=models.PROTECT, related_name="measure_events")
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind.choices)
    measure = models.CharField(_("measure"), max_length=12, choices=Measure.choices)
    until = models.DateField(_("until"), null=True)
    lifted_when = models.TextField(_("what must be true to lift it"), blank=True)
    reason = models.TextField(_("reason"), max_length=6000)
    happened_at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("event of a measure")
        verbose_name_plural = _("events of measures")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["case", "happened_at"], name="measureevent_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
