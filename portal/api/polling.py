"""Polling for signals (RFC 8936): acknowledgements are noted, what waits is given, and a poll waits for more."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings

from grants.actions.delivery import refused_by_poll, taken, token
from grants.actions.stream import acknowledge
from grants.models import Delivery, Stream
from portal.api.signal_schema import MOST_EVENTS, Poll
from portal.keys.jose import signer

LOOKS_EVERY = 0.25
"""Seconds between two looks while a poll waits."""
_waiters = threading.BoundedSemaphore(max(1, settings.SIGNALS_WAITING_POLLS))
"""Polls that may wait in this process: the other threads stay for everybody else."""


def poll_answer(stream: Stream, asked: Poll) -> dict[str, Any]:
    """The answer to a poll. One that wants something and finds nothing waits for it, a while, where there is room."""
    acknowledge(stream=stream, jtis=_ids(asked.ack))
    refused_by_poll(stream, {jti: (it.err, it.description) for key, it in asked.setErrs.items() for jti in _ids([key])})
    most = min(MOST_EVENTS, MOST_EVENTS if asked.maxEvents is None else asked.maxEvents)
    found, more = _given(stream, most)
    if found or more or not most or asked.returnImmediately or stream.state != "enabled":
        return _answer(found, more)
    if _waiters.acquire(blocking=False):
        try:
            found, more = _waited(stream, most)
        finally:
            _waiters.release()
    return _answer(found, more)


def _given(stream: Stream, most: int) -> tuple[list[Delivery], bool]:
    if stream.state != "enabled":
        return [], False
    return taken(stream, most)


def _waited(stream: Stream, most: int) -> tuple[list[Delivery], bool]:
    """Look again until something is there, or the time is over."""
    until = time.monotonic() + settings.SIGNALS_POLL_WAIT_SECONDS
    while time.monotonic() < until:
        time.sleep(LOOKS_EVERY)
        if Delivery.objects.filter(stream=stream, acknowledged_at=None).exists():
            stream.refresh_from_db(fields=["state"])
            found, more = _given(stream, most)
            if found or stream.state != "enabled":
                return found, more
    return [], False


def _answer(found: list[Delivery], more: bool) -> dict[str, Any]:
    signs = signer("signals") if found else None
    sets = {str(item.signal_id): token(item.signal, signs) for item in found} if signs else {}
    return {"sets": sets, "moreAvailable": more}


def _ids(jtis: list[str]) -> list[UUID]:
    """Those that can be ids at all, written as the portal writes them."""
    found = []
    for jti in jtis:
        with suppress(ValueError):
            found += [key] if str(key := UUID(jti)) == jti else []
    return found
