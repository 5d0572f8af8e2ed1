"""Reading catalogues of statements: three forms, and files that are none."""

from __future__ import annotations

import contextlib
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.catalogues import FORMATS, MAX_BYTES, read_statements
from grants.models import StatementCatalogue
from portal.core.oscal import CatalogueError
from tests.factories.partners import Cast

SCHEME = """
title: Small
version: "1"
groups:
  - key: logging
    title: Logging
    statements:
      - {id: a, text: One.}
      - {id: b, text: Two., importance: recommended, guidance: How.}
      - {id: a, text: Again.}
      - {id: c}
      - {id: d, text: Four., importance: essential}
  - {title: No key, statements: [{id: e, text: Five.}]}
"""
SATRE = """
specification:
  - {capability: Governance, capability_index: "1.1", requirement_index: 1.1.01, statement: You must., importance: Mandatory}
  - {capability: Governance, capability_index: "1.1", requirement_index: 1.10, statement: You must., importance: Mandatory*}
  - {capability: Governance, capability_index: "1.1", requirement_index: 1.1.03, statement: You may., importance: Optional}
"""  # noqa: E501


def test_the_schemes_own_form_is_read_and_what_is_left_out_is_said() -> None:
    read = read_statements(SCHEME.encode(), form="scheme")
    assert [(row.identifier, row.importance, row.safeguard) for row in read.statements] == [
        ("a", "mandatory", "logging"),
        ("b", "recommended", "logging"),
    ]
    assert [item.where for item in read.skipped] == ["a", "c", "d", "groups[2]"]


def test_satres_form_is_read_and_numbers_stay_as_they_are_written() -> None:
    read = read_statements(SATRE.encode(), form="satre", title="SATRE", version="2")
    assert [(row.identifier, row.importance) for row in read.statements] == [
        ("1.1.01", "mandatory"),
        ("1.10", "mandatory"),
        ("1.1.03", "optional"),
    ]
    assert {row.group_title for row in read.statements} == {"1.1 Governance"}


def test_an_oscal_catalog_is_read() -> None:
    control = {
        "id": "c-1",
        "title": "One",
        "props": [{"name": "importance", "value": "Recommended"}, {"name": "safeguard", "value": "logging"}],
        "parts": [{"name": "statement", "prose": "Do it."}],
    }
    groups = [{"id": "g", "title": "Group", "controls": [control]}]
    document = {"catalog": {"metadata": {"title": "Small", "version": "1"}, "groups": groups}}
    read = read_statements(json.dumps(document).encode(), form="oscal")
    row = read.statements[0]
    assert (read.title, read.version) == ("Small", "1")
    assert (row.identifier, row.group_title, row.importance, row.safeguard) == (
        "c-1",
        "Group",
        "recommended",
        "logging",
    )


BOMB = b"a: &a [x, x]\nb: &b [*a, *a]\ngroups: [*b, *b]\ntitle: T\nversion: '1'\n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"- 1\n- 2\n",
        b"title: T",
        b"title: T\nversion: '1'\ngroups: nothing",
        b"title: 'T\x00'\nversion: '1'\ngroups: []",
        b"!!python/object/apply:os.system ['true']",
        b"[" * 5000,
        b"{a: " * 5000,
        BOMB,
        b"x" * (MAX_BYTES + 1),
    ],
    ids=range(11),
)
def test_a_file_that_is_none_is_refused_with_a_sentence(content: bytes) -> None:
    for form in FORMATS:
        with pytest.raises(CatalogueError) as error:
            read_statements(content, form=form)
        assert str(error.value)


@given(st.binary(max_size=200), st.sampled_from(sorted(FORMATS)))
@settings(deadline=None, max_examples=60)
def test_no_bytes_break_the_reader(content: bytes, form: str) -> None:
    with contextlib.suppress(CatalogueError):
        assert read_statements(content, form=form, title="T", version="1").statements


def test_the_command_imports_says_how_much_and_refuses_nonsense(partner: Cast, tmp_path: Path) -> None:
    file, out = tmp_path / "satre.yaml", StringIO()
    file.write_text(SATRE)
    options: dict[str, Any] = {"format": "satre", "title": "SATRE", "edition": "2"}
    call_command("import_statements", "satre", str(file), stdout=out, **options)
    assert "3 statements, 2 of them mandatory" in out.getvalue()
    call_command("import_statements", "satre", str(file), stdout=out, **options)
    assert StatementCatalogue.objects.filter(key="satre").count() == 1
    call_command("import_statements", stdout=out)
    assert StatementCatalogue.objects.filter(key="baseline", state="in_use").count() == 1
    for words in (("satre", str(tmp_path / "none.yaml")), ("not a key", str(file)), ("satre", str(file))):
        with pytest.raises(CommandError):
            call_command("import_statements", *words, stdout=out)
