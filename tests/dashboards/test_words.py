"""Words of figures where a number alone would read oddly: nothing, next to nothing, and a part of a long table."""

from __future__ import annotations

from datetime import date

import pytest

from portal.dashboards.boards.flows import SHOWN_PAIRS, _drawn
from portal.dashboards.boards.incidents import _acknowledged_title, _contain_title
from portal.dashboards.boards.words import duration, than_before, than_then
from portal.dashboards.boards.work import _stage_title
from portal.dashboards.filters import Narrowed
from portal.dashboards.rollup.read import Spread


@pytest.mark.parametrize(
    "unit, nothing, one",
    [
        ("seconds", "less than a second", "1 second"),
        ("hours", "less than an hour", "1 hour"),
        ("working_days", "less than a working day", "1 working day"),
    ],
)
def test_a_time_of_nothing_is_less_than_one(unit: str, nothing: str, one: str) -> None:
    assert [duration(value, unit) for value in (0, 1, None)] == [nothing, one, "–"]


def test_nothing_is_not_as_many_as_nothing() -> None:
    year = Narrowed(date(2027, 1, 1), date(2027, 12, 31))
    assert than_before(0, 0) == "None in the period before, either."
    assert than_then(0, 0, year) == "None on 31 December 2026, either."
    assert than_before(2, 2) == "As many as in the period before."


def test_a_time_is_said_once_where_half_and_nine_in_ten_took_as_long() -> None:
    quick, spread = Spread(10, 0, 0), Spread(10, 2, 48)
    assert _acknowledged_title(quick) == "Gateways acknowledged nine in ten signals of holds within less than a second"
    assert "within 2 seconds, nine in ten within 48 seconds" in _acknowledged_title(spread)
    assert _contain_title(("high", "High", Spread(4, 5, 5))).count("5 hours") == 1
    assert "within 2 hours, nine in ten within 48 hours" in _contain_title(("high", "High", spread))


def test_no_stage_takes_longest_where_none_takes_a_day() -> None:
    called = {"application:under_review": "Under review"}
    assert "within a working day" in _stage_title({("a", "application:under_review"): Spread(3, 0, 1)}, {}, called)
    assert "takes longest" in _stage_title({("a", "application:under_review"): Spread(3, 2, 4)}, {"a": "FAO"}, called)


def test_a_chart_says_that_its_table_has_more() -> None:
    assert _drawn(SHOWN_PAIRS) == ""
    assert f"the table has all {SHOWN_PAIRS + 1}" in _drawn(SHOWN_PAIRS + 1)
