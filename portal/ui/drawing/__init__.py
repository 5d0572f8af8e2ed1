"""Charts as pictures, made here: for downloads, for documents, and for whoever reads without scripts.

What is drawn is what assets/js/charts.js draws: `{kind: "line" | "bar" | "stacked" | "across" | "map", labels, series:
[{name, values, tone?}], unit?, target?, target_label?, mark?, mark_label?, whole?}`, for a map with the `codes` of its
countries (ISO 3166-1 numeric), or a matrix as `<c-matrix>` takes it. Its
colours come from tokens.json. Colour is never alone: series differ by pattern (bars) or by marker and dashes (lines), a
held cell of a matrix is hatched, and figures stand in the bars.
"""

from __future__ import annotations

from typing import Any

from portal.ui.drawing.charts import MOST_NAMES, PAINTERS
from portal.ui.drawing.maps import outlines, paint_map
from portal.ui.drawing.matrix import MOST_ROWS, cells
from portal.ui.drawing.sheet import BARE, KINDS, Words, made, wrapped

__all__ = ["KINDS", "MOST_NAMES", "MOST_ROWS", "Words", "can_draw", "draw_chart", "draw_matrix"]

MAP_HEIGHT = 3.4
"""Inches: the world without Antarctica across the sheet."""


def can_draw(chart: dict[str, Any]) -> bool:
    """Whether there is a picture of charts of this kind."""
    return chart["kind"] in PAINTERS or (chart["kind"] == "map" and bool(outlines()))


def draw_chart(chart: dict[str, Any], *, kind: str, words: Words = BARE) -> bytes:
    """The chart as a file of that kind (KINDS). KeyError for another; ValueError for a chart that cannot be drawn."""
    if not can_draw(chart):
        raise ValueError(f"No picture is made of the kind {chart['kind']!r}.")
    if chart["kind"] == "map":
        return made(kind, MAP_HEIGHT, words, lambda axes: paint_map(axes, chart))
    shown = _cut(chart)
    across = shown["kind"] == "across"
    room = 26 if across else max(8, 84 // max(1, min(14, len(shown["labels"]))))
    names = [wrapped(label, room) for label in shown["labels"]]
    lines = sum(name.count("\n") + 1 for name in names)
    height = 0.5 + 0.19 * lines + 0.12 * len(names) if across else 2.7
    return made(kind, max(1.2, height), words, lambda axes: PAINTERS[shown["kind"]](axes, shown, names))


def draw_matrix(matrix: dict[str, Any], *, kind: str, words: Words = BARE) -> bytes:
    """The matrix as a file of that kind: a cell's tone says how much, and its figure how many."""
    shown = {**matrix, "rows": matrix["rows"][:MOST_ROWS]}
    return made(kind, 0.7 + 0.3 * len(shown["rows"]), words, lambda axes: cells(axes, shown))


def _cut(chart: dict[str, Any]) -> dict[str, Any]:
    """The chart with at most as many bars as can be named; a line may have any number of points."""
    if chart["kind"] == "line" or len(chart["labels"]) <= MOST_NAMES:
        return chart
    series = [{**one, "values": one["values"][:MOST_NAMES]} for one in chart["series"]]
    return {**chart, "labels": chart["labels"][:MOST_NAMES], "series": series}
