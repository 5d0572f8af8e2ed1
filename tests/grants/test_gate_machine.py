"""Whatever is done to grants, holds, consents, people and the calendar: the gate says what a naive model says."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.grants.gate import machine
from tests.grants.gate.machine import Machine
from tests.grants.gate.model import Model
from tests.grants.gate.world import World, made_world
from tests.rollback import db

__all__ = ["db"]

HOW = settings(
    max_examples=25,
    stateful_step_count=16,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
    print_blob=False,
)


@pytest.fixture(scope="module")
def world(db: None) -> World:
    """Made once; each example is undone."""
    Machine.world = made_world()
    return Machine.world


def test_the_decision_always_equals_the_naive_model(world: World) -> None:
    """And permits, and most reasons to deny, do come up, else there would be nothing to see."""
    Machine.seen = {}
    run_state_machine_as_test(Machine, settings=HOW)
    assert Machine.seen["permitted"] > 100
    assert len(Machine.seen) >= 10, sorted(Machine.seen)


@pytest.mark.parametrize("blind_to", ["partner", "grant", "line", "person"])
def test_a_gate_that_does_not_see_a_kind_of_hold_is_found_out(
    world: World, monkeypatch: pytest.MonkeyPatch, blind_to: str
) -> None:
    """The model is made blind instead of the gate: the same difference."""
    seen = Model.permits

    def blind(self: Model, *asked: object) -> bool:
        kept = self.holds
        self.holds = {key: on for key, on in kept.items() if on[0] != blind_to}
        try:
            return seen(self, *asked)  # type: ignore[arg-type]
        finally:
            self.holds = kept

    monkeypatch.setattr(Model, "permits", blind)
    monkeypatch.setattr(machine, "ASKED", [("ada", "benchmarking", 1), ("partner", "evaluation", 1)])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Machine, settings=settings(HOW, max_examples=300))
