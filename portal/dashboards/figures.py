"""A figure: the finding as its title, a chart or a matrix, and the table behind it, which is also the export."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.urls import reverse

from portal.core.verdicts import Text
from portal.ui.drawing import can_draw
from portal.ui.tables import CONTENT_TYPES

FILES = {"csv": "CSV", "xlsx": "Excel", "svg": "SVG", "png": "PNG"}
"""Kinds of files of a figure, and what they are called."""


T = TypeVar("T", bound="Leads")


class Leads:
    """Something of a table that can be followed down: the measure it counts, and which part of it."""

    measure: str
    query: dict[str, str]


class Cell(Leads, int):
    """A number."""


class Words(Leads, str):  # noqa: SLOT000 -- it carries its way
    """A number with words to it."""


BEFORE = {"before": "1"}
"""Of a cell: it tells of the period before."""


def cell(count: int, measure: str, group: str | None = None, column: str | None = None, **more: str) -> int:
    """The number with the way to its rows; nothing leads to none. A group or column of None is any.

    `more`: the `month` of which it tells, or BEFORE.
    """
    return _leading(Cell(count), measure, group, column, more) if count else count


def cell_in_words(text: str, measure: str, group: str, column: str) -> str:
    """The same of a number that is said in words."""
    return _leading(Words(text), measure, group, column, {})


def _leading(made: T, measure: str, group: str | None, column: str | None, more: dict[str, str]) -> T:
    made.measure = measure
    said = {"group": group, "column": column, **more}
    made.query = {key: value for key, value in said.items() if value is not None}
    return made


@dataclass(frozen=True)
class Figure:
    """`key` is its place in the address of the export. `head` and `rows` are the table.

    `before` holds it against the period before, `note` says what else one should know. `alarm` is the tone of what
    somebody should look at, "" where all is well. `behind` is the list of the cases, where the reader may open one;
    `filters` is what narrows the lists behind the cells, where the reader is led to them.
    """

    key: str
    title: str
    sub: Text
    head: list[Text]
    rows: list[list[Any]] = field(default_factory=list)
    chart: dict[str, Any] | None = None
    matrix: dict[str, Any] | None = None
    before: str = ""
    note: str = ""
    alarm: str = ""
    behind: tuple[str, Text] | None = None
    filters: dict[str, str] | None = None

    @property
    def is_drawn(self) -> bool:
        """Whether there is anything to draw; a chart of nothing but zeros says less than its title."""
        return self.chart is not None and any(any(one["values"]) for one in self.chart["series"])

    @property
    def has_rows(self) -> bool:
        """Whether the table says more than the title: some figure in it is not zero."""
        return any(isinstance(cell, int | float) and cell for row in self.rows for cell in row)

    @property
    def has_picture(self) -> bool:
        """Whether there is anything to see in a picture."""
        if self.chart is not None:
            return self.is_drawn and can_draw(self.chart)
        return bool(self.matrix and self.matrix["rows"])

    @property
    def files(self) -> list[tuple[str, str]]:
        """(kind, its name) of the files that there are of it."""
        return [(kind, label) for kind, label in FILES.items() if kind in CONTENT_TYPES or self.has_picture]

    @property
    def cells(self) -> list[tuple[Any, list[tuple[Any, str]]]]:
        """Each row as its heading and the rest, every cell with the address of the rows behind it, or ""."""
        return [(row[0], [(value, self.url_of(value)) for value in row[1:]]) for row in self.rows]

    @property
    def matrix_rows(self) -> list[dict[str, Any]]:
        """The rows of the matrix; each number that can be followed is a link. `counts` is it where the label is not."""
        return [
            row | {"cells": [one | {"url": one.get("url") or self._url_in(one)} for one in row["cells"]]}
            for row in (self.matrix or {"rows": []})["rows"]
        ]

    def _url_in(self, one: dict[str, Any]) -> str:
        return self.url_of(one.get("counts", one["label"]))

    def url_of(self, value: Any) -> str:
        """The address of the rows behind a number, "" where it leads to none."""
        if self.filters is None or not isinstance(value, Leads):
            return ""
        return f"{reverse('dashboards:rows', args=[value.measure])}?{urlencode(self.filters | value.query)}"


def heat(count: int, most: int) -> int:
    """0 to 4: how much of the most this is, for a matrix."""
    return 0 if not count or not most else min(4, 1 + 3 * count // most)


def months_between(since: Any, until: Any) -> list[Any]:
    """The first days of the months from one day to another, both included."""
    found, day = [], since.replace(day=1)
    while day <= until:
        found.append(day)
        day = day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)
    return found
