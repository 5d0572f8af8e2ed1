"""Resolving OSCAL profiles: what they select, how they put it together, and what they change."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.catalogues import document_of, read_catalogue
from portal.core.oscal import CatalogueError, Read


def control(key: str, *below: dict[str, Any], prose: str = "Do it.") -> dict[str, Any]:
    parts = [
        {"id": f"{key}_smt", "name": "statement", "prose": prose},
        {"id": f"{key}_gdn", "name": "guidance", "prose": "So."},
    ]
    return {
        "id": key,
        "title": key.upper(),
        "class": "x",
        "parts": parts,
        **({"controls": list(below)} if below else {}),
    }


def catalog(*groups: dict[str, Any]) -> bytes:
    metadata = {"title": "Whole", "version": "5", "oscal-version": "1.1.2"}
    return json.dumps(
        {"catalog": {"uuid": "d623a4dc-f7de-5305-ae9d-f060e168fd1a", "metadata": metadata, "groups": list(groups)}}
    ).encode()


WHOLE = catalog(
    {
        "id": "ac",
        "title": "Access",
        "controls": [
            {
                **control("ac-1", prose="Every {{ insert: param, ac-1_p }}."),
                "params": [{"id": "ac-1_p", "label": "period"}],
            },
            control("ac-2", control("ac-2.1"), control("ac-2.2")),
        ],
    },
    {
        "id": "au",
        "title": "Audit",
        "groups": [{"id": "au-x", "title": "Logs", "controls": [control("au-1"), control("au-2")]}],
    },
)


def resolved(*imports: dict[str, Any], sources: dict[str, bytes] | None = None, **parts: Any) -> Read:
    profile = {"metadata": {"title": "Some", "version": "2"}, "imports": list(imports), **parts}
    content = json.dumps({"profile": profile}).encode()
    return read_catalogue(content, form="oscal", sources={"whole.json": WHOLE} if sources is None else sources)


def taken(**selection: Any) -> dict[str, Any]:
    return {"href": "https://x.example/whole.json", **selection}


def ids(*keys: str, **more: Any) -> dict[str, Any]:
    return {"include-controls": [{"with-ids": list(keys), **more}]}


def keys(read: Read) -> list[str]:
    return [row.oscal_id for row in read.controls]


@pytest.mark.parametrize(
    "selection,expected",
    [
        ({"include-all": {}}, ["ac-1", "ac-2", "ac-2.1", "ac-2.2", "au-1", "au-2"]),
        ({}, ["ac-1", "ac-2", "ac-2.1", "ac-2.2", "au-1", "au-2"]),
        (ids("ac-2", "au-2"), ["ac-2", "au-2"]),
        (ids("ac-2", **{"with-child-controls": "yes"}), ["ac-2", "ac-2.1", "ac-2.2"]),
        (ids("ac-2.2"), ["ac-2.2"]),
        ({"include-controls": [{"matching": [{"pattern": "ac-2*"}]}]}, ["ac-2", "ac-2.1", "ac-2.2"]),
        (
            {"include-all": {}, "exclude-controls": [{"with-ids": ["ac-2"], "with-child-controls": "yes"}]},
            ["ac-1", "au-1", "au-2"],
        ),
        (
            {"include-all": {}, "exclude-controls": [{"with-ids": ["ac-2"]}]},
            ["ac-1", "ac-2.1", "ac-2.2", "au-1", "au-2"],
        ),
    ],
)
def test_imports_select(selection: dict[str, Any], expected: list[str]) -> None:
    assert keys(resolved(taken(**selection))) == expected


def test_groups_without_controls_are_gone_and_the_rest_keep_their_place() -> None:
    assert [(row.oscal_id, row.depth) for row in resolved(taken(**ids("au-1"))).groups] == [("au", 0), ("au-x", 1)]


def test_a_flat_profile_has_no_groups_of_its_own() -> None:
    read = resolved(taken(), merge={"flat": {}})
    assert [row.oscal_id for row in read.groups] == ["_ungrouped"]
    assert len(read.controls) == 6


def test_a_custom_structure_takes_each_control_once_in_its_order() -> None:
    groups = [
        {"id": "first", "title": "First", "insert-controls": [ids("au-2", "ac-1", order="keep")]},
        {"id": "rest", "title": "Rest", "insert-controls": [{"include-all": {}, "order": "descending"}]},
    ]
    read = resolved(taken(), merge={"custom": {"groups": groups}})
    assert [(row.group, row.oscal_id) for row in read.controls] == [
        ("first", "au-2"), ("first", "ac-1"),
        ("rest", "au-1"), ("rest", "ac-2"), ("rest", "ac-2.1"), ("rest", "ac-2.2"),
    ]  # fmt: skip


def test_parameters_are_set_and_parts_added_and_removed() -> None:
    modify = {
        "set-parameters": [{"param-id": "ac-1_p", "values": ["month"]}, {"param-id": "none", "values": ["x"]}],
        "alters": [
            {
                "control-id": "ac-1",
                "removes": [{"by-name": "guidance"}],
                "adds": [
                    {"by-id": "ac-1_smt", "position": "ending", "parts": [{"name": "item", "prose": "And more."}]},
                    {"by-id": "ac-1_smt", "position": "after", "parts": [{"name": "guidance", "prose": "New."}]},
                    {"props": [{"name": "priority", "value": "P1"}]},
                ],
            },
            {"control-id": "au-1", "removes": [{"by-name": "guidance"}]},
        ],
    }
    read = resolved(taken(**ids("ac-1")), modify=modify)
    (row,) = read.controls
    assert (row.statement, row.guidance) == ("Every month.\nAnd more.", "New.")
    assert row.props == [{"name": "priority", "value": "P1"}]
    assert sorted(item.where for item in read.skipped) == ["au-1", "none"]


def test_what_is_selected_and_not_there_is_listed() -> None:
    read = resolved(taken(**ids("ac-1", "zz-9")))
    assert [(item.where, "does not have it" in item.why) for item in read.skipped] == [("zz-9", True)]


def test_two_catalogs_are_told_apart_by_their_files_and_by_the_back_matter() -> None:
    other = catalog({"id": "zz", "title": "Other", "controls": [control("zz-1"), control("ac-1")]})
    uuid = "0f4ab7a0-8f0c-4a5e-9b38-111111111111"
    back = {"resources": [{"uuid": uuid, "rlinks": [{"href": "../files/other.json"}]}]}
    read = resolved(
        taken(**ids("ac-1")),
        {"href": f"#{uuid}"},
        sources={"whole.json": WHOLE, "other.json": other},
        **{"back-matter": back},
    )
    assert keys(read) == ["ac-1", "zz-1"]


@pytest.mark.parametrize("sources", [{}, {"a.json": WHOLE, "b.json": WHOLE}, {"a.json": b'{"profile": {}}'}])
def test_a_profile_without_its_catalog_is_refused_by_name(sources: dict[str, bytes]) -> None:
    with pytest.raises(CatalogueError, match=r"whole\.json"):
        resolved(taken(), sources=sources)


def test_what_it_stands_for_is_a_catalog_that_later_profiles_select_from() -> None:
    profile = json.dumps(
        {"profile": {"metadata": {"title": "Some", "version": "2"}, "imports": [taken(**ids("ac-1", "au-1"))]}}
    )
    made = document_of(profile.encode(), form="oscal", sources={"whole.json": WHOLE})
    assert made is not None
    assert keys(resolved(taken(**ids("au-1")), sources={"some.json": made})) == ["au-1"]


KEYS = [
    "href",
    "include-controls",
    "exclude-controls",
    "with-ids",
    "matching",
    "pattern",
    "with-child-controls",
    "custom",
    "flat",
    "groups",
    "insert-controls",
    "set-parameters",
    "alters",
    "param-id",
    "control-id",
    "removes",
    "adds",
    "by-id",
    "by-name",
    "position",
    "parts",
    "props",
    "title",
    "values",
    "select",
    "id",
    "name",
    "prose",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=4) | st.sampled_from(["ac-1", "*", "yes", "ac-1_smt", "before"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(imports=JSON, merge=JSON, modify=JSON, back=JSON)
@settings(max_examples=200, deadline=None)
def test_no_profile_makes_the_reader_fail_otherwise(imports: Any, merge: Any, modify: Any, back: Any) -> None:
    profile = {
        "metadata": {"title": "Some", "version": "2"},
        "imports": [{"href": "whole.json"}, *(imports if isinstance(imports, list) else [imports])],
        "merge": merge,
        "modify": modify,
        "back-matter": back,
    }
    with contextlib.suppress(CatalogueError):
        read_catalogue(json.dumps({"profile": profile}).encode(), form="oscal", sources={"whole.json": WHOLE})


@pytest.mark.shared_data
def test_a_profile_selects_from_a_real_catalog(shared_data: Path) -> None:
    moderate = next((shared_data / "nist-800-53").glob("MODERATE*"))
    low = json.loads(next((shared_data / "nist-800-53").glob("LOW*")).read_bytes())
    wanted = [one["id"] for one in all_controls(low["catalog"])]
    read = resolved(taken(**ids(*wanted)), sources={moderate.name: moderate.read_bytes()})
    assert len(read.controls) == 149
    assert read.skipped == []


def all_controls(parent: dict[str, Any]) -> list[dict[str, Any]]:
    found = [one for child in parent.get("groups", []) for one in all_controls(child)]
    for one in parent.get("controls", []):
        found += [one, *all_controls(one)]
    return found
