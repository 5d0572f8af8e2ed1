"""What a page gives the browser to draw, held against the table behind it cell by cell, and against its files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lxml import html
from openpyxl import load_workbook  # type: ignore[import-untyped]

Cells = dict[tuple[str, str], float]
"""(name along the axis or of the row, series or column) → how much is drawn."""
NOTHING = "–"


@dataclass(frozen=True)
class Shown:
    """One figure of a page: what is drawn (the JSON of its chart, or its matrix), and its table as text."""

    key: str
    chart: Mapping[str, Any] | None
    matrix: Mapping[tuple[str, str], str]
    head: list[str]
    rows: list[list[str]]

    def column(self, name: str) -> dict[str, str]:
        """Row → its cell. No two rows have one name, or nobody could tell which of them is drawn."""
        place = self.head.index(name)
        found = {row[0]: row[place] for row in self.rows}
        assert len(found) == len(self.rows), (self.key, "two rows of one name")
        return found


def shown_on(page: str) -> Iterator[Shown]:
    """The figures of a board that have a table, as its HTML has them."""
    for section in _of_class(html.fromstring(page), "section", "tp-figure"):
        tables = _of_class(section, "table", "tp-table")
        if not tables:
            continue
        lines = [[_text(cell) for cell in line.xpath("th|td")] for line in tables[0].iter("tr")]
        scripts = section.xpath(".//figure[@data-chart]//script")
        yield Shown(
            section.get("id").removeprefix("figure-"),
            json.loads(scripts[0].text) if scripts else None,
            _matrix(section),
            lines[0],
            [line for line in lines[1:] if len(line) == len(lines[0])],
        )


def _matrix(section: Any) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for matrix in _of_class(section, "div", "tp-matrix"):
        columns = [_text(cell) for cell in matrix.xpath(".//thead//th")]
        for line in matrix.xpath(".//tbody/tr"):
            name, cells = _text(line.xpath("th")[0]), line.xpath("td")
            found |= {(name, column): _text(cell) for column, cell in zip(columns, cells, strict=True)}
    return found


def _of_class(element: Any, tag: str, name: str) -> list[Any]:
    return [one for one in element.iter(tag) if name in (one.get("class") or "").split()]


def _text(element: Any) -> str:
    return " ".join(element.text_content().split())


def number(text: str) -> float:
    """Of a cell: 1,234, 45 %, or a dash of nothing."""
    return 0.0 if text == NOTHING else float(text.removesuffix("%").strip().replace(",", ""))


CALLED: Mapping[str, Mapping[str, str]] = {
    "expiry": {"Still in force": "Still in force at its end"},
    "pace": {"Half were decided within": "Median, working days", "Nine in ten within": "90th percentile, working days"},
    "contain": {"Half were contained within": "Median, hours", "Nine in ten within": "90th percentile, hours"},
    "controls": {"Tested": "Share"},
    "appeals": {"Appeals": "Now or in the period"},
}
"""Series that are called otherwise than their column: they have to be read without the table's title."""
FIRST_TEN = ("pace", "refusals", "consents")
LEAST_TESTED = 20


def _labels(one: Shown) -> list[str]:
    """Which rows are drawn, in their order: all of them, but for long tables and what would be empty."""
    names = [row[0] for row in one.rows]
    if one.key in FIRST_TEN:
        return names[:10]
    if one.key == "places":
        there = one.column("Accredited") if "Accredited" in one.head else {}
        return [name for name in names if number(there.get(name, NOTHING))]
    if one.key == "appeals":
        return [name for name, cell in one.column("In the period before").items() if cell != NOTHING]
    if one.key == "controls":
        shares = {row[0]: int(row[2]) / int(row[1]) for row in one.rows if row[1] != NOTHING}
        return sorted(shares, key=lambda name: (shares[name], name.lower()))[:LEAST_TESTED]
    return names


def _as_rows(one: Shown) -> tuple[list[str], Cells]:
    """Each series is a column."""
    assert one.chart is not None
    labels, called = _labels(one), CALLED.get(one.key, {})
    found: Cells = {}
    for series in one.chart["series"]:
        column = one.column(called.get(series["name"], series["name"]))
        found |= {(name, series["name"]): number(column[name]) for name in labels}
    return labels, found


def _as_columns(one: Shown) -> tuple[list[str], Cells]:
    """Each band of age is a column, and a series is what is in one row or in all rows of its kind."""
    labels = one.head[one.head.index("All") + 1 : -2]
    found: Cells = {}
    for row in one.rows:
        name = row[0]
        if one.key == "ages":
            name = "Applications" if row[1].startswith("Application:") else "Grant requests"
        for label, cell in zip(labels, row[-2 - len(labels) : -2], strict=True):
            found[label, name] = found.get((label, name), 0) + number(cell)
    if one.key == "ages":
        found = {(label, name): 0.0 for label in labels for name in ("Applications", "Grant requests")} | found
    return labels, found


def _as_shares(one: Shown) -> tuple[list[str], Cells]:
    """A cell says whose it is and the share; nothing of nothing is none."""
    labels = [row[0] for row in one.rows]
    names = one.head[1:5]
    return labels, {
        (row[0], name): number(cell.rpartition(": ")[2])
        for row in one.rows
        for name, cell in zip(names, row[1:5], strict=True)
    }


TOLD: Mapping[str, Callable[[Shown], tuple[list[str], Cells]]] = {
    "ages": _as_columns,
    "finding_ages": _as_columns,
    "concentration": _as_shares,
}
WHOLE_PER_CENT = 0.5001
"""What a share in whole per cent may differ from one that is drawn to a tenth; all else has to be equal."""


def assert_drawn(one: Shown) -> None:
    """AssertionError where the browser draws something else than the table says."""
    if one.matrix:
        assert dict(one.matrix) == _matrix_of(one), one.key
    if one.chart is None:
        return
    labels, said = TOLD.get(one.key, _as_rows)(one)
    assert list(one.chart["labels"]) == labels, one.key
    drawn = drawn_cells(one.chart)
    assert drawn.keys() == said.keys(), one.key
    room = WHOLE_PER_CENT if one.chart.get("unit") == "%" else 0
    unlike = {cell: (drawn[cell], said[cell]) for cell in said if abs(drawn[cell] - said[cell]) > room}
    assert not unlike, (one.key, unlike)


def drawn_cells(chart: Mapping[str, Any]) -> Cells:
    return {
        (label, series["name"]): float(value or 0)
        for series in chart["series"]
        for label, value in zip(chart["labels"], series["values"], strict=True)
    }


def _matrix_of(one: Shown) -> dict[tuple[str, str], str]:
    """The matrix as the table says it has to be, words for screen readers included."""
    if one.key in ("scope", "load"):
        columns = one.head[1:-1]
        said = _in_scope if one.key == "scope" else lambda cell: NOTHING if cell == "0" else cell
        return {(row[0], name): said(cell) for row in one.rows for name, cell in zip(columns, row[1:-1], strict=True)}
    pairs = {(row[0], row[1]): row for row in one.rows}
    sides, tops = {side for side, _top in pairs}, {top for _side, top in pairs}
    words = _in_flows if one.key == "flows" else _in_stages
    whole = [(side, top) for side in sides for top in tops]
    return {cell: words(pairs[cell]) if cell in pairs else f"{NOTHING} none" for cell in whole}


def _in_scope(cell: str) -> str:
    count, _comma, held = cell.partition(", ")
    if count == "0":
        return f"{NOTHING} no line"
    if held:
        return f"{held} of {count} lines"
    return f"{count} line" if count == "1" else f"{count} lines"


def _in_flows(row: list[str]) -> str:
    return f"{row[2]}{row[4]} refused" if row[4] != "0" else f"{row[2]} 0 refused"


def _in_stages(row: list[str]) -> str:
    return f"{row[3]}90 %: {row[4]}"


def assert_files(one: Shown, text: bytes, book: bytes) -> None:
    """The table of the page, of the CSV and of the workbook are one; numbers of the workbook are numbers."""
    lines = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    plain = [[cell.replace(",", "") if _is_number(cell) else cell for cell in row] for row in [one.head, *one.rows]]
    assert [[" ".join(cell.split()) for cell in row] for row in lines] == plain, one.key
    sheet = [list(row) for row in load_workbook(io.BytesIO(book)).active.values]
    assert [["" if cell is None else str(cell) for cell in row] for row in sheet] == lines, one.key


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").isdigit()


def mutants(one: Shown) -> Iterator[tuple[str, Shown]]:
    """The figure with one thing wrong in what is drawn: each is a mistake that the test has to see."""
    if one.chart is None:
        cell, said = next(iter(one.matrix.items()))
        yield "a cell says more", replace(one, matrix={**one.matrix, cell: f"1{said}"})
        yield "a cell is lacking", replace(one, matrix={key: one.matrix[key] for key in one.matrix if key != cell})
        return
    for words, change in MISTAKES.items():
        chart = json.loads(json.dumps(one.chart))
        change(chart)
        if drawn_cells(chart) != drawn_cells(one.chart) or chart["labels"] != one.chart["labels"]:
            yield words, replace(one, chart=chart)


def _one_more(chart: dict[str, Any]) -> None:
    chart["series"][-1]["values"][-1] = (chart["series"][-1]["values"][-1] or 0) + 1


def _shifted(chart: dict[str, Any]) -> None:
    for series in chart["series"]:
        series["values"] = [*series["values"][1:], series["values"][0]]


def _renamed(chart: dict[str, Any]) -> None:
    first, last = chart["series"][0], chart["series"][-1]
    first["name"], last["name"] = last["name"], first["name"]


def _without_last(chart: dict[str, Any]) -> None:
    del chart["labels"][-1]
    for series in chart["series"]:
        del series["values"][-1]


def _turned(chart: dict[str, Any]) -> None:
    chart["labels"].reverse()


MISTAKES: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "one value is one more": _one_more,
    "values are shifted by one name": _shifted,
    "two series are mistaken for each other": _renamed,
    "the last name is lacking": _without_last,
    "names are turned around": _turned,
}
