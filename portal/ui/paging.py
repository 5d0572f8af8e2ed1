"""Pages of a list: numbered with a count that stops early, or by a cursor that never counts."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from portal.core.canonical import plain

COUNT_LIMIT = 1_000
"""Rows are counted up to here: nobody turns forty pages, and a list must not slow down as the scheme grows."""


def bounded_count(rows: QuerySet[Any], counted_by: Sequence[str] = ()) -> int:
    """How many there are, or COUNT_LIMIT + 1 for more. One query."""
    return int(rows.order_by(*counted_by).values("pk")[: COUNT_LIMIT + 1].count())


class BoundedPaginator(Paginator):
    """Counts at most COUNT_LIMIT rows. `more` says that there are others; filters lead to them.

    `counted_by`: the order of an index by which the first of very many are found.
    """

    def __init__(self, *args: Any, counted_by: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._counted_by = counted_by

    @cached_property
    def _counted(self) -> int:
        rows = self.object_list
        return bounded_count(rows, self._counted_by) if isinstance(rows, QuerySet) else len(rows)

    @cached_property
    def count(self) -> int:
        return min(self._counted, COUNT_LIMIT)

    @property
    def more(self) -> bool:
        return self._counted > COUNT_LIMIT


@dataclass(frozen=True)
class KeysetPage:
    """One page of a list that is read by cursor. `first_url` is set on every page but the first."""

    object_list: list[Any]
    next_cursor: str
    first_url: str


def keyset_page(rows: QuerySet[Any], order: str, size: int, after: str, first_url: str) -> KeysetPage:
    """The rows after the cursor. `order` is a field that is never null, with "-" for descending; the key breaks ties.

    A cursor that cannot be read is taken as none.
    """
    down, name = order.startswith("-"), order.lstrip("-")
    way = "lt" if down else "gt"
    sorted_rows = rows.order_by(order, f"{'-' if down else ''}pk")
    place = _read(after, rows, name)
    if place:
        value, key = place
        # The bound on the field alone is what an index can begin at: a page far down costs as much as the first.
        beyond = Q(**{f"{name}__{way}": value}) | Q(**{name: value, f"pk__{way}": key})
        sorted_rows = sorted_rows.filter(Q(**{f"{name}__{way}e": value}) & beyond)
    found = list(sorted_rows[: size + 1])
    shown = found[:size]
    cursor = cursor_at(shown[-1], name) if len(found) > size else ""
    return KeysetPage(shown, cursor, first_url if place else "")


def cursor_at(row: Any, order: str) -> str:
    """The cursor after which the rows behind this one begin, in a list that is ordered so."""
    text = json.dumps([plain(getattr(row, order.lstrip("-"))), str(row.pk)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, rows: QuerySet[Any], name: str) -> tuple[Any, Any] | None:
    """The cursor's value and key, as the model's own fields read them."""
    meta = rows.model._meta
    try:
        value, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = (meta.get_field(name).to_python(value), meta.pk.to_python(key))
    except (ValueError, TypeError, ValidationError):
        return None
    return None if None in place else place
