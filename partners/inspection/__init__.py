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
from pathlib import PurePosixPath

import filetype
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from partners.content import Content, in_memory
from partners.inspection.kinds import ACCEPT, EXTENSIONS, JPEG, OFFICE, PDF, PNG, TEXT, Inspected, no
from partners.inspection.office import office
from partners.inspection.pdf import pdf

__all__ = ["ACCEPT", "EXTENSIONS", "OFFICE", "PDF", "PNG", "TEXT", "Inspected", "clean_name", "inspect"]

IMAGE_ENDS = {PNG: b"IEND\xaeB`\x82", JPEG: b"\xff\xd9"}
MAX_NAME = 150
MAX_PIXELS = 60_000_000
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
        return no(_("The file is empty."))
    if len(content) > most:
        return no(
            _("The file is larger than %(mb)s MB. Send a smaller one, or split it.") % {"mb": most // (1024 * 1024)}
        )
    found = _by_content(content)
    if not found:
        return found
    end = PurePosixPath(name).suffix.lower().lstrip(".")
    if end not in EXTENSIONS[found.content_type]:
        return no(
            _("The name ends in “%(end)s”, but the content is of another type (%(kind)s). Rename or export it again.")
            % {"end": f".{end}" if end else _("nothing"), "kind": found.content_type}
        )
    return found


def _by_content(content: Content) -> Inspected:
    if content.starts_with(*PROGRAMS):
        return no(_("This is a program or a script. Send a document instead."))
    kind = filetype.guess_mime(content.view[:8192])
    if content.starts_with(b"%PDF-"):
        return _single(content, b"%%EOF") and pdf(content)
    if kind in (PNG, JPEG):
        return _single(content, IMAGE_ENDS[kind]) and _picture(content, kind)
    if content.starts_with(b"PK"):
        return office(content)
    if content.starts_with(b"\xd0\xcf\x11\xe0"):
        return no(_("This is an old Office format, which can hold macros. Save it as .docx, .xlsx, .pptx or PDF."))
    if kind is not None:
        return no(
            _("Files of this type (%(kind)s) are not accepted. Send a PDF, an image, or an Office document.")
            % {"kind": kind}
        )
    return _text(content)


def _single(content: Content, end: bytes) -> Inspected:
    """Whether it is of one kind only: no archive as well, nothing behind its `end`, and no page hidden in it."""
    last = content.view.rfind(end)
    behind = last >= 0 and _is_more_than_blank(content, last + len(end))
    if behind or _is_archive(content) or TAGS.search(content.view[:HEAD]):
        return no(str(TWO_KINDS))
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
        return no(str(TWO_KINDS))
    return _image(content, kind)


def _text(content: Content) -> Inspected:
    if not _is_utf8(content) or CONTROL.search(content.view):
        return no(_("The type of this file is not known. Send a PDF, an image, an Office document or plain text."))
    if _begins_as_markup(content) or TAGS.search(content.view):
        return no(_("This holds markup that a browser would run (HTML, SVG or XML). Export it as a PDF."))
    if b"%PDF-" in content.view[:HEAD]:
        return no(str(TWO_KINDS))
    if LINK.search(content.view) or any(
        _begins_cell(content, found.start()) for found in FORMULA.finditer(content.view)
    ):
        return no(_("A cell of this table starts a program or sends data away when it is opened. Remove it."))
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
                    return no(_("This image has too many pixels. Send a smaller one."))
                image.verify()
            if kind == JPEG:  # whose end `verify` does not look at
                with Image.open(content.reader(), formats=["JPEG"]) as image:
                    image.draft("L", (width // 8 or 1, height // 8 or 1))
                    image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return no(_("This image has too many pixels. Send a smaller one."))
    except Exception:  # noqa: BLE001 Pillow raises many kinds on broken images, and each means the same here
        return no(_("This image is damaged. Export it again."))
    return Inspected(kind)
