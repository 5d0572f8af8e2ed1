"""No one audits, tests again or closes what they had a part in: random people, random deeds, a watch after each.

The last tests take one guard away, do deeds of the same machine, and show that its watch finds it: it could fail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from audits.models import Finding, RiskAcceptance
from portal.core.verdicts import ALLOWED
from tests.audits.independence.machine import Machine
from tests.audits.independence.world import World, made_world
from tests.rollback import db

__all__ = ["db"]

QUICK = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
    report_multiple_bugs=False,
    print_blob=False,
)
ENOUGH = {
    "assign_auditor": 5, "begin_audit": 1, "record_results": 1, "record_finding": 1, "close_audit": 2,
    "remediate_finding": 1, "verify_finding": 1, "sign_acceptance": 1, "join_organisation": 1,
}  # fmt: skip
"""How often each deed must have been done, or there was nothing to see."""


@pytest.fixture(scope="module")
def world(db: None) -> World:
    """Made once; each example is undone."""
    Machine.world = made_world()
    return Machine.world


def _too_rare(seen: Counter[str]) -> list[str]:
    return [deed for deed, often in ENOUGH.items() if seen[deed] < often]


def test_whatever_anybody_does_nobody_judges_their_own_work(world: World) -> None:
    """Round after round with seeds of their own, until enough was seen."""
    Machine.seen = Counter()
    for seed in range(14):
        print(f"seed {seed}")
        Machine._hypothesis_internal_use_seed = seed
        run_state_machine_as_test(Machine, settings=QUICK)
        if not _too_rare(Machine.seen):
            break
    assert _too_rare(Machine.seen) == [], Machine.seen


# --- guards that are taken away -----------------------------------------------------------------------
Script = Callable[[Machine], None]


def at(machine: Machine, name: str, role: str) -> int:
    """The number by which the machine picks the person of that name among those with the role."""
    return [one.name for one in machine.people if one.has(role)].index(name)


def independence_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("audits.actions.audit.independence_of", lambda **_given: ALLOWED)


def anybody_may_close(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("audits.rules.audit.somebody_else", lambda *_given, **_more: ALLOWED)


def who_fixed_it_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    independence_is_not_asked(patch)
    patch.setattr("audits.actions.finding.independence_of", lambda **_given: ALLOWED)
    patch.setattr(Finding, "fixer_ids", frozenset())


def parts_in_a_risk_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RiskAcceptance, "author_ids", frozenset())
    patch.setattr(RiskAcceptance, "auditor_ids", frozenset())


def the_reviewer_of_the_case_is_assigned(machine: Machine) -> None:
    machine.begin(stage="planned")
    reviewer = machine.world.stage.cast.reviewer
    machine.assign(
        who=at(machine, "Two duties", "case_officer"), whom=at(machine, reviewer.name, "auditor"), stray=False
    )
    machine.holds()


def an_auditor_closes(machine: Machine) -> None:
    machine.begin(stage="responded")
    machine.close(who=at(machine, "Two duties", "case_officer"), stray=False, involved=False)
    machine.holds()


def an_auditor_taken_off_closes(machine: Machine) -> None:
    """What they recorded stays theirs."""
    machine.begin(stage="fieldwork")
    two, auditor = at(machine, "Two duties", "auditor"), at(machine, machine.world.stage.auditor.name, "auditor")
    machine.test_controls(who=two, stray=False, one=False)
    machine.look()
    officer = at(machine, machine.world.stage.second_officer.name, "case_officer")
    machine.unassign(who=officer, whom=two, really=True)
    for _step in ("draft", "send"):
        machine.look()
        machine.report(who=auditor, stray=False, back=False)
    machine.look()
    machine.respond(who=at(machine, machine.world.stage.applicant.name, "applicant"), stray=False)
    machine.look()
    machine.close(who=at(machine, "Two duties", "case_officer"), stray=False, involved=False)
    machine.holds()


def who_works_for_both_tests_their_plan(machine: Machine) -> None:
    """Of the partner's people one plans and another reports; the first, an auditor too, tests."""
    machine.begin(stage="open")
    officer, both = at(machine, machine.world.stage.second_officer.name, "case_officer"), "Works for both"
    machine.assign(who=officer, whom=at(machine, both, "auditor"), stray=False)
    machine.look()
    auditor = at(machine, machine.world.stage.auditor.name, "auditor")
    machine.plan(who=at(machine, both, "applicant"), whom=auditor, stray=False)
    machine.look()
    machine.put_right(who=at(machine, machine.world.stage.applicant.name, "applicant"), stray=False)
    machine.look()
    machine.test_again(who=at(machine, both, "auditor"), stray=False, fails=False)
    assert machine.watch is not None
    machine.watch.nobody_tests_their_own_remedy()


def who_proposes_signs(machine: Machine) -> None:
    machine.begin(stage="open")
    machine.propose_to_accept(who=at(machine, "Three duties", "case_officer"), stray=False)
    machine.look()
    machine.accept(who=at(machine, "Three duties", "signatory"), stray=False, refuses=False)
    machine.holds()


def play(script: Script) -> None:
    """Do the deeds with the machine, as an example does, and undo them."""
    machine = Machine()
    try:
        script(machine)
    finally:
        machine.undone.close()


@pytest.mark.parametrize(
    ("mutant", "script", "told"),
    [
        (independence_is_not_asked, the_reviewer_of_the_case_is_assigned, "a part in the case is assigned"),
        (anybody_may_close, an_auditor_closes, "who audited closed"),
        (anybody_may_close, an_auditor_taken_off_closes, "who audited closed"),
        (who_fixed_it_is_forgotten, who_works_for_both_tests_their_plan, "who put it right tested it"),
        (parts_in_a_risk_are_forgotten, who_proposes_signs, "signed that its risk is accepted"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_the_watch_finds_a_guard_that_is_gone(
    world: World,
    mutant: Callable[[pytest.MonkeyPatch], None],
    script: Script,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    play(script)  # with the guard, nothing is wrong
    mutant(monkeypatch)
    with pytest.raises(AssertionError, match=told):
        play(script)
