"""The model's own counting of days: working days one by one, and months by the length of each."""

from __future__ import annotations

from datetime import date, timedelta

import holidays


class Calendar:
    """Working days of a country, counted one by one."""

    def __init__(self, country: str) -> None:
        self.off = set(holidays.country_holidays(country, years=range(2026, 2036)))

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.off

    def plus(self, day: date, count: int) -> date:
        while count:
            day += timedelta(days=1)
            count -= self.works(day)
        return day

    def on_or_after(self, day: date) -> date:
        while not self.works(day):
            day += timedelta(days=1)
        return day


def months_after(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    longest = [31, 29 if year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    return date(year, month, min(day.day, longest))
