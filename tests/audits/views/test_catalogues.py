"""Control catalogues at the desk: importing by page, how far it is, the tree, searching, and what a version changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audits.actions.catalogue import import_catalogue
from audits.actions.catalogue_import import progress_key
from audits.models import Catalogue, CatalogueImport
from audits.queries.catalogue import changes, search, tree
from audits.tasks import import_catalogue as task
from portal.core.actors import SYSTEM
from portal.core.oscal import read_oscal
from tests.factories.audits import Stage, catalogue_of
from tests.query_budget import queries_of
from tests.world import client_for

BOMB = b"a: &a [x]\nspecification: [*a]\n"
BUDGET = 12


@pytest.fixture
def officer(stage: Stage) -> Client:
    return client_for(stage.officer)


def control(key: str, *below: dict[str, Any], title: str = "", says: str = "Do it.") -> dict[str, Any]:
    parts = [{"name": "statement", "prose": says}]
    return {"id": key, "title": title or f"Title {key}", "parts": parts, **({"controls": list(below)} if below else {})}


def catalogue(*groups: dict[str, Any], version: str = "1", key: str = "nested") -> Catalogue:
    metadata = {"title": f"Catalogue {key}", "version": version, "oscal-version": "1.1.2"}
    content = json.dumps({"catalog": {"metadata": metadata, "groups": list(groups)}}).encode()
    return import_catalogue(key=key, read=read_oscal(content), by=SYSTEM)


def nested(version: str = "1") -> Catalogue:
    inner = {"id": "ac-x", "title": "Doors", "controls": [control("ac-2", control("ac-2.1"), says="Lock every door.")]}
    return catalogue(
        {"id": "ac", "title": "Access", "controls": [control("ac-1")], "groups": [inner]},
        {"id": "au", "title": "Logs", "controls": [control("au-1", says="Record who opened which door.")]},
        version=version,
    )


def page(made: Catalogue, **query: object) -> str:
    address = reverse("admin:audits_catalogue_change", args=[made.pk])
    return address + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")


def sent(client: Client, content: bytes, **said: Any) -> Any:
    data = {"key": "own", "form": "oscal", "upload": SimpleUploadedFile("own.json", content), **said}
    return client.post(reverse("admin:audits_catalogue_import"), data)


def test_a_file_is_received_and_its_page_says_how_far_it_is_and_how_it_went(officer: Client) -> None:
    metadata = {"title": "Own", "version": "1", "oscal-version": "1.1.2"}
    content = json.dumps({"catalog": {"metadata": metadata, "controls": [control("a-1"), {"id": "a-2"}]}}).encode()
    answer = sent(officer, content)
    made = CatalogueImport.objects.get()
    assert answer.url == made.get_absolute_url()
    cache.set(progress_key(made.pk), {"done": 250, "of": 600})
    shown = officer.get(answer.url).content.decode()
    assert "250 of 600 controls are written" in shown
    assert "every 2s" in shown, "follows by itself"
    task(str(made.pk))
    shown = officer.get(answer.url).content.decode()
    assert "every 2s" not in shown, "and ends"
    assert "1 control is imported" in shown
    assert "a-2" in shown


def test_a_bomb_is_received_and_fails_with_its_reason(officer: Client) -> None:
    answer = sent(officer, BOMB, form="satre", title="B", version="1", upload=SimpleUploadedFile("b.yaml", BOMB))
    task(str(CatalogueImport.objects.get().pk))
    shown = officer.get(answer.url).content.decode()
    assert "Nothing of it was taken over" in shown
    assert "YAML aliases" in shown


@pytest.mark.parametrize(
    "said",
    [
        {"key": "two words"},
        {"key": "baseline"},
        {"form": "exe"},
        {"upload": SimpleUploadedFile("own.exe", b"{}")},
        {"upload": SimpleUploadedFile("own.json", b"")},
        {"upload": "a text"},
        {"selects_from": "no id"},
        {"title": "x" * 301},
    ],
    ids=str,
)
def test_what_is_wrong_with_a_form_is_said_in_it(officer: Client, said: dict[str, Any]) -> None:
    answer = sent(officer, b"{}", **said)
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode() or "error" in answer.content.decode()
    assert not CatalogueImport.objects.exists()


def test_the_tree_counts_what_is_within_and_opens_the_way_to_the_group_chosen(stage: Stage, officer: Client) -> None:
    made = nested()
    doors = made.groups.get(oscal_id="ac-x")
    access, logs = tree(made, opened=doors.pk)
    assert (access.own, access.total, access.is_open, access.children[0].total) == (1, 3, True, 2)
    assert (logs.total, logs.is_open) == (1, False)
    shown = officer.get(page(made, group=doors.pk)).content.decode()
    assert "Lock every door." in shown
    assert "Record who opened" not in shown


@pytest.mark.parametrize("group", ["x", "00000000-0000-0000-0000-000000000000", "%20"])
def test_a_group_that_is_none_of_it_shows_none(officer: Client, group: str) -> None:
    assert "Choose a group" in officer.get(page(nested(), group=group)).content.decode()


def test_a_search_finds_the_identifier_first_then_words_in_any_form(stage: Stage) -> None:
    made = nested()
    assert [row.oscal_id for row in search("AC-2", catalogue=made)] == ["ac-2", "ac-2.1"]
    assert {row.oscal_id for row in search("doors", catalogue=made)} == {"ac-2", "au-1"}
    assert {row.oscal_id for row in search("door -record", catalogue=made)} == {"ac-2"}
    assert list(search("", catalogue=made)) == []
    assert list(search("zeppelin", catalogue=made)) == []


@pytest.mark.parametrize("text", ["'", '"', "a & | !", "\\", "%", "-" * 300, "<script>alert(1)</script>", "(((("])
def test_a_search_takes_any_text(officer: Client, text: str) -> None:
    made = nested()
    for address in (page(made), reverse("admin:audits_catalogue_search")):
        answer = officer.get(address, {"q": text})
        assert answer.status_code == 200
        assert "<script>alert(1)" not in answer.content.decode()


def test_a_search_over_all_catalogues_says_where_each_is(officer: Client) -> None:
    nested()
    catalogue({"id": "g", "title": "G", "controls": [control("x-1", says="Doors again.")]}, key="other")
    shown = officer.get(reverse("admin:audits_catalogue_search"), {"q": "door"}).content.decode()
    assert "Catalogue nested 1" in shown
    assert "Catalogue other 1" in shown


def test_what_a_version_changed_is_shown(officer: Client) -> None:
    old = nested()
    new = catalogue(
        {"id": "ac", "title": "Access", "controls": [control("ac-1", says="Do it twice."), control("ac-9")]},
        version="2",
    )
    found = changes(old, new)
    assert [row.oscal_id for row in found.added] == ["ac-9"]
    assert [row.oscal_id for row in found.removed] == ["ac-2", "ac-2.1", "au-1"]
    assert [row.oscal_id for row in found.changed] == ["ac-1"]
    shown = officer.get(reverse("admin:audits_catalogue_changes", args=[new.pk, old.pk])).content.decode()
    assert "Added (1)" in shown
    other = catalogue_of(families=1, controls=1)
    assert officer.get(reverse("admin:audits_catalogue_changes", args=[new.pk, other.pk])).status_code == 404


def test_a_control_says_what_it_asks_for_and_nothing_in_it_is_markup(officer: Client) -> None:
    evil = "<script>alert(1)</script>"
    made = catalogue({"id": "g", "title": evil, "controls": [control("x-1", control("x-2"), title=evil, says=evil)]})
    row = made.controls.get(oscal_id="x-1")
    pages = [
        reverse("admin:audits_catalogue_control", args=[made.pk, row.pk]),
        page(made, group=row.group_id),
        page(made, q="x-1"),
        reverse("admin:audits_catalogue_search") + "?q=x-1",
    ]
    for address in pages:
        shown = officer.get(address).content.decode()
        assert "&lt;script&gt;" in shown
        assert evil not in shown
    other = catalogue_of(families=1, controls=1)
    assert officer.get(reverse("admin:audits_catalogue_control", args=[other.pk, row.pk])).status_code == 404


def test_pages_cost_as_many_queries_for_large_catalogues(officer: Client) -> None:
    asked = []
    for size in (2, 12):
        made = catalogue_of(families=size, controls=size)
        group, row = made.groups.first(), made.controls.first()
        addresses = [
            page(made),
            page(made, group=group.pk),
            page(made, q="do"),
            reverse("admin:audits_catalogue_control", args=[made.pk, row.pk]),
            reverse("admin:audits_catalogue_search") + "?q=do",
        ]
        for address in addresses:
            officer.get(address)
        asked.append([len(queries_of(officer, address)) for address in addresses])
    few, many = asked
    assert few == many
    assert max(many) <= BUDGET
