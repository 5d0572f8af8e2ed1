"""Whatever anybody does: nobody admits, hears, drafts or votes on what they or their body had a part in, and what the
panel decided is in effect when its transaction commits, and not before. Random deeds by people of several bodies, held
against a naive model; and the watch finds each guard that is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from audits.actions import appeal as admission
from audits.actions import appeal_decision, hearing, panel
from audits.models import Appeal
from audits.queries.appeal import newest_draft
from audits.queries.parts import SITS
from audits.rules.panel import Candidate
from grants.models import GrantRequest
from partners.models import Qualification
from portal.accounts.models import Membership
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import ALLOWED, Refused
from tests.factories.accounts import make_member
from tests.factories.appeals import NOBODY, decided_case, others, panel_of, seen
from tests.factories.audits import Stage
from tests.factories.refusals import granted_in_part, lodged_on, refused
from tests.rollback import rolled_back

STEPS = 130
SEEDS = (3, 11, 29)
OUTCOMES = ("uphold", "dismiss")


class Broken(AssertionError):
    """What must never be."""


class NotNow(Exception):
    """Nobody tried anything: the deed makes no sense at this point of the round."""


@dataclass
class Court:
    """One appeal, everybody around it, and what a naive model knows of it: who had a part, the stay, the votes.

    `barred` are the bodies that had a part; `stands` reads what the decision does now, `effects` what it is to be:
    while it stands, and once it does not.
    """

    appeal: Appeal
    barred: set[UUID]
    stands: Callable[[], str]
    effects: tuple[str, str]
    free: list[Actor]
    bound: list[Actor]
    random: Random
    stayed: bool = False
    votes: dict[UUID, str] = field(default_factory=dict)
    draft: int = 0
    done: list[str] = field(default_factory=list)

    def somebody(self) -> Actor:
        """A member of the panel as often as not; else anybody, those with a part as well."""
        members = panel_of(self.appeal)
        if members and self.random.random() < 0.6:
            return self.random.choice(members)
        return self.random.choice([*self.free, *self.bound])


def refusal(stage: Stage, seed: int) -> Court:
    """A refused application: upheld, it is in review again, and never approved by the panel."""
    made = refused()
    cast = made.cast
    colleague = make_member(cast.authority, "signatory", "case_officer")
    turncoat = make_member(others(bodies=1, each=1)[0].user.memberships.get().organisation, "signatory",
                           user=cast.signatory.user)  # fmt: skip
    assessed = make_member(others(bodies=1, each=1)[0].user.memberships.get().organisation, "signatory",
                           user=cast.reviewer.user)  # fmt: skip
    bound = [cast.signatory, cast.officer, cast.reviewer, colleague, turncoat, assessed, cast.applicant]
    appeal = admission.lodge_appeal(
        against=made.application, ground="facts", statement="Look again.", by=cast.applicant
    )
    return Court(
        appeal, {cast.authority.pk, cast.institution.pk}, lambda: made.application.state, ("declined", "under_review"),
        others(bodies=3, each=1), bound, Random(seed),
    )  # fmt: skip


def grant_refusal(stage: Stage, seed: int) -> Court:
    """A grant request of which lines were refused and narrowed: upheld, they are sent once more, and nothing more."""
    made = granted_in_part(stage.cast)
    elsewhere = others(bodies=1, each=1)[0].user.memberships.get().organisation
    turncoat = make_member(elsewhere, "signatory", user=made.signatory.user)
    reviewed = make_member(elsewhere, "signatory", user=made.reviewer.user)
    colleague = make_member(made.authority, "signatory", "case_officer")
    bound = [made.signatory, made.other_signatory, made.officer, made.reviewer, colleague, turncoat, reviewed,
             made.applicant]  # fmt: skip
    barred = {made.authority.pk, made.other_signatory.body_id, made.staff.body_id, made.institution.pk}

    def stands() -> str:
        anew = GrantRequest.objects.filter(follows=made.request).values_list("state", flat=True)
        return f"{made.fresh().set_aside_at is not None} {made.grant.state} {[*anew]}"

    effects = ("False awaiting_agreement []", "True awaiting_agreement ['submitted']")
    return Court(
        lodged_on(made.fresh(), made.applicant), {one for one in barred if one}, stands, effects,
        others(bodies=3, each=1), bound, Random(seed),
    )  # fmt: skip


def enforcement(stage: Stage, seed: int) -> Court:
    """A suspension: upheld or stayed, the qualification is in force."""
    case = decided_case(stage)
    colleague = make_member(stage.cast.authority, "signatory", "case_officer")
    turncoat = make_member(
        others(bodies=1, each=1)[0].user.memberships.get().organisation, "signatory", user=stage.signatory.user
    )
    bound = [stage.signatory, stage.other_signatory, stage.officer, colleague, turncoat, stage.applicant]
    free = others(bodies=3, each=1)
    appeal = admission.lodge_appeal(against=case, ground="facts", statement="Look again.", by=stage.applicant)
    barred = {stage.signatory.body_id, stage.other_signatory.body_id, stage.institution.pk}

    def stands() -> str:
        return Qualification.objects.get(institution=stage.institution).state

    return Court(
        appeal, {one for one in barred if one}, stands, ("suspended", "in_force"), free, bound, Random(seed),
    )  # fmt: skip


KINDS: dict[str, Callable[[Stage, int], Court]] = {
    "enforcement": enforcement,
    "refusal": refusal,
    "grant_refusal": grant_refusal,
}


# --- deeds ----------------------------------------------------------------------------------------
def admit(c: Court, by: Actor) -> None:
    admission.admit_appeal(appeal=c.appeal, reason="In time.", by=by)


def draw(c: Court, by: Actor) -> None:
    if c.appeal.draw_at is None:
        raise NotNow
    with clock.at(c.appeal.draw_at + timedelta(minutes=1)):
        panel.draw_panel(appeal=c.appeal, by=SYSTEM)


def leave(c: Court, by: Actor) -> None:
    if c.random.random() > 0.1:
        raise NotNow
    panel.decline_seat(appeal=c.appeal, reason="A tie.", by=by)
    c.votes.pop(by.person_id, None)


def stay(c: Court, by: Actor) -> None:
    if c.random.random() < 0.7:
        panel.grant_stay(appeal=c.appeal, reasons="Work.", by=by)
        c.stayed = True
    else:
        panel.refuse_stay(appeal=c.appeal, reasons="No.", by=by)


def call(c: Court, by: Actor) -> None:
    hearing.call_hearing(appeal=c.appeal, at=clock.now() + timedelta(minutes=1), place="Room 4", by=by)


def hear(c: Court, by: Actor) -> None:
    with clock.at(clock.now() + timedelta(minutes=5)):
        hearing.note_hearing(appeal=c.appeal, text="Both spoke.", by=by)
        hearing.close_hearing(appeal=c.appeal, by=by)


def write(c: Court, by: Actor) -> None:
    if c.draft and c.random.random() < 0.7:
        raise NotNow
    outcome = c.random.choice([*OUTCOMES])
    appeal_decision.draft_decision(appeal=c.appeal, outcome=outcome, reasons="So.", published_text=NOBODY, by=by)
    c.votes, c.draft = {}, c.draft + 1


def vote(c: Court, by: Actor) -> None:
    draft = newest_draft(c.appeal)
    if draft is None:
        raise NotNow
    outcome = c.random.choice([draft.outcome, draft.outcome, *OUTCOMES])
    appeal_decision.vote(appeal=c.appeal, seen=seen(c.appeal), outcome=outcome, opinion="So.", by=by)
    c.votes[by.person_id] = outcome


def withdraw(c: Court, by: Actor) -> None:
    if c.random.random() > 0.02:
        raise NotNow
    admission.withdraw_appeal(appeal=c.appeal, by=by)


DEEDS: tuple[Callable[[Court, Actor], None], ...] = (admit, draw, leave, stay, call, hear, write, vote, withdraw)
LIKELY = {"lodged": (admit,), "admitted": (draw, stay, call, hear), "heard": (write, vote, vote)}
"""What moves an appeal on from its state: drawn more often than the rest."""
JUDGES = {"admit", "stay", "call", "hear", "write", "vote"}


# --- the watch ------------------------------------------------------------------------------------
def watch(c: Court, deed: str, by: Actor, before: str) -> None:
    """Raise Broken where something is as it must never be."""
    had_part, bodies = {one.user_id for one in c.bound}, c.barred
    c.appeal.refresh_from_db()
    if deed in JUDGES and (by.user_id in had_part or by.body_id in bodies):
        raise Broken(f"{deed} by {by.name}, who had a part")
    for member in panel_of(c.appeal):
        if member.user_id in had_part or member.body_id in bodies:
            raise Broken(f"{member.name} sits, who had a part")
    _effect(c)
    if before == "heard" and c.appeal.state in ("upheld", "dismissed"):
        wanted = {"upheld": "uphold", "dismissed": "dismiss"}[c.appeal.state]
        if sum(one == wanted for one in c.votes.values()) < 2:
            raise Broken("decided without a majority of the panel")


def _effect(c: Court) -> None:
    stands = c.stands()
    running = c.appeal.state in ("lodged", "admitted", "heard")
    wanted = c.effects[c.appeal.state == "upheld" or (running and c.stayed)]
    if stands != wanted:
        raise Broken(f"it is {stands} while the appeal is {c.appeal.state}; it should be {wanted}")


def play(stage: Stage, seed: int, kind: str = "enforcement") -> Court:
    """One round of random deeds, watched after each."""
    c = KINDS[kind](stage, seed)
    for _step in range(STEPS):
        if c.appeal.state in ("upheld", "dismissed", "withdrawn"):
            break
        before, by = c.appeal.state, c.somebody()
        deed = c.random.choice(LIKELY[before] if c.random.random() < 0.7 else DEEDS)
        try:
            deed(c, by)
        except (Refused, NotNow):
            c.appeal.refresh_from_db()
            continue
        c.done.append(deed.__name__)
        watch(c, deed.__name__, by, before)
    return c


@pytest.mark.parametrize("kind", [*KINDS])
def test_nobody_judges_what_they_had_a_part_in_and_effects_come_with_the_decision(stage: Stage, kind: str) -> None:
    states, done = set(), set()
    for seed in SEEDS:
        with rolled_back():
            c = play(stage, seed, kind)
            states.add(c.appeal.state)
            done |= {*c.done}
            assert c.appeal.can_be_stayed or "stay" not in c.done
    assert done >= JUDGES - (set() if kind == "enforcement" else {"stay"}), "the rounds saw too little"
    assert states & {"upheld", "dismissed"}


def everybody(_appeal: Any) -> list[Candidate]:
    rows = Membership.objects.filter(state="active", roles__overlap=list(SITS)).values_list(
        "user_id", "organisation_id"
    )
    return [Candidate(person, body) for person, body in rows]


def nothing(*_args: object, **_more: object) -> None:
    """In place of an effect."""


def allowed(*_args: object, **_more: object) -> object:
    """In place of a guard."""
    return ALLOWED


MUTANTS: tuple[tuple[str, tuple[tuple[str, object], ...]], ...] = (
    ("anybody admits", (("audits.rules.appeal.without_part", allowed),)),
    ("the lot knows no parts", (("audits.actions.panel.candidates_for", everybody),)),
    ("a stay without effect", (("audits.actions.panel.stay_the_effect", nothing),)),
    ("an outcome without effect", (("audits.actions.appeal_decision.take_effect", nothing),)),
    ("one vote decides", (("audits.actions.appeal_decision.decided_by", lambda votes, size: votes[-1].outcome),)),
)


@pytest.fixture
def mutated(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, instead in request.param:
        monkeypatch.setattr(name, instead)


FOUND = [
    pytest.param(kind, parts, id=f"{kind}: {name}")
    for kind in KINDS
    for name, parts in MUTANTS
    if kind == "enforcement" or name != "a stay without effect"
]
"""A refusal is never stayed, so there is nothing to find."""


@pytest.mark.parametrize(("kind", "mutated"), FOUND, indirect=["mutated"])
def test_the_watch_finds_each_guard_that_is_gone(stage: Stage, mutated: None, kind: str) -> None:
    for seed in range(1, 9):
        try:
            with rolled_back():
                play(stage, seed, kind)
        except Broken:
            return
    pytest.fail("The watch did not see it.")
