"""What the boards showed at the end of a day is what they show as at that day, whatever was learnt since."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.http import QueryDict

from portal.core import clock
from portal.dashboards.boards import Board, overview, pages_for
from portal.dashboards.figures import Figure
from portal.dashboards.filters import from_address
from portal.dashboards.queries.offered import offered
from portal.dashboards.sights import Sight
from portal.rulebook.queries import rules
from tests.dashboards.counts.seen import rows_of, says_something
from tests.dashboards.counts.world import BEGINS, Months, something_stands, told_for_a_year
from tests.dashboards.rollup.deeds import Story, end_of
from tests.dashboards.rollup.kept import keep_all

SEED = int(os.environ.get("AS_AT_SEED", "3"))
DAYS, DEEDS = 14, 9
COUNTRIES = {"NO", "FR"}
Shown = dict[tuple[str, str], tuple[list[Figure], list[overview.Key]]]


def queries(story: Story) -> list[tuple[str, str]]:
    """Filters and a provider's sight, each of which is read on every day."""
    made = story.granted[0]
    provider = str(made.release.provider_id)
    return [
        ("", ""),
        ("jurisdiction=FR&period=3", ""),
        ("tier=elevated", ""),
        (f"release={made.release.pk}&period=6", ""),
        ("tier=standard", provider),
    ]


def shown(asked: list[tuple[str, str]], until: date | None = None) -> Shown:
    """The first page and every figure that the reader is told, as at a day or as it is."""
    return {(query, provider): _board(query, provider, until) for query, provider in asked}


def _board(query: str, provider: str, until: date | None) -> tuple[list[Figure], list[overview.Key]]:
    choices = offered([provider] if provider else [])
    address = f"{query}&until={until}" if until else query
    form, asked = from_address(QueryDict(address), COUNTRIES, choices, provider)
    assert not form.errors
    board = Board(asked, rules(), overview.READS, Sight(provider), choices)
    assert pages_for(board.sight)
    return [_without_links(one) for one in overview.findings(board)], overview.key_figures(board)


def _without_links(figure: Figure) -> Figure:
    """Cells of today lead to lists of today, those of a past day to none."""
    matrix: Any = copy.deepcopy(figure.matrix)
    for row in matrix["rows"] if matrix else ():
        for cell in row["cells"]:
            cell.pop("url", None)
    return replace(figure, matrix=matrix)


def differing(then: Shown, now: Shown) -> Iterator[object]:
    for asked, (figures, keys) in then.items():
        yield from (
            (asked, before.key, before, after)
            for before, after in zip(figures, now[asked][0], strict=True)
            if before != after
        )
        if keys != now[asked][1]:
            yield (asked, keys, now[asked][1])


def test_a_past_day_shows_what_was_shown_on_it(db: None) -> None:
    time = Months()
    story = told_for_a_year(time, SEED, 40)
    asked, kept = queries(story), dict[date, Shown]()
    for turn in range(DAYS):
        if turn == DAYS // 2:
            something_stands(time, story)
        for _deed in range(DEEDS):
            with time.after(minutes=story.rng.randint(10, 90)):
                story.step()
        with time.after(minutes=1):
            story.lapse()
            keep_all()
        with clock.at(end_of(time.moment)):
            kept[clock.today()] = shown(asked)
        with time.after(days=story.rng.choice([1, 2, 19, 45])):
            pass
    with time.after(days=400):
        keep_all()
        for day, then in kept.items():
            assert list(differing(then, shown(asked, day))) == [], day
    told = {
        one.key for then in kept.values() for figures, _keys in then.values() for one in figures if says_something(one)
    }
    assert len(told) >= 20, told
    assert min(kept) > BEGINS.date() + timedelta(days=5)


def test_what_stood_at_the_end_of_the_period_before_is_what_was_shown_on_that_day(db: None) -> None:
    """Columns and sentences about the period before, held to the board as at its last day."""
    time = Months()
    story = told_for_a_year(time, SEED + 1, 60)
    something_stands(time, story)
    with time.after(hours=1):
        keep_all()
        for query in ("period=3", "period=6&jurisdiction=FR", "period=12&tier=elevated"):
            now = {one.key: one for one in _board(query, "", None)[0]}
            eve = from_address(QueryDict(query), COUNTRIES, offered())[1].before().until
            then = {one.key: one for one in _board(query, "", eve)[0]}
            before = {row["Rung"]: row["At the end of the period before"] for row in rows_of(now["ladder"])}
            assert before == {row["Rung"]: row["Partners"] for row in rows_of(then["ladder"])}
            for key in ("incidents_open", "holds", "findings"):
                total = sum(int(str(row["All"])) for row in rows_of(then[key]))
                assert f"({total})" in now[key].before or now[key].before.startswith(("As many", "None"))
