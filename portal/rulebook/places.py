"""When a day is over in a country: the clock there decides, and where it has several zones the last of them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _


@functools.cache
def zones_of(country: str) -> tuple[str, ...]:
    """IANA zones of the country (ISO 3166-1, or a part of it by ISO 3166-2), as the zone database lists them."""
    land = country.partition("-")[0].upper()
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return tuple(row[2] for row in rows if row[0] == land) or ("UTC",)


def last_moment_of(day: date, country: str) -> datetime:
    """The last moment (UTC) at which it is that day anywhere in the country. UTC where the country is unknown."""
    return _end_of(day, country)[0] - timedelta(microseconds=1)


def _end_of(day: date, country: str) -> tuple[datetime, str]:
    """When the day is over everywhere in the country (UTC), and the zone in which it ends last; of several the last."""
    midnight = datetime.combine(day + timedelta(days=1), time.min)
    ends = [(midnight.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC), zone) for zone in zones_of(country)]
    return max(ends)


def day_in(moment: datetime, country: str) -> date:
    """The calendar day that it is at the moment in the country; the latest where it has several zones."""
    return max(moment.astimezone(ZoneInfo(zone)).date() for zone in zones_of(country))


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day of a term by the calendar of a country: one for whoever enforces it and whoever tells of it."""

    day: date
    country: str

    @classmethod
    def within(cls, days: int, *, of: datetime, country: str) -> LastDay:
        """So many calendar days after the day that it was there at the moment."""
        return cls(day_in(of, country) + timedelta(days=days), country)

    def includes(self, moment: datetime) -> bool:
        """Whether the term has not run out at the moment. Only its end is looked at."""
        return moment <= last_moment_of(self.day, self.country)

    def __str__(self) -> str:
        """The day, in the active language; where it does not end with UTC's, also by whose clock, and when in UTC."""
        shape = _("j F Y")
        told = date_format(self.day, shape, use_l10n=False)
        end, zone = _end_of(self.day, self.country)
        last = end - timedelta(minutes=1)
        if last.date() == self.day and (last.hour, last.minute) == (23, 59):
            return told
        moment = f"{date_format(last, shape, use_l10n=False)}, {last:%H:%M}"
        words = {"day": told, "zone": zone.replace("_", " "), "moment": moment}
        return _("%(day)s (by the clock in %(zone)s; in UTC until %(moment)s)") % words


def told_there(moment: datetime, zone: str) -> str:
    """The moment by the clock of an IANA zone, with its name; empty where clocks there show UTC at that moment."""
    there = moment.astimezone(ZoneInfo(zone))
    if not there.utcoffset():
        return ""
    return f"{date_format(there, 'DATE_FORMAT')}, {there:%H:%M %Z} ({zone})"
