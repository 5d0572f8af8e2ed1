"""Reading catalogues in forms other than OSCAL, and files that attack whoever reads them."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.catalogues import FORMS, read_catalogue
from portal.core.catalogues.rows import shortened
from portal.core.oscal import MAX_FILLED, CatalogueError, Read, read_oscal
from portal.core.plain_yaml import read_yaml

NAMED = {"title": "Small", "version": "1"}
SATRE = """
specification:
  - {pillar: Governance, capability: Policy, capability_index: "1.1", requirement_index: 1.1.01, importance: Mandatory*,
     statement: Have a policy., guidance: A short one., architecture_url: "https://a.example/1"}
  - {pillar: Governance, capability: Policy, capability_index: "1.1", requirement_index: 1.1.01, statement: Again.}
  - {pillar: Governance, capability: Risk, capability_index: "1.2", requirement_index: 1.2.01, statement: ""}
  - {pillar: Places, capability: Doors, capability_index: "2.1", requirement_index: 2.1.01, statement: Lock them.,
     importance: Recommended, architecture_url: "javascript:alert(1)"}
  - {statement: Nowhere.}
"""
ATLAS = """
name: Threats
version: "9.1"
matrices:
- tactics: [{id: TA1, name: Reconnaissance, description: Looking.}]
  techniques:
  - {id: T1.001, name: Journals, subtechnique-of: T1, description: Reads them.}
  - {id: T1, name: Search, tactics: [TA1, TA9], description: "Searches.\\n\\nWidely.", maturity: demonstrated}
  - {id: T2, name: Lost, description: Nowhere.}
  mitigations:
  - {id: M1, name: Say less, description: Publish less., category: [Policy], techniques: [{id: T1, use: Less to find.}]}
case-studies: [{id: CS1}, {id: CS2}]
"""
CSV = """id;title;Group;parent;statement;guidance
a-1;Doors;Places;;Lock the doors.;At night.
a-1.1;Back door;Places;a-1;Lock it twice.;
a-2;Windows;Places;;"Close them.
All of them.";
a-2;Windows;Places;;Again.;
a-3;Roof;Places;a-9;Mend it.;
;Nothing;;;;
a-4;;;;A statement that says by itself what it is about.;
a-5;Too long;;;x;;;more
"""


def read(content: str | bytes, form: str, **named: Any) -> Read:
    return read_catalogue(content.encode() if isinstance(content, str) else content, form=form, **(named or NAMED))


def left_out(found: Read) -> list[str]:
    return [item.where for item in found.skipped]


def test_satre_is_read_by_pillar_and_capability() -> None:
    found = read(SATRE, "satre")
    assert [(row.oscal_id, row.parent, row.depth) for row in found.groups] == [
        ("pillar-1", "", 0), ("capability-1.1", "pillar-1", 1), ("capability-1.2", "pillar-1", 1),
        ("pillar-2", "", 0), ("capability-2.1", "pillar-2", 1),
    ]  # fmt: skip
    assert [(row.label, row.klass, row.group) for row in found.controls] == [
        ("1.1.01", "mandatory", "capability-1.1"),
        ("2.1.01", "recommended", "capability-2.1"),
    ]
    assert found.controls[0].links == [{"href": "https://a.example/1", "rel": "reference"}]
    assert found.controls[1].links == []
    assert left_out(found) == ["1.1.01", "1.2.01", "specification[5]"]


def test_atlas_is_read_with_subtechniques_under_their_technique_wherever_they_stand() -> None:
    found = read(ATLAS, "atlas")
    assert (found.title, found.version) == ("Threats", "9.1")
    assert [(row.oscal_id, row.group, row.parent) for row in found.controls] == [
        ("T1", "TA1", ""), ("T1.001", "TA1", "T1"), ("M1", "mitigations", ""),
    ]  # fmt: skip
    assert found.controls[0].statement == "Searches.\n\nWidely."
    assert found.controls[2].links == [{"href": "#T1", "rel": "related"}]
    assert left_out(found) == ["T2", "case-studies"]


def test_a_table_is_read_whatever_parts_its_cells() -> None:
    found = read(CSV, "csv")
    assert [(row.oscal_id, row.parent) for row in found.controls] == [
        ("a-1", ""), ("a-1.1", "a-1"), ("a-2", ""), ("a-4", ""),
    ]  # fmt: skip
    assert found.controls[2].statement == "Close them.\nAll of them."
    assert found.controls[3].title == "A statement that says by itself what it is about."
    assert left_out(found) == ["line 6", "line 7", "line 8", "line 10"]
    assert len(read(CSV.replace(";", "\t"), "csv").controls) == len(found.controls)


@pytest.mark.parametrize("form", ["satre", "csv"])
def test_title_and_version_have_to_be_named_where_the_file_does_not(form: str) -> None:
    with pytest.raises(CatalogueError, match="title and version"):
        read({"satre": SATRE, "csv": CSV}[form], form, title="Only a title")


@pytest.mark.parametrize("length", range(1, 130, 7))
def test_a_shortened_text_is_short_and_its_beginning(length: int) -> None:
    text = ("word " * 40)[:length] + "x" * 200
    assert len(shortened(text)) <= 101
    assert text.startswith(shortened(text).rstrip("…"))


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        "specification: &s [*s]",
        "<<: &m {a: 1}\nb: *m",
        "specification: " + "[" * 20_000,
        "- " * 20_000,
        "specification: [" + "{}," * 300_000 + "]",
        "x: " + "y" * (5 * 1024 * 1024),
        "a: 1\n---\nb: 2",
        "a: !!python/object/apply:os.system ['true']\n",
        "\x00",
        "",
        "just a text",
        "a: 'never ended",
        "? [a, b]\n: c",
    ],
    ids=lambda text: text[:20].strip() or "empty",
)
def test_yaml_that_attacks_or_is_no_catalogue_is_refused_at_once(content: str) -> None:
    began = time.process_time()
    for form in ("satre", "atlas"):
        with pytest.raises(CatalogueError):
            read(content, form)
    assert time.process_time() - began < 5


def test_yaml_types_and_tags_make_nothing_but_texts() -> None:
    assert read_yaml(b"a: no\nb: 1e3\nc: 2020-01-01\nd: !!binary aGk=\n") == {
        "a": "no",
        "b": "1e3",
        "c": "2020-01-01",
        "d": "aGk=",
    }


def oscal(**changes: Any) -> dict[str, Any]:
    control = {"id": "c", "title": "One", "parts": [{"name": "statement", "prose": "{{ insert: param, p0 }}"}]}
    metadata = {"title": "Small", "version": "1", "oscal-version": "1.1.2"}
    return {"catalog": {"metadata": metadata, "groups": [{"id": "g", "title": "G", "controls": [control]}], **changes}}


def test_parameters_that_stand_for_one_another_do_not_explode() -> None:
    """Each choice names the next parameter fifty times: written out, that would be 50 to the tenth power."""
    params = [
        {"id": f"p{level}", "select": {"choice": [f"{{{{ insert: param, p{level + 1} }}}} " * 50] * 50}}
        for level in range(10)
    ]
    began = time.process_time()
    (control,) = read_oscal(json.dumps(oscal(params=params)).encode()).controls
    assert len(control.statement) <= MAX_FILLED
    assert time.process_time() - began < 5


def test_parameters_that_go_in_a_circle_stand_for_their_name() -> None:
    params = [
        {"id": "p0", "values": ["never {{ insert: param, p1 }}"]},
        {"id": "p1", "select": {"choice": ["{{ insert: param, p1 }}"]}},
    ]
    (control,) = read_oscal(json.dumps(oscal(params=params)).encode()).controls
    assert "never" in control.statement


@pytest.mark.parametrize(
    "content",
    [
        b'{"catalog": NaN}',
        b'{"catalog": 1e999}',
        b'{"catalog": -Infinity}',
        b'{"catalog": "\\ud800"}',
        b'{"catalog": "\\u0000"}',
        b'{"catalog": ' + b"9" * 10_000 + b"}",
        b'{"a":' * 100_000,
        b"[" + b"[]," * 1_100_000 + b"[]]",
        b"{" + b" " * (20 * 1024 * 1024) + b"}",
    ],
    ids=lambda content: content[:20].decode(),
)
def test_json_that_no_database_keeps_is_refused(content: bytes) -> None:
    with pytest.raises(CatalogueError):
        read_oscal(content)


def test_whole_surrogate_pairs_are_read() -> None:
    groups = oscal()["catalog"]["groups"]
    groups[0]["title"] = "\U0001f512"
    assert read_oscal(json.dumps(oscal(groups=groups)).encode()).groups[0].title == "\U0001f512"


def test_a_text_beyond_measure_is_left_out_and_listed() -> None:
    groups = oscal()["catalog"]["groups"]
    prose = [{"name": "statement", "prose": "x" * 100_001}]
    groups[0]["controls"].append({"id": "d", "title": "Long", "parts": prose})
    found = read_oscal(json.dumps(oscal(groups=groups)).encode())
    assert (len(found.controls), left_out(found)) == (1, ["d"])


@pytest.mark.parametrize(
    "content",
    [
        b"id,title\n1,2\n",
        b"id,id,title,statement\n",
        b'id,title,statement\n"1,2,3',
        b"id,title,statement\n" + b"a" * 200_000 + b",b,c\n",
        b"id,title,statement\n",
        b"\xff\xfe\x00",
        b"",
    ],
    ids=lambda content: content[:24].decode("latin-1"),
)
def test_tables_that_are_no_catalogue_are_refused_in_words(content: bytes) -> None:
    with pytest.raises(CatalogueError) as error:
        read(content, "csv")
    assert len(str(error.value)) > 20


KEYS = [
    "specification",
    "matrices",
    "tactics",
    "techniques",
    "mitigations",
    "id",
    "name",
    "description",
    "pillar",
    "capability_index",
    "requirement_index",
    "statement",
    "subtechnique-of",
    "ATT&CK-reference",
    "category",
    "case-studies",
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(
    document=st.dictionaries(st.sampled_from(["specification", "matrices", "name", "version"]), ANYTHING, max_size=4),
    raw=st.binary(max_size=200),
)
@settings(max_examples=150, deadline=None)
def test_nothing_makes_a_reader_fail_otherwise(document: dict[str, Any], raw: bytes) -> None:
    for form in FORMS:
        for content in (json.dumps(document).encode(), raw, b"id,title,statement\n" + raw):
            with contextlib.suppress(CatalogueError):
                read(content, form)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "path,form,groups,controls,skipped",
    [
        ("nist-800-53/LOW*", "oscal", 18, 149, 0),
        ("nist-800-53/MODERATE*", "oscal", 18, 287, 0),
        ("nist-800-53/PRIVACY*", "oscal", 16, 102, 0),
        ("acsc-ism/ISM*", "oscal", 498, 983, 0),
        ("satre/specification.yaml", "satre", 40, 185, 0),
        ("mitre-atlas/ATLAS.yaml", "atlas", 17, 205, 1),
    ],
)
def test_the_real_files_are_read_whole(
    shared_data: Path, path: str, form: str, groups: int, controls: int, skipped: int
) -> None:
    found = read(next(shared_data.glob(path)).read_bytes(), form)
    assert (len(found.groups), len(found.controls), len(found.skipped)) == (groups, controls, skipped)
    assert all(control.statement and control.label and control.title for control in found.controls)
    assert {control.parent for control in found.controls} - {""} <= {control.oscal_id for control in found.controls}
