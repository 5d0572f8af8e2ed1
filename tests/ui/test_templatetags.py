"""Words for dates, numbers and lists."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from django.test import RequestFactory

from portal.core import clock
from portal.ui.templatetags import ui

NOON = datetime(2026, 11, 22, 12, 2, tzinfo=UTC)


def test_dates_are_written_out() -> None:
    assert ui.day(date(2026, 11, 22)) == "22 November 2026"
    assert ui.day(NOON) == "22 November 2026"
    assert ui.day(None) == "–"


def test_times_have_their_zone() -> None:
    assert ">22 November 2026, 12:02 UTC</time>" in ui.moment(NOON)
    assert ui.clock_time(NOON) == "12:02 UTC"


@pytest.mark.parametrize(
    ("days", "words"), [(0, "today"), (-1, "yesterday"), (1, "tomorrow"), (-4, "4 days ago"), (3, "in 3 days")]
)
def test_distance_is_told_from_the_portal_clock(days: int, words: str) -> None:
    with clock.at(NOON):
        assert ui.since(date.fromordinal(NOON.toordinal() + days)) == words


def test_durations() -> None:
    assert ui.working_days(1) == "1 working day"
    assert ui.working_days(4) == "4 working days"
    assert ui.seconds_in_words(0.4) == "0.4 seconds"
    assert ui.seconds_in_words(1) == "1 second"
    assert ui.seconds_in_words(5 * 3600) == "5 hours"
    assert ui.seconds_in_words(3 * 86400) == "3 days"


@pytest.mark.parametrize(
    ("value", "words"),
    [(41200, "41,200"), (5e6, "5 million"), (1.1e9, "1.1 bn"), (0, "0"), (None, "–"), (2.5, "2.5"), (-3, "-3")],
)
def test_figures(value: float | None, words: str) -> None:
    assert ui.figures(value) == words


def test_a_list_is_a_sentence() -> None:
    assert ui.sentence([]) == ""
    assert ui.sentence(["a"]) == "a"
    assert ui.sentence(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize(("part", "whole", "expected"), [(1, 4, 25), (9, 4, 100), (-1, 4, 0), (1, 0, 0)])
def test_bars_stay_within_their_frame(part: float, whole: float, expected: int) -> None:
    assert ui.per_cent(part, whole) == expected


def test_data_for_a_chart_cannot_leave_its_element() -> None:
    evil = {"labels": ["</script><script>alert(1)</script>"], "series": []}
    text = ui.chart_data(evil)
    assert "<" not in text
    assert json.loads(text) == evil


def test_the_address_keeps_what_is_not_changed() -> None:
    request = RequestFactory().get("/", {"q": "a b", "page": "3", "state": ["x", "y"]})
    assert ui.query_string({"request": request}, page=None, sort="-age") == "?q=a+b&state=x&state=y&sort=-age"


def test_an_address_without_a_query_still_leads_to_the_page() -> None:
    request = RequestFactory().get("/", {"page": "3"})
    assert ui.query_string({"request": request}, page=None) == "?"


def test_a_session_is_counted_from_its_renewal() -> None:
    class Session(dict[str, int]):
        def get_expiry_age(self) -> int:
            return 600

    session = Session()
    with clock.at(NOON):
        assert ui.remaining(session) == 600
    with clock.at(NOON.replace(minute=7)):
        assert ui.remaining(session) == 300
    with clock.at(NOON.replace(hour=13)):
        assert ui.remaining(session) == 0
