"""Putting signals on streams, in the transaction of the deed that they tell of.

Deeds on one institution write their signals one after the other (an advisory lock until their commit), so that what a
stream hears last of a subject is how it stands: of a hold that is lifted and another that is placed at the same moment,
the second sees the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection

from grants.effects import Effect, Kind
from grants.models import Delivery, Grant, GrantLine, Hold, Signal, Stream
from grants.queries.effective import as_in_force
from grants.queries.signal import collecting, free, last_told, missing_on, partner_is_held, providers_of, told_stopped
from grants.rules.signal import (
    CHANGED,
    DISABLED,
    ENABLED,
    STOPPED,
    environment_subject,
    grant_subject,
    key_of,
    line_subject,
    partner_subject,
    payload_of,
    person_subject,
    stream_subject,
    wants,
)
from grants.states import HOLD_STOPS
from partners.models import Person
from portal.core import clock
from portal.core.ids import new_id
from portal.core.waking import wake

STREAMS = "signals:streams"
SUBJECTS = ("partner", "grant", "line", "environment", "person")
"""What signals are about. A provider retires its own releases and is not told of it."""


def tell_gateways(effects: Sequence[Effect]) -> None:
    """Write the signals of one deed. Subscribed to grants.effects."""
    transaction = new_id()
    institutions = sorted({effect.institution_id for effect in effects if effect.institution_id})
    _advisory_lock("pg_advisory_xact_lock_shared", STREAMS)
    for institution in institutions:
        _advisory_lock("pg_advisory_xact_lock", f"signals:{institution}")
    _put([signal for effect in effects for signal in _of(effect, transaction)])
    for institution in institutions:
        causes = [effect for effect in effects if effect.institution_id == institution]
        _put([*_restored(institution, causes, transaction), *_known_to_newcomers(causes, transaction)])
    wake()


def no_signals_meanwhile() -> None:
    """For deeds that decide what a stream hears: until they commit no deed signals anything. Before other locks."""
    _advisory_lock("pg_advisory_xact_lock", STREAMS)


def _advisory_lock(function: str, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [name])


def _of(effect: Effect, transaction: UUID) -> Iterator[Signal]:
    """What the effect alone leads to. Whoever confirms a hold changes nothing about access."""
    if effect.on not in SUBJECTS or effect.verb == "confirm" or effect.kind is Kind.RESTORED:
        return
    events = {Kind.SUSPENDED: (DISABLED,), Kind.STOPPED: (DISABLED, STOPPED), Kind.CHANGED: (CHANGED,)}[effect.kind]
    if effect.kind is Kind.CHANGED and effect.on not in ("grant", "line"):
        return
    target, subject = _subject(effect)
    claims = _claims(effect) if effect.kind is Kind.CHANGED else None
    for provider in providers_of(effect.live_lines()):
        for event in events:
            yield _signal(
                event, effect.code, transaction, claims, provider_id=provider, institution_id=effect.institution_id,
                on=effect.on, target_id=target, subject=subject, hold_id=_hold(effect),
            )  # fmt: skip


def _signal(event: str, code: str, transaction: UUID, claims: dict[str, Any] | None = None, **fields: Any) -> Signal:
    now = clock.now()
    payload = payload_of(event, code, now, claims)
    return Signal(event=event, payload=payload, transaction=transaction, happened_at=now, issued_at=now, **fields)


def _hold(effect: Effect) -> UUID | None:
    return effect.cause.pk if isinstance(effect.cause, Hold) else None


def _subject(effect: Effect) -> tuple[UUID, dict[str, Any]]:
    """The key under which it is kept here, and the subject as the provider knows it.

    A person is the same one under every naming of the institution: by account, or by address while there is none.
    """
    key, institution = effect.target_id, effect.institution_id
    assert institution
    if effect.on == "partner":
        return key, partner_subject(institution)
    if effect.on == "grant":
        return key, grant_subject(institution, Grant.objects.values_list("reference", flat=True).get(pk=key))
    if effect.on == "environment":
        return key, environment_subject(institution, key)
    if effect.on == "line":
        reference = GrantLine.objects.values_list("grant__reference", flat=True).get(pk=key)
        return key, line_subject(institution, reference, key)
    account, email = Person.objects.values_list("user_id", "email").get(pk=key)
    return uuid5(NAMESPACE_URL, f"{institution}:{account or email.lower()}"), person_subject(
        institution, account, email
    )


def _claims(effect: Effect) -> dict[str, Any]:
    """What the grant or line permits now, as the provider may read it."""
    if effect.on == "grant":
        grant = Grant.objects.get(pk=effect.target_id)
        return {"state": grant.state, "starts_on": f"{grant.starts_on}", "ends_on": f"{grant.ends_on}"}
    (line,) = as_in_force(GrantLine.objects.filter(pk=effect.target_id))
    limits = {name: getattr(line, name) for name in ("requests_per_day", "tokens_per_day", "seats")}
    return {**limits, "ends_on": f"{line.ends_on}", "conditions": line.conditions, "obligations": line.obligations}


def _restored(institution: UUID, causes: Iterable[Effect], transaction: UUID) -> list[Signal]:
    """That subjects go on which were told to be stopped, where nothing holds them any more."""
    why = [effect for effect in causes if effect.kind is Kind.RESTORED or effect.verb == "accept"]
    if not why:
        return []
    told = told_stopped(institution)
    usable = free(institution, told)
    return [
        _signal(
            ENABLED, why[0].code, transaction, provider_id=last.provider_id, institution_id=institution, on=last.on,
            target_id=last.target_id, subject=last.subject, hold_id=_hold(why[0]),
        )
        for last in told
        if (last.on, last.target_id) in usable
    ]  # fmt: skip


def _known_to_newcomers(causes: Iterable[Effect], transaction: UUID) -> Iterator[Signal]:
    """What stopped a partner before a provider had a line of it, told with the first grant that gives it one."""
    accepted = [effect for effect in causes if effect.on == "grant" and effect.verb == "accept"]
    for effect in accepted:
        institution = effect.institution_id
        assert institution
        told = {(last.provider_id, last.on, last.target_id) for last in last_told(institution=institution)}
        holds = Hold.objects.filter(institution=institution, state__in=HOLD_STOPS, grant=None, line=None)
        stopped = [
            Effect(Kind.SUSPENDED, hold.target_kind, hold.target_id, "hold", hold, "place", institution)
            for hold in holds.order_by("pk")
        ]
        if not any(one.on == "partner" for one in stopped) and partner_is_held(institution):
            stopped.append(
                Effect(Kind.SUSPENDED, "partner", institution, "qualification", None, "suspend", institution)
            )
        for signal in (signal for one in stopped for signal in _of(one, transaction)):
            if (signal.provider_id, signal.on, signal.target_id) not in told:
                yield signal


# --- onto streams ---------------------------------------------------------------------------------
def _put(signals: Sequence[Signal]) -> None:
    """Write the signals, each with its delivery for every stream of its provider that asked for such events."""
    if not signals:
        return
    Signal.objects.bulk_create(signals)
    streams = collecting({signal.provider_id for signal in signals})
    Delivery.objects.bulk_create(
        _delivery(stream, signal)
        for signal in signals
        for stream in streams.get(signal.provider_id, ())
        if wants(stream.events_requested, signal.event)
    )


def _delivery(stream: Stream, signal: Signal) -> Delivery:
    return Delivery(stream=stream, signal=signal, subject_key=key_of(signal.on, signal.target_id))


def catch_up(stream: Stream) -> None:
    """Put on a stream what is stopped now and its receiver does not know, for one that is new or was disabled.

    The deed has called no_signals_meanwhile.
    """
    Delivery.objects.bulk_create(
        _delivery(stream, signal) for signal in missing_on(stream) if wants(stream.events_requested, signal.event)
    )
    wake()


def tell_of_stream(stream: Stream, event: str, payload: dict[str, Any]) -> Signal:
    """Put an event about the stream itself on it."""
    now = clock.now()
    signal = Signal(
        provider_id=stream.provider_id, stream=stream, on="stream", target_id=stream.pk, event=event,
        subject=stream_subject(stream.pk), payload=payload, transaction=new_id(), happened_at=now, issued_at=now,
    )  # fmt: skip
    signal.save(force_insert=True)
    _delivery(stream, signal).save(force_insert=True)
    wake()
    return signal
