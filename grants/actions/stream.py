"""Deeds on streams of signals: by the machine that has one, by its provider's people, and by the portal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from grants.actions.signal import catch_up, no_signals_meanwhile, tell_of_stream
from grants.models import Delivery, Signal, Stream
from grants.notices_streams import tell_of_pause
from grants.rules.endpoint import endpoint_verdict, header_verdict
from grants.rules.signal import SUPPORTED, UPDATED, VERIFICATION
from grants.states_streams import KEPT
from portal.accounts.models import Gateway
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.observers import Happening
from portal.core.verdicts import refused, require
from portal.keys.sealed import seal, unseal
from portal.workflow import as_deed, create, lock, move, record

MOST_STREAMS = 5
"""Streams of one API client."""
VERBS = {"enabled": "enable", "paused": "pause", "disabled": "disable"}
"""Status → the deed that leads there."""


def _label(stream: Stream) -> str:
    return f"stream:{stream.pk}"


@as_deed
def create_stream(
    *, gateway: Gateway, by: Actor, method: str, endpoint_url: str = "", authorization: str = "",
    events: Sequence[str] = (), description: str = "",
) -> Stream:  # fmt: skip
    """Begin a stream of that client. It starts with what is stopped now.

    Raises Refused for an address that may not be pushed to, a header that is no line, or where there are too many.
    """
    no_signals_meanwhile()
    lock(gateway)
    if Stream.objects.filter(gateway=gateway, state__in=KEPT).count() >= MOST_STREAMS:
        text = _("A client has %(most)s streams at most. Delete one first.") % {"most": MOST_STREAMS}
        require(refused(text, code="too_many_streams", rule="stream.create"))
    stream = Stream(gateway=gateway, provider_id=gateway.organisation_id, created_at=clock.now())
    wanted = _wanted(stream, method, endpoint_url, authorization or None, events, description)
    for name, value in wanted.items():
        setattr(stream, name, value)
    stream.updated_at = stream.created_at
    create(stream, "create", by=by, detail=_told(stream), about=[stream.provider_id, gateway.pk])
    catch_up(stream)
    return stream


@as_deed
def change_stream(
    *, stream: Stream, by: Actor, method: str, endpoint_url: str = "", authorization: str | None = None,
    events: Sequence[str] = (), description: str = "", keep_authorization: bool = False,
) -> Stream:  # fmt: skip
    """Replace what the receiver may choose. `keep_authorization`: leave the header as it is, unless one is given.

    Raises as create_stream does. A receiver at another address is tried at once.
    """
    no_signals_meanwhile()
    lock(stream)
    wanted = _wanted(stream, method, endpoint_url, authorization, events, description)
    moved = method == Stream.Method.PUSH and endpoint_url != stream.endpoint_url
    if keep_authorization and not authorization and method == Stream.Method.PUSH:
        if moved and stream.authorization:
            text = _("Give the authorization header again: it is not passed on to another address.")
            require(refused(text, code="header_missing", rule="stream.authorization"))
        wanted["authorization"] = stream.authorization
    fresh = {**wanted, "updated_at": clock.now(), "retry_at": None}
    about = [stream.provider_id, stream.gateway_id]
    before = _told(stream)
    trial = {**before, **{name: value for name, value in wanted.items() if name in before}}
    move(stream, "change", by=by, changes=fresh, detail={"before": before, "now": trial}, about=about)
    catch_up(stream)
    return stream


def _wanted(
    stream: Stream, method: str, url: str, authorization: str | None, events: Sequence[str], description: str
) -> dict[str, Any]:
    """The values of a stream as asked for. Events that there are not are left out (SSF 1.0 §8.1.1)."""
    if method == Stream.Method.PUSH:
        private, plain = settings.SIGNALS_PRIVATE_ENDPOINTS, settings.SIGNALS_PLAIN_ENDPOINTS
        require(endpoint_verdict(url, private=private, plain=plain))
    if authorization:
        require(header_verdict(authorization))
    push = method == Stream.Method.PUSH
    known = [event for event in SUPPORTED if event in events]
    if events and not known:
        text = _("None of these events is sent. Leave them out to hear everything.")
        require(refused(text, code="no_such_event", rule="stream.events"))
    return {
        "method": method,
        "endpoint_url": url if push else "",
        "authorization": seal(authorization, label=_label(stream)) if push and authorization else None,
        "events_requested": known,
        "description": " ".join(description.split())[:300],
    }


def _told(stream: Stream) -> dict[str, Any]:
    """What the record keeps: never the header."""
    return {name: getattr(stream, name) for name in ("method", "endpoint_url", "events_requested", "description")}


def seal_streams_anew() -> int:
    """Encrypt every header by the present key (portal.keys.sealed.ANEW). Returns how many there are."""
    rows = Stream.objects.filter(authorization__isnull=False)
    for pk in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            stream = rows.select_for_update().filter(pk=pk).first()
            if stream is not None:
                header = unseal(bytes(stream.authorization or b""), label=_label(stream))
                Stream.objects.filter(pk=pk).update(authorization=seal(header, label=_label(stream)))
    return rows.count()


@as_deed
def set_status(*, stream: Stream, status: str, by: Actor, reason: str = "") -> Stream:
    """Enable, pause or disable it. What was held goes out; whoever missed something is told how it stands now.

    Where it was not the receiver itself, the receiver is told (SSF 1.0 §8.1.5). Already so: nothing is done.
    """
    no_signals_meanwhile()
    lock(stream)
    if stream.state == status:
        return stream
    before = stream.state
    if status != "enabled" and not by.has("signal_receiver"):
        _tell_of_status(stream, status, reason)
    changes = {"reason": reason.strip()[:300], "updated_at": clock.now(), "retry_at": None}
    if status == "enabled":
        changes |= {"failing_since": None, "failures": 0, "last_error": ""}
    about = [stream.provider_id, stream.gateway_id]
    move(stream, VERBS[status], by=by, changes=changes, detail={"reason": reason.strip()}, about=about)
    if status == "enabled" and not by.has("signal_receiver"):
        _tell_of_status(stream, status, reason)
    if before == "disabled":
        catch_up(stream)
    return stream


def _tell_of_status(stream: Stream, status: str, reason: str) -> None:
    tell_of_stream(stream, UPDATED, {"status": status, **({"reason": reason.strip()} if reason.strip() else {})})


@as_deed
def delete_stream(*, stream: Stream, by: Actor) -> Stream:
    """End it. What was not acknowledged is delivered no more; the rows stay."""
    changes = {"authorization": None, "updated_at": clock.now()}
    return move(stream, "delete", by=by, changes=changes, about=[stream.provider_id, stream.gateway_id])


def seconds_to_wait(stream: Stream) -> int:
    """0 where a verification may be asked for now, else after how many seconds (min_verification_interval)."""
    if stream.verified_at is None:
        return 0
    next_at = stream.verified_at + timedelta(seconds=settings.SIGNALS_VERIFICATION_SECONDS)
    return max(0, -int((clock.now() - next_at).total_seconds() // 1))


@as_deed
def verify_stream(*, stream: Stream, by: Actor, state: str = "") -> Signal:
    """Put a verification event on the stream (SSF 1.0 §8.1.4), with what the receiver wants to see in it.

    Raises Refused more often than once in SIGNALS_VERIFICATION_SECONDS.
    """
    lock(stream)
    if seconds_to_wait(stream):
        require(refused(_("A test was sent just now. Wait a moment."), code="too_often", rule="stream.verify"))
    record(stream, "verify", by=by, changes={"verified_at": clock.now(), "retry_at": None}, about=[stream.provider_id])
    return tell_of_stream(stream, VERIFICATION, {"state": state} if state else {})


@as_deed
def pause_silent_stream(*, stream: Stream) -> Stream:
    """Leave a receiver alone that has not answered for very long, and tell its provider. What waits is kept."""
    hours = settings.SIGNALS_PAUSE_AFTER_HOURS
    reason = _("The receiver has not answered for %(hours)s hours.") % {"hours": hours}
    set_status(stream=stream, status="paused", reason=reason, by=SYSTEM)
    tell_of_pause(stream)
    return stream


def forget_gateways(happenings: Sequence[Happening]) -> None:
    """Watches gateways (portal.core.observers): those that were revoked."""
    for happening in happenings:
        if happening.verb == "revoke":
            disable_streams_of(gateway=happening.subject)


@as_deed
def disable_streams_of(*, gateway: Gateway) -> None:
    """A client whose credentials were revoked hears nothing any more."""
    for stream in Stream.objects.filter(gateway=gateway, state__in=("enabled", "paused")).order_by("pk"):
        lock(stream)
        changes = {"reason": _("The API client was revoked."), "updated_at": clock.now(), "authorization": None}
        move(stream, "disable", by=SYSTEM, changes=changes, about=[stream.provider_id, gateway.pk])


def acknowledge(*, stream: Stream, jtis: Iterable[UUID]) -> int:
    """Note what a receiver acknowledged by polling (RFC 8936 §2.4). What was not sent to it is passed over."""
    rows = Delivery.objects.filter(stream=stream, signal__in=[*jtis], acknowledged_at=None, attempts__gt=0)
    now = clock.now()
    changed = Delivery.objects.filter(pk__in=rows.values("pk")).update(acknowledged_at=now, error="")
    if changed:
        Stream.objects.filter(pk=stream.pk).update(delivered_at=now, failing_since=None, failures=0, last_error="")
    return changed
