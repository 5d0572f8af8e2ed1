"""When a time that a law gives ends: the same lengths are counted differently by different laws.

Three ways, which a rule names in `counting`:

* `exact`: hours pass as they do; days, weeks and months end at the same time of day on the calendar of the zone.
* `whole_days`: the day of the event does not count and the time ends with the last second of the last day; where that
  is a Saturday, a Sunday or a public holiday, with the next working day (so California Government Code §§ 6800 and
  6803 have it, and most codes of procedure).
* `eu_periods`: Regulation (EEC, Euratom) No 1182/71, Article 3. As `whole_days`; a time of two days or more has two
  working days in it at least (paragraph 5), and of hours the one in which it happened does not count (paragraph 1).

A local time that the change of clocks skips is read as if the clock had not been changed; of two that are the same,
the first holds.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from portal.rulebook.durations import add_months, add_working_days, working_day_from, working_days_between
from portal.rulebook.schema import Duration

Counting = Literal["exact", "whole_days", "eu_periods"]
LAST_SECOND = time(23, 59, 59)
LEAST_WORKING_DAYS = 2


def end_of(
    moment: datetime, length: Duration, *, zone: str = "UTC", holidays: str = "", counting: Counting
) -> datetime:
    """The moment (UTC) until which the time runs that begins at `moment` (aware).

    `zone` is an IANA name, `holidays` the country, or part of one, whose public holidays count (ISO 3166).
    """
    local = moment.astimezone(ZoneInfo(zone))
    if length.unit == "hours":
        begins = local.astimezone(UTC)
        return (_next_hour(begins) if counting == "eu_periods" else begins) + timedelta(hours=length.amount)
    last = _last_day(local.date(), length, holidays)
    if counting == "exact":
        return datetime.combine(last, local.time(), local.tzinfo).astimezone(UTC)
    last = working_day_from(last, holidays)
    if counting == "eu_periods" and not (length.unit == "days" and length.amount < LEAST_WORKING_DAYS):
        while working_days_between(local.date(), last, holidays) < LEAST_WORKING_DAYS:
            last = add_working_days(last, 1, holidays)
    return datetime.combine(last, LAST_SECOND, local.tzinfo).astimezone(UTC)


def _next_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _last_day(day: date, length: Duration, holidays: str) -> date:
    match length.unit:
        case "working_days":
            return add_working_days(day, length.amount, holidays)
        case "weeks":
            return day + timedelta(weeks=length.amount)
        case "months":
            return add_months(day, length.amount)
        case "years":
            return add_months(day, 12 * length.amount)
        case _:
            return day + timedelta(days=length.amount)
