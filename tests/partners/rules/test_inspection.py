"""What may be kept and what is refused, by content: ten hostile files of each kind, and honest ones."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String

from partners.inspection import OFFICE, PDF, PNG, TEXT, clean_name, inspect
from tests.factories.partners import png

MOST = 5 * 1024 * 1024


def refused(name: str, content: bytes) -> str:
    found = inspect(name, content, most=MOST)
    assert not found, f"{name} was accepted as {found.content_type}"
    assert found.content_type == ""
    return found.reason


def pdf(**root: object) -> pikepdf.Pdf:
    document = pikepdf.new()
    document.add_blank_page()
    for key, value in root.items():
        document.Root[f"/{key}"] = value
    return document


def written(document: pikepdf.Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    document.save(out, **options)
    return out.getvalue()


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _embedded() -> pikepdf.Pdf:
    document = pdf()
    document.attachments["evil.exe"] = b"MZ"
    return document


def _on_page(**entry: object) -> pikepdf.Pdf:
    document = pdf()
    for key, value in entry.items():
        document.pages[0].obj[f"/{key}"] = value
    return document


def _annotation(action: Dictionary) -> pikepdf.Pdf:
    return _on_page(Annots=Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)]))


def _hidden_in_a_chain() -> pikepdf.Pdf:
    document = pdf()
    inner = document.make_indirect(script())
    document.pages[0].obj["/PieceInfo"] = Dictionary(X=Dictionary(Y=Array([Dictionary(Z=inner)])))
    return document


ACTIVE_PDFS = {
    "opening script": lambda: pdf(OpenAction=script()),
    "named script": lambda: pdf(Names=Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()])))),
    "launch": lambda: _annotation(Dictionary(S=Name.Launch, F=String("cmd.exe"))),
    "launch on opening": lambda: pdf(OpenAction=Dictionary(S=Name.Launch, F=String("cmd.exe"))),
    "page action": lambda: _on_page(AA=Dictionary(O=Dictionary(S=Name.URI, URI=String("https://x.example")))),
    "embedded file": _embedded,
    "form that sends": lambda: _annotation(Dictionary(S=Name.SubmitForm, F=String("https://x.example"))),
    "dynamic form": lambda: pdf(AcroForm=Dictionary(XFA=String("<xdp/>"), Fields=Array([]))),
    "rich media": lambda: _on_page(Annots=Array([Dictionary(Subtype=Name.RichMedia, RichMediaContent=Dictionary())])),
    "remote file": lambda: _annotation(Dictionary(S=Name.GoToR, F=String("other.pdf"))),
    "script in a chain of objects": _hidden_in_a_chain,
}


@pytest.mark.parametrize("kind", ACTIVE_PDFS)
@pytest.mark.parametrize("packed", [False, True])
def test_active_pdfs_are_refused(kind: str, packed: bool) -> None:
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    reason = refused("report.pdf", written(ACTIVE_PDFS[kind](), object_stream_mode=mode))
    assert "active" in reason


def test_locked_and_broken_pdfs_are_refused() -> None:
    locked = written(pdf(), encryption=pikepdf.Encryption(owner="o", user="u"))
    assert "password" in refused("a.pdf", locked)
    assert "damaged" in refused("a.pdf", b"%PDF-1.7\n" + b"x" * 400)


def test_plain_pdfs_are_kept_even_with_a_place_to_open_at() -> None:
    document = pdf()
    document.Root.OpenAction = Array([document.pages[0].obj, Name.Fit])
    found = inspect("plan.pdf", written(document), most=MOST)
    assert found.content_type == PDF


# --- Office ---------------------------------------------------------------------------------------

TYPES = (
    '<?xml version="1.0"?><Types xmlns="x"><Override PartName="/word/document.xml" ContentType="a.main+xml"/></Types>'
)


def office(parts: dict[str, str | bytes] | None = None, folder: str = "word", types: str = TYPES) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr(f"{folder}/document.xml", "<w:document/>")
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def relation(kind: str, mode: str = "External") -> str:
    one = f'<Relationship Id="1" Type="http://x/{kind}" Target="https://x.example/t" TargetMode="{mode}"/>'
    return f"<Relationships>{one}</Relationships>"


MACROS = {
    "vba project": office({"word/vbaProject.bin": b"\xd0\xcf"}),
    "vba data": office({"word/vbaData.xml": "<x/>"}),
    "vba elsewhere": office({"customXml/vbaProject.bin": b"x"}),
    "macro sheet": office({"xl/macrosheets/sheet1.xml": "<x/>"}, "xl"),
    "macro type": office(types=TYPES.replace("a.main", "application/vnd.ms-word.document.macroEnabled.main")),
    "embedded object": office({"word/embeddings/oleObject1.bin": b"x"}),
    "control": office({"word/activeX/activeX1.xml": "<x/>"}),
    "remote template": office({"word/_rels/settings.xml.rels": relation("attachedTemplate")}),
    "remote object": office({"word/_rels/document.xml.rels": relation("oleObject")}),
    "remote frame": office({"word/_rels/webSettings.xml.rels": relation("frame")}),
    "dynamic data exchange": office(
        {"word/footer1.xml": "<w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe</w:instrText>"}
    ),
}


@pytest.mark.parametrize("kind", MACROS)
def test_active_office_documents_are_refused(kind: str) -> None:
    name = "sheet.xlsx" if kind == "macro sheet" else "report.docx"
    refused(name, MACROS[kind])


def test_plain_office_documents_are_kept_with_their_links() -> None:
    linked = office({"word/_rels/document.xml.rels": relation("hyperlink")})
    assert inspect("report.docx", linked, most=MOST).content_type == OFFICE["docx"]


def bomb(parts: int = 1, size: int = 20_000_000) -> bytes:
    return office({f"word/media/{index}.xml": b"0" * size for index in range(parts)})


def _lying(content: bytes) -> bytes:
    """The same archive, with headers that say that everything is small."""
    data = bytearray(content)
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        struct.pack_into("<I", data, place + 24, 10)
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


def test_zip_bombs_are_refused_unopened() -> None:
    assert "unpacks" in refused("report.docx", bomb())
    assert "unpacks" in refused("report.docx", bomb(parts=12))


def test_archives_whose_headers_lie_are_refused_or_read_no_further_than_they_say() -> None:
    found = inspect("report.docx", _lying(bomb()), most=MOST)
    assert not found or found.content_type == OFFICE["docx"]


def test_archives_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.pdf", b"%PDF-1.7")
    assert "Unpack" in refused("documents.zip", out.getvalue())


# --- the rest -------------------------------------------------------------------------------------

OTHERS = {
    "windows program": ("setup.pdf", b"MZ\x90\x00" + b"\0" * 100),
    "linux program": ("tool.pdf", b"\x7fELF" + b"\0" * 100),
    "shell script": ("run.txt", b"#!/bin/sh\nrm -rf /\n"),
    "html": ("page.txt", b"<!doctype html><script>alert(1)</script>"),
    "html with a mark": ("page.txt", b"\xef\xbb\xbf  <html>"),
    "svg": ("logo.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "xml": ("data.txt", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>'),
    "script within text": ("notes.txt", b"Some notes\n<script>alert(1)</script>"),
    "old office": ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    "gif": ("logo.gif", b"GIF89a" + b"\0" * 40),
    "gzip": ("logs.txt", b"\x1f\x8b\x08" + b"\0" * 40),
    "binary": ("notes.txt", bytes(range(256))),
    "empty": ("empty.pdf", b""),
    "broken image": ("logo.png", png()[:20] + b"\0" * 30),
    "wrong end": ("statutes.pdf", png()),
    "program's end": ("statutes.png.exe", png()),
    "no end": ("statutes", png()),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_hostile_files_are_refused(kind: str) -> None:
    assert len(refused(*OTHERS[kind])) > 15


def test_an_image_with_too_many_pixels_is_refused() -> None:
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 60_000, 60_000, 8, 6, 0, 0, 0)
    refused("large.png", header + b"\0" * 200)


def test_files_above_the_limit_are_refused() -> None:
    assert "larger than 5 MB" in refused("notes.txt", b"a" * (MOST + 1))


def test_images_and_text_are_kept() -> None:
    assert inspect("logo.png", png(), most=MOST).content_type == PNG
    assert inspect("notes.txt", "Grüße, 1 < 2\n".encode(), most=MOST).content_type == TEXT


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\report.pdf", "report.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("   ", "document"),
        ("..", "document"),
        ("x" * 400 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_names_are_cleaned(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@given(st.text(max_size=300))
def test_a_clean_name_stays_as_it_is(name: str) -> None:
    once = clean_name(name)
    assert clean_name(once) == once
    assert once
    assert "/" not in once


@given(st.binary(max_size=3000), st.sampled_from(["a.pdf", "a.docx", "a.png", "a.txt", "a"]))
def test_no_content_makes_the_check_fail(content: bytes, name: str) -> None:
    inspect(name, content, most=MOST)
    inspect(name, b"%PDF-1.7\n" + content, most=MOST)
    inspect(name, b"PK\x03\x04" + content, most=MOST)
    inspect(name, b"\x89PNG\r\n\x1a\n" + content, most=MOST)
