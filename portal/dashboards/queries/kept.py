"""How far the sums have come that the boards read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import OuterRef, Subquery

from portal.core import clock
from portal.dashboards.models import Cursor
from portal.dashboards.rollup.texts import made_otherwise
from portal.ledger.models import Entry

PATIENCE = timedelta(minutes=10)
"""So long nobody need be told that an entry waits: the next run of the sweep takes it in."""


@dataclass(frozen=True)
class Kept:
    """`waiting_since` is when the first entry came that is not taken in yet, `renewing` how many sources an update
    counts otherwise and are not made anew yet."""

    waiting_since: datetime | None = None
    renewing: int = 0

    def whole(self, day: date) -> bool:
        """Whether the sums hold all that the record says up to the end of the day, as sources count it now."""
        return not self.renewing and (self.waiting_since is None or day < self.waiting_since.date())

    def late(self, day: date) -> bool:
        """Whether something of the day or before it has been waiting for longer than usual."""
        waits = self.waiting_since
        return waits is not None and waits.date() <= day and waits < clock.now() - PATIENCE


def kept() -> Kept:
    """How far they have come; one query."""
    waiting = Entry.objects.filter(seq__gt=OuterRef("seq")).order_by("seq").values("time")[:1]
    cursor = Cursor.objects.annotate(waiting_since=Subquery(waiting)).first()
    if cursor is None:
        return Kept(waiting_since=Entry.objects.order_by("seq").values_list("time", flat=True).first())
    renewing = len(made_otherwise(cursor.made_by)) if cursor.seq else 0
    return Kept(waiting_since=cursor.waiting_since, renewing=renewing)
