"""Ten hostile files of each kind are refused by what they are, each with a sentence; honest ones are kept."""

from __future__ import annotations

import pytest

from partners.inspection import clean_name, inspect
from tests.factories.partners import png
from tests.partners.hostile import KINDS, NAMES, hostile, jpeg, office, pdf

MOST = 20 * 1024 * 1024
ALL = [(kind, name) for kind, files in KINDS.items() for name in files]
HONEST = {
    "pdf": ("plan.pdf", pdf()),
    "picture": ("plan.png", png()),
    "photo": ("plan.jpeg", jpeg(400)),
    "document": ("plan.docx", office({"word/media/a.xml": b"What we do. " * 50})),
    "text with a comparison": ("plan.txt", b"1 < 2, a|b, <- see there\n"),
    "list in markdown": ("plan.md", b"- item | value!\n| a | b |\n|---|---|\n"),
    "table": ("plan.csv", b"name,change\nKari,-5\nOla,+3\n=,@home\n"),
    "pdf with an update": ("plan.pdf", pdf() + b"\n\0\r\n"),
}


def test_there_are_ten_of_each_kind() -> None:
    assert {kind: len(files) for kind, files in KINDS.items() if len(files) < 10} == {}
    assert len(NAMES) >= 10


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_hostile_files_are_refused_with_a_reason(kind: str, name: str) -> None:
    found = inspect(*hostile(kind, name), most=MOST)
    assert not found, f"accepted as {found.content_type}"
    assert found.content_type == ""
    assert len(found.reason) > 15


@pytest.mark.parametrize("kind", NAMES)
def test_hostile_names_are_made_harmless(kind: str) -> None:
    sent, kept = NAMES[kind]
    assert clean_name(sent) == kept


@pytest.mark.parametrize("name", HONEST)
def test_honest_files_are_kept(name: str) -> None:
    found = inspect(*HONEST[name], most=MOST)
    assert found.reason == ""
