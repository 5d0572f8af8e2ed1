"""Who is due for an audit, and when: one set-based question to the database, however many partners there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, DateField, Exists, F, Func, Max, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from audits.models import Audit
from partners.models import Qualification
from portal.core import clock
from portal.rulebook.durations import working_day_from
from portal.rulebook.schema import Rulebook

AUDITED = ("in_force", "restricted", "suspended")
"""Qualifications whose holders are audited: a suspended partner's promises still bind."""

FACTS = (
    "pk", "tier", "valid_from", "institution_id", "institution__organisation__jurisdiction",
    "application__authority_id", "audits_before", "last_closed", "falls_on",
)  # fmt: skip
"""What planning reads of a qualification: of very many, without making objects of them."""


@dataclass(frozen=True, slots=True)
class Due:
    """One partner without a planned audit: the day of the next one, and how that day came about."""

    qualification_id: UUID
    institution_id: UUID
    authority_id: UUID
    tier: str
    number: int
    mode: str
    planned_for: date
    why: dict[str, Any]


def next_due(rules: Rulebook, *, after: UUID | None = None, limit: int = 500) -> list[Due]:
    """The next partners in the order of their qualifications for whom an audit must be planned. One query.

    `after` is the last one's qualification. The day is `first_after_days` after the start of the qualification,
    and later `every_months` after the last audit was closed (rulebook: audits.intervals); it is moved to a working
    day of the partner's country, and to today where it has passed.
    """
    rows = due_qualifications(rules)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    facts = rows.order_by("pk").values_list(*FACTS, named=True)[:limit]
    return [_due(row, rules) for row in facts]


def due_qualifications(rules: Rulebook) -> QuerySet[Qualification]:
    """Live qualifications whose institution has no open periodic audit and falls due within `plan_ahead_days`."""
    periodic = Audit.objects.filter(institution=OuterRef("institution"), kind=Audit.Kind.PERIODIC)
    before = periodic.order_by().values("institution")
    rows: QuerySet[Qualification] = (
        Qualification.objects.filter(~Exists(periodic.exclude(state__in=["closed", "cancelled"])), state__in=AUDITED)
        .annotate(
            audits_before=Coalesce(Subquery(before.annotate(most=Max("number")).values("most")), Value(0)),
            last_closed=Subquery(before.annotate(last=Max("closed_at")).values("last")),
        )
        .annotate(falls_on=_falls_on(rules))
        .filter(falls_on__lte=clock.today() + timedelta(days=rules.audits.plan_ahead_days))
    )
    return rows


def _falls_on(rules: Rulebook) -> Case:
    """The day, by tier: counted from the last audit, or else from the start of the qualification."""
    intervals = rules.audits.intervals.items()
    first = [
        When(tier=tier, last_closed=None, then=_plus("valid_from", days=rule.first_after_days))
        for tier, rule in intervals
    ]
    later = [When(tier=tier, then=_plus("last_closed", months=rule.every_months)) for tier, rule in intervals]
    return Case(*first, *later, output_field=DateField())


def _plus(field: str, **length: int) -> Func:
    """The field's day (UTC) so many days or months later."""
    ((unit, amount),) = length.items()
    day = "(%(expressions)s AT TIME ZONE 'UTC')::date" if field == "last_closed" else "%(expressions)s"
    return Func(F(field), template=f"({day} + interval '{int(amount)} {unit}')::date", output_field=DateField())


def _due(row: Any, rules: Rulebook) -> Due:
    rule = rules.audits.intervals[row.tier]
    planned_for = working_day_from(max(row.falls_on, clock.today()), row.institution__organisation__jurisdiction)
    return Due(
        qualification_id=row.pk,
        institution_id=row.institution_id,
        authority_id=row.application__authority_id,
        tier=row.tier,
        number=row.audits_before + 1,
        mode=rule.mode,
        planned_for=planned_for,
        why=_why(row, rule),
    )


def _why(row: Any, rule: Any) -> dict[str, Any]:
    """The facts behind the day. `audits.reasons.why_then` says them in a sentence."""
    if row.last_closed is None:
        facts = {"reason": "first", "since": row.valid_from.isoformat(), "days": rule.first_after_days}
    else:
        since = row.last_closed.date().isoformat()
        facts = {"reason": "interval", "since": since, "months": rule.every_months}
    return {**facts, "tier": row.tier, "falls_on": row.falls_on.isoformat()}
