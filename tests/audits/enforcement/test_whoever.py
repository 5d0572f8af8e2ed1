"""Whatever anybody does, nobody decides, confirms or lifts what they had a part in; each effect is there at once.

The last tests take one guard away, and show that the watch finds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from audits.models import EnforcementCase
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED
from portal.ledger.verify import verify
from tests.audits.enforcement.play import Play, cast_of
from tests.factories import grants as make
from tests.rollback import rolled_back

STEPS = 60
ROUNDS = 8
ENOUGH = {
    "notice": 4,
    "answer": 4,
    "hear": 4,
    "sign": 6,
    "decide": 3,
    "stop": 1,
    "confirm_stop": 1,
    "confirm": 1,
    "limits": 1,
}
"""How often each must have been done, or there was nothing to see."""


@pytest.fixture
def people(made: make.GrantCast) -> list[Actor]:
    return cast_of(made)


def rounds(made: make.GrantCast, people: list[Actor], done: Callable[[Counter[str]], bool]) -> Counter[str]:
    """Plays with seeds of their own, each undone, until enough was seen."""
    seen: Counter[str] = Counter()
    for seed in range(ROUNDS):
        with rolled_back():
            play = Play(made, people, seed)
            for _step in range(STEPS):
                play.step()
            assert list(verify()) == []
        seen += play.seen
        if done(seen):
            break
    return seen


def missing(seen: Counter[str]) -> list[str]:
    return [name for name, often in ENOUGH.items() if seen[name] < often]


def test_whatever_anybody_does_nobody_judges_what_they_had_a_part_in(made: make.GrantCast, people: list[Actor]) -> None:
    seen = rounds(made, people, lambda seen: not missing(seen))
    assert missing(seen) == [], seen


# --- guards that are taken away -----------------------------------------------------------------------
def anybody_may_judge(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("audits.rules.enforcement.somebody_else", lambda *_given, **_more: ALLOWED)


def who_worked_on_it_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(EnforcementCase, "involved_ids", frozenset())


def nothing_follows(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("audits.actions.enforcement.settle", lambda *_given: None)


@pytest.mark.parametrize(
    ("mutant", "told"),
    [
        (anybody_may_judge, "decided it|signed it|said was met|other side"),
        (who_worked_on_it_is_forgotten, "decided it|signed it"),
        (nothing_follows, "not what was decided"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_the_watch_finds_a_guard_that_is_gone(
    made: make.GrantCast,
    people: list[Actor],
    mutant: Callable[[pytest.MonkeyPatch], None],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mutant(monkeypatch)
    with pytest.raises(AssertionError, match=told):
        rounds(made, people, lambda _seen: False)
