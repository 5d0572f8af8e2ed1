"""Figures as files: the same numbers as on the page, pictures that stand alone, nothing that a program would run."""

from __future__ import annotations

import csv
import io
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from django.test import Client
from openpyxl import load_workbook  # type: ignore[import-untyped]
from PIL import Image

from portal.core import clock
from portal.core.actors import Actor
from portal.dashboards.export import attachment, picture_of
from portal.dashboards.figures import Figure
from portal.dashboards.rollup.keep import keep_batch
from portal.ui.drawing.sheet import SVG
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage, planned_audit, reported_incident
from tests.world import client_for


@pytest.fixture
def member(stage: Stage) -> Actor:
    return make_member(make_organisation("oversight", jurisdiction="FR"), "oversight_member")


@pytest.fixture
def client(member: Actor) -> Client:
    return client_for(member)


def reported(stage: Stage, **more: Any) -> None:
    """An incident that the boards count."""
    reported_incident(stage, **more)
    while keep_batch():
        pass


def figure(**more: Any) -> Figure:
    said: dict[str, Any] = {
        "key": "incidents",
        "title": "1 incident",
        "sub": "By month.",
        "head": ["Month", "Low"],
        "rows": [["Nov", 1]],
        "chart": {"kind": "stacked", "labels": ["Nov"], "series": [{"name": "Low", "values": [1]}]},
    }
    return Figure(**(said | more))


def test_csv_and_workbook_hold_the_same_rows(stage: Stage, client: Client) -> None:
    reported(stage, severity="high")
    text = client.get("/oversight/incidents.csv").content.decode("utf-8-sig")
    book = load_workbook(io.BytesIO(client.get("/oversight/incidents.xlsx").content))
    lines = list(csv.reader(io.StringIO(text)))
    assert [["" if cell is None else str(cell) for cell in row] for row in book.active.values] == lines
    assert lines[0][-1] == "All"
    assert sum(int(row[-1]) for row in lines[1:]) == 1


def test_numbers_of_a_workbook_are_numbers(stage: Stage, client: Client) -> None:
    reported(stage)
    book = load_workbook(io.BytesIO(client.get("/oversight/incidents.xlsx").content))
    assert {type(cell.value) for cell in list(book.active.rows)[1][1:]} == {int}


def test_picture_says_what_narrows_it(stage: Stage, client: Client) -> None:
    reported(stage, severity="high")
    answer = client.get("/oversight/incidents.svg?jurisdiction=NO&period=6")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["X-Content-Type-Options"] == "nosniff"
    root = ElementTree.fromstring(answer.content)
    said = str(root.findtext(f"{{{SVG}}}desc"))
    assert "country of the partner: Norway." in said
    assert f"{clock.today():%Y}" in said
    picture = client.get("/oversight/incidents.png")
    assert Image.open(io.BytesIO(picture.content)).format == "PNG"


def test_page_offers_only_files_that_there_are(stage: Stage, client: Client) -> None:
    page = client.get("/oversight/incidents/").content.decode()
    assert "/oversight/incidents.xlsx" in page
    assert "/oversight/incidents.png" not in page
    assert client.get("/oversight/incidents.png").status_code == 404
    reported(stage)
    page = client.get("/oversight/incidents/?period=6").content.decode()
    assert "/oversight/incidents.png?period=6" in page
    assert client.get("/oversight/incidents.png?period=6").status_code == 200


@pytest.mark.parametrize(
    "key, kind", [("incidents", "pdf"), ("incidents", "html"), ("nothing", "csv"), ("nothing", "svg")]
)
def test_other_files_are_not_found(client: Client, key: str, kind: str) -> None:
    assert client.get(f"/oversight/{key}.{kind}").status_code == 404


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_no_cell_is_a_formula(formula: str) -> None:
    rows = [[formula, 1]]
    assert f"'{formula}" in attachment(figure(rows=rows), "csv", filters="").content.decode("utf-8-sig")
    content = attachment(figure(rows=rows, head=[formula, "n"]), "xlsx", filters="").content
    with ZipFile(io.BytesIO(content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet


def test_every_kind_is_an_attachment() -> None:
    for kind in ("csv", "xlsx", "svg", "png"):
        answer = attachment(figure(), kind, filters="")
        assert answer["Content-Disposition"].startswith('attachment; filename="incidents-')
        assert answer["Content-Disposition"].endswith(f'.{kind}"')


def test_matrix_is_a_picture_too() -> None:
    rows = [{"label": "Model <b> 4.1", "cells": [{"label": 3, "heat": 4}, {"label": "1 held", "held": True}]}]
    one = figure(chart=None, matrix={"columns": ["Evaluation", "Red-teaming"], "rows": rows})
    assert len(list(ElementTree.fromstring(picture_of(one, "svg")).iter(f"{{{SVG}}}pattern"))) == 1


def test_a_provider_gets_no_file_of_what_is_not_about_its_models(stage: Stage) -> None:
    planned_audit(stage)
    staff = client_for(make_member(make_organisation("provider", jurisdiction="US"), "provider_staff"))
    for kind in ("csv", "xlsx", "svg", "png"):
        assert staff.get(f"/oversight/audits.{kind}").status_code == 404
    assert staff.get("/oversight/incidents.csv").status_code == 200


def test_a_provider_gets_no_file_with_incidents_on_models_of_others(stage: Stage) -> None:
    reported(stage)
    staff = client_for(make_member(make_organisation("provider", jurisdiction="US"), "provider_staff"))
    text = staff.get("/oversight/incidents.csv").content.decode("utf-8-sig")
    assert sum(int(cell) for row in list(csv.reader(io.StringIO(text)))[1:] for cell in row[1:]) == 0
    assert staff.get("/oversight/incidents.svg").status_code == 404


def test_partners_learn_of_no_file(stage: Stage) -> None:
    for kind in ("csv", "xlsx", "svg", "png"):
        assert client_for(stage.applicant).get(f"/oversight/incidents.{kind}").status_code == 404


def test_a_provider_reads_only_boards_about_models(stage: Stage) -> None:
    staff = client_for(make_member(make_organisation("provider", jurisdiction="US"), "provider_staff"))
    assert [staff.get(f"/oversight/{page}/").status_code for page in ("scope", "incidents")] == [200, 200]
    assert staff.get("/oversight/work/").status_code == 404
