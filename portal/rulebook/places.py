"""When a day is over in a country: the clock there decides, and where it has several zones the last of them."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

from django.utils.formats import date_format


@functools.cache
def zones_of(country: str) -> tuple[str, ...]:
    """IANA zones of the country (ISO 3166-1, or a part of it by ISO 3166-2), as the zone database lists them."""
    land = country.partition("-")[0].upper()
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return tuple(row[2] for row in rows if row[0] == land) or ("UTC",)


def last_moment_of(day: date, country: str) -> datetime:
    """The last moment (UTC) at which it is that day anywhere in the country. UTC where the country is unknown."""
    midnight = datetime.combine(day + timedelta(days=1), time.min)
    ends = (midnight.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for zone in zones_of(country))
    return max(ends) - timedelta(microseconds=1)


def day_in(moment: datetime, country: str) -> date:
    """The calendar day that it is at the moment in the country; the latest where it has several zones."""
    return max(moment.astimezone(ZoneInfo(zone)).date() for zone in zones_of(country))


def told_there(moment: datetime, zone: str) -> str:
    """The moment by the clock of an IANA zone, with its name; empty where clocks there show UTC at that moment."""
    there = moment.astimezone(ZoneInfo(zone))
    if not there.utcoffset():
        return ""
    return f"{date_format(there, 'DATE_FORMAT')}, {there:%H:%M %Z} ({zone})"
