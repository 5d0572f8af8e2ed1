"""Reads about grants and their lines."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from grants.models import ConsentWithdrawal, Grant, GrantLine, GrantRequest, Hold, LineEnd, LineSurrender, LineVersion
from grants.queries.effective import LIVE_WITHDRAWALS, as_agreed, as_in_force
from grants.states import GRANT_LIVE, HOLD_STOPS
from portal.core import clock


def with_holds(rows: QuerySet[Grant]) -> QuerySet[Grant]:
    """Grants with whether a hold on partner or grant stops all of them."""
    stops = Hold.objects.filter(state__in=HOLD_STOPS)
    whole = Exists(stops.filter(partner=OuterRef("institution_id"))) | Exists(stops.filter(grant=OuterRef("pk")))
    return rows.annotate(is_held=whole)


def lines_of_grant(grant: Grant, provider_id: UUID | None = None) -> list[GrantLine]:
    """The lines of the grant as they are in force, or only those on one provider's releases. Three queries."""
    rows = GrantLine.objects.filter(grant=grant)
    if provider_id is not None:
        rows = rows.filter(provider_id=provider_id)
    return as_in_force(_with_names(rows).order_by("number"))


def agreed_lines(grant: Grant) -> list[GrantLine]:
    """The lines of the grant as the institution agreed to them, whatever decision caps them now. Three queries."""
    return as_agreed(_with_names(GrantLine.objects.filter(grant=grant)).order_by("number"))


def open_lines(today: date) -> QuerySet[GrantLine]:
    """Lines that permit something today or may later: not given back, not withdrawn, not past the day that holds.

    Whatever stops the whole grant is not asked here.
    """
    withdrawn = ConsentWithdrawal.objects.filter(line=OuterRef("pk"), state__in=LIVE_WITHDRAWALS)
    return (
        GrantLine.objects.filter(surrender__isnull=True)
        .exclude(Exists(withdrawn.filter(effective_on__lte=today)))
        .annotate(last_day=last_day())
        .filter(last_day__gte=today)
    )


def last_day() -> Coalesce:
    """The last day of a line as it holds now: as authorities narrowed it, else as granted."""
    narrowed = LineVersion.objects.filter(line=OuterRef("pk")).order_by("-number").values("ends_on")
    return Coalesce(Subquery(narrowed[:1]), F("ends_on"))


def is_over(grant: Grant, today: date) -> bool:
    """Whether no line of the grant is left. One query."""
    return not open_lines(today).filter(grant=grant).exists()


def without_lines(today: date) -> QuerySet[Grant]:
    """Live grants of which no line is left. Only those are looked at of which a line has ended."""
    withdrawn = ConsentWithdrawal.objects.filter(state__in=LIVE_WITHDRAWALS, effective_on__lte=today)
    rows: list[Any] = [LineEnd.objects.all(), LineSurrender.objects.all(), withdrawn]
    ended = [some.values("line__grant") for some in rows]
    touched = Grant.objects.filter(state__in=GRANT_LIVE, pk__in=ended[0].union(*ended[1:]))
    return touched.exclude(Exists(open_lines(today).filter(grant=OuterRef("pk"))))


def to_renew(rows: QuerySet[Grant], lead_days: int, today: date) -> QuerySet[Grant]:
    """Of these grants, live ones of which a renewal can be asked for and nobody has asked yet.

    `lead_days` is the rulebook's scope.renewal_lead_days; what stands in the way is that of rules.amendment.may_begin.
    """
    changes = GrantRequest.objects.filter(amends=OuterRef("pk"), state__in=GrantRequest.TABLE.open_states)
    waits = Grant.objects.filter(supersedes=OuterRef("pk"), state="awaiting_agreement")
    soon = rows.filter(state__in=GRANT_LIVE, ends_on__gte=today, ends_on__lte=today + timedelta(days=lead_days))
    return soon.filter(~Exists(changes), ~Exists(waits))


def ended_lines(today: date) -> QuerySet[GrantLine]:
    """Lines of live grants whose last day has passed before their grant's, and that is not noted yet.

    Those that were given back, or whose consent was withdrawn by then, ended otherwise, and everybody was told.
    """
    past = GrantLine.objects.filter(ends_on__lt=today).values("pk")
    narrowed = LineVersion.objects.filter(ends_on__lt=today).values("line")
    withdrawn = ConsentWithdrawal.objects.filter(line=OuterRef("pk"), state__in=LIVE_WITHDRAWALS)
    return (
        GrantLine.objects.filter(pk__in=past.union(narrowed), grant__state__in=GRANT_LIVE)
        .filter(end__isnull=True, surrender__isnull=True)
        .exclude(Exists(withdrawn.filter(effective_on__lte=today)))
        .annotate(last_day=last_day())
        .filter(last_day__lt=F("grant__ends_on"))
    )


def lines_in_force(limit: int, **of: UUID | None) -> list[GrantLine]:
    """Lines of grants in force within their dates, of that `institution_id` or `provider_id`. Three queries.

    The newest first, `limit` at most.
    """
    today = clock.today()
    rows = GrantLine.objects.filter(grant__state="in_force", ends_on__gte=today, surrender__isnull=True, **of)
    return [line for line in as_in_force(_with_names(rows).order_by("-id")[:limit]) if line.ends_on >= today]


def _with_names(rows: QuerySet[GrantLine]) -> QuerySet[GrantLine]:
    return rows.select_related(
        "release__model", "environment", "provider", "institution__organisation", "grant", "surrender"
    )
