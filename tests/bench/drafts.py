"""Saving one answer as it is typed, against a bare one-query view: signed in, over HTTP, in the same process, in turns.

The bare view is asked by the same session through the same middleware, so both pay for who asks.
"""

from __future__ import annotations

import http.client
import os
import statistics
import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from tests.bench import Row
from tests.bench.stack import database, served

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "400"))
ROUNDS = 5
RATIO = 2.0


def run() -> list[Row]:
    """The row of the table."""
    with database():
        path, session, posted = _draft()
        with served() as base:
            address = urlsplit(base).netloc
            token = "a" * 32
            headers = {"Cookie": f"sessionid={session}; csrftoken={token}", "X-CSRFToken": token}
            form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
            ours = ("POST", path, form)
            bare = ("POST", "/bench/known", form)
            for each in (ours, bare):
                _median(address, *each, posted)
            pairs = [(_median(address, *ours, posted), _median(address, *bare, posted)) for _ in range(ROUNDS)]
    ratio = statistics.median(mine / other for mine, other in pairs)
    times = " : ".join(f"{statistics.median(column) * 1000:.1f} ms" for column in zip(*pairs, strict=True))
    return [
        Row(
            "saving an answer as it is typed, to a bare one-query view",
            f"{ratio:.2f} × ({times})",
            f"≤ {RATIO} ×",
            ratio <= RATIO,
        )
    ]


def _draft() -> tuple[str, str, Callable[[int], bytes]]:
    """The address of a filled draft's section, an applicant's session, and what the nth save posts."""
    from django.urls import reverse

    from tests.factories import partners as make
    from tests.world import signed_in

    made = make.cast()
    path = reverse("partners:autosave", args=[made.application.pk, "intended_use"])
    version = str(made.fresh().answers_version)

    def posted(number: int) -> bytes:
        words = f"We measure how reliably models refuse unsafe instructions, by method {number}. " * 4
        form = {"asked": "programme", "programme": words, "version": version, "page": "bench", "rulebook": "1.0"}
        return urlencode(form).encode()

    return path, signed_in(made.applicant)["session"], posted


def _median(address: str, method: str, path: str, headers: dict[str, str], posted: Callable[[int], bytes]) -> float:
    """Seconds of the median request, of REQUESTS over one connection. Each saves other words."""
    client = http.client.HTTPConnection(address)
    times = []
    for number in range(REQUESTS):
        body = posted(time.perf_counter_ns() + number)
        started = time.perf_counter()
        client.request(method, path, body, headers)
        response = client.getresponse()
        content = response.read()
        times.append(time.perf_counter() - started)
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}: {content[:300]!r}")
    client.close()
    return statistics.median(times)
