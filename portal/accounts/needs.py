"""What needs me now: the registry that apps above fill, and the home page shows.

An app registers in its AppConfig's `ready`:

    needs.register("case_officer", "applications", waiting_cases)

where `waiting_cases(actor) -> list[Need]` says which rows wait, and lets `counted` ask about all of them in one query:

    return counted(Waiting(rows, ngettext_lazy("case to screen", "cases to screen"), url, oldest="submitted_at"))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from django.db.models import Count, DateTimeField, Min, QuerySet, Value
from django.db.models.functions import Cast

from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Text

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
    """

    rows: QuerySet[Any]
    label: _StrPromise
    url: str
    oldest: str = ""
    due: str = ""
    tone: Tone = ""

    def counted(self, place: int) -> QuerySet[Any]:
        """One row (place, count, first date), or none where nothing waits."""
        moment = DateTimeField(null=True)
        first = self.oldest or self.due
        rows = self.rows.order_by().annotate(place=Value(place)).values("place")
        rows = rows.annotate(count=Count("pk"), first=Cast(Min(first) if first else Value(None), moment))
        return rows.values_list("place", "count", "first")

    def need(self, count: int, first: datetime | None) -> Need:
        """The card of that many rows."""
        due, oldest = first if self.due else None, first if self.oldest else None
        need = Need(count, self.label % count, self.url, oldest, due, self.tone if count else "")
        return replace(need, tone="red") if need.late else need


def counted(*waiting: Waiting) -> list[Need]:
    """How many of each, the oldest or the next due. One query for all of them."""
    first, *others = (item.counted(place) for place, item in enumerate(waiting))
    rows = first.union(*others, all=True) if others else first
    found = {place: (count, moment) for place, count, moment in rows}
    return [item.need(*found.get(place, (0, None))) for place, item in enumerate(waiting)]


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
