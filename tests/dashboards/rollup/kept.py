"""Everything that is kept, to be compared; and keeping it."""

from __future__ import annotations

from typing import Any

from portal.dashboards.models import Cursor, Spell, Tally
from portal.dashboards.rollup.keep import BATCH, keep_batch


def keep_all(*, limit: int = BATCH, again: bool = False) -> None:
    """Take in everything that the record has, so many entries at a time; from the beginning if `again`."""
    if again:
        Cursor.objects.update(seq=0)
    while keep_batch(limit):
        pass


def everything() -> tuple[list[Any], list[Any]]:
    """All spells and all tallies, but for their keys, in one order."""
    return _rows(Spell), _rows(Tally)


def _rows(model: type[Spell] | type[Tally]) -> list[Any]:
    names = [field.name for field in model._meta.fields if field.name != "id"]
    return sorted(model.objects.values_list(*names), key=str)
