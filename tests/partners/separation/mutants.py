"""Guards taken away one at a time, to see that the machine finds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from partners.actions import signature
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
)
"""A guard that is gone, the deeds that come to it, and what the watch says."""
