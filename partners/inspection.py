"""What a file is, by its content, and whether it may be kept. Pure: content in, a verdict out.

Kept are PDF, PNG and JPEG, Office documents without macros, and plain text. Refused, each with its reason: whatever
can run (scripts, macros, active PDFs), whatever a browser would render (HTML, SVG), archives, whatever grows when it
is opened, and whatever is two kinds at once (a PDF that is an archive as well, a picture with a page behind its end).
"""

from __future__ import annotations

import codecs
import re
import struct
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import filetype
import pikepdf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from partners.content import Content, in_memory

PDF, PNG, JPEG, TEXT = "application/pdf", "image/png", "image/jpeg", "text/plain"
OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
EXTENSIONS = {
    PDF: {"pdf"},
    PNG: {"png"},
    JPEG: {"jpg", "jpeg"},
    TEXT: {"txt", "csv", "md", "log"},
    **{kind: {name} for name, kind in OFFICE.items()},
}
"""Types that are kept, and the ends of names that go with them."""
ACCEPT = ",".join(sorted(f".{end}" for ends in EXTENSIONS.values() for end in ends))
IMAGE_ENDS = {PNG: b"IEND\xaeB`\x82", JPEG: b"\xff\xd9"}
LOCAL_HEADER = 30
MAX_NAME = 150
MAX_PIXELS = 60_000_000
MAX_PARTS = 3_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 120
"""An Office document that unpacks to more than so many times its size is a bomb; honest ones stay below 40."""
MAX_PDF_OBJECTS = 300_000

ACTIVE_KEYS = {
    "/JS": gettext_lazy("JavaScript"),
    "/JavaScript": gettext_lazy("JavaScript"),
    "/EmbeddedFile": gettext_lazy("an embedded file"),
    "/EmbeddedFiles": gettext_lazy("embedded files"),
    "/EF": gettext_lazy("an embedded file"),
    "/AA": gettext_lazy("automatic actions"),
    "/RichMedia": gettext_lazy("rich media"),
    "/RichMediaContent": gettext_lazy("rich media"),
    "/XFA": gettext_lazy("a dynamic form (XFA)"),
}
ACTIVE_ACTIONS = {
    "/JavaScript": gettext_lazy("JavaScript"),
    "/Launch": gettext_lazy("an action that starts a program"),
    "/SubmitForm": gettext_lazy("a form that sends data away"),
    "/ImportData": gettext_lazy("an action that loads data"),
    "/GoToE": gettext_lazy("an action that opens an embedded file"),
    "/GoToR": gettext_lazy("an action that opens another file"),
    "/Rendition": gettext_lazy("multimedia"),
    "/Movie": gettext_lazy("multimedia"),
    "/Sound": gettext_lazy("multimedia"),
}
_TAGS = rb"<\s*(?:script|svg|html|iframe|object|embed|!doctype)\b|<\?(?:php|=)"
TAGS = re.compile(_TAGS, re.IGNORECASE)
LINK = re.compile(rb"[\w.]\|\s*+'[^'\n]*+'\s*+!")
FORMULA = re.compile(rb"[=+\-@]\s*+(?:DDE|WEBSERVICE|IMPORT\w++)\s*+\(", re.IGNORECASE)
"""Cells that make a spreadsheet start another program (dynamic data exchange), or send data away.

Each begins with a character that its own blanks do not hold, so that a file of blanks takes no longer than others.
"""
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]|\xc2[\x80-\x9f]")
"""Control characters in UTF-8 that no text has (it may have tabs and ends of lines and pages)."""
BLOCK = 1024 * 1024
HEAD = 1024
"""Bytes in which a reader of PDFs looks for its beginning."""
BLANK = b"\0\t\n\r\x0c "
TWO_KINDS = gettext_lazy("This file is of two kinds at once. Export it again, and send only that.")
PACKED = (
    *(".bin", ".exe", ".dll", ".com", ".scr", ".msi", ".bat", ".cmd", ".ps1", ".lnk", ".so", ".sh", ".py"),
    *(".js", ".jse", ".vbs", ".vbe", ".wsf", ".hta", ".jar", ".class", ".dex"),
)
"""Ends of parts that have no place in a document."""
PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"#!",
    b"dex\n",
)


@dataclass(frozen=True, slots=True)
class Inspected:
    """The type by content, or the reason why the file is refused."""

    content_type: str = ""
    reason: str = ""

    def __bool__(self) -> bool:
        return not self.reason


def _no(reason: str) -> Inspected:
    return Inspected(reason=reason)


def clean_name(name: object) -> str:
    """The file's own name without folders, control characters or marks that turn the direction of text round."""
    text = unicodedata.normalize("NFC", str(name)).replace("\\", "/").rsplit("/", 1)[-1]
    text = "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    text = " ".join(text.split()).strip(". ")
    if len(text) > MAX_NAME:
        stem, dot, end = text.rpartition(".")
        text = f"{stem[: MAX_NAME - len(end) - 1]}{dot}{end}" if dot and len(end) < 12 else text[:MAX_NAME]
    return text or _("document")


def inspect(name: str, content: bytes | Content, *, most: int) -> Inspected:
    """What the content is and whether it may be kept under that name. `most` is the limit in bytes."""
    content = in_memory(content) if isinstance(content, bytes) else content
    if not len(content):
        return _no(_("The file is empty."))
    if len(content) > most:
        return _no(
            _("The file is larger than %(mb)s MB. Send a smaller one, or split it.") % {"mb": most // (1024 * 1024)}
        )
    found = _by_content(content)
    if not found:
        return found
    end = PurePosixPath(name).suffix.lower().lstrip(".")
    if end not in EXTENSIONS[found.content_type]:
        return _no(
            _("The name ends in “%(end)s”, but the content is of another type (%(kind)s). Rename or export it again.")
            % {"end": f".{end}" if end else _("nothing"), "kind": found.content_type}
        )
    return found


def _by_content(content: Content) -> Inspected:
    if content.starts_with(*PROGRAMS):
        return _no(_("This is a program or a script. Send a document instead."))
    kind = filetype.guess_mime(content.view[:8192])
    if content.starts_with(b"%PDF-"):
        return _single(content, b"%%EOF") and _pdf(content)
    if kind in (PNG, JPEG):
        return _single(content, IMAGE_ENDS[kind]) and _picture(content, kind)
    if content.starts_with(b"PK"):
        return _office(content)
    if content.starts_with(b"\xd0\xcf\x11\xe0"):
        return _no(_("This is an old Office format, which can hold macros. Save it as .docx, .xlsx, .pptx or PDF."))
    if kind is not None:
        return _no(
            _("Files of this type (%(kind)s) are not accepted. Send a PDF, an image, or an Office document.")
            % {"kind": kind}
        )
    return _text(content)


def _single(content: Content, end: bytes) -> Inspected:
    """Whether it is of one kind only: no archive as well, nothing behind its `end`, and no page hidden in it."""
    last = content.view.rfind(end)
    behind = last >= 0 and _is_more_than_blank(content, last + len(end))
    if behind or _is_archive(content) or TAGS.search(content.view[:HEAD]):
        return _no(str(TWO_KINDS))
    return Inspected("one kind")


def _is_more_than_blank(content: Content, start: int) -> bool:
    """Whether anything but blanks stands from there to the end."""
    return any(content.view[at : at + BLOCK].strip(BLANK) for at in range(start, len(content), BLOCK))


def _is_archive(content: Content) -> bool:
    """Whether the bytes can be opened as a ZIP archive as well: those are read from their end."""
    try:
        with zipfile.ZipFile(content.reader()) as archive:
            return bool(archive.namelist())
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, ValueError, EOFError, struct.error):
        return False


def _picture(content: Content, kind: str) -> Inspected:
    """A picture: whole, and without a page or another document in its notes."""
    if TAGS.search(content.view) or b"%PDF-" in content.view[:HEAD]:
        return _no(str(TWO_KINDS))
    return _image(content, kind)


def _text(content: Content) -> Inspected:
    if not _is_utf8(content) or CONTROL.search(content.view):
        return _no(_("The type of this file is not known. Send a PDF, an image, an Office document or plain text."))
    if _begins_as_markup(content) or TAGS.search(content.view):
        return _no(_("This holds markup that a browser would run (HTML, SVG or XML). Export it as a PDF."))
    if b"%PDF-" in content.view[:HEAD]:
        return _no(str(TWO_KINDS))
    if LINK.search(content.view) or any(_begins_cell(content, found.start()) for found in _formulas(content)):
        return _no(_("A cell of this table starts a program or sends data away when it is opened. Remove it."))
    return Inspected(TEXT)


def _is_utf8(content: Content) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(content), BLOCK):
            decoder.decode(content.view[at : at + BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _begins_as_markup(content: Content) -> bool:
    """Whether the first that is no blank (or mark of the byte order) is a tag."""
    for at in range(0, len(content), BLOCK):
        if rest := content.view[at : at + BLOCK].lstrip(b" \t\n\r\x0b\x0c\xef\xbb\xbf"):
            return rest.startswith(b"<")
    return False


def _formulas(content: Content) -> Iterator[re.Match[bytes]]:
    return FORMULA.finditer(content.view)


def _begins_cell(content: Content, start: int) -> bool:
    """Whether a cell begins there: only blanks between it and the beginning of a line, a separator or a quote."""
    before = content.view[max(0, start - HEAD) : start].rstrip(b" \r\x0b\x0c")
    return not before or before[-1:] in b'\n\t,;"'


def _image(content: Content, kind: str) -> Inspected:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(content.reader(), formats=["PNG", "JPEG"]) as image:
                width, height = image.size
                if width * height > MAX_PIXELS:
                    return _no(_("This image has too many pixels. Send a smaller one."))
                image.verify()
            if kind == JPEG:  # whose end `verify` does not look at
                with Image.open(content.reader(), formats=["JPEG"]) as image:
                    image.draft("L", (width // 8 or 1, height // 8 or 1))
                    image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return _no(_("This image has too many pixels. Send a smaller one."))
    except Exception:  # noqa: BLE001 Pillow raises many kinds on broken images, and each means the same here
        return _no(_("This image is damaged. Export it again."))
    return Inspected(kind)


# --- Office ---------------------------------------------------------------------------------------


def _office(content: Content) -> Inspected:
    try:
        with zipfile.ZipFile(content.reader()) as archive:
            return _package(archive, len(content))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return _no(_("This archive is damaged or locked. Send the documents one by one, as PDF."))


def _package(archive: zipfile.ZipFile, size: int) -> Inspected:
    parts = archive.infolist()
    if _is_forged(archive, parts):
        return _no(_("This archive does not say truly what it holds. It was not opened. Export it as a PDF."))
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(size, 4096):
        return _no(_("This file unpacks to far more than its size. It was not opened. Export it as a PDF."))
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        return _no(_("This file is locked with a password. Send it without one."))
    if "[Content_Types].xml" not in names:
        return _no(_("Archives are not accepted. Unpack it and send the documents one by one."))
    folders = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
    kind = next((OFFICE[end] for folder, end in folders.items() if any(name.startswith(folder) for name in names)), "")
    if not kind:
        return _no(_("This is not a Word, Excel or PowerPoint document. Export it as a PDF."))
    active = _active_office(archive, names)
    return _no(active) if active else Inspected(kind)


def _is_forged(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> bool:
    """Whether two programs might unpack it differently: parts that overlap or are named twice, lies, additions."""
    if archive.comment or len({part.filename.lower() for part in parts}) < len(parts):
        return True
    if any(part.compress_size > part.file_size + 1024 for part in parts):
        return True
    place = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset < place or (place == 0 and part.header_offset > 0):
            return True
        place = part.header_offset + LOCAL_HEADER + len(part.filename.encode()) + part.compress_size
    return False


def _active_office(archive: zipfile.ZipFile, names: set[str]) -> str:
    """Why the document is active, or ""."""
    lowered = {name.lower() for name in names}
    if any("vbaproject" in name or "vbadata" in name or "/macrosheets/" in name for name in lowered):
        return _("This document holds macros. Save it without them, or as a PDF.")
    if any(
        "/activex/" in name or "/embeddings/" in name or name.endswith(PACKED)
        for name in lowered
        if "printersettings" not in name
    ):
        return _("This document holds embedded objects or controls. Remove them, or save it as a PDF.")
    types = _read(archive, "[Content_Types].xml").lower()
    if b"macroenabled" in types:
        return _("This document holds macros. Save it without them, or as a PDF.")
    for name in names:
        if name.endswith(".rels") and _reaches_out(_read(archive, name)):
            return _("This document loads something from elsewhere when it is opened. Save it as a PDF.")
        if name.startswith("word/") and name.endswith(".xml") and re.search(rb"\bDDE(?:AUTO)?\b", _read(archive, name)):
            return _("This document holds a field that starts another program. Save it as a PDF.")
    return ""


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part, but never more of it than its header says: a lying header ends in an error, not in memory."""
    with archive.open(name) as part:
        return part.read(min(archive.getinfo(name).file_size, 20 * 1024 * 1024))


def _reaches_out(relations: bytes) -> bool:
    """External relations other than plain links (templates, frames, objects), and whatever hides its words."""
    if b"&#" in relations or b"<!" in relations:
        return True
    for relation in re.findall(rb"<(?:\w+:)?Relationship\b[^>]*>", relations):
        outside = re.search(rb"TargetMode\s*=\s*[\"']External[\"']", relation)
        if outside and not re.search(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", relation):
            return True
    return False


# --- PDF ------------------------------------------------------------------------------------------


def _pdf(content: Content) -> Inspected:
    try:
        with pikepdf.open(content.reader(), suppress_warnings=True) as document:
            if document.is_encrypted:
                return _no(_("This PDF is locked with a password. Send it without one."))
            if len(document.objects) > MAX_PDF_OBJECTS:
                return _no(_("This PDF has too many parts to be checked. Print it to a new PDF."))
            if len(document.pages) == 0:
                return _no(_("This PDF has no pages."))
            found = _active(document)
    except pikepdf.PasswordError:
        return _no(_("This PDF is locked with a password. Send it without one."))
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, TypeError):
        return _no(_("This PDF is damaged. Export it again."))
    if found:
        return _no(_("This PDF is active: it holds %(what)s. Print it to a new PDF and send that.") % {"what": found})
    return Inspected(PDF)


def _active(document: pikepdf.Pdf) -> str:
    """What in the document acts by itself, or "". Reads every object, so nothing hides in an odd place."""
    opening = document.Root.get("/OpenAction")
    if isinstance(opening, pikepdf.Dictionary) and opening.get("/S") != pikepdf.Name("/GoTo"):
        return _("an action that runs when it is opened")
    for item in [*document.objects, document.trailer]:
        if found := _look(item, 0):
            return found
    return ""


def _look(item: Any, depth: int) -> str:
    if depth > 12:
        return _("parts that are nested too deep")
    if isinstance(item, pikepdf.Stream):
        item = item.stream_dict
    if isinstance(item, pikepdf.Dictionary):
        return _named(item) or _inside(item.values(), depth)
    if isinstance(item, pikepdf.Array):
        return _inside(item, depth)
    return ""


def _inside(values: Iterable[Any], depth: int) -> str:
    """Direct parts only: indirect ones are objects of their own, and are looked at there."""
    for value in values:
        direct = isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect
        if direct and (found := _look(value, depth + 1)):
            return found
    return ""


def _named(item: pikepdf.Dictionary) -> str:
    """What the dictionary's own keys say it does."""
    if item.get("/Type") == pikepdf.Name("/EmbeddedFile"):
        return str(ACTIVE_KEYS["/EmbeddedFile"])
    for key in item.keys():  # noqa: SIM118 a PDF dictionary is not iterable by itself
        if key in ACTIVE_KEYS:
            return str(ACTIVE_KEYS[key])
    action = item.get("/S")
    if isinstance(action, pikepdf.Name) and item.get("/Type") != pikepdf.Name("/StructElem"):
        return str(ACTIVE_ACTIONS.get(str(action), ""))
    return ""
