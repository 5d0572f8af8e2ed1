"""Reads about grants and their lines."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from grants.models import Grant, GrantLine, Hold
from grants.queries.effective import as_in_force
from grants.states import HOLD_STOPS
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
