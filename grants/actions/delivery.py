"""Delivering signals: what is sent next on a stream, signed, and what became of it. The rows are the truth.

Not deeds: nothing is decided here, and what was delivered is told by the rows themselves, which are never removed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F

from grants.models import Delivery, Signal, Stream
from grants.queries.stream import due, waiting
from grants.rules.signal import TYP, claims_of
from portal.core import clock
from portal.keys.jose import Signer

FIRST_WAIT, LONGEST_WAIT = 1.0, 600.0
"""Seconds: after the first failure, and at most. Doubled from one to the next."""
MOST_ERROR = 500


def wait_after(failures: int, *, chance: float | None = None) -> timedelta:
    """How long to wait after so many failures in a row: doubled each time, of which a random half is left out."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(max(failures, 1) - 1, 20))
    share = random.random() if chance is None else chance  # noqa: S311 spreads load, guards nothing
    return timedelta(seconds=longest / 2 + longest / 2 * share)


def claims(signal: Signal) -> dict[str, Any]:
    """The claims of the signal's token. No query."""
    return claims_of(
        issuer=settings.BASE_URL,
        jti=signal.pk,
        provider=signal.provider_id,
        transaction=signal.transaction,
        issued_at=signal.issued_at,
        happened_at=signal.happened_at,
        subject=signal.subject,
        event=signal.event,
        payload=signal.payload,
    )


def token(signal: Signal, signer: Signer) -> str:
    """The signal as a security event token."""
    return signer.sign(typ=TYP, claims=claims(signal))


# --- polling --------------------------------------------------------------------------------------
def taken(stream: Stream, most: int) -> tuple[list[Delivery], bool]:
    """What a poll is given: the first of each subject, as many as wanted; and whether more waits. Noted as sent."""
    found = list(due(clock.now()).filter(stream=stream)[: most + 1])
    given = found[:most]
    keys = [item.pk for item in given]
    Delivery.objects.filter(pk__in=keys).update(attempts=F("attempts") + 1, sent_at=clock.now())
    behind = (
        len(found) > most
        or Delivery.objects.filter(stream=stream, acknowledged_at=None)
        .exclude(pk__in=keys)
        .filter(next_attempt_at=None)
        .exists()
    )
    return given, behind


def refused_by_poll(stream: Stream, errors: Mapping[UUID, tuple[str, str]]) -> None:
    """Note what the receiver could not take (RFC 8936 §2.4): it is sent again later, and its subject waits for it."""
    for row in waiting().filter(stream=stream, signal__in=list(errors), attempts__gt=0):
        code, words = errors[row.signal_id]
        note_refusal(row.pk, row.attempts, f"{code}: {words}" if words else code)


# --- what became of it ----------------------------------------------------------------------------
def note_refusal(delivery: int, attempts: int, error: str) -> None:
    """The receiver took this token for wrong: it is sent again after a while."""
    when = clock.now() + wait_after(attempts)
    Delivery.objects.filter(pk=delivery, acknowledged_at=None).update(
        next_attempt_at=when, error=printable(error), sent_at=clock.now()
    )


def note_acknowledged(deliveries: Sequence[int], at: datetime) -> None:
    """The receiver has these."""
    Delivery.objects.filter(pk__in=deliveries, acknowledged_at=None).update(acknowledged_at=at, sent_at=at, error="")


def note_attempts(deliveries: Sequence[int]) -> None:
    """They were sent once more."""
    Delivery.objects.filter(pk__in=deliveries).update(attempts=F("attempts") + 1)


def note_reached(stream: UUID, at: datetime) -> None:
    """The receiver answers as it should."""
    Stream.objects.filter(pk=stream).update(
        delivered_at=at, failing_since=None, failures=0, retry_at=None, last_error=""
    )


def note_unreached(stream: UUID, error: str, *, wait: timedelta | None = None) -> None:
    """The receiver does not hear anything at present. Nothing is sent to it before `retry_at`."""
    row = Stream.objects.filter(pk=stream).only("failures", "failing_since").first()
    if row is None:
        return
    now, failures = clock.now(), row.failures + 1
    Stream.objects.filter(pk=stream).update(
        failures=failures,
        failing_since=row.failing_since or now,
        retry_at=now + max(wait or timedelta(), wait_after(failures)),
        last_error=printable(error),
    )


def printable(text: str) -> str:
    """What may be kept of words that somebody else sent: one line without control characters."""
    return "".join(char if char.isprintable() else " " for char in text)[:MOST_ERROR]
