"""Case files: asked for, put together and sealed, taken; and those of other authorities, checked and taken in."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, BinaryIO, cast

from django.http import Http404
from django.utils.translation import gettext as _

from partners import files, scanning
from partners.models import Application, CaseFile, Evidence, ImportedCase, Letter
from partners.queries.case import Case
from partners.queries.case_file import (
    asker,
    case_for,
    content_of,
    documents_of,
    events_for,
    imported_with,
    letters_of_case,
    origin,
    reader_for,
    record_of,
    words_for_pdf,
)
from partners.queries.people import hands_of
from partners.rules.case_file import CASE, LEDGER, MANIFEST, PDF, SCHEMA, SIGNATURE, VERSION, Report
from partners.rules.hands import no_conflict
from portal.accounts.models import Membership, Organisation
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.canonical import canonical
from portal.core.verdicts import refused, require
from portal.ledger.models import Tier
from portal.seal.cms import seal_detached
from portal.seal.pdf import seal_pdf
from portal.ui.documents import render_pdf
from portal.workflow import as_deed, create, lock, move, record

EXTENSION = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "text/plain": "txt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
}
FIXED = 4
"""Parts of every case file beside documents and letters."""
MOST_IN_MEMORY = 8 * 1024 * 1024
BLOCK = 1024 * 1024
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every part: the same parts give the same bytes."""


@as_deed
def ask_case_file(*, application: Application, recipient: str, reason: str, by: Actor) -> CaseFile:
    """Ask for the file of a case. It is made by `make_case_file`, at once or by a job."""
    lock(application)
    require(no_conflict(hands_of(application), by))
    if recipient not in CaseFile.Recipient.values:
        require(refused(_("Choose for whom it is."), code="no_recipient", rule="case_file.ask"))
    if not reason.strip():
        require(refused(_("Say what it is for: that is part of the record."), code="no_reason", rule="case_file.ask"))
    if application.submitted_at is None:
        require(refused(_("A draft has no case yet."), code="wrong_state", rule="case_file.ask"))
    made = CaseFile(
        application=application,
        recipient=recipient,
        reason=reason.strip()[:300],
        asked_by=by.user,
        asked_at=clock.now(),
    )
    detail = {"recipient": recipient, "reason": made.reason}
    return create(
        made, "ask", by=by, rulebook=application.rulebook, detail=detail, about=[application.pk], tier=Tier.AUTHORITY
    )


def make_case_file(*, file: CaseFile) -> CaseFile:
    """Put the file together, seal it and keep it. Reads and writes files first, and is a deed only at its end.

    Run twice, the second leaves what the first made.
    """
    try:
        packed = _packed(file)
    except (Http404, files.StoreAway, Membership.DoesNotExist, OSError) as error:
        return _fail(file=file, problem=f"{type(error).__name__}: {error}")
    return _finish(file=file, packed=packed)


@dataclass
class _Packed:
    kept: files.Kept
    pdf: files.Kept
    digest: str
    withheld: int = 0


@as_deed
def _finish(*, file: CaseFile, packed: _Packed) -> CaseFile:
    lock(file)
    if file.state != "asked":
        files.drop(packed.kept.stored_name)
        files.drop(packed.pdf.stored_name)
        return file
    changes = {
        "sha256": packed.kept.sha256,
        "size": packed.kept.size,
        "stored_name": packed.kept.stored_name,
        "pdf_name": packed.pdf.stored_name,
        "made_at": clock.now(),
        "done": file.parts,
    }
    detail = {"sha256": packed.kept.sha256, "manifest": packed.digest, "withheld": packed.withheld}
    return move(
        file, "finish", by=SYSTEM, changes=changes, detail=detail, about=[file.application_id], tier=Tier.AUTHORITY
    )


@as_deed
def _fail(*, file: CaseFile, problem: str) -> CaseFile:
    lock(file)
    if file.state != "asked":
        return file
    changes = {"problem": problem[:300]}
    return move(file, "fail", by=SYSTEM, changes=changes, about=[file.application_id], tier=Tier.AUTHORITY)


@as_deed
def take_case_file(*, file: CaseFile, part: str, by: Actor) -> CaseFile:
    """Note that somebody takes the file (`part`: zip or pdf)."""
    require(no_conflict(hands_of(file.application), by))
    detail = {"part": part, "sha256": file.sha256, "recipient": file.recipient}
    return record(file, "take", by=by, detail=detail, about=[file.application_id], tier=Tier.AUTHORITY)


# --- putting together -----------------------------------------------------------------------------


class _Pack:
    """A ZIP that is written part by part, and remembers what it holds."""

    def __init__(self, out: IO[bytes], file: CaseFile) -> None:
        self.zip = zipfile.ZipFile(out, "w", compression=zipfile.ZIP_DEFLATED)
        self.listed: list[dict[str, Any]] = []
        self._file = file

    def add(self, path: str, content: bytes) -> None:
        self.stream(path, iter([content]))

    def stream(self, path: str, blocks: Iterator[bytes]) -> str:
        """Write a part by blocks, and give its SHA-256. Says how far the whole is."""
        found, size = hashlib.sha256(), 0
        with self.zip.open(_named(path), "w", force_zip64=False) as part:
            for block in blocks:
                found.update(block)
                size += len(block)
                part.write(block)
        self.listed.append({"path": path, "sha256": found.hexdigest(), "size": size})
        CaseFile.objects.filter(pk=self._file.pk).update(done=len(self.listed))
        return found.hexdigest()


def _named(path: str) -> zipfile.ZipInfo:
    """A part's entry; packed, which a ZipInfo by itself would not be."""
    made = zipfile.ZipInfo(path, EPOCH)
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def _packed(file: CaseFile) -> _Packed:
    actor, case = asker(file), case_for(file)
    documents, letters = documents_of(case, reader_for(file, case, actor)), letters_of_case(file.application)
    file.parts = FIXED + sum(given is not None for _item, given in documents) + len(letters)
    CaseFile.objects.filter(pk=file.pk).update(parts=file.parts, done=0)
    with tempfile.SpooledTemporaryFile(max_size=MOST_IN_MEMORY) as out:
        pack = _Pack(out, file)
        with pack.zip:
            index = [_document(pack, number, item, given) for number, (item, given) in enumerate(documents, 1)]
            posted = [_letter(pack, number, row) for number, row in enumerate(letters, 1)]
            content = {**content_of(case), "documents": index, "letters": posted}
            pack.add(CASE, canonical(content))
            pack.add(LEDGER, canonical(record_of(file.application)))
            pdf = _pdf(file, case, content, index)
            pack.add(PDF, pdf)
            manifest = _manifest(file, pack.listed)
            pack.zip.writestr(zipfile.ZipInfo(MANIFEST, EPOCH), manifest)
            pack.zip.writestr(zipfile.ZipInfo(SIGNATURE, EPOCH), seal_detached(manifest, at=clock.now()))
        kept = files.keep(cast(BinaryIO, out), folder="case_files")
    digest = hashlib.sha256(manifest).hexdigest()
    withheld = sum(1 for item in index if not item["path"])
    return _Packed(kept, files.keep(pdf, folder="case_files"), digest, withheld)


def _document(pack: _Pack, number: int, sent: dict[str, Any], given: Evidence | None) -> dict[str, Any]:
    """What the index says of a document, once its file is packed. `path` is empty where it is withheld."""
    said = {
        "id": sent["id"],
        "name": sent.get("name", ""),
        "sent_sha256": sent.get("sha256", ""),
        "marking": given.marking if given else sent.get("marking", ""),
        "redacted": bool(given and given.redacts_id),
        "path": "",
        "sha256": "",
    }
    if given is None:
        return said
    path = f"documents/{number:03d}.{EXTENSION.get(given.content_type, 'bin')}"
    found = pack.stream(path, _blocks(given.stored_name))
    if found != given.sha256:
        raise OSError(f"{given.name} is not as it was stored.")
    return said | {"path": path, "sha256": found, "name": given.name}


def _letter(pack: _Pack, number: int, row: Letter) -> dict[str, Any]:
    """What the index says of a letter, once its file is packed."""
    path = f"letters/{number:03d}.pdf"
    pack.stream(path, _blocks(row.stored_name))
    return {"kind": row.kind, "made_at": row.made_at, "language": row.language, "path": path}


def _blocks(stored_name: str) -> Iterator[bytes]:
    with closing(files.stream(stored_name)) as source:
        while block := source.read(BLOCK):
            yield block


def _pdf(file: CaseFile, case: Case, content: dict[str, Any], index: list[dict[str, Any]]) -> bytes:
    """The case for people, sealed as a letter is."""
    now, reference = clock.now(), file.application.reference
    title = _("Case file %(reference)s") % {"reference": reference}
    said = words_for_pdf(case, content, events_for(file.application, asker(file)), index)
    said |= {"made_at": now, "reason": file.reason, "recipient": file.get_recipient_display(), "by": str(file.asked_by)}
    made = render_pdf("case_file.typ", said, title=title, at=now)
    return seal_pdf(made, at=now, reason=title, tooltip=_("Seal of the Trusted Partner Portal"))


def _manifest(file: CaseFile, listed: list[dict[str, Any]]) -> bytes:
    application = file.application
    return canonical(
        {
            "schema": SCHEMA,
            "version": VERSION,
            "portal": origin(),
            "application": application.reference,
            "institution": application.institution.name,
            "authority": application.authority.name,
            "made_at": clock.now(),
            "made_by": str(file.asked_by),
            "recipient": file.recipient,
            "reason": file.reason,
            "files": sorted(listed, key=lambda item: str(item["path"])),
        }
    )


# --- taking in ------------------------------------------------------------------------------------


def take_in_case(*, content: BinaryIO, size: int, report: Report, by: Actor) -> tuple[ImportedCase, bool]:
    """Keep a case file that passed every point of its check. The same file again gives the one that is kept already.

    Returns it, and whether it is new. Raises Refused where a point does not hold, or where malware was found.
    """
    if not report.holds or report.made_at is None:
        reason = _("It can't be taken in: see the report.")
        require(refused(reason, code="not_whole", rule="imported_case.take_in"))
    sha256 = _digest(content)
    if found := imported_with(by.organisation_id, sha256):
        return found, False
    _scanned(content)
    return _take_in(content=content, size=size, sha256=sha256, report=report, by=by), True


def _digest(content: BinaryIO) -> str:
    content.seek(0)
    return hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]


def _scanned(content: BinaryIO) -> None:
    if not scanning.is_configured():
        return
    content.seek(0)
    scan = scanning.scan(content)
    if scan.signature:
        reason = _("The scan found malware in it: “%(name)s”. Nothing of it was kept.") % {"name": scan.signature}
        require(refused(reason, code="malware", rule="imported_case.take_in"))
    if scan.trouble:
        reason = _("The malware scanner does not answer. Try again later; nothing was kept.")
        require(refused(reason, code="no_scanner", rule="imported_case.take_in"))


@as_deed
def _take_in(*, content: BinaryIO, size: int, sha256: str, report: Report, by: Actor) -> ImportedCase:
    kept = files.keep(content, folder="case_files")
    manifest, made_at = report.manifest, cast(datetime, report.made_at)
    made = ImportedCase(
        authority=Organisation.objects.get(pk=by.organisation_id),
        reference=manifest["application"][:40],
        institution=manifest["institution"][:200],
        origin=manifest["authority"][:200],
        portal=manifest["portal"][:200],
        made_at=made_at,
        signer=report.seal.name[:200],
        sealed_by=report.seal.fingerprint,
        sha256=sha256,
        size=size,
        stored_name=kept.stored_name,
        content=report.content,
        files=manifest["files"],
        imported_by=by.user,
        imported_at=clock.now(),
    )
    detail = {"sha256": sha256, "portal": made.portal, "reference": made.reference, "sealed_by": made.sealed_by}
    return create(made, "take_in", by=by, detail=detail, tier=Tier.AUTHORITY)


@as_deed
def take_imported(*, imported: ImportedCase, path: str, by: Actor) -> ImportedCase:
    """Note that somebody takes an imported file, or a part of it."""
    return record(imported, "take", by=by, detail={"path": path, "sha256": imported.sha256}, tier=Tier.AUTHORITY)
