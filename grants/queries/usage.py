"""Who uses a provider's models for what: live lines with how often they were asked about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Sum

from grants.models import AccessTally, ConsentWithdrawal, GrantLine, Hold, LineSurrender
from grants.queries.effective import LIVE_WITHDRAWALS
from grants.states import HOLD_STOPS
from portal.core import clock
from portal.core.actors import Actor

COUNTED_DAYS = 30


def lines_for_provider(actor: Actor) -> QuerySet[GrantLine]:
    """Every line ever granted on the provider's releases, with whether something holds or ends it."""
    stops = Hold.objects.filter(state__in=HOLD_STOPS)
    held = (
        Exists(stops.filter(partner=OuterRef("institution_id")))
        | Exists(stops.filter(grant=OuterRef("grant_id")))
        | Exists(stops.filter(line=OuterRef("pk")))
        | Exists(stops.filter(environment=OuterRef("environment_id")))
    )
    withdrawn = Exists(ConsentWithdrawal.objects.filter(line=OuterRef("pk"), state__in=LIVE_WITHDRAWALS))
    rows = GrantLine.objects.filter(provider_id=actor.body_id).select_related(
        "grant", "release__model", "environment", "institution__organisation"
    )
    return rows.annotate(is_held=held, is_withdrawn=withdrawn)


def in_force(rows: QuerySet[GrantLine]) -> QuerySet[GrantLine]:
    """Of these lines, those that could permit something today, were nothing on hold."""
    today = clock.today()
    over = ConsentWithdrawal.objects.filter(line=OuterRef("pk"), state__in=LIVE_WITHDRAWALS, effective_on__lte=today)
    live = rows.filter(grant__state="in_force", ends_on__gte=today)
    return live.exclude(Exists(over)).exclude(Exists(LineSurrender.objects.filter(line=OuterRef("pk"))))


def held(rows: QuerySet[GrantLine]) -> QuerySet[GrantLine]:
    """Of the lines of `lines_for_provider`, those that something holds."""
    return rows.filter(is_held=True)  # type: ignore[misc]  # annotated there


def withdrawn(rows: QuerySet[GrantLine]) -> QuerySet[GrantLine]:
    """Of the lines of `lines_for_provider`, those whose consent was withdrawn."""
    return rows.filter(is_withdrawn=True)  # type: ignore[misc]  # annotated there


def questions_of(line_ids: Iterable[UUID], provider_id: UUID) -> dict[UUID, int]:
    """Line → questions that the provider's gateways were permitted under it in the last 30 days. One query."""
    since = clock.now() - timedelta(days=COUNTED_DAYS)
    rows = AccessTally.objects.filter(
        provider_id=provider_id, line_id__in=list(line_ids), permitted=True, window__gte=since
    )
    found = rows.values("line_id").annotate(asked=Sum("count")).values_list("line_id", "asked")
    return {line: asked for line, asked in found if line is not None}
