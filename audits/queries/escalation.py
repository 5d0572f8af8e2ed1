"""Reads about what stays overdue: the steps taken, when the next one is due, and the ladder that says so."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from audits.models import CaseFact, EnforcementCase, Escalation, Finding, Obligation
from audits.overdue import country_of, step_day
from audits.reports import rule_of
from portal.core import clock
from portal.rulebook.queries import rules
from portal.rulebook.schema.oversight import Escalation as Rung

Overdue = Finding | Obligation


def ladder_of(subject: Overdue) -> tuple[Rung, ...]:
    """The steps that the rulebook has for it, in the version under which it became due."""
    if isinstance(subject, Finding):
        return rules(subject.rulebook).audits.escalation
    return rule_of(subject).escalation


def rule_key(subject: Overdue, step: str) -> str:
    """The rule that a step cites."""
    return f"audits.escalation.{step}" if isinstance(subject, Finding) else f"obligations.{subject.kind}"


def steps_taken(subject: Overdue, what: str, due: date) -> set[str]:
    """Keys of the steps that were taken about what was due on that day. One query."""
    return set(subject.escalations.filter(what=what, due=due).values_list("key", flat=True))


def next_day(subject: Overdue, what: str, due: date) -> date | None:
    """When the next step about it is due, where the partner does nothing. One query."""
    return step_day(ladder_of(subject), steps_taken(subject, what, due), due, country_of(subject))


def undecided_case(subject: Overdue) -> EnforcementCase | None:
    """An enforcement case that rests on the same thing and that nobody has decided yet. One query."""
    kind = "finding" if isinstance(subject, Finding) else "obligation"
    linked = CaseFact.objects.filter(case=OuterRef("pk"), unlinked_at=None, **{kind: subject})
    proposed = Escalation.objects.filter(case=OuterRef("pk"), **{kind: subject})
    rows = EnforcementCase.objects.filter(institution_id=subject.institution_id).exclude(state="decided")
    return rows.filter(Exists(linked) | Exists(proposed)).order_by("opened_at", "pk").first()


def gathering_case(institution_id: UUID) -> EnforcementCase | None:
    """The case that the portal opened about what the partner left overdue, before its notice. One query."""
    proposed = Escalation.objects.filter(case=OuterRef("pk"))
    rows = EnforcementCase.objects.filter(institution_id=institution_id, state="opened", opened_by=None)
    return rows.filter(Exists(proposed)).order_by("opened_at", "pk").first()


def taken_on(subject: Overdue) -> QuerySet[Escalation]:
    """The steps about it, the oldest first, with the cases that they proposed."""
    return subject.escalations.select_related("case").order_by("taken_at")


def findings_to_escalate() -> QuerySet[Finding]:
    """Findings about which the next step is due."""
    return _due(Finding.objects.filter(state__in=["open", "plan_agreed"]).select_related("audit__authority"))


def reports_to_escalate() -> QuerySet[Obligation]:
    """Reports about which the next step is due."""
    return _due(Obligation.objects.filter(state__in=["due", "returned"]).select_related("authority", "grant"))


def _due(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(escalates_on__lte=clock.today()).select_related("institution__organisation")


def overdue_findings() -> Q:
    """Findings of which the partner owes the plan or the remedy, past its day."""
    today = clock.today()
    return Q(state="open", plan="", plan_due__lt=today) | Q(state="plan_agreed", remedy_due__lt=today)
