"""Lists narrowed to what waits for whoever looks: `?need=<key>`, as the cards of the home page link to them.

What waits is known above this floor (portal.accounts.needs), which says with `connect` how a key is looked up.
A narrowing only ever takes rows away: what a list may show stays the list's own affair. A key that nobody knows,
or that belongs to no role of the person, narrows nothing and is told in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.ui.templatetags import ui

Q = TypeVar("Q", bound=QuerySet[Any])
PARAMETER = "need"
OFF = (PARAMETER, "page", "after", "p")
"""What leaves the address with the narrowing: pages of the narrower list are none of the wider one."""


@dataclass(frozen=True)
class Narrowing:
    """The rows that wait, what they are called, and by which of their fields they name the rows of the list."""

    key: str
    label: str
    rows: QuerySet[Any]
    path: str = "pk"

    def of(self, listed: Q) -> Q:
        """Those of the listed rows that wait: one EXISTS, whatever their number."""
        return listed.filter(Exists(self.rows.order_by().filter(**{self.path: OuterRef("pk")})))


Find = Callable[[Actor, str], Narrowing | None]
_find: list[Find] = []


def connect(find: Find) -> None:
    """Look keys up with this. Called once, when the app that knows them is ready."""
    _find[:] = [find]


def asked(request: PortalRequest) -> Narrowing | None:
    """The narrowing that the address asks for, if it is one of the person's own."""
    key = request.GET.get(PARAMETER, "")
    return _find[0](request.actor, key) if key and _find else None


def chips(request: PortalRequest, found: Narrowing | None) -> list[dict[str, str]]:
    """The narrowing in words, with the address without it. Of another's key: that it narrows nothing."""
    if not request.GET.get(PARAMETER):
        return []
    label = _("Only: %(what)s") % {"what": found.label} if found else _("Not narrowed: that is not among your work")
    return [{"label": label, "url": ui.query_string({"request": request}, **dict.fromkeys(OFF))}]
