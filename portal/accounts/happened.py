"""What happened last, for the home page: a floor above knows it, and says with `connect` how it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from portal.core.actors import Actor

Find = Callable[[Actor], Sequence[Any]]
_find: list[Find] = []


def connect(find: Find) -> None:
    """Ask with this. Called once, when the app that knows it is ready."""
    _find[:] = [find]


def latest(actor: Actor) -> Sequence[Any]:
    """The newest deeds that concern the actor."""
    return _find[0](actor) if _find else ()
