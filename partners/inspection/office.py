"""Office documents: whole, without macros, embedded objects or reaches outside, and no bomb."""

from __future__ import annotations

import re
import zipfile

from django.utils.translation import gettext as _

from partners.content import Content
from partners.inspection.kinds import OFFICE, Inspected, no

LOCAL_HEADER = 30
MAX_PARTS = 3_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 120
"""An Office document that unpacks to more than so many times its size is a bomb; honest ones stay below 40."""
PACKED = (
    *(".bin", ".exe", ".dll", ".com", ".scr", ".msi", ".bat", ".cmd", ".ps1", ".lnk", ".so", ".sh", ".py"),
    *(".js", ".jse", ".vbs", ".vbe", ".wsf", ".hta", ".jar", ".class", ".dex"),
)
"""Ends of parts that have no place in a document."""
BLOCK = 1024 * 1024
LONGEST_RELATIONS = 20 * BLOCK
FIELD = re.compile(rb"\bDDE(?:AUTO)?\b")
OVERLAP = 16
"""Bytes of a block that are looked at again with the next: longer than what is looked for."""


def office(content: Content) -> Inspected:
    """Whether it is an Office document that may be kept."""
    try:
        with zipfile.ZipFile(content.reader()) as archive:
            return _package(archive, len(content))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return no(_("This archive is damaged or locked. Send the documents one by one, as PDF."))


def _package(archive: zipfile.ZipFile, size: int) -> Inspected:
    parts = archive.infolist()
    if is_forged(archive, parts):
        return no(_("This archive does not say truly what it holds. It was not opened. Export it as a PDF."))
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(size, 4096):
        return no(_("This file unpacks to far more than its size. It was not opened. Export it as a PDF."))
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        return no(_("This file is locked with a password. Send it without one."))
    if "[Content_Types].xml" not in names:
        return no(_("Archives are not accepted. Unpack it and send the documents one by one."))
    folders = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
    kind = next((OFFICE[end] for folder, end in folders.items() if any(name.startswith(folder) for name in names)), "")
    if not kind:
        return no(_("This is not a Word, Excel or PowerPoint document. Export it as a PDF."))
    active = _active_office(archive, names)
    return no(active) if active else Inspected(kind)


def is_forged(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> bool:
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
        if name.endswith(".rels") and _reaches_out(archive, name):
            return _("This document loads something from elsewhere when it is opened. Save it as a PDF.")
        if name.startswith("word/") and name.endswith(".xml") and _holds_field(archive, name):
            return _("This document holds a field that starts another program. Save it as a PDF.")
    return ""


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part, but never more of it than its header says: a lying header ends in an error, not in memory."""
    with archive.open(name) as part:
        return part.read(min(archive.getinfo(name).file_size, LONGEST_RELATIONS))


def _holds_field(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether a part of a text holds a field that starts another program, wherever in it."""
    with archive.open(name) as part:
        before = b""
        while block := part.read(BLOCK):
            if FIELD.search(before + block):
                return True
            before = block[-OVERLAP:]
    return False


def _reaches_out(archive: zipfile.ZipFile, name: str) -> bool:
    """External relations other than plain links (templates, frames, objects), and whatever hides its words."""
    relations = _read(archive, name)
    if archive.getinfo(name).file_size > LONGEST_RELATIONS or b"&#" in relations or b"<!" in relations:
        return True
    for relation in re.findall(rb"<(?:\w+:)?Relationship\b[^>]*>", relations):
        outside = re.search(rb"TargetMode\s*=\s*[\"']External[\"']", relation)
        if outside and not re.search(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", relation):
            return True
    return False
