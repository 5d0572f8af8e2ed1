"""Reading the rollups: one query for any number of measures, over a few dozen rows for each figure that is shown.

Days are those of UTC. What stands is told as at the end of a day, and today as it is now. A happening is told as it
was known then: an incident that was found to be a more serious one in May was one of the lesser kind as at April.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from portal.core import clock
from portal.dashboards.filters import Narrowed
from portal.dashboards.rollup.statements import ALL_UUID, ANY
from portal.rulebook.schema.base import RISK_TIERS

Counted = Mapping[tuple[str, str], int]
"""(group, column) → how many."""
CountedByMonth = Mapping[tuple[date, str, str], int]
"""(first day of the month, group, column) → how many."""
UTC = ZoneInfo("UTC")
BY_THE_HOUR = ("incidents_open",)
"""Measures of which something may change by itself within a day, and not only at midnight."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took: how often it happened, and the times within which half and nine tenths were done."""

    count: int
    median: int
    p90: int


def standing(asked: Narrowed, *measures: str, at: date | None = None) -> Mapping[str, Counted]:
    """What stood at the end of the day (`asked.until` if none is given), by measure. One query."""
    day = at or asked.until
    values = _values(asked, measures, day)
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, values)
        rows = cursor.fetchall()
    found: dict[str, dict[tuple[str, str], int]] = {measure: {} for measure in measures}
    for measure, group, column, count in rows:
        found[measure][group, column] = count
    return found


def standing_by_month(asked: Narrowed, *measures: str) -> Mapping[str, CountedByMonth]:
    """What stood at the end of each month of the period, and of its last day, by measure. One query."""
    values = _values(asked, measures, asked.until)
    with connection.cursor() as cursor:
        cursor.execute(_BY_MONTH, values)
        rows = cursor.fetchall()
    changes: dict[str, dict[tuple[str, str], dict[date, int]]] = {measure: defaultdict(dict) for measure in measures}
    for measure, group, column, month, change in rows:
        changes[measure][group, column][month] = change
    months = _months(asked.since, asked.until)
    return {measure: dict(_summed(cells, months)) for measure, cells in changes.items()}


def happened(asked: Narrowed, *measures: str) -> Mapping[str, CountedByMonth]:
    """What happened in each month of the period, as known at the end of its last day, by measure. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_HAPPENED, _values(asked, measures, asked.until))
        rows = cursor.fetchall()
    found: dict[str, dict[tuple[date, str, str], int]] = {measure: {} for measure in measures}
    for measure, month, group, column, count in rows:
        found[measure][month, group, column] = count
    return found


def spread(asked: Narrowed, *measures: str, known: date | None = None) -> Mapping[str, Mapping[str, Spread]]:
    """How long what was done in the period took, by measure and group, as known at the end of a day. One query.

    The day is the period's last if none is given. Exact over whole units: the time within which half (nine tenths) of
    them were done, and not less than half.
    """
    return spreads((asked,), *measures, known=known or asked.until)[0]


def spreads(periods: Sequence[Narrowed], *measures: str, known: date) -> tuple[Mapping[str, Mapping[str, Spread]], ...]:
    """The same for several periods that are narrowed alike, all as known at the end of one day. One query."""
    values = _values(periods[0], measures, known)
    firsts = [one.since.replace(day=1) for one in periods]
    values |= {"firsts": firsts, "lasts": [one.until for one in periods], "first_year": min(firsts).replace(month=1)}
    with connection.cursor() as cursor:
        cursor.execute(_SPREAD, values)
        rows = cursor.fetchall()
    found: tuple[dict[str, dict[str, Spread]], ...] = tuple({name: {} for name in measures} for _one in periods)
    for nth, measure, group, count, median, p90 in rows:
        found[nth - 1][measure][group] = Spread(count, median, p90)
    return found


def _summed(cells: Mapping[tuple[str, str], Mapping[date, int]], months: list[date]) -> Any:
    for (group, column), changes in cells.items():
        total = changes.get(date.min, 0)
        for month in months:
            total += changes.get(month, 0)
            if total:
                yield (month, group, column), total


def _months(since: date, until: date) -> list[date]:
    found, month = [], since.replace(day=1)
    while month <= until:
        found.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    return found


def _values(asked: Narrowed, measures: tuple[str, ...], day: date) -> dict[str, Any]:
    now = clock.now()
    ends = datetime.combine(day + timedelta(days=1), time(), UTC)
    return {
        "narrow": asked.release or asked.provider or ALL_UUID,
        "bit": 4 if asked.release else 2 if asked.provider else 1,
        "provider": asked.provider if asked.release and asked.provider else None,
        "jurisdiction": asked.jurisdiction or ANY,
        "tier": asked.tier or ANY,
        "tiers": [asked.tier] if asked.tier else ["", *RISK_TIERS],
        "measures": list(measures),
        "hourly": [measure for measure in measures if measure in BY_THE_HOUR] if day == now.date() else [],
        "day": day,
        "month": day.replace(day=1),
        "five": day.replace(day=min((day.day - 1) // 5, 5) * 5 + 1),
        "year": day.replace(month=1, day=1),
        "first": asked.since.replace(day=1),
        "first_year": asked.since.replace(month=1, day=1),
        "never": date.min,
        "now": now,
        "ends": ends,
    }


_VIEW = """
    FROM dashboards_tally WHERE narrow = %(narrow)s::uuid AND jurisdiction = %(jurisdiction)s
    AND measure = ANY(%(measures)s) AND (%(provider)s::uuid IS NULL OR EXISTS (
        SELECT FROM grants_release r WHERE r.id = %(narrow)s::uuid AND r.provider_id = %(provider)s::uuid))
"""
"""One view of the scheme. A release that is another provider's has nothing to show."""
_CHOSEN = f"{_VIEW} AND tier = %(tier)s"
_DAYS = f"{_VIEW} AND tier = ANY(%(tiers)s) AND grain = 'd'"
"""Days are kept for each tier alone, all else for all tiers together as well."""
_UP_TO = f"""
    SELECT measure, month, in_group, in_column, units, change, day {_CHOSEN} AND grain = 'y' AND day < %(year)s
    UNION ALL SELECT measure, month, in_group, in_column, units, change, day {_CHOSEN}
        AND grain = 'm' AND day >= %(year)s AND day < %(month)s
    UNION ALL SELECT measure, month, in_group, in_column, units, change, day {_CHOSEN}
        AND grain = 'f' AND day >= %(month)s AND day < %(five)s
    UNION ALL SELECT measure, month, in_group, in_column, units, change, day {_DAYS}
        AND day >= %(five)s AND day <= %(day)s
"""
"""Every change up to the end of the day: whole years, then whole months, then five days each, then days."""
_LATER_TODAY = """
    SELECT measure, in_group, in_column, change FROM dashboards_spell
    CROSS JOIN LATERAL (VALUES (since, -1), (until, 1)) edge (moment, change)
    WHERE measure = 'incidents_open' AND measure = ANY(%(hourly)s) AND moment > %(now)s AND moment < %(ends)s
        AND (since > %(now)s AND since < %(ends)s OR until > %(now)s AND until < %(ends)s)
        AND reach & %(bit)s <> 0 AND %(jurisdiction)s IN ('*', jurisdiction) AND %(tier)s IN ('*', tier)
        AND %(narrow)s::uuid = CASE %(bit)s WHEN 4 THEN release_id WHEN 2 THEN provider_id
            ELSE '00000000-0000-0000-0000-000000000000' END
        AND %(provider)s::uuid IS NOT DISTINCT FROM CASE WHEN %(provider)s::uuid IS NOT NULL THEN provider_id END
"""
"""What is to come within today is not so yet."""
_STANDING = f"""
    SELECT measure, in_group, in_column, sum(change)::bigint FROM (
        SELECT measure, in_group, in_column, change FROM ({_UP_TO}) kept UNION ALL {_LATER_TODAY}
    ) edge GROUP BY 1, 2, 3 HAVING sum(change) <> 0
"""
_BY_MONTH = f"""
    SELECT measure, in_group, in_column, month, sum(change)::bigint FROM (
        SELECT measure, in_group, in_column, change, %(never)s::date AS month {_CHOSEN}
            AND grain = 'y' AND day < %(first_year)s
        UNION ALL SELECT measure, in_group, in_column, change, CASE WHEN day < %(first)s THEN %(never)s ELSE day END
            {_CHOSEN} AND grain = 'm' AND day >= %(first_year)s AND day < %(month)s
        UNION ALL SELECT measure, in_group, in_column, change, %(month)s::date
            {_CHOSEN} AND grain = 'f' AND day >= %(month)s AND day < %(five)s
        UNION ALL SELECT measure, in_group, in_column, change, %(month)s::date
            {_DAYS} AND day >= %(five)s AND day <= %(day)s
        UNION ALL SELECT measure, in_group, in_column, change, %(month)s::date FROM ({_LATER_TODAY}) later
    ) edge GROUP BY 1, 2, 3, 4 HAVING sum(change) <> 0
"""
_HAPPENED = f"""
    SELECT measure, month, in_group, in_column, sum(change)::bigint FROM ({_UP_TO}) kept
    WHERE day >= %(first_year)s AND month >= %(first)s AND month <= %(day)s
    GROUP BY 1, 2, 3, 4 HAVING sum(change) <> 0
"""
"""Nothing is known of a month before it."""
_SPREAD = f"""
    SELECT nth, measure, in_group, max(upto)::bigint, min(units) FILTER (WHERE upto * 2 >= total),
        min(units) FILTER (WHERE upto * 10 >= total * 9)
    FROM (
        SELECT nth, measure, in_group, units, sum(change) OVER (PARTITION BY nth, measure, in_group ORDER BY units)
            AS upto, sum(change) OVER (PARTITION BY nth, measure, in_group) AS total
        FROM (
            SELECT period.nth, measure, in_group, units, sum(change) AS change FROM ({_UP_TO}) kept
            JOIN unnest(%(firsts)s::date[], %(lasts)s::date[]) WITH ORDINALITY period (first, last, nth)
                ON month >= period.first AND month <= period.last WHERE day >= %(first_year)s
            GROUP BY 1, 2, 3, 4 HAVING sum(change) <> 0
        ) unit
    ) ordered GROUP BY 1, 2, 3
"""
