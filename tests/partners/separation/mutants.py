"""Guards taken away one at a time, to see that the machine finds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from partners.actions import signature
from partners.models import Application
from partners.queries import case, verdicts
from partners.rules import quorum
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED
from tests.partners.separation.machine import Machine
from tests.partners.separation.world import World


def nobody_is_barred(patch: pytest.MonkeyPatch) -> None:
    """Whoever wrote, prepared or assessed the case may sign it."""
    asked: Callable[..., Any] = quorum.may_sign
    patch.setattr(
        verdicts, "may_sign", lambda rule, *rest, **more: asked(rule.model_copy(update={"without": ()}), *rest, **more)
    )


def one_body_is_enough(patch: pytest.MonkeyPatch) -> None:
    """The quorum counts signatures and nothing else."""
    counted: Callable[..., Any] = quorum.quorum_state
    update = {"bodies": 1, "jurisdictions": 1, "home": False}
    patch.setattr(
        "partners.queries.case.quorum_state",
        lambda rule, *rest, **more: counted(rule.model_copy(update=update), *rest, **more),
    )
    patch.setattr(quorum, "_room_for", lambda *given: ALLOWED)


def what_was_signed_is_not_compared(patch: pytest.MonkeyPatch) -> None:
    """Signatures count whatever the case reads now."""
    patch.setattr(case.Case, "outdated_signatures", [])
    patch.setattr(signature, "_void_outdated", lambda *given: None)


def deputies_are_people_of_their_own(patch: pytest.MonkeyPatch) -> None:
    """Whoever signs in somebody's place counts for themselves alone."""
    asked: Callable[..., Any] = quorum.may_sign
    patch.setattr(
        verdicts,
        "may_sign",
        lambda rule, hands, signed, actor, **more: asked(rule, hands, signed, replace(actor, stands_for=None), **more),
    )
    patch.setattr(quorum.Signed, "counts_as", property(lambda signed: signed.person))


def a_recusal_leaves_the_deputys_signature(patch: pytest.MonkeyPatch) -> None:
    """Of somebody with a conflict, only what they signed themselves is voided."""
    voided: Callable[..., Any] = signature.void_signatures

    def own(application: Application, reason: str, by: Actor, *, of: UUID | None = None) -> list[Any]:
        rows = application.signature_rows.filter(by=of) if of else application.signature_rows.all()
        return voided(application, reason, by, of=of) if rows.exists() else []

    patch.setattr("partners.actions.case.void_signatures", own)


# --- deeds of the machine that come to where the guard stands -------------------------------------


def _at(machine: Machine, actor: Actor, *roles: str) -> int:
    """The number by which the machine picks that person among those with the role."""
    return [one for one in machine.desk if one.has(*roles)].index(actor)


def _sign(machine: Machine, actor: Actor) -> None:
    machine.sign(who=_at(machine, actor, "signatory"), stray=False, other=False, involved=False)
    machine.holds()


def an_officer_signs(machine: Machine, world: World) -> None:
    """Somebody judges a hit as a case officer, and signs as a signatory."""
    officer = world.holding("case_officer")[1]
    machine.look_at_hits(who=_at(machine, officer, "case_officer"), verb="confirm", stray=False)
    machine.holds()
    for actor in (officer, _abroad(world)):
        _sign(machine, actor)


def two_of_one_body_sign(machine: Machine, world: World) -> None:
    """Two signatories of the home authority."""
    for actor in _home(world)[:2]:
        _sign(machine, actor)


def the_address_changes_between(machine: Machine, world: World) -> None:
    """One signs, the institution moves, another signs."""
    _sign(machine, _home(world)[0])
    machine.move_house(who=0, really=True, number=2)
    machine.holds()
    _sign(machine, _abroad(world))


def _deputy_for(machine: Machine, signatory: Actor) -> Actor:
    """The auditor of that authority, named as the deputy of that signatory."""
    fit = [one for one in machine.desk if one.body_id == signatory.body_id and not one.has("signatory")]
    whom = next(place for place, one in enumerate(fit) if one.roles == {"person", "auditor"})
    machine.delegate(who=_at(machine, signatory, "signatory"), whom=whom, stray=False, days=1)
    machine.holds()
    return next(one for one in machine.desk if one.user_id == fit[whom].user_id and one.body_id == signatory.body_id)


def one_person_signs_twice(machine: Machine, world: World) -> None:
    """A signatory of two authorities signs in one, and their deputy in the other."""
    at_home, away = _of_both(world)
    for actor in (at_home, _deputy_for(machine, away)):
        _sign(machine, actor)


def the_deputy_of_an_officer_signs(machine: Machine, world: World) -> None:
    """Somebody judges a hit, and their deputy signs."""
    officer = world.holding("case_officer")[1]
    deputy = _deputy_for(machine, officer)
    machine.look_at_hits(who=_at(machine, officer, "case_officer"), verb="confirm", stray=False)
    machine.holds()
    for actor in (deputy, _abroad(world)):
        _sign(machine, actor)


def the_covered_recuses(machine: Machine, world: World) -> None:
    """A deputy signs, whom they stand for turns out to have a conflict, and another signs."""
    signatory = _home(world)[0]
    _sign(machine, _deputy_for(machine, signatory))
    machine.declare(who=machine.desk.index(signatory), conflict=True)
    machine.holds()
    _sign(machine, _abroad(world))


def _of_both(world: World) -> tuple[Actor, Actor]:
    """The signatory of the home authority who is one abroad too, in both places."""
    at_home = next(
        one
        for one in _home(world)
        if any(other.user_id == one.user_id and other.body_id != one.body_id for other in world.holding("signatory"))
    )
    return at_home, next(
        other for other in world.holding("signatory")
        if other.user_id == at_home.user_id and other.body_id != at_home.body_id
    )  # fmt: skip


def _home(world: World) -> list[Actor]:
    """Signatories of the home authority who are nothing else."""
    return [one for one in world.people if one.body_id == world.home.pk and one.roles == {"person", "signatory"}]


def _abroad(world: World) -> Actor:
    return next(
        one for one in world.holding("signatory") if one.body_id != world.home.pk and not one.has("case_officer")
    )


Mutant = Callable[[pytest.MonkeyPatch], None]
Script = Callable[[Machine, World], None]
MUTANTS: tuple[tuple[Mutant, Script, str], ...] = (
    (nobody_is_barred, an_officer_signs, "among the officers"),
    (one_body_is_enough, two_of_one_body_sign, "too few bodies"),
    (what_was_signed_is_not_compared, the_address_changes_between, "something else than what stands"),
    (deputies_are_people_of_their_own, one_person_signs_twice, "too few people"),
    (deputies_are_people_of_their_own, the_deputy_of_an_officer_signs, "among the officers"),
    (a_recusal_leaves_the_deputys_signature, the_covered_recuses, "a deputy in their place"),
)
"""A guard that is gone, the deeds that come to it, and what the watch says."""
