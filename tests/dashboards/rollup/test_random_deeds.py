"""Whatever happens: what is kept is what the rows say, in each view; past days stay as they were; anew is the same."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date, timedelta
from typing import Any

from portal.core import clock
from portal.dashboards.filters import Narrowed
from portal.dashboards.rollup.keep import rebuild
from portal.dashboards.rollup.read import happened, spread, standing
from tests.dashboards.rollup.deeds import DEEDS, end_of, told
from tests.dashboards.rollup.kept import everything, keep_all
from tests.dashboards.rollup.naive import MEASURES, counted, every_view, standing_now
from tests.dashboards.rollup.naive_happened import HAPPENED, SPREADS, Sight
from tests.factories.audits import Stage
from tests.rollback import rolled_back

DAYS, DEEDS_A_DAY = 12, 9
FEWEST = int(os.environ.get("ROLLUP_ROUNDS", "2"))
ROUNDS = max(10, FEWEST)


def _shown(asked: Narrowed) -> Any:
    return standing(asked, *MEASURES), happened(asked, *HAPPENED), spread(asked, *SPREADS)


def _assert_is_what_the_rows_say(since: date) -> None:
    items, sight = standing_now(), Sight()
    for asked in every_view(since):
        assert standing(asked, *MEASURES) == {key: {} for key in MEASURES} | counted(asked, items), asked
        assert happened(asked, *HAPPENED) == sight.counted(asked), asked
        assert spread(asked, *SPREADS) == sight.spread(asked), asked


def _told_through(stage: Stage, number: int, done: Counter[str]) -> None:
    """One story: held against the rows every few days, and against what was shown on each day at its end."""
    began = clock.now()
    story, since = told(stage, number, done), clock.today().replace(day=1)
    shown: dict[Narrowed, Any] = {}
    moment = began
    for turn in range(DAYS):
        long = turn == DAYS - 2
        moment += timedelta(days=1200 if long else story.rng.choice([1, 1, 3, 17, 40]), hours=story.rng.randint(0, 3))
        for _deed in range(DEEDS_A_DAY):
            moment += timedelta(minutes=story.rng.randint(1, 50))
            with clock.at(moment):
                story.step()
        with clock.at(moment):
            story.lapse()
            keep_all(limit=story.rng.choice([1, 7, 5000]))
            if turn % 4 == 3:
                _assert_is_what_the_rows_say(since)
        with clock.at(end_of(moment)):
            shown |= {asked: _shown(asked) for asked in every_view(since)}
    with clock.at(moment + timedelta(days=400)):
        for asked, then in shown.items():
            for now, before in zip(_shown(asked), then, strict=True):
                for measure, counts in before.items():
                    assert now[measure] == counts, (measure, asked)
        kept = everything()
        keep_all(again=True)
        assert everything() == kept
        rebuild()
        assert everything() == kept


def test_what_is_kept_is_what_the_rows_say_and_past_days_stay(stage: Stage) -> None:
    """Rounds go on until every kind of deed was done, else there would be nothing to see."""
    done: Counter[str] = Counter()
    for number in range(1, ROUNDS + 1):
        with rolled_back():
            _told_through(stage, number, done)
        if number >= FEWEST and {"lapse", *(deed.__name__ for deed in DEEDS)} <= set(done):
            return
    raise AssertionError(f"Some deed was never done: {done}")
