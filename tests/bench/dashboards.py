"""Oversight boards over 100,000 grants, a million incidents, their record, and ten million windows of use.

Each page is measured in turns with a bare view, over a tenth of it all and over all of it: it must not become slower.
How long it takes to make the sums anew from the record, and to take in what happened in a minute, is told.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tests.bench import Row
from tests.bench.bulk import unguarded
from tests.bench.scheme import GRANTS_EACH, fill
from tests.bench.stack import database, plain_pages
from tests.bench.timing import compare, seconds

if TYPE_CHECKING:
    from django.test import Client

GRANTS = int(os.environ.get("BENCH_GRANTS", "100000"))
INCIDENTS = int(os.environ.get("BENCH_INCIDENTS", "1000000"))
WINDOWS = int(os.environ.get("BENCH_WINDOWS", "10000000"))
MOST_MS, GROWTH, QUERIES = 250, 1.2, 12
FEWER, DAYS = 10, 360
PARTNERS = max(FEWER, GRANTS // GRANTS_EACH)
PAIRS = 25

_WINDOWS = """
INSERT INTO grants_usagewindow (gateway_id, event_id, digest, started_at, ended_at, requests, tokens_in, tokens_out,
    seats, denied, country, person_id, workload, provider_id, institution_id, release_id, environment_id,
    environment_key, use_case, data_class, line_id, scope, received_at)
SELECT %(gateway)s, 'b-' || n, n, at, at, 1, 100, 20, 1, 0, '', NULL, '', md5('prov1')::uuid,
    md5('p' || 1 + n %% %(partners)s)::uuid, md5('rel0')::uuid, md5('env' || 1 + n %% %(partners)s)::uuid, 'lab',
    'evaluation', 'synthetic', NULL, 'covered', at
FROM generate_series(%(first)s, %(last)s) n,
    LATERAL (SELECT now() - n %% (%(days)s * 1440) * interval '1 minute' AS at) t
"""


def run() -> list[Row]:
    """A row for each board, one for its queries, and what keeping and rebuilding took."""
    with database(), plain_pages():
        client, gateway, uses = _reader()
        pages = _pages()
        few = PARTNERS // FEWER
        _fill(1, few, gateway, uses)
        rows = [_rebuilt(f"a {FEWER}th of it")]
        before = {name: _measured(client, path) for name, path in pages.items()}
        asked = {name: _queries(client, path) for name, path in pages.items()}
        _fill(few + 1, PARTNERS, gateway, uses)
        rows.append(_rebuilt("all of it"))
        for name, path in pages.items():
            rows += _of(name, client, path, before[name], asked[name])
        return [*rows, _kept(few)]


def _reader() -> tuple[Client, str, list[str]]:
    """Who reads, a gateway that reported, and the use cases of the rules."""
    from tests.factories.accounts import make_gateway, make_member, make_organisation
    from tests.factories.rulebook import founded_rulebook
    from tests.world import client_for

    founded_rulebook()
    from portal.accounts.models import Gateway
    from portal.rulebook.queries import rules

    member = make_member(make_organisation("oversight", jurisdiction="FR"), "oversight_member")
    make_gateway()
    make_member(
        make_organisation("authority", jurisdiction="NO"), "case_officer"
    )  # a first deed: the record has a head
    return client_for(member), str(Gateway.objects.get().pk), [item.key for item in rules().scope.use_cases]


def _pages() -> dict[str, str]:
    from django.urls import reverse

    from portal.dashboards.boards import PAGES

    found = {"overview": reverse("dashboards:oversight")}
    return found | {page.key: reverse("dashboards:board", args=[page.key]) for page in PAGES}


def _fill(first: int, last: int, gateway: str, uses: list[str]) -> None:
    from django.db import connection

    from grants import partitions
    from portal.core import clock

    fill(first, last, incidents_each=max(1, INCIDENTS // PARTNERS), uses=uses)
    partitions.make(partitions.month_of(clock.today(), -ago) for ago in range(DAYS // 28 + 2))
    each = WINDOWS // PARTNERS
    for part in range((first - 1) * each + 1, last * each + 1, 1_000_000):
        values: dict[str, Any] = {"gateway": gateway, "partners": PARTNERS, "days": DAYS, "first": part}
        with unguarded() as cursor:
            cursor.execute(_WINDOWS, {**values, "last": min(part + 999_999, last * each)})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def _rebuilt(what: str) -> Row:
    """How long it takes to make all sums anew; boards stay open meanwhile."""
    from django.db import connection

    from portal.dashboards.models import Cursor, Spell, Tally
    from portal.dashboards.rollup.keep import rebuild
    from portal.ledger.models import Head

    took = seconds(rebuild)
    Cursor.objects.update(seq=Head.objects.get().size)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    entries, spells, tallies = Head.objects.get().size, Spell.objects.count(), Tally.objects.count()
    told = f"{took:.0f} s ({entries:,} entries, {spells:,} spells, {tallies:,} sums)"
    return Row(f"rollups made anew from {what}", told, "(told)", took > 0)


def _kept(partners: int) -> Row:
    """Taking in 1,000 entries of incidents of many partners, as the sweep does."""
    from portal.dashboards.models import Cursor
    from portal.dashboards.rollup.keep import keep_batch

    entries = 1000
    Cursor.objects.update(seq=partners * 400)
    took = seconds(lambda: keep_batch(entries))
    return Row(f"the sums kept through {entries:,} entries of the record", f"{took:.1f} s", "(told)", took > 0)


def _of(name: str, client: Client, path: str, before: tuple[float, float], asked: int) -> list[Row]:
    (ratio, ms), queries = _measured(client, path), _queries(client, path)
    growth = ratio / before[0]
    told = f"{growth:.2f} × ({ms:.0f} ms, {ratio:.1f} bare : {before[1]:.0f} ms, {before[0]:.1f} bare)"
    what = f"{GRANTS:,} grants, {INCIDENTS:,} incidents, {WINDOWS:,} windows"
    return [
        Row(f"{name}: the board over {what}", f"{ms:.0f} ms", f"≤ {MOST_MS} ms", ms <= MOST_MS),
        Row(f"{name}: to a {FEWER}th of it", told, f"≤ {GROWTH} ×", growth <= GROWTH),
        Row(f"{name}: queries", str(queries), f"≤ {QUERIES}, as many", queries <= QUERIES and queries == asked),
    ]


def _measured(client: Client, path: str) -> tuple[float, float]:
    """A page as a multiple of a bare view in turns with it, and in ms."""
    ratio, ms, _bare = compare(lambda: _page(client, path), lambda: _page(client, "/bench/known"), pairs=PAIRS)
    return ratio, ms


def _queries(client: Client, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        _page(client, path)
    return len(queries)


def _page(client: Client, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise AssertionError(f"{path} answered {answer.status_code}")
