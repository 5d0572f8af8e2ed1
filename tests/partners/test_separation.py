"""Separation of duties, whatever anybody does: random people, random deeds, and what has to hold after each.

The last tests take one guard away, do deeds of the same machine, and show that its watch finds it: it could fail.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from portal.accounts.actor import confirmed
from tests.factories import partners as make
from tests.partners.separation.machine import Machine
from tests.partners.separation.mutants import MUTANTS, Mutant, Script
from tests.partners.separation.oracle import Oracle
from tests.partners.separation.world import World, made_world
from tests.rollback import db, rolled_back

__all__ = ["db"]

QUICK = settings(
    max_examples=15,
    stateful_step_count=30,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
    report_multiple_bugs=False,
    print_blob=False,
)


@pytest.fixture(scope="module")
def world(db: None) -> World:
    """Made once; each example is undone."""
    Machine.world = made_world()
    return Machine.world


ROUNDS = 20


def run(number: int) -> dict[str, int]:
    """Lets the machine run from the seed of that number; how many examples came how far."""
    Machine.seen = {}
    seed(number)(Machine)
    run_state_machine_as_test(Machine, settings=QUICK)
    return Machine.seen


def test_whatever_anybody_does_duties_stay_apart(world: World) -> None:
    """And enough of what is tried comes to an approval, else there would be nothing to see.

    What is drawn hangs on the round's seed, and a little on the keys of this world: each round draws something else,
    and they go on until enough was seen.
    """
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        seen.update(run(number))
        if not _too_rare(seen):
            break
    assert not _too_rare(seen), seen


ENOUGH = {"approved": 5, "signed": 2, "covers": 20, "signed as deputy": 5}
"""How many examples were approved or came to a signature; how many covers there were and signatures under them."""


def _too_rare(seen: Counter[str]) -> list[str]:
    """What came up too seldom for the rounds to have shown anything."""
    return [what for what, often in ENOUGH.items() if seen[what] < often]


def test_an_approval_is_within_reach(world: World) -> None:
    """With nothing drawn: two signatories of two bodies sign, and the same watch finds nothing wrong."""
    with rolled_back():
        oracle = Oracle(world, world.played["awaiting_signatures"])
        oracle.cast.fresh()
        for actor in (oracle.cast.signatory, oracle.cast.other_signatory):
            make.sign(oracle.cast, confirmed(actor))
            oracle.check()
        oracle.at_the_end()
        assert oracle.was_approved


def play(script: Script, world: World) -> None:
    """Do the deeds with the machine, as an example does, and undo them."""
    Machine.world = world
    machine = Machine()
    try:
        machine.begin(stage="awaiting_signatures")
        machine.holds()
        script(machine, world)
    finally:
        machine.undone.close()


@pytest.mark.parametrize(("mutant", "script", "told"), MUTANTS, ids=lambda one: getattr(one, "__name__", ""))
def test_the_watch_finds_a_guard_that_is_gone(
    world: World, mutant: Mutant, script: Script, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(script, world)  # with the guard, nothing is wrong
    mutant(monkeypatch)
    with pytest.raises(AssertionError, match=told):
        play(script, world)
