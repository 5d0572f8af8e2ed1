"""The scheme's own baseline of controls: a valid OSCAL catalog, its references real, its words our own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
DOCUMENT: dict[str, Any] = json.loads((ROOT / "audits" / "baseline" / "catalog.json").read_text(encoding="utf-8"))
CATALOG: dict[str, Any] = DOCUMENT["catalog"]
CONTROLS: list[dict[str, Any]] = [control for group in CATALOG["groups"] for control in group["controls"]]
UUID = re.compile(r"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[45][0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}$")
TOKEN = re.compile(r"^[A-Za-z_][A-Za-z0-9._-]*$")
FIELDS = {
    "catalog": {"uuid", "metadata", "params", "controls", "groups", "back-matter"},
    "group": {"id", "class", "title", "params", "props", "links", "parts", "groups", "controls"},
    "control": {"id", "class", "title", "params", "props", "links", "parts", "controls"},
    "part": {"id", "name", "ns", "class", "title", "props", "prose", "parts", "links"},
    "prop": {"name", "uuid", "ns", "value", "class", "group", "remarks"},
    "link": {"href", "rel", "media-type", "resource-fragment", "text"},
}


def everywhere(value: Any, key: str) -> Iterator[Any]:
    """Every value under that key, at any depth."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == key:
                yield item
            yield from everywhere(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from everywhere(item, key)


def props(control: dict[str, Any], name: str) -> list[str]:
    return [prop["value"] for prop in control["props"] if prop["name"] == name]


def prose() -> list[str]:
    return [*everywhere(CATALOG, "prose"), *everywhere(CATALOG["groups"], "title")]


def test_it_is_an_oscal_catalog_with_what_one_must_have() -> None:
    assert list(DOCUMENT) == ["catalog"]
    assert set(CATALOG) <= FIELDS["catalog"]
    metadata = CATALOG["metadata"]
    assert {"title", "last-modified", "version", "oscal-version"} <= set(metadata)
    assert metadata["oscal-version"].startswith("1.1.")
    assert datetime.fromisoformat(metadata["last-modified"]).tzinfo is not None


def test_it_has_some_forty_controls_in_groups() -> None:
    assert 40 <= len(CONTROLS) <= 50
    assert all(len(group["controls"]) >= 2 for group in CATALOG["groups"])


def test_no_field_is_unknown_to_oscal() -> None:
    for group in CATALOG["groups"]:
        assert set(group) <= FIELDS["group"]
    for control in CONTROLS:
        assert set(control) <= FIELDS["control"]
    for part in (part for parts in everywhere(CATALOG, "parts") for part in parts):
        assert set(part) <= FIELDS["part"]
    for prop in (prop for found in everywhere(CATALOG, "props") for prop in found):
        assert set(prop) <= FIELDS["prop"]
        assert TOKEN.match(prop["name"])
        assert prop["value"] == prop["value"].strip() != ""
    for link in (link for found in everywhere(CATALOG, "links") for link in found):
        assert set(link) <= FIELDS["link"]


def test_identifiers_are_well_formed_and_unique() -> None:
    uuids = list(everywhere(CATALOG, "uuid"))
    assert all(UUID.match(value) for value in uuids)
    assert len(uuids) == len(set(uuids))
    ids = list(everywhere(CATALOG["groups"], "id"))
    assert all(TOKEN.match(value) for value in ids)
    assert len(ids) == len(set(ids))
    labels = [props(control, "label")[0] for control in CONTROLS]
    assert len(labels) == len(set(labels))


def test_links_lead_to_a_resource_of_the_document() -> None:
    resources = {f"#{item['uuid']}" for item in CATALOG["back-matter"]["resources"]}
    links = [link for control in CONTROLS for link in control["links"]]
    assert {link["href"] for link in links} == resources
    parties = set(everywhere(CATALOG["metadata"].get("responsible-parties"), "party-uuids").__next__())
    assert parties == {party["uuid"] for party in CATALOG["metadata"]["parties"]}


@pytest.mark.parametrize("control", CONTROLS, ids=[control["id"] for control in CONTROLS])
def test_a_control_says_what_to_do_and_how_to_look_at_it(control: dict[str, Any]) -> None:
    statement, guidance = control["parts"]
    assert (statement["name"], guidance["name"]) == ("statement", "guidance")
    assert len(statement["parts"]) >= 2
    assert all(part["name"] == "item" and part["prose"].endswith(".") for part in statement["parts"])
    assert [props(part, "label") for part in statement["parts"]] == [
        [f"{letter}."] for letter in "abcdefgh"[: len(statement["parts"])]
    ]
    assert guidance["prose"].endswith((".", "?"))
    assert props(control, "risk-tier")[0] in ("standard", "elevated", "high")
    assert set(props(control, "method")) <= {"EXAMINE", "INTERVIEW", "TEST"}
    assert props(control, "method")
    assert props(control, "nist-sp-800-53-rev5")
    assert props(control, "satre")


def test_properties_and_links_name_the_same_references() -> None:
    for control in CONTROLS:
        named = {*props(control, "nist-sp-800-53-rev5"), *props(control, "satre")}
        assert {link["resource-fragment"] for link in control["links"]} == named


@pytest.mark.shared_data
def test_every_nist_control_that_is_named_exists() -> None:
    file = SHARED / "nist-800-53" / "MODERATE-baseline-resolved-profile_catalog-min.json"
    known = set(everywhere(json.loads(file.read_text(encoding="utf-8"))["catalog"]["groups"], "id"))
    named = {value for control in CONTROLS for value in props(control, "nist-sp-800-53-rev5")}
    assert named
    assert named <= known


@pytest.mark.shared_data
def test_every_satre_statement_that_is_named_exists() -> None:
    specification = yaml.safe_load((SHARED / "satre" / "specification.yaml").read_text(encoding="utf-8"))
    known = {item["requirement_index"] for item in specification["specification"]}
    named = {value for control in CONTROLS for value in props(control, "satre")}
    assert named
    assert named <= known


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[index : index + length]) for index in range(len(found) - length + 1)}


@pytest.mark.shared_data
def test_no_sentence_is_taken_from_nist_or_satre() -> None:
    nist = json.loads(
        (SHARED / "nist-800-53" / "MODERATE-baseline-resolved-profile_catalog-min.json").read_text(encoding="utf-8")
    )
    satre = yaml.safe_load((SHARED / "satre" / "specification.yaml").read_text(encoding="utf-8"))["specification"]
    theirs: set[tuple[str, ...]] = set()
    for text in everywhere(nist, "prose"):
        theirs |= runs(text, 7)
    for item in satre:
        theirs |= runs(item["statement"], 7) | runs(item.get("guidance") or "", 7)
    ours = {run for text in prose() for run in runs(text, 7)}
    assert ours
    assert not ours & theirs
