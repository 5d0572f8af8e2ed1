"""What becomes of a file that passed the other checks: stored when it is clean, refused when it is not.

While the scanner does not answer the bytes are kept, but nobody gets them, until the sweep has had them scanned.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any, BinaryIO
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from partners import files, notices
from partners.actions.answers import add_document
from partners.models import Evidence
from partners.scanning import Scan, ScannerError, is_configured, patience, scan
from portal.core import clock
from portal.core.actors import Actor
from portal.workflow import deed, move


def refuse_upload(*, evidence: Evidence, reason: str, by: Actor) -> Evidence:
    """Refuse a file with a reason, and drop its bytes where they were kept."""
    kept = evidence.stored_name
    with deed():
        move(
            evidence,
            "refuse",
            by=by,
            says=says(evidence, "refuse"),
            changes={"reason": reason, "stored_name": ""},
            detail={"reason": reason},
            about=belongs(evidence),
        )
        files.drop(kept)
    return evidence


def settle_upload(
    *, evidence: Evidence, content: bytes | BinaryIO, content_type: str, by: Actor, seconds: float | None = None
) -> Evidence:
    """Scan a file that passed the other checks: it becomes `stored`, `refused`, or `quarantined` until the next scan.

    Where no scanner is configured it is stored, and shows that it was never scanned. `seconds` is the scan's limit.
    """
    found = scan(content, seconds=seconds) if is_configured() else Scan()
    if found.signature:
        return _infected(evidence, found, by)
    kept = files.keep(content)  # before the deed: a large file takes minutes, in which nothing should be locked
    try:
        return _store(evidence, found, kept, content_type, by)
    except Exception:
        files.drop(kept.stored_name)
        raise


def _store(evidence: Evidence, found: Scan, kept: files.Kept, content_type: str, by: Actor) -> Evidence:
    """Say where its bytes are: in quarantine where the scan could not be made."""
    with deed():
        changes: dict[str, Any] = {
            "stored_name": kept.stored_name,
            "sha256": kept.sha256,
            "size": kept.size,
            "content_type": content_type,
        }
        detail = {"sha256": kept.sha256, "size": kept.size, "type": content_type}
        if found.trouble:
            return _moved(evidence, "quarantine", by, changes, detail)
        if found.scanner:
            changes |= _scanned(found)
            detail |= {"scanner": found.scanner}
        return _moved(evidence, "store", by, changes, detail)


def scan_quarantined(*, evidence: Evidence, by: Actor) -> Evidence:
    """Scan a file that waits for it. Raises ScannerError where there is still no answer: it goes on waiting."""
    try:
        with closing(files.stream(evidence.stored_name)) as content:
            found = scan(content, seconds=patience(evidence.size))
    except Http404:
        return refuse_upload(
            evidence=evidence, reason=_("The file was lost before it could be scanned. Upload it again."), by=by
        )
    if found.trouble:
        raise ScannerError(found.trouble)
    if found.signature:
        return _infected(evidence, found, by)
    with deed():
        _moved(evidence, "store", by, _scanned(found), {"sha256": evidence.sha256, "scanner": found.scanner})
        add_document(evidence)
        notices.tell_uploader(notices.SCANNED, evidence)
    return evidence


def scan_stored(*, evidence: Evidence, by: Actor) -> Evidence:
    """Scan a document that was stored while no scanner was configured. Raises ScannerError where there is no answer.

    What is found is taken back: nobody may open it from that moment on, its bytes go, and the institution hears.
    """
    try:
        with closing(files.stream(evidence.stored_name)) as content:
            found = scan(content, seconds=patience(evidence.size))
    except Http404 as error:
        raise ScannerError("its bytes are gone from the store") from error
    if found.trouble:
        raise ScannerError(found.trouble)
    if not found.signature:
        Evidence.objects.filter(pk=evidence.pk, state="stored").update(**_scanned(found))
        return evidence
    with deed():
        move(evidence, "recall", by=by, detail={"signature": found.signature}, about=belongs(evidence))
        _infected(evidence, found, by)
        notices.tell_institution_of_recall(evidence, signature=found.signature)
    return evidence


def _moved(evidence: Evidence, verb: str, by: Actor, changes: dict[str, Any], detail: dict[str, Any]) -> Evidence:
    words = says(evidence, verb)
    return move(evidence, verb, by=by, changes=changes, detail=detail, about=belongs(evidence), says=words)


def _infected(evidence: Evidence, found: Scan, by: Actor) -> Evidence:
    """Refuse it by the name of what was found, and tell the uploader and the authority."""
    reason = _("The malware scan found “%(name)s” in it. Nothing of it was kept.") % {"name": found.signature}
    with deed():
        refuse_upload(evidence=evidence, reason=reason, by=by)
        notices.tell_uploader(notices.INFECTED, evidence, signature=found.signature)
        notices.tell_authority_of_malware(evidence, signature=found.signature)
    return evidence


def says(evidence: Evidence, verb: str) -> str:
    """The record's sentence where the file is a version or a copy: it stands on its document's timeline, too."""
    if evidence.redacts_id is None and evidence.replaces_id is None:
        return ""
    words = {
        "receive": (_("Redacted copy received"), _("New version received")),
        "quarantine": (_("Redacted copy waits for the malware scan"), _("New version waits for the malware scan")),
        "store": (_("Redacted copy stored"), _("New version stored")),
        "refuse": (_("Redacted copy refused"), _("New version refused")),
    }
    return words[verb][0 if evidence.redacts_id else 1]


def _scanned(found: Scan) -> dict[str, Any]:
    return {"scanned_at": clock.now(), "scanner": found.scanner}


def belongs(evidence: Evidence) -> list[UUID]:
    """Ids of what a document's deeds are about: its timelines."""
    about = (
        evidence.institution_id,
        evidence.application_id,
        evidence.about,
        evidence.replaces_id,
        evidence.redacts_id,
    )
    return [item for item in about if item]
