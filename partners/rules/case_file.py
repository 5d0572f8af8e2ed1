"""What a case file is made of, and whether one that came from elsewhere is whole, sealed, and safe to open.

Version 1: a ZIP with `manifest.json` (canonical JSON: who made it of what, and the SHA-256 of every other file),
`manifest.p7s` (a detached CMS signature over it), `case.json` (canonical JSON, for machines), `case.pdf` (for people),
`ledger.json` (entries of the record), `documents/NNN.ext` and `letters/NNN.pdf`. No name is one that somebody gave.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from cryptography import x509
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from partners.inspection.office import is_forged
from portal.core.canonical import canonical
from portal.seal.cms import MOST as MOST_SIGNATURE
from portal.seal.cms import UNREADABLE, Checked, check_detached

SCHEMA, VERSION = "trusted-partner-portal/case-file", 1
MANIFEST, SIGNATURE, CASE, PDF, LEDGER = "manifest.json", "manifest.p7s", "case.json", "case.pdf", "ledger.json"
NAME = re.compile(r"(?:case\.json|case\.pdf|ledger\.json|documents/[0-9]{3,4}\.[a-z0-9]{1,5}|letters/[0-9]{3}\.pdf)")
"""Every name that a file listed in a manifest may have: none leads out of a folder, or into another."""
MOST_PACKED = 200 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024
MOST_PARTS = 2_000
MOST_JSON = 20 * 1024 * 1024
MOST_RATIO = 200
"""JSON of one kind packs well; beyond this it is a bomb."""
BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the report on an import: what was looked at, whether it holds, and what is wrong."""

    what: str
    holds: bool
    wrong: str = ""


@dataclass
class Report:
    """What a check of a case file found. It may be taken in when every point holds."""

    points: list[Point] = field(default_factory=list)
    manifest: dict[str, Any] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    seal: Checked = UNREADABLE
    made_at: datetime | None = None

    @property
    def holds(self) -> bool:
        return bool(self.points) and all(point.holds for point in self.points)


class _Wrong(Exception):
    """A point does not hold, and nothing after it is looked at."""


def check(file: BinaryIO, size: int, *, roots: Sequence[x509.Certificate], now: datetime) -> Report:
    """Look at a file from outside, point by point, until one does not hold. Nothing is unpacked to the disk."""
    report = Report()
    try:
        with zipfile.ZipFile(file) as archive:
            for what, step in _steps(archive, size, report, roots, now):
                step()
                report.points.append(Point(what, True))
    except _Wrong as wrong:
        report.points.append(Point(_CHECKED[len(report.points)](), False, str(wrong)))
    except _BROKEN:
        said = _("It cannot be read: it is damaged, locked, or no ZIP.")
        report.points.append(Point(_CHECKED[len(report.points)](), False, said))
    return report


_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    RecursionError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    OverflowError,
)
_CHECKED = (
    lambda: _("It is a ZIP that says truly what it holds, and does not grow when it is opened"),
    lambda: _("It has a manifest of this schema"),
    lambda: _("The manifest is sealed by a portal that this one trusts"),
    lambda: _("It holds precisely the files that the manifest lists"),
    lambda: _("Each file has the size and the SHA-256 of the manifest"),
    lambda: _("The case is in canonical JSON of this schema"),
)


def _steps(
    archive: zipfile.ZipFile, size: int, report: Report, roots: Sequence[x509.Certificate], now: datetime
) -> Iterator[tuple[str, Any]]:
    steps = (
        lambda: _structure(archive, size),
        lambda: _manifest(archive, report),
        lambda: _seal(archive, report, roots, now),
        lambda: _listed(archive, report),
        lambda: _hashes(archive, report),
        lambda: _case(archive, report),
    )
    for words, step in zip(_CHECKED, steps, strict=True):
        yield words(), step


def _structure(archive: zipfile.ZipFile, size: int) -> None:
    parts = archive.infolist()
    if size > MOST_PACKED or len(parts) > MOST_PARTS:
        raise _Wrong(_("It is larger than a case file that comes by this page may be."))
    if is_forged(archive, parts):
        raise _Wrong(_("Its list of contents does not fit its contents."))
    if any(part.flag_bits & 1 for part in parts):
        raise _Wrong(_("It is locked with a password."))
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise _Wrong(_("It is packed in a way that is not used here."))
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(size, 4096):
        raise _Wrong(_("It unpacks to far more than its size. It was not opened."))
    names = {part.filename for part in parts} - {MANIFEST, SIGNATURE}
    if strange := sorted(name for name in names if not NAME.fullmatch(name)):
        raise _Wrong(_("It holds a file that no case file has: %(name)s") % {"name": ascii(strange[0])[:80]})


def _manifest(archive: zipfile.ZipFile, report: Report) -> None:
    data = _small(archive, MANIFEST, MOST_JSON)
    said = json.loads(data)
    if not isinstance(said, dict) or said.get("schema") != SCHEMA or said.get("version") != VERSION:
        raise _Wrong(_("Its schema is not “%(schema)s”, version %(n)s.") % {"schema": SCHEMA, "n": VERSION})
    if canonical(said) != data:
        raise _Wrong(_("The manifest is not in canonical JSON (RFC 8785)."))
    report.made_at = parse_datetime(str(said.get("made_at", "")))
    wanted = ("application", "institution", "authority", "portal")
    if report.made_at is None or report.made_at.tzinfo is None or not isinstance(said.get("files"), list):
        raise _Wrong(_("The manifest does not say when it was made, or lists no files."))
    if not all(isinstance(said.get(key), str) and 0 < len(said[key]) <= 200 for key in wanted):
        raise _Wrong(_("The manifest does not say of which case, and by whom, it was made."))
    report.manifest = said


def _seal(archive: zipfile.ZipFile, report: Report, roots: Sequence[x509.Certificate], now: datetime) -> None:
    data, signature = _small(archive, MANIFEST, MOST_JSON), _small(archive, SIGNATURE, MOST_SIGNATURE)
    report.seal = check_detached(data, signature, roots=roots, at=now)
    if not report.seal.intact:
        raise _Wrong(_("The signature is not over this manifest: it was changed."))
    if not report.seal.trusted:
        raise _Wrong(
            _("It was sealed by “%(name)s” (SHA-256 %(print)s), which this portal does not trust.")
            % {"name": report.seal.name[:80], "print": report.seal.fingerprint}
        )


def _listed(archive: zipfile.ZipFile, report: Report) -> None:
    paths = [str(item["path"]) for item in report.manifest["files"]]
    held = {part.filename for part in archive.infolist()} - {MANIFEST, SIGNATURE}
    if len(paths) != len(set(paths)) or set(paths) != held:
        raise _Wrong(_("Files are missing, or are there that nobody sealed."))
    if not {CASE, PDF, LEDGER} <= held:
        raise _Wrong(_("The case itself is missing."))


def _hashes(archive: zipfile.ZipFile, report: Report) -> None:
    for item in report.manifest["files"]:
        sha256, size = measured(archive, str(item["path"]), most=int(item["size"]))
        if (sha256, size) != (item["sha256"], item["size"]):
            raise _Wrong(_("%(path)s is not the file that was sealed.") % {"path": item["path"]})


def measured(archive: zipfile.ZipFile, name: str, *, most: int) -> tuple[str, int]:
    """SHA-256 and size of a part, read by blocks, and no further than `most` bytes."""
    found, size = hashlib.sha256(), 0
    with archive.open(name) as part:
        while block := part.read(BLOCK):
            size += len(block)
            if size > most:
                raise _Wrong(_("%(path)s is larger than it says.") % {"path": name})
            found.update(block)
    return found.hexdigest(), size


def _case(archive: zipfile.ZipFile, report: Report) -> None:
    data = _small(archive, CASE, MOST_JSON)
    said = json.loads(data)
    if not isinstance(said, dict) or said.get("schema") != SCHEMA or said.get("version") != VERSION:
        raise _Wrong(_("Its schema is not “%(schema)s”, version %(n)s.") % {"schema": SCHEMA, "n": VERSION})
    if canonical(said) != data:
        raise _Wrong(_("The case is not in canonical JSON (RFC 8785)."))
    if said.get("application", {}).get("reference") != report.manifest["application"]:
        raise _Wrong(_("The manifest is of another case."))
    report.content = said


def _small(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A part that fits into memory. Raises KeyError where it is missing."""
    if archive.getinfo(name).file_size > most:
        raise _Wrong(_("%(path)s is larger than it may be.") % {"path": name})
    with archive.open(name) as part:
        data = part.read(most + 1)
    if len(data) > most:
        raise _Wrong(_("%(path)s is larger than it may be.") % {"path": name})
    return data
