"""The rulebook: public pages."""

from __future__ import annotations

from typing import Any

from tests.contracts.matrix import public, row
from tests.factories.rulebook import founded_rulebook
from tests.world import World


def _founded(_world: World) -> Any:
    return founded_rulebook()


def version(world: World) -> dict[str, str]:
    return {"version": world.once(_founded).version}


def index(world: World) -> dict[str, str]:
    world.once(_founded)
    return {}


ROWS = [
    row("rulebook:index", public(), make=index),
    row("rulebook:version", public(), make=version),
    row("rulebook:document", public(), make=version),
]
