"""What needs me now: the registry that apps above fill, and the home page shows.

An app registers in its AppConfig's `ready`:

    needs.register("case_officer", "applications", waiting_cases)

where `waiting_cases(actor)` says which rows wait; all of a person's are counted in one query:

    return [Waiting(rows, ngettext_lazy("case to screen", "cases to screen"), url, key="screen", oldest="submitted_at")]

A card leads to a list, which the same rows narrow (`?need=applications.screen`, portal.ui.narrowing): what it counts
is what the list shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from django.db.models import Count, DateTimeField, Min, QuerySet, Value
from django.db.models.functions import Cast

from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Text
from portal.ui.narrowing import PARAMETER, Narrowing

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Tone = Literal["", "blue", "amber", "green", "red"]


@dataclass(frozen=True)
class Need:
    """One card: how many, of what, where to go. `oldest` is since when the first of them waits; `due` the next date."""

    count: int
    label: Text
    url: str
    oldest: datetime | None = None
    due: datetime | None = None
    tone: Tone = ""

    @property
    def late(self) -> bool:
        """Whether the first of them was due before today."""
        return self.due is not None and self.due.date() < clock.today()


@dataclass(frozen=True)
class Waiting:
    """Rows that somebody has to see to, and by which of their dates (names of fields) they are old or due.

    `label` is an `ngettext_lazy` without a number. The tone is shown where there are any, and red where one is late.
    `url` is a list, which `key` narrows to the rows; without a key it is the page where they are seen to.
    `path` leads from a row to the one that the list shows, such as from a question to its application: then what the
    list shows is counted, and the label names it.
    """

    rows: QuerySet[Any]
    label: _StrPromise
    url: str
    key: str = ""
    path: str = "pk"
    oldest: str = ""
    due: str = ""
    tone: Tone = ""

    def counted(self, place: int) -> QuerySet[Any]:
        """One row (place, count, first date), or none where nothing waits."""
        moment = DateTimeField(null=True)
        first = self.oldest or self.due
        rows = self.rows.order_by().annotate(place=Value(place)).values("place")
        count = Count(self.path, distinct=self.path != "pk")
        rows = rows.annotate(count=count, first=Cast(Min(first) if first else Value(None), moment))
        return rows.values_list("place", "count", "first")

    def need(self, count: int, first: datetime | None) -> Need:
        """The card of that many rows."""
        due, oldest = first if self.due else None, first if self.oldest else None
        need = Need(count, self.label % count, self.url, oldest, due, self.tone if count else "")
        return replace(need, tone="red") if need.late else need

    def linked(self, name: str) -> Waiting:
        """The same, with the address that narrows its list, among what is registered under that name."""
        if not self.key:
            return self
        return replace(self, url=f"{self.url}{'&' if '?' in self.url else '?'}{PARAMETER}={name}.{self.key}")


def counted(*waiting: Waiting) -> list[Need]:
    """How many of each, the oldest or the next due. One query for all of them."""
    if not waiting:
        return []
    first, *others = (item.counted(place) for place, item in enumerate(waiting))
    rows = first.union(*others, all=True) if others else first
    found = {place: (count, moment) for place, count, moment in rows}
    return [item.need(*found.get(place, (0, None))) for place, item in enumerate(waiting)]


Ask = Callable[[Actor], Sequence[Waiting | Need]]
_asks: dict[tuple[str, str], Ask] = {}


def register(role: str, name: str, ask: Ask) -> None:
    """Ask `ask(actor)` on the home page of everybody who has the role. `name` makes it once; order is as registered."""
    _asks[(role, name)] = ask


def _asked(actor: Actor) -> Iterator[tuple[str, Ask]]:
    """What is registered for the actor's roles, with its name. A function registered for several of them comes once."""
    asks = {ask: name for (role, name), ask in _asks.items() if actor.has(role)}
    return ((name, ask) for ask, name in asks.items())


def needs_of(actor: Actor) -> list[Need]:
    """What waits for the actor. One query for all that is `Waiting`, and what the others ask."""
    found = [(name, item) for name, ask in _asked(actor) for item in ask(actor)]
    waiting = iter(counted(*(item.linked(name) for name, item in found if isinstance(item, Waiting))))
    shown = [next(waiting) if isinstance(item, Waiting) else item for _name, item in found]
    return sorted(shown, key=lambda need: (need.count == 0, need.tone != "red"))


def narrowing_of(actor: Actor, key: str) -> Narrowing | None:
    """The rows behind a card of the actor's home page, by the key in its address. Reads nothing."""
    name, _dot, own = key.rpartition(".")
    for item in (item for known, ask in _asked(actor) if known == name for item in ask(actor)):
        if isinstance(item, Waiting) and item.key and item.key == own:
            return Narrowing(key, item.label % 2, item.rows, item.path)
    return None
