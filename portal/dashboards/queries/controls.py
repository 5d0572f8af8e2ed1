"""The controls that audits were to be held against on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import OuterRef, Subquery

from audits.models import Catalogue, Control
from portal.ledger.models import Entry


@dataclass
class Family:
    """A family of controls: its title, and its controls as `catalogue:identifier`."""

    title: str
    controls: list[str] = field(default_factory=list)


def families_at(key: str, day: date) -> list[Family]:
    """Families of the version of a catalogue that was current at the end of the day, in its order. One query.

    That is told by the record: a version that was retired since then counts for the days on which it was current.
    """
    ends = datetime.combine(day + timedelta(days=1), time(), UTC)
    said = Entry.objects.filter(object_type="catalogue", object_id=OuterRef("pk"), time__lt=ends).order_by("-seq")
    current = (
        Catalogue.objects.filter(key=key)
        .annotate(then=Subquery(said.values("state")[:1]))
        .filter(then="current")
        .order_by("-imported_at", "-pk")
    )
    rows = Control.objects.filter(catalogue=Subquery(current.values("pk")[:1])).order_by("position")
    found: dict[str, Family] = {}
    for group, title, control in rows.values_list("group", "group__title", "oscal_id"):
        found.setdefault(str(group), Family(title)).controls.append(f"{key}:{control}")
    return list(found.values())
