"""Adding lengths of time as the rulebook names them: plain time, months, and working days of a country's calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays

from portal.rulebook.schema import Duration

SATURDAY = 5


@lru_cache(maxsize=3000)
def _days_off(country: str, year: int) -> tuple[date, ...]:
    """The year's public holidays that fall on weekdays, in order. The next year's first may be kept at this one's end.

    An unknown part of a country follows the country.
    """
    land, _dash, part = country.partition("-")
    try:
        calendar = holidays.country_holidays(land, subdiv=part or None, years=(year, year + 1)) if land else {}
    except NotImplementedError:
        return _days_off(land, year) if part else ()
    return tuple(sorted(day for day in calendar if day.year == year and day.weekday() < SATURDAY))


def is_working_day(day: date, country: str = "") -> bool:
    """Monday to Friday and no public holiday of the country (ISO 3166-1, or a part of it by ISO 3166-2: "GB-SCT").

    Where the calendar is unknown, weekends alone count.
    """
    return day.weekday() < SATURDAY and day not in _days_off(country, day.year)


def add_working_days(day: date, count: int, country: str = "") -> date:
    """The working day that is `count` working days after the day; the day itself does not count."""
    while count > 0:
        day += timedelta(days=1)
        if is_working_day(day, country):
            count -= 1
    return day


def working_days_before(day: date, count: int, country: str = "") -> date:
    """The last working day from which on `count` working days pass until the day: `add_working_days` gets there."""
    while count > 0:
        count -= is_working_day(day, country)
        day -= timedelta(days=1)
    while not is_working_day(day, country):
        day -= timedelta(days=1)
    return day


def working_days_between(since: date, until: date, country: str = "") -> int:
    """Working days after `since`, up to and including `until`; none where it is not later."""
    if until <= since:
        return 0
    whole, rest = divmod((until - since).days, 7)
    weekdays = whole * 5 + sum((since + timedelta(days=step + 1)).weekday() < SATURDAY for step in range(rest))
    off = (day for year in range(since.year, until.year + 1) for day in _days_off(country, year))
    return weekdays - sum(since < day <= until for day in off)


def working_day_from(day: date, country: str = "") -> date:
    """The day itself where it is a working day, else the next one."""
    while not is_working_day(day, country):
        day += timedelta(days=1)
    return day


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later; the last of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def after(moment: datetime, length: Duration, country: str = "") -> datetime:
    """The moment when the length has passed. Months, years and working days keep the time of day (UTC)."""
    match length.unit:
        case "hours":
            return moment + timedelta(hours=length.amount)
        case "days":
            return moment + timedelta(days=length.amount)
        case "weeks":
            return moment + timedelta(weeks=length.amount)
        case "working_days":
            day = add_working_days(moment.date(), length.amount, country)
        case "months":
            day = add_months(moment.date(), length.amount)
        case "years":
            day = add_months(moment.date(), 12 * length.amount)
    return datetime.combine(day, moment.timetz())
