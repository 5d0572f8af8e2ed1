"""What an institution can do against a decision, on the page of what was decided.

This room knows of no appeals: rooms above register who tells of them, when the portal starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.core.actors import Actor
from portal.rulebook.places import LastDay


@dataclass(frozen=True, slots=True)
class Remedy:
    """A way to have a decision looked at again: what it is called, where, until when, and why not (any more)."""

    label: str
    url: str
    until: LastDay
    reason: str = ""


Finder = Callable[[Any, Actor], Remedy | None]
FINDERS: list[Finder] = []


def remedies_against(subject: Any, actor: Actor) -> list[Remedy]:
    """Those that are open to the actor against the decision on the subject, or were. A few queries."""
    found = (find(subject, actor) for find in FINDERS)
    return [one for one in found if one is not None]
