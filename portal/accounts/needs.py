"""What needs me now: the registry that apps above fill, and the home page shows.

An app registers in its AppConfig's `ready`:

    needs.register("case_officer", "applications", waiting_cases)

where `waiting_cases(actor) -> list[Need]` is a query with a count and the oldest, at most two queries each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from portal.core.actors import Actor
from portal.core.verdicts import Text


@dataclass(frozen=True)
class Need:
    """One card: how many, of what, where to go. `oldest` is since when the first of them waits; `due` the next date."""

    count: int
    label: Text
    url: str
    oldest: datetime | None = None
    due: datetime | None = None
    tone: Literal["", "blue", "amber", "green", "red"] = ""


Ask = Callable[[Actor], list[Need]]
_asks: dict[tuple[str, str], Ask] = {}


def register(role: str, name: str, ask: Ask) -> None:
    """Ask `ask(actor)` on the home page of everybody who has the role. `name` makes it once; order is as registered."""
    _asks[(role, name)] = ask


def needs_of(actor: Actor) -> list[Need]:
    """What waits for the actor. A function registered for several of their roles is asked once."""
    asks = dict.fromkeys(ask for (role, _), ask in _asks.items() if actor.has(role))
    found = [need for ask in asks for need in ask(actor)]
    return sorted(found, key=lambda need: (need.count == 0, need.tone != "red"))
