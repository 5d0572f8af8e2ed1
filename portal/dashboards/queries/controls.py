"""The controls that audits were to be held against on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from audits.models import Catalogue, Control
from portal.ledger.models import Entry


@dataclass
class Family:
    """A family of controls: its identifier, its title, and its controls as `catalogue:identifier`."""

    key: str
    title: str
    controls: list[str] = field(default_factory=list)


def families_at(key: str, day: date) -> list[Family]:
    """Families of the version of a catalogue that was current at the end of the day, in its order. One query."""
    rows = _controls_at(key, day).order_by("position")
    found: dict[str, Family] = {}
    for group, own, title, control in rows.values_list("group", "group__oscal_id", "group__title", "oscal_id"):
        found.setdefault(str(group), Family(own, title)).controls.append(f"{key}:{control}")
    return list(found.values())


def names_at(key: str, day: date, family: str = "") -> QuerySet[Control, str]:
    """`catalogue:identifier` of the controls of one family, or of all, to be asked for within another query."""
    rows = _controls_at(key, day).order_by()
    rows = rows.filter(group__oscal_id=family) if family else rows
    return rows.annotate(named=Concat(Value(f"{key}:"), F("oscal_id"))).values_list("named", flat=True)


def _controls_at(key: str, day: date) -> QuerySet[Control]:
    """The record tells which version was current: one that was retired since counts for the days on which it was."""
    ends = datetime.combine(day + timedelta(days=1), time(), UTC)
    said = Entry.objects.filter(object_type="catalogue", object_id=OuterRef("pk"), time__lt=ends).order_by("-seq")
    current = (
        Catalogue.objects.filter(key=key)
        .annotate(then=Subquery(said.values("state")[:1]))
        .filter(then="current")
        .order_by("-imported_at", "-pk")
    )
    return Control.objects.filter(catalogue=Subquery(current.values("pk")[:1]))
