"""Clocks count each working day once, for whoever held the pen when it began; held against a count day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.rules.clock import (
    Happened,
    Stretch,
    chase_due,
    day_used_up,
    next_chase,
    pen_of,
    thresholds,
    turns,
    used_days,
)
from partners.states.application import APPLICATION
from portal.rulebook.durations import add_working_days, is_working_day, working_days_between

COUNTRIES = st.sampled_from(["", "NO", "GB", "GB-SCT", "US", "nowhere"])
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))
HOLDERS = st.sampled_from(["authority", "applicant"])
STAGES = st.sampled_from(["screening", "assessment", "signatures"])


@given(DAYS, st.integers(-20, 900), COUNTRIES)
def test_working_days_between_are_counted_as_day_by_day(since: date, length: int, country: str) -> None:
    until = since + timedelta(days=length)
    naive = sum(is_working_day(since + timedelta(days=step), country) for step in range(1, length + 1))
    assert working_days_between(since, until, country) == naive


def test_a_part_of_a_country_has_its_own_holidays() -> None:
    assert is_working_day(date(2026, 11, 30), "GB")
    assert not is_working_day(date(2026, 11, 30), "GB-SCT"), "Saint Andrew's Day"
    assert working_days_between(date(2026, 11, 27), date(2026, 11, 30), "GB-SCT") == 0
    assert not is_working_day(date(2026, 12, 25), "GB-nowhere"), "an unknown part follows the country"


def told(draw_from: date, parts: list[tuple[str, str, int]]) -> list[Stretch]:
    """Stretches one after the other; the last one runs."""
    found, day = [], draw_from
    for index, (stage, holder, length) in enumerate(parts):
        last = index == len(parts) - 1
        found.append(Stretch(stage, holder, day, None if last else day + timedelta(days=length)))
        day += timedelta(days=length)
    return found


def naive(stretches: list[Stretch], stage: str, until: date, country: str) -> int:
    """Each day in turn: is it a working day, and who held the pen when it began?"""
    count, day = 0, stretches[0].began
    while day < until:
        day += timedelta(days=1)
        held = [one for one in stretches if one.began < day and (one.ended is None or day <= one.ended)]
        assert len(held) == 1
        count += is_working_day(day, country) and held[0].stage == stage and held[0].holder == "authority"
    return count


@given(DAYS, st.lists(st.tuples(STAGES, HOLDERS, st.integers(0, 40)), min_size=1, max_size=8), COUNTRIES, STAGES)
def test_used_days_are_those_of_a_count_day_by_day(
    start: date, parts: list[tuple[str, str, int]], country: str, stage: str
) -> None:
    stretches = told(start, parts)
    until = stretches[-1].began + timedelta(days=parts[-1][2])
    assert used_days(stretches, stage, until, country) == naive(stretches, stage, until, country)


@given(DAYS, st.lists(st.tuples(HOLDERS, st.integers(0, 30)), min_size=1, max_size=6), COUNTRIES)
def test_no_day_is_counted_twice_and_the_pen_with_the_applicant_costs_nothing(
    start: date, parts: list[tuple[str, int]], country: str
) -> None:
    stretches = told(start, [("assessment", holder, length) for holder, length in parts])
    until = stretches[-1].began + timedelta(days=parts[-1][1])
    ours = used_days(stretches, "assessment", until, country)
    theirs = used_days(
        [Stretch("assessment", "authority" if one.holder == "applicant" else "applicant", one.began, one.ended)
         for one in stretches], "assessment", until, country,
    )  # fmt: skip
    assert ours + theirs == working_days_between(start, until, country)


@given(DAYS, st.integers(0, 40), st.integers(1, 40), COUNTRIES)
def test_the_day_due_is_the_last_on_which_the_limit_is_not_passed(
    began: date, used: int, limit: int, country: str
) -> None:
    due = day_used_up(used, limit, began, country)
    now = Stretch("screening", "authority", began)
    if used > limit:
        assert due < began
        return
    assert used + used_days([now], "screening", due, country) <= limit
    after = add_working_days(due, 1, country)
    assert used + used_days([now], "screening", after, country) == limit + 1


@given(
    DAYS,
    st.integers(0, 50),
    st.integers(0, 50),
    st.integers(1, 30),
    st.lists(st.integers(1, 40), max_size=4),
    COUNTRIES,
)
def test_a_reminder_is_due_on_the_day_that_was_noted_and_not_before(
    began: date, used: int, chased: int, limit: int, after: list[int], country: str
) -> None:
    day = next_chase(used, chased, limit, after, began, country)
    running = [Stretch("screening", "authority", began)]
    if day is None:
        assert chase_due(10**6, chased, limit, after) is None
        return
    assert chase_due(used + used_days(running, "screening", day, country), chased, limit, after) is not None
    before = day - timedelta(days=1)
    if before >= began:
        assert chase_due(used + used_days(running, "screening", before, country), chased, limit, after) is None


def test_where_days_were_missed_only_the_latest_reminder_is_due() -> None:
    assert thresholds(10, (8, 10, 12)) == (8, 10, 11)
    assert chase_due(9, 0, 10, (8, 10)) == 8
    assert chase_due(40, 0, 10, (8, 10)) == 11
    assert chase_due(40, 11, 10, (8, 10)) is None


@pytest.mark.parametrize("state", sorted(APPLICATION.open_states))
def test_every_state_in_hand_has_somebody_with_the_pen(state: str) -> None:
    pen = pen_of(state)
    assert (pen is None) == (state == "draft")
    assert pen_of("awaiting_signatures", questions_open=True) == ("signatures", "applicant")


def test_the_record_tells_the_turns() -> None:
    case, asked = uuid4(), uuid4()
    story = [
        ("application", case, "draft"),
        ("application", case, "submitted"),
        ("application", case, "submitted"),
        ("application", case, "under_review"),
        ("query", asked, "open"),
        ("application", case, "awaiting_applicant"),
        ("query", asked, "answered"),
        ("application", case, "under_review"),
        ("application", case, "awaiting_signatures"),
        ("query", asked, "closed"),
        ("query", UUID(int=7), "open"),
        ("query", UUID(int=7), "withdrawn"),
        ("application", case, "approved"),
    ]
    start = datetime.combine(date(2026, 5, 4), time(9), UTC)
    entries = [Happened(start + timedelta(days=day), *what) for day, what in enumerate(story)]
    found = [(*turn.pen, (turn.began - start).days, (turn.ended - start).days if turn.ended else None)
             for turn in turns(entries)]  # fmt: skip
    assert found == [
        ("screening", "authority", 1, 3),
        ("assessment", "authority", 3, 5),
        ("assessment", "applicant", 5, 7),
        ("assessment", "authority", 7, 8),
        ("signatures", "authority", 8, 10),
        ("signatures", "applicant", 10, 11),
        ("signatures", "authority", 11, 12),
    ]
