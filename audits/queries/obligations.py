"""Which periodic reports are due to be asked for, and of which the partner must be reminded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, DateField, F, Func, Max, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Greatest

from audits.models import Obligation
from grants.models import Grant
from partners.models import Qualification
from partners.models.qualification import LIVE
from portal.core import clock
from portal.core.compiled import compiled
from portal.rulebook.durations import add_months, add_working_days
from portal.rulebook.schema import ObligationRule, Rulebook

OWED = ("due", "returned")
"""States in which the partner has the pen."""


@dataclass(frozen=True, slots=True)
class DueReport:
    """A period for which no report was asked for yet. `row_id` is the grant or qualification, to go on from."""

    row_id: UUID
    institution_id: UUID
    authority_id: UUID
    grant_id: UUID | None
    period_start: date
    period_end: date
    due: date
    country: str


def next_due_reports(rule: ObligationRule, *, after: UUID | None = None, limit: int = 500) -> list[DueReport]:
    """The next periods under the rule, in the order of their grants or partners. One query.

    A period begins where the last one ended, and first with the grant or the qualification. It is asked for
    when it begins, so that the partner sees it coming; it is due `due_working_days` after its end.
    """
    begun = _begun(rule.key, rule.per == "grant", after, clock.today(), limit)
    return [_due(row, rule) for row in begun]


@compiled
def _begun(kind: str, per_grant: bool, after: UUID | None, today: date, limit: int) -> QuerySet[Any]:
    rows = _grants(kind, today) if per_grant else _partners(kind, today)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return rows.filter(begins__lte=today).order_by("pk")[:limit]


def _grants(kind: str, today: date) -> QuerySet[Any]:
    last = Obligation.objects.filter(kind=kind, grant=OuterRef("pk")).order_by().values("grant")
    live = _live(today).filter(institution=OuterRef("institution"))
    started = Func(F("in_force_since"), template="(%(expressions)s AT TIME ZONE 'UTC')::date", output_field=DateField())
    rows: QuerySet[Any] = Grant.objects.filter(state="in_force", ends_on__gte=today).annotate(
        tier=Subquery(live.values("tier")[:1]),
        begins=Greatest(started, Subquery(last.annotate(end=Max("period_end")).values("end"))),
    )
    return rows.exclude(tier=None).select_related("institution__organisation")


def _partners(kind: str, today: date) -> QuerySet[Any]:
    last = Obligation.objects.filter(kind=kind, grant=None, institution=OuterRef("institution")).order_by()
    ended = last.values("institution").annotate(end=Max("period_end")).values("end")
    rows: QuerySet[Any] = _live(today).annotate(begins=Greatest("valid_from", Subquery(ended)))
    return rows.select_related("institution__organisation", "application")


def _live(today: date) -> QuerySet[Qualification]:
    """Qualifications that hold today, whether or not the sweep that ends them has run since midnight."""
    return Qualification.objects.filter(state__in=LIVE, valid_until__gte=today)


def _due(row: Any, rule: ObligationRule) -> DueReport:
    of_grant = rule.per == "grant"
    end, country = add_months(row.begins, rule.every_months[row.tier]), row.institution.organisation.jurisdiction
    return DueReport(
        row_id=row.pk,
        institution_id=row.institution_id,
        authority_id=row.authority_id if of_grant else row.application.authority_id,
        grant_id=row.pk if of_grant else None,
        period_start=row.begins,
        period_end=end,
        due=add_working_days(end, rule.due_working_days, country),
        country=country,
    )


def to_remind(rules: Rulebook) -> QuerySet[Obligation]:
    """Reports owed of which the partner was reminded fewer times than today asks for, as `expected`.

    Each of the rulebook's `reminder_days` is a range that begins so many days before the due date and ends with
    the next. A missed day delays a reminder and loses none. What is overdue is the ladder's (queries.escalation); a
    rule that has none reminds once more.
    """
    today, whens = clock.today(), []
    for rule in rules.obligations:
        days = sorted(rule.reminder_days)
        whens.append(When(kind=rule.key, due__lt=today, then=Value(0 if rule.escalation else len(days) + 1)))
        whens += [
            When(kind=rule.key, due__lte=today + timedelta(days=before), then=Value(len(days) - place))
            for place, before in enumerate(days)
        ]
    furthest = max((day for rule in rules.obligations for day in rule.reminder_days), default=0)
    rows: QuerySet[Obligation] = (
        Obligation.objects.filter(state__in=OWED, due__lte=today + timedelta(days=furthest))
        .annotate(expected=Case(*whens, default=Value(0)))
        .filter(reminders__lt=F("expected"))
    )
    return rows


def reminders_by(rule: ObligationRule, due: date) -> int:
    """How many of the rule's reminders have had their time by today, for a report that is due on that day. No query."""
    return sum(due - timedelta(days=before) <= clock.today() for before in rule.reminder_days)
