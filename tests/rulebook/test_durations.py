"""Lengths of time as the rulebook names them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rulebook.durations import add_months, add_working_days, is_working_day, working_day_from


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_months_later_is_never_in_another_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day


@pytest.mark.parametrize(
    ("day", "count", "country", "wanted"),
    [
        (date(2026, 5, 15), 1, "", date(2026, 5, 18)),  # over a weekend
        (date(2027, 5, 14), 1, "NO", date(2027, 5, 18)),  # and over Norway's day on a Monday
        (date(2027, 5, 14), 1, "GB", date(2027, 5, 17)),
        (date(2026, 5, 15), 0, "NO", date(2026, 5, 15)),
        (date(2026, 5, 15), 5, "nowhere", date(2026, 5, 22)),  # an unknown calendar: weekends alone
    ],
)
def test_working_days_leave_out_weekends_and_the_countrys_holidays(
    day: date, count: int, country: str, wanted: date
) -> None:
    assert add_working_days(day, count, country) == wanted
    assert is_working_day(wanted, country) or count == 0
    assert working_day_from(wanted, country) >= wanted
