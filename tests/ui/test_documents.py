"""Letters: tagged for those who listen, the same bytes for the same data, and no command from what was typed."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from portal.ui import documents

TEMPLATE = """#import "base.typ": *
#show: letter.with(number: data.number, date: data.date, from: data.authority, to: data.institution)
#data.text
== What is in force
#facts(("Institution", data.institution), ("From", day(data.date)))
#note(tone: "green")[Every use needs a grant besides.]
#signatures(data.signatures)
"""
DATA: dict[str, Any] = {
    "number": "Q-2026-0031",
    "date": date(2026, 11, 22),
    "authority": "Norwegian Authority",
    "institution": "Nordfjord Institute, Łódź",
    "text": "We have qualified you.",
    "signatures": [{"name": "A. Signatory", "body": "Norwegian Authority", "at": date(2026, 11, 20)}],
}
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A letter of this test's own beside the real base."""
    for name in ("base.typ", "tokens.typ"):
        (tmp_path / name).write_text((documents.TEMPLATES / name).read_text())
    (tmp_path / "sample.typ").write_text(TEMPLATE)
    monkeypatch.setattr(documents, "TEMPLATES", tmp_path)
    return "sample.typ"


def made(template: str, **changes: Any) -> bytes:
    return documents.render_pdf(template, {**DATA, **changes}, title="Letter of qualification", at=AT)


def test_a_letter_is_tagged(template: str) -> None:
    with pikepdf.open(io.BytesIO(made(template))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == "en"
        assert str(pdf.docinfo["/Title"]) == "Letter of qualification"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def test_it_is_set_in_the_portals_own_type(template: str) -> None:
    with pikepdf.open(io.BytesIO(made(template))) as pdf:
        fonts = {str(font.BaseFont) for font in pdf.pages[0].Resources.Font.values()}
    assert fonts
    assert all("PublicSans" in name for name in fonts)


def test_the_same_data_give_the_same_bytes(template: str) -> None:
    assert made(template) == made(template)


@pytest.mark.parametrize(
    "text", ["#panic()", "$x$ #let a = 1", '#read("/etc/passwd")', "*bold* _it_ \\ @x <y> //", "=heading"]
)
def test_what_a_person_typed_is_no_command(template: str, text: str) -> None:
    assert made(template, text=text).startswith(b"%PDF")


def test_a_mistake_in_a_template_is_told(template: str) -> None:
    with pytest.raises(documents.DocumentError, match=r"sample\.typ"):
        documents.render_pdf(template, {}, title="Nothing")


@pytest.mark.parametrize(
    ("name", "as_if"),
    [
        ("Institute 研究所", "Institute [U+7814][U+7A76][U+6240]"),
        ("한국 😀", "[U+D55C][U+AD6D] [U+1F600]"),
        ("\ufeffNord\u200bfjord", "Nordfjord"),
    ],
)
def test_a_name_in_another_script_delays_no_letter(template: str, name: str, as_if: str) -> None:
    text = made(template, institution=name)
    assert text.startswith(b"%PDF")
    if name[0] != "\ufeff":
        assert text == made(template, institution=as_if)


@pytest.mark.parametrize("name", ["Łódź, Київ, Ελλάδα", "معهد", "Kōwhai “x” – €5"])
def test_letters_that_can_be_set_stay(template: str, name: str) -> None:
    plain = made(template, institution=name)
    assert plain.startswith(b"%PDF")
    assert plain != made(template, institution="".join(f"[U+{ord(char):04X}]" for char in name))
