"""Taking in windows of use against a bare COPY of the same rows; and pages of a grant over a year of 1,000 partners.

Ingest goes over the real view: token, JSON, validation, keys, duplicates, lines, counts, answer. The bare COPY writes
the same rows, ready-made as bytes, into an identical table (partitions, key, indexes, checks), in turns.
"""

from __future__ import annotations

import json
import os
import statistics
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.bench import Row
from tests.bench.bulk import unguarded
from tests.bench.stack import database, plain_pages
from tests.bench.timing import compare, seconds

if TYPE_CHECKING:
    from tests.factories.usage import Sender

EVENTS = int(os.environ.get("BENCH_EVENTS", "5000"))
"""Windows in one report: as many as one may have."""
ROUNDS = int(os.environ.get("BENCH_USAGE_ROUNDS", "15"))
PARTNERS = int(os.environ.get("BENCH_PARTNERS", "1000"))
DAYS = int(os.environ.get("BENCH_DAYS", "365"))
A_DAY = int(os.environ.get("BENCH_WINDOWS_A_DAY", "28"))
"""Windows of each partner on each day: 1,000 × 365 × 28 are 10.2 million."""
FEWER = 100
PAIRS = 40
SHARE, CONSTANT, QUERIES = 0.4, 1.25, 12

_YEAR = """
SET LOCAL synchronous_commit = off;
INSERT INTO grants_usagewindow (gateway_id, event_id, digest, started_at, ended_at, requests, tokens_in, tokens_out,
    seats, denied, country, person_id, workload, provider_id, institution_id, release_id, environment_id,
    environment_key, use_case, data_class, line_id, scope, received_at)
SELECT %(gateway)s, 'b-' || p || '-' || d || '-' || w, p, at, at, 1 + w, 100, 20, 1, 0, '', NULL, '', %(provider)s,
    CASE WHEN p = 1 THEN %(institution)s ELSE md5('p' || p)::uuid END, %(release)s, %(environment)s, 'lab',
    'evaluation', 'synthetic', CASE WHEN p = 1 THEN %(line)s ELSE md5('l' || p)::uuid END, 'covered', at
FROM generate_series(%(first)s, %(last)s) d, generate_series(1, %(partners)s) p, generate_series(1, %(a_day)s) w,
    LATERAL (SELECT date_trunc('day', now()) - d * interval '1 day' + w * interval '40 minutes' AS at) t;
"""
_COUNTED = """
INSERT INTO grants_lineday (line_id, day, windows, requests, tokens, seats, denied)
SELECT line_id, (started_at AT TIME ZONE 'UTC')::date, count(*), sum(requests), sum(tokens_in + tokens_out), max(seats),
    sum(denied) FROM grants_usagewindow WHERE line_id IS NOT NULL GROUP BY 1, 2
ON CONFLICT (line_id, day) DO UPDATE SET windows = excluded.windows, requests = excluded.requests;
"""


def run() -> list[Row]:
    """The rows of the table."""
    with database(), plain_pages():
        return [*_ingest(), *_pages()]


# --- ingest ---------------------------------------------------------------------------------------------------
def _ingest() -> list[Row]:
    from portal.core import clock
    from tests.factories import grants as make
    from tests.factories.usage import Sender

    with clock.at(clock.now() - timedelta(days=4)):
        made = make.grant_in_force({}, {"use_case": "benchmarking"})
    sender = Sender(made)
    _twin()
    pairs = []
    for number in range(-2, ROUNDS):
        body = _batch(sender, number)
        ours = seconds(lambda body=body: _report(sender, body))
        rows = _rows_of(number)
        theirs = seconds(lambda rows=rows: _copy(rows))
        if number >= 0:
            pairs.append((ours, theirs))
    share = statistics.median(theirs / ours for ours, theirs in pairs)
    a_second = EVENTS / statistics.median(ours for ours, _theirs in pairs)
    bare = EVENTS / statistics.median(theirs for _ours, theirs in pairs)
    told = f"{share:.0%} ({a_second:,.0f} : {bare:,.0f} windows/s)"
    return [
        Row(f"reports of {EVENTS:,} windows to a bare COPY of the same rows", told, f"≥ {SHARE:.0%}", share >= SHARE)
    ]


def _batch(sender: Sender, number: int) -> bytes:
    """A report on two lines, over the last days."""
    now, uses = _now(), ("evaluation", "benchmarking")
    events = []
    for place in range(EVENTS):
        began = now - timedelta(seconds=60 + place * 60)
        changes: dict[str, Any] = {"tokens_in": 900 + place, "tokens_out": 80, "seats": 1 + place % 3, "country": "NO"}
        event = sender.event(f"bench-{number}-{place:06}", began, seconds=59, **changes)
        event["data"]["use_case"] = uses[place % 2]
        events.append(event)
    return json.dumps(events).encode()


def _now() -> Any:
    from portal.core import clock

    return clock.now()


def _report(sender: Sender, body: bytes) -> None:
    answer = sender.post(body, "application/cloudevents-batch+json")
    if answer.status_code != 200 or json.loads(answer.content)["accepted"] != EVENTS:
        raise RuntimeError(f"{answer.status_code}: {answer.content[:300]!r}")


def _twin() -> None:
    from django.db import connection

    from grants import partitions

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_window (LIKE grants_usagewindow INCLUDING ALL) PARTITION BY RANGE (started_at)"
        )
        for month in partitions.wanted(_now().date()):
            first, last = month, partitions.month_of(month, 1)
            cursor.execute(
                f"CREATE TABLE bench_window_{month:%Y_%m} PARTITION OF bench_window"
                f" FOR VALUES FROM ('{first} 00:00+00') TO ('{last} 00:00+00')"
            )


def _rows_of(number: int) -> bytes:
    """The rows that the report wrote, as COPY writes them."""
    from django.db import connection

    from grants.actions.usage import COLUMNS

    chosen = f"SELECT {COLUMNS} FROM grants_usagewindow WHERE event_id LIKE 'bench-{number}-%'"
    with connection.cursor() as cursor, cursor.copy(f"COPY ({chosen} ORDER BY id) TO STDOUT") as copy:
        return b"".join(bytes(part) for part in copy)


def _copy(rows: bytes) -> None:
    from django.db import connection

    from grants.actions.usage import COLUMNS

    with connection.cursor() as cursor, cursor.copy(f"COPY bench_window ({COLUMNS}) FROM STDIN") as copy:
        copy.write(rows)


# --- a year of many partners ----------------------------------------------------------------------------------
def _pages() -> list[Row]:
    """Pages of one grant and its provider, over a hundredth of the windows, then over all of them."""
    from django.urls import reverse

    from portal.core import clock
    from tests.factories import grants as make
    from tests.factories.usage import Sender
    from tests.world import client_for

    made = make.grant_in_force()
    sender = Sender(made)
    grant = made.grant.pk
    cases = [
        ("grant", client_for(made.applicant), reverse("grants:grant", args=[grant])),
        ("use of a grant", client_for(made.applicant), reverse("grants:use", args=[grant])),
        ("windows of a grant", client_for(made.applicant), reverse("grants:grant_windows", args=[grant])),
        ("windows of a provider", client_for(made.staff), reverse("grants:windows")),
    ]
    _partitions(clock.today())
    few = _fill(sender, max(1, PARTNERS // FEWER), 0)
    before = [(_measured(case), _queries(case)) for case in cases]
    many = _fill(sender, PARTNERS, few)
    rows = []
    for case, ((was, was_ms), asked) in zip(cases, before, strict=True):
        (now, ms), queries = _measured(case), _queries(case)
        told = f"{now / was:.2f} × ({ms:.0f} ms, {now:.1f} bare : {was_ms:.0f} ms, {was:.1f} bare), {queries} queries"
        name = f"{case[0]}: a page over {many:,} windows to one over {few:,}"
        rows.append(Row(name, told, f"≤ {CONSTANT} ×, as many queries", now / was <= CONSTANT and queries == asked))
    return rows


def _partitions(today: Any) -> None:
    from grants import partitions

    partitions.make(partitions.month_of(today, -ago) for ago in range(DAYS // 28 + 2))


def _fill(sender: Sender, partners: int, before: int) -> int:
    """A year of windows of so many partners, of which the first is the grant's. Returns how many there are."""
    from django.db import connection

    made, row = sender.made, sender.row
    values = {
        "gateway": row.pk, "provider": row.organisation_id, "institution": made.institution.pk,
        "release": made.release.pk, "environment": made.environment.pk, "line": made.line.pk, "partners": partners,
        "a_day": A_DAY,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE grants_usagewindow DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM grants_usagewindow WHERE gateway_id = %s", [row.pk])
        cursor.execute("ALTER TABLE grants_usagewindow ENABLE TRIGGER USER")
    for first in range(1, DAYS + 1, 30):
        with unguarded() as cursor:
            cursor.execute(_YEAR, {**values, "first": first, "last": min(first + 29, DAYS)})
    with unguarded() as cursor:
        cursor.execute(_COUNTED)
    _settle()
    return partners * DAYS * A_DAY


def _settle() -> None:
    """What the database would do in the background by itself, so that it does not do it while pages are measured."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def _measured(case: Any) -> tuple[float, float]:
    """A page as a multiple of a bare view in turns with it, and in ms: the two fillings are measured minutes apart, in
    which the machine may have become another."""
    _name, client, path = case
    ratio, ms, _bare = compare(lambda: _page(client, path), lambda: _page(client, "/bench/known"), pairs=PAIRS)
    return ratio, ms


def _queries(case: Any) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    _name, client, path = case
    with CaptureQueriesContext(connection) as queries:
        _page(client, path)
    return len(queries)


def _page(client: Any, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise AssertionError(f"{path} answered {answer.status_code}")
