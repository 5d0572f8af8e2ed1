"""Who is told of deeds while they happen: upper rooms whose rows must stand or fall with a deed below.

An observer hears what one deed did to nouns that it watches, at the end of the outermost deed and inside its
transaction: all rows are as the deed leaves them, the entries are not written yet. What it raises undoes the deed. What
a deed took back (a savepoint) is not told. Rooms register in `AppConfig.ready`; nothing else reaches up from below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Happening:
    """One move: which object, by which verb of its table, from which state to which, and the detail of its entry."""

    subject: Any
    noun: str
    verb: str
    before: str
    after: str
    detail: Mapping[str, Any] = field(default_factory=dict)


Observer = Callable[[Sequence[Happening]], object]
_observers: dict[str, list[Observer]] = {}


def observe(nouns: Iterable[str], observer: Observer) -> None:
    """Have the observer called with what happens to these nouns, in order. Registering twice changes nothing."""
    for noun in nouns:
        known = _observers.setdefault(noun, [])
        if observer not in known:
            known.append(observer)


def ignore(observer: Observer) -> None:
    """Take the observer off every noun."""
    for known in _observers.values():
        if observer in known:
            known.remove(observer)


def is_watched(noun: str) -> bool:
    """Whether anybody hears of this noun."""
    return bool(_observers.get(noun))


def tell(happenings: Sequence[Happening]) -> None:
    """Tell each observer, once, of what it watches."""
    for observer in dict.fromkeys(one for happening in happenings for one in _observers.get(happening.noun, ())):
        observer([happening for happening in happenings if observer in _observers[happening.noun]])
