"""Reads of streams of signals: whose they are, what waits on them, what comes next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from grants.models import Delivery, Signal, Stream
from grants.rules.signal import ENABLED
from grants.states_streams import KEPT
from portal.accounts.models import Gateway
from portal.core.actors import Actor

LATEST = 10
"""Signals that a stream's page shows."""


def own_gateway(actor: Actor) -> Gateway:
    """The API client that asks. One query. Its name is its own among the active ones of its provider."""
    rows = Gateway.objects.select_related("organisation")
    found: Gateway = rows.get(organisation_id=actor.body_id, name=actor.name, state="active")
    return found


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


def lag_of(stream: Stream) -> tuple[int, datetime | None]:
    """How many signals wait on it, and since when the oldest does. One query."""
    rows = Delivery.objects.filter(stream=stream, acknowledged_at=None)
    found = rows.aggregate(count=Count("pk"), since=Min("signal__issued_at"))
    return found["count"], found["since"]


def latest_of(stream: Stream) -> list[Delivery]:
    """The last signals of a stream with the institution that each is about, the newest first. One query."""
    rows = Delivery.objects.filter(stream=stream).select_related("signal__institution__organisation")
    return list(rows.order_by("-pk")[:LATEST])


@dataclass(frozen=True, slots=True)
class Heard:
    """What one machine was told of a hold: by which signals, and when it had acknowledged each of them.

    `stop` and `restore` are the last acknowledgements that the access was stopped, and that it goes on; None where one
    is missing. `told_stop`, `told_restore`: whether such a signal was put on a stream of it at all.
    """

    provider: str
    gateway: str
    told_stop: bool
    stop: datetime | None
    told_restore: bool
    restore: datetime | None
    error: str


def heard_of(hold_id: UUID, provider_id: UUID | None = None) -> list[Heard]:
    """Which machines have acknowledged a hold; of one provider alone where it is named. One query."""
    return heard_by_hold([hold_id], provider_id).get(hold_id, [])


def heard_by_hold(hold_ids: Collection[UUID], provider_id: UUID | None = None) -> dict[UUID, list[Heard]]:
    """The same for each of several holds that any machine was told of. One query."""
    restored, missing = Q(signal__event=ENABLED), Q(acknowledged_at=None)
    rows = Delivery.objects.filter(signal__hold__in=hold_ids)
    if provider_id is not None:
        rows = rows.filter(stream__provider_id=provider_id)
    told = rows.values(
        "signal__hold", "stream", "stream__provider__name", "stream__gateway__name", "stream__last_error"
    ).annotate(
        told=Count("pk", filter=~restored),
        open=Count("pk", filter=~restored & missing),
        stop=Max("acknowledged_at", filter=~restored),
        told_restore=Count("pk", filter=restored),
        open_restore=Count("pk", filter=restored & missing),
        restore=Max("acknowledged_at", filter=restored),
    )
    found: dict[UUID, list[Heard]] = {}
    for row in told.order_by("stream__provider__name", "stream__gateway__name", "stream"):
        heard = Heard(
            row["stream__provider__name"],
            row["stream__gateway__name"],
            bool(row["told"]),
            None if row["open"] else row["stop"],
            bool(row["told_restore"]),
            None if row["open_restore"] else row["restore"],
            row["stream__last_error"] if row["open"] or row["open_restore"] else "",
        )
        found.setdefault(row["signal__hold"], []).append(heard)
    return found


def deaf_to(hold_id: UUID) -> list[str]:
    """Providers that the hold concerns and that have no stream which hears of it. One query."""
    delivered = Delivery.objects.filter(signal=OuterRef("pk"))
    heard = Signal.objects.filter(Exists(delivered), hold=hold_id, provider=OuterRef("provider"))
    rows = Signal.objects.filter(~Exists(heard), hold=hold_id).values_list("provider__name", flat=True)
    return sorted(set(rows))
