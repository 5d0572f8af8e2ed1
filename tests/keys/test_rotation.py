"""Keys are replaced while others sign and verify: nothing valid is refused, as the next key was published before."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client

from portal.core import clock
from portal.core.actors import SYSTEM
from portal.keys import jose, queries, states, views
from portal.keys.actions import ensure_keys, rotate_key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("rotation")]
MAX_AGE, AHEAD = 1, 2.5
"""Seconds for a day and five minutes: the next key is published for longer than anybody caches."""


@contextmanager
def own_connection() -> Iterator[None]:
    try:
        yield
    finally:
        connections.close_all()


class Verifier:
    """Somebody else's verifier: fetches the published keys, and keeps them for as long as the answer says."""

    def __init__(self) -> None:
        self.client, self.until = Client(), 0.0
        self.keys: list[dict[str, str]] = []
        self.believed = self.refused = 0

    def look(self, token: str) -> None:
        if time.monotonic() >= self.until:
            answer = self.client.get("/.well-known/jwks/credentials.json")
            age = int(answer["Cache-Control"].rpartition("max-age=")[2])
            self.keys, self.until = answer.json()["keys"], time.monotonic() + age
        try:
            jose.verify(token, keys=self.keys, typ="dc+sd-jwt", audience=None)
        except jose.NotVerified:
            self.refused += 1
        else:
            self.believed += 1


def under_load(seconds: float, pause: float) -> tuple[int, list[Verifier], int]:
    """Sign all the time, verify all the time, replace the key at each pause. Returns keys used, verifiers, changes."""
    stop = time.monotonic() + seconds
    latest: list[str] = []
    used: set[str] = set()
    ready = threading.Event()

    def sign() -> None:
        with own_connection():
            for number in itertools.count():
                signer = jose.signer("credentials")
                used.add(signer.key.kid)
                claims = {"iat": int(clock.now().timestamp()), "number": number}
                latest[:] = [signer.sign(typ="dc+sd-jwt", claims=claims)]
                ready.set()
                if time.monotonic() > stop:
                    return

    def verify(verifier: Verifier) -> None:
        ready.wait(10)
        with own_connection():
            while time.monotonic() < stop:
                verifier.look(latest[0])

    verifiers = [Verifier() for _ in range(3)]
    done = 0
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(sign), *(pool.submit(verify, verifier) for verifier in verifiers)]
        while time.monotonic() + pause < stop:
            time.sleep(pause)
            rotate_key(purpose="credentials", by=SYSTEM)
            done += 1
        for each in running:
            each.result()
    return len(used), verifiers, done


def shortened(monkeypatch: pytest.MonkeyPatch, ahead: float) -> None:
    for module in (states, queries):
        monkeypatch.setattr(module, "PUBLISHED_AHEAD", timedelta(seconds=ahead))
    monkeypatch.setattr(views, "PUBLISHED_MAX_AGE", timedelta(seconds=MAX_AGE))


def test_nothing_valid_is_refused_while_keys_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    shortened(monkeypatch, AHEAD)
    ensure_keys(purpose="credentials")
    used, verifiers, done = under_load(9, AHEAD + 0.2)
    assert done == 3
    assert used == 4
    assert [verifier.refused for verifier in verifiers] == [0, 0, 0]
    assert min(verifier.believed for verifier in verifiers) > 100


def test_a_key_that_was_not_published_before_would_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same without waiting: so the test above can fail."""
    shortened(monkeypatch, 0)
    ensure_keys(purpose="credentials")
    _used, verifiers, _done = under_load(3, 0.3)
    assert sum(verifier.refused for verifier in verifiers) > 0
