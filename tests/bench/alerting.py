"""The watch over use on a million windows: reading hours and countries, judging, and writing states and alerts.

The unit is a reported window, of which each series has ten in an hour; what is judged is the hour, so its rate is told
too. Sums by the hour are there, for they are made when reports come in (bench `usage`). A second is one of a core: the
time that this process and its database process were at work, one after the other, so that what else the machine does
is no part of it; the time by the clock stands beside it. Twice: three weeks at once, as after a long absence, and then
a day hour by hour, as sweeps come.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from tests.bench import Row
from tests.bench.bulk import analyse, applications, unguarded
from tests.bench.stack import database

PARTNERS = int(os.environ.get("BENCH_ALERT_PARTNERS", "100"))
HOURS = int(os.environ.get("BENCH_ALERT_HOURS", "500"))
USES = ("evaluation", "red_teaming")
A_HOUR, SINGLY = 10, 24
TARGET = 20_000

_WINDOWS = """
SET LOCAL synchronous_commit = off;
INSERT INTO grants_usagewindow (gateway_id, event_id, digest, started_at, ended_at, requests, tokens_in, tokens_out,
    seats, denied, country, person_id, workload, provider_id, institution_id, release_id, environment_id,
    environment_key, use_case, data_class, line_id, scope, received_at)
SELECT %(gateway)s, p || '-' || h || '-' || u || '-' || w, p, at, at,
    20 + (h * 7 + p + w * 3) %% 30 + CASE WHEN h %% 24 BETWEEN 8 AND 18 THEN 100 ELSE 0 END
        + CASE WHEN p %% 10 = 1 AND h %% 240 = 235 THEN 5000 ELSE 0 END,
    100, 20, 1, 0, 'NO', NULL, '', %(provider)s, md5('o' || p)::uuid, %(release)s, NULL, 'lab', u, 'synthetic', NULL,
    'covered', at
FROM generate_series(0, %(hours)s - 1) h, generate_series(1, %(partners)s) p, unnest(%(uses)s::text[]) u,
    generate_series(1, %(a_hour)s) w,
    LATERAL (SELECT %(first)s + h * interval '1 hour' + w * interval '5 minutes' AS at) t;
INSERT INTO grants_usagehour (hour, gateway_id, provider_id, institution_id, release_id, environment_id,
    environment_key, use_case, data_class, line_id, scope, windows, requests, tokens_in, tokens_out, seats, denied)
SELECT date_trunc('hour', started_at, 'UTC'), gateway_id, provider_id, institution_id, release_id, environment_id,
    environment_key, use_case, data_class, line_id, scope, count(*), sum(requests), sum(tokens_in), sum(tokens_out),
    max(seats), sum(denied) FROM grants_usagewindow GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11;
"""


def run() -> list[Row]:
    """The rows of the table."""
    with database():
        from audits.models import Alert
        from portal.core import clock

        first = _filled()
        settled = first + timedelta(hours=HOURS - SINGLY + 3)
        with clock.at(settled):
            at_once = _worked(_swept)
        hourly = (0.0, 0.0)
        for hour in range(1, SINGLY + 1):
            with clock.at(settled + timedelta(hours=hour)):
                core, passed = _worked(_swept)
            hourly = (hourly[0] + core, hourly[1] + passed)
        alerts = Alert.objects.filter(kind__in=["volume", "rhythm"]).count()
        found = Row("alerts: raised for bursts that were put in", f"{alerts}", "> 0", alerts > 0)
    return [_row("three weeks at once", HOURS - SINGLY, at_once), _row("hour by hour", SINGLY, hourly), found]


def _row(how: str, hours: int, taken: tuple[float, float]) -> Row:
    (core, passed), judged = taken, hours * PARTNERS * len(USES)
    windows = judged * A_HOUR
    value = (
        f"{windows / core:,.0f} a second of a core ({judged / core:,.0f} hours of series); {passed:.0f} s by the clock"
    )
    return Row(f"alerts: windows judged, {how} ({windows:,})", value, f"≥ {TARGET:,}", windows / core >= TARGET)


def _worked(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that this process and its database process worked, and seconds that passed."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    begun, before, there = time.perf_counter(), time.process_time(), _ticks(backend)
    work()
    return time.process_time() - before + _ticks(backend) - there, time.perf_counter() - begun


def _ticks(process: int) -> float:
    """Seconds that a process of this machine has worked: fields 14 and 15 of proc(5)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _filled() -> datetime:
    """A million windows of partners that are there, and their sums; the first hour."""
    from portal.core import clock
    from tests.factories.accounts import make_member
    from tests.factories.grants import grant_in_force
    from tests.factories.rulebook import founded_rulebook
    from tests.factories.watched import gateway_of

    founded_rulebook()
    made = grant_in_force()
    gateway = gateway_of(made)
    reviewer = make_member(made.authority, "reviewer")
    applications(PARTNERS, authority=str(made.authority.pk), reviewer=str(reviewer.user_id), visible=1)
    first = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=HOURS // 24 + 2)
    values: dict[str, str | int | datetime | UUID | list[str]] = {
        "gateway": gateway.pk, "provider": made.release.provider_id, "release": made.release.pk, "first": first,
        "hours": HOURS, "partners": PARTNERS, "uses": list(USES), "a_hour": A_HOUR,
    }  # fmt: skip
    with unguarded() as cursor:
        cursor.execute(_WINDOWS, values)
    analyse()
    return first


def _swept() -> None:
    """A sweep as Celery runs it."""
    from audits.use_sweep import sweep_use
    from portal.core.actors import SYSTEM

    tally = sweep_use(by=SYSTEM)
    assert (tally.failed, tally.left) == (0, 0), tally
