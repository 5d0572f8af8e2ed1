"""Exports: what a person typed never becomes a formula, and what is filtered is what is exported."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace
from typing import Any

import django_tables2
import openpyxl  # type: ignore[import-untyped]
import pytest
import tablib
from django.utils.html import conditional_escape
from hypothesis import given
from hypothesis import strategies as st

from portal.ui.tables import CHUNK, RISKY, NumberColumn, Table, exported, safe_cell


class Fruit(Table):
    name = django_tables2.Column(verbose_name="Name")
    count = NumberColumn(verbose_name="Count")


def rows(count: int) -> list[Any]:
    return [SimpleNamespace(name=f"=row{number}", count=-number) for number in range(count)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_text_that_could_be_a_formula_is_made_harmless(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", [None, 0, -5, 2.5, True, "plain", "a=b", ""])
def test_other_cells_stay_as_they_are(value: object) -> None:
    assert safe_cell(value) == value


@given(st.text())
def test_no_text_begins_with_a_sign_that_a_spreadsheet_obeys(text: str) -> None:
    assert not str(safe_cell(text)).startswith(RISKY)


@pytest.mark.parametrize("count", [0, 1, CHUNK, CHUNK + 1])
def test_headings_come_once_however_many_rows_there_are(count: int) -> None:
    lines = list(exported(Fruit, rows(count)))
    assert lines[0] == ["Name", "Count"]
    assert len(lines) == count + 1


def test_numbers_stay_numbers() -> None:
    assert list(exported(Fruit, rows(2)))[2] == ["'=row1", -1]


def test_a_workbook_holds_text_and_no_formula() -> None:
    sheet = tablib.Dataset(headers=["Name"])
    sheet.append([safe_cell("=HYPERLINK(1)")])
    cell = openpyxl.load_workbook(io.BytesIO(sheet.export("xlsx"))).active["A2"]
    assert cell.data_type == "s"


def test_cells_carry_their_labels_and_are_escaped() -> None:
    html = Fruit([SimpleNamespace(name="<b>fig</b>", count=41200)]).ui_body()
    assert '<td role="cell" data-label="Name">&lt;b&gt;fig&lt;/b&gt;</td>' in html
    assert '<td role="cell" data-label="Count" class="is-number">41,200</td>' in html


def test_a_missing_value_is_a_dash() -> None:
    html = Fruit([SimpleNamespace(name=None, count=None)]).ui_body()
    assert html.count(">—<") == 2


def test_cells_are_drawn_as_the_library_draws_them() -> None:
    class Every(Table):
        name = django_tables2.Column(linkify=lambda record: f"/{record.count}/")
        count = NumberColumn()
        twice = django_tables2.Column(accessor="count")
        deep = django_tables2.Column(accessor="other__name", empty_values=())
        told = django_tables2.TemplateColumn("{{ record.name }}!")

        def render_twice(self, value: int, record: Any) -> str:
            return f"{record.name} {value * 2}"

        def render_deep(self, **given: Any) -> str:
            return f"{sorted(given)}"

    table = Every([SimpleNamespace(name="fig & date", count=2, other=SimpleNamespace(name="x"))])
    drawn = table.ui_body()
    for cell in table.rows[0]:
        assert f">{conditional_escape(cell)}</td>" in drawn


def test_a_csv_can_be_read_back() -> None:
    from portal.ui.tables import _csv

    text = b"".join(_csv(exported(Fruit, rows(3)))).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1] == ["'=row0", "0"]
