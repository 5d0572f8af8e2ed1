"""From placing a hold to the receivers' endpoints, among many grants and with dead receivers beside the others.

The real deed, the real transmitter process, receivers with real sockets in a process of their own. Measured from before
the deed is called until its signals are there, so that the deed itself counts.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from tests.bench import Row
from tests.bench.access import _FILL
from tests.bench.stack import address, database

GRANTS = int(os.environ.get("BENCH_GRANTS", "10000"))
RECEIVERS, DEAD = 50, 5
HOLDS = int(os.environ.get("BENCH_SIGNALS", "25"))
EVERY = 1.5
"""Seconds from one hold to the next."""
TARGET = 1.0
SIGNALS = 2
"""Of an emergency hold: account-disabled and session-revoked."""


def run() -> list[Row]:
    """The rows of the table."""
    with database(), _receivers() as base:
        made = _world(base)
        with _transmitter():
            _measured(made, base, 2)  # connections are made, keys are opened
            times, missing = _measured(made, base, HOLDS)
    p99 = statistics.quantiles(times, n=100)[98]
    among = f"hold to receivers among {GRANTS:,} grants, {RECEIVERS} receivers, {DEAD} dead"
    return [
        Row(
            f"{among}: 99th percentile",
            f"{p99:.2f} s (median {statistics.median(times):.2f} s, longest {max(times):.2f} s)",
            f"≤ {TARGET:.0f} s",
            p99 <= TARGET,
        ),
        Row(f"{among}: signals that did not arrive", str(missing), "0", missing == 0),
    ]


@contextmanager
def _receivers() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.receivers"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def _transmitter() -> Iterator[None]:
    own = {"SIGNALS_PRIVATE_ENDPOINTS": "true", "SIGNALS_PLAIN_ENDPOINTS": "true", "DATABASE_URL": address()}
    process = subprocess.Popen([sys.executable, "manage.py", "transmit"], env={**os.environ, **own})
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _world(base: str) -> Any:
    """A grant in force among many, and a stream for each receiver of its provider."""
    from django.db import connection
    from django.test import override_settings

    from grants.actions.stream import create_stream
    from grants.queries.stream import own_gateway
    from tests.factories import grants as make
    from tests.factories.accounts import make_gateway

    made = make.grant_in_force()
    keys: dict[str, UUID | int] = {"grant": made.grant.pk, "request": made.request.pk, "grants": GRANTS, "holds": 0}
    with connection.cursor() as cursor:
        cursor.execute(_FILL, keys)
    with override_settings(SIGNALS_PRIVATE_ENDPOINTS=True, SIGNALS_PLAIN_ENDPOINTS=True):
        for number in range(RECEIVERS):
            actor = make_gateway(made.release.provider, scopes=["signals"])
            url = f"{base}/silent/{number}" if number < DEAD else f"{base}/{number}"
            by = _receiver(actor)
            create_stream(gateway=own_gateway(actor), by=by, method="push", endpoint_url=url)
    return made


def _receiver(actor: Any) -> Any:
    from dataclasses import replace

    return replace(actor, roles=frozenset({"signal_receiver"}))


def _measured(made: Any, base: str, holds: int) -> tuple[list[float], int]:
    """How long each signal of each hold took to each receiver that is well; and how many did not come at all."""
    from grants.actions.hold import lift_hold, place_hold
    from grants.models import Signal

    begun: dict[str, float] = {}
    for _number in range(holds):
        start = time.monotonic()
        hold = place_hold(target=made.grant, reason="Lost keys.", lifted_when="New keys.", by=made.signatory)
        transaction: UUID = Signal.objects.filter(hold=hold)[0].transaction
        begun[str(transaction)] = start
        time.sleep(max(0.0, EVERY - (time.monotonic() - start)))
        lift_hold(hold=hold, reason="New keys.", by=made.signatory)
        time.sleep(EVERY / 2)
    wanted = holds * (RECEIVERS - DEAD) * SIGNALS
    until = time.monotonic() + 20
    while len(times := _times(base, begun)) < wanted and time.monotonic() < until:
        time.sleep(0.2)
    return times, wanted - len(times)


def _times(base: str, begun: dict[str, float]) -> list[float]:
    with urllib.request.urlopen(f"{base}/arrived", timeout=10) as response:
        arrived = json.load(response)
    return [at - begun[transaction] for _name, transaction, at in arrived if transaction in begun]
