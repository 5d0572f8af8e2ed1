"""Reads of streams of signals: whose they are, what waits on them, what comes next."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from grants.models import Delivery, Stream
from grants.states_streams import KEPT
from portal.accounts.models import Gateway
from portal.core.actors import Actor


def own_gateway(actor: Actor) -> Gateway:
    """The API client that asks. One query. Its name is its own among the active ones of its provider."""
    rows = Gateway.objects.select_related("organisation")
    return rows.get(organisation_id=actor.body_id, name=actor.name, state="active")


def streams_of(actor: Actor) -> QuerySet[Stream]:
    """The streams of the API client that asks, the oldest first."""
    mine = Q(gateway__organisation_id=actor.body_id, gateway__name=actor.name, gateway__state="active")
    return Stream.objects.filter(mine, state__in=KEPT).select_related("gateway").order_by("pk")


def waiting() -> QuerySet[Delivery]:
    """What was not acknowledged, and is the first of its subject on its stream: nothing else may be sent."""
    earlier = Delivery.objects.filter(
        stream=OuterRef("stream"), subject_key=OuterRef("subject_key"), acknowledged_at=None, pk__lt=OuterRef("pk")
    )
    return Delivery.objects.filter(~Exists(earlier), acknowledged_at=None)


def due(now: datetime) -> QuerySet[Delivery]:
    """Of these, what may be sent now: in the order of their positions."""
    ready = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    return waiting().filter(ready).select_related("signal").order_by("pk")


def with_lag(rows: QuerySet[Stream]) -> QuerySet[Stream]:
    """The streams with `waiting_count`, and `waiting_since`: when the oldest signal that waits was issued."""
    open_ones = Q(deliveries__acknowledged_at=None, deliveries__isnull=False)
    return rows.annotate(
        waiting_count=Count("deliveries", filter=open_ones),
        waiting_since=Min("deliveries__signal__issued_at", filter=open_ones),
    )


def acknowledgements(hold_id: UUID, provider_id: UUID | None = None) -> QuerySet[Delivery]:
    """What streams were told of a hold, and when each acknowledged it; of one provider alone where it is named."""
    rows = Delivery.objects.filter(signal__hold=hold_id)
    if provider_id is not None:
        rows = rows.filter(stream__provider_id=provider_id)
    rows = rows.select_related("signal", "stream__gateway", "stream__provider")
    return rows.annotate(provider_name=F("stream__provider__name")).order_by("provider_name", "stream", "pk")
