"""What a transmitter reads and writes, on one connection, which holds an advisory lock for each stream at work.

Two transmitters share the work: a stream belongs to whichever holds its lock, for one batch. What is due is read after
the lock was taken, so that nothing is sent out of turn; a lock ends with the connection, so a process that dies leaves
nothing locked. Connections must not be pooled by transaction.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from grants.actions.delivery import (
    note_acknowledged,
    note_attempts,
    note_reached,
    note_refusal,
    note_unreached,
)
from grants.actions.stream import pause_silent_stream
from grants.models import Delivery, Signal, Stream
from grants.queries.stream import due
from portal.core import clock
from portal.core.verdicts import Refused
from portal.keys.backends import KeysError
from portal.keys.jose import Signer, signer
from portal.keys.sealed import unseal

AT_ONCE = 8
"""Signals on their way to one receiver at the same time, each about another subject."""
MOST_ROWS = 800
"""Signals read at once for all streams together."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One signal on its way: the key of its delivery, and how often it was sent before."""

    delivery: int
    signal: Signal
    attempts: int


@dataclass(frozen=True, slots=True)
class Job:
    """What one stream is sent now: the first signals of some subjects. `trouble`: why nothing can be sent at all."""

    stream: UUID
    url: str
    authorization: str
    letters: tuple[Letter, ...]
    signer: Signer | None = None
    trouble: str = ""


@dataclass(slots=True)
class Outcome:
    """What became of a job. `trouble`: why the receiver could not be reached, and for how long to leave it alone."""

    stream: UUID
    sent: list[int] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    refused: list[tuple[int, int, str]] = field(default_factory=list)
    trouble: str = ""
    wait: timedelta | None = None


def step(finished: Sequence[Outcome], busy: Collection[UUID]) -> list[Job]:
    """Write what became of jobs, give their streams free, and take the next ones. `busy` are streams still at work."""
    settle(finished)
    ready = _ready([*busy])
    taken = _lock(ready)
    return _jobs(taken) if taken else []


def settle(finished: Sequence[Outcome]) -> None:
    """Write what became of jobs, and give their streams free."""
    if not finished:
        return
    now = clock.now()
    note_attempts([key for outcome in finished for key in outcome.sent])
    note_acknowledged([key for outcome in finished for key in outcome.acknowledged], now)
    for outcome in finished:
        for key, attempts, error in outcome.refused:
            note_refusal(key, attempts + 1, error)
        if outcome.acknowledged:
            note_reached(outcome.stream, now)
        if outcome.trouble:
            note_unreached(outcome.stream, outcome.trouble, wait=outcome.wait)
            _pause_if_dead(outcome.stream)
    _unlock([outcome.stream for outcome in finished])


def _ready(busy: list[UUID]) -> list[UUID]:
    """Streams with something to send now that nobody in this process works on, in any order."""
    now = clock.now()
    waits = Delivery.objects.filter(
        Q(next_attempt_at=None) | Q(next_attempt_at__lte=now), stream=OuterRef("pk"), acknowledged_at=None
    )
    rows = Stream.objects.filter(
        Q(retry_at=None) | Q(retry_at__lte=now), Exists(waits), state="enabled", method="push", gateway__state="active"
    )
    found = list(rows.exclude(pk__in=busy).values_list("pk", flat=True))
    random.shuffle(found)  # two transmitters do not queue for the same ones
    return found


def _lock(streams: Sequence[UUID]) -> list[UUID]:
    """Of these, the ones that no other transmitter works on; they are ours now."""
    if not streams:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM (SELECT id, pg_try_advisory_lock(hashtextextended('stream:' || id, 0)) AS mine"
            " FROM unnest(%s::uuid[]) AS id OFFSET 0) locked WHERE mine",
            [list(streams)],
        )
        return [row[0] for row in cursor.fetchall()]


def _unlock(streams: Sequence[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_unlock(hashtextextended('stream:' || id, 0)) FROM unnest(%s::uuid[]) AS id",
            [list(streams)],
        )


def _jobs(streams: Sequence[UUID]) -> list[Job]:
    """What these streams are sent now. A stream whose rows were not reached, or are all gone, is given free again."""
    letters: dict[UUID, list[Letter]] = {}
    for row in due(clock.now()).filter(stream__in=streams)[:MOST_ROWS]:
        mine = letters.setdefault(row.stream_id, [])
        if len(mine) < AT_ONCE:
            mine.append(Letter(row.pk, row.signal, row.attempts))
    _unlock([stream for stream in streams if stream not in letters])
    if not letters:
        return []
    signs, trouble = _signer()
    rows = Stream.objects.filter(pk__in=letters).order_by("pk")
    return [_job(stream, tuple(letters[stream.pk]), signs, trouble) for stream in rows]


def _signer() -> tuple[Signer | None, str]:
    try:
        return signer("signals"), ""
    except KeysError as error:
        return None, str(error)


def _job(stream: Stream, letters: tuple[Letter, ...], signs: Signer | None, trouble: str) -> Job:
    header = ""
    if stream.authorization and not trouble:
        try:
            header = unseal(bytes(stream.authorization), label=f"stream:{stream.pk}")
        except KeysError as error:
            trouble = str(error)
    return Job(stream.pk, stream.endpoint_url, header, letters, signs, trouble)


def _pause_if_dead(key: UUID) -> None:
    """A receiver that has heard nothing for very long is left alone, and its provider told."""
    since = clock.now() - timedelta(hours=settings.SIGNALS_PAUSE_AFTER_HOURS)
    stream = Stream.objects.filter(pk=key, state="enabled", failing_since__lte=since).first()
    if stream is not None:
        with suppress(Refused):  # somebody else changed it at this moment
            pause_silent_stream(stream=stream)
