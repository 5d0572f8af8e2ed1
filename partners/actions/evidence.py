"""Documents: received, checked by content, scanned, then stored or refused with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from partners import notices
from partners.actions.scan import belongs, refuse_upload, says, settle_upload
from partners.inspection import clean_name, inspect
from partners.models import Application, Evidence, Institution
from partners.models.evidence import NOTICE_DAYS
from partners.queries.evidence import replaceable
from partners.rules.evidence import is_wider, may_replace, notice_due
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused, require
from portal.workflow import as_deed, create, deed, lock, move, record


class File(Protocol):
    """What is known of a file before anybody looks into it: a name and a size."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...


class Upload(File, Protocol):
    """What Django hands over: a name, a size, and the bytes."""

    def read(self, num_bytes: int = ...) -> bytes: ...


def upload_evidence(
    *,
    institution: Institution,
    upload: Upload,
    by: Actor,
    application: Application | None = None,
    question: str = "",
    kind: str = "",
    marking: str = Evidence.Marking.AMBER,
    valid_until: date | None = None,
    about: UUID | None = None,
) -> Evidence:
    """Receive a file and check it. The document returned is `stored`, `refused` with its `reason`, or `quarantined`.

    Two deeds: one that it arrived, one for the outcome; a crash between them leaves `received`, which the sweep
    abandons. Where the malware scanner does not answer, a good file waits in quarantine. `about` is what it
    belongs to in another room. Never raises for a bad file.
    """
    evidence = new_document(
        institution=institution,
        file=upload,
        by=by,
        application=application,
        question=question,
        kind=kind,
        marking=marking,
        valid_until=valid_until,
        about=about,
    )
    return _receive(evidence, upload, by)


def new_document(*, institution: Institution, file: File, by: Actor, marking: str, **more: Any) -> Evidence:
    """An unsaved document of that file."""
    evidence = Evidence(
        institution=institution,
        name=clean_name(file.name or ""),
        marking=marking if marking in Evidence.Marking.values else Evidence.Marking.AMBER,
        uploaded_by=by.user,
        uploaded_at=clock.now(),
        size=min(file.size or 0, 2**62),
        **more,
    )
    evidence.series = evidence.pk
    return evidence


def upload_version(
    *, evidence: Evidence, upload: Upload, by: Actor, marking: str, valid_until: date | None = None
) -> Evidence:
    """Upload a new version of a document: a new row that names what it replaces, and takes over its kind.

    The earlier version stays as it is. Raises Refused where it is no stored document, or was replaced already.
    """
    made = new_version(evidence=evidence, file=upload, by=by, marking=marking, valid_until=valid_until)
    return _receive(made, upload, by)


def new_version(*, evidence: Evidence, file: File, by: Actor, marking: str, valid_until: date | None) -> Evidence:
    """An unsaved next version of a document. Raises as upload_version does."""
    require(may_replace(**replaceable(evidence)))
    made = _beside(evidence, file, by, marking)
    made.series, made.version, made.replaces = evidence.series, evidence.version + 1, evidence
    made.valid_until = valid_until
    return made


def upload_redacted(*, evidence: Evidence, upload: Upload, by: Actor, marking: str) -> Evidence:
    """Add a redacted copy to a document, for readers whom its marking keeps from it (rules.may_read_in_full).

    Raises Refused where the copy's marking would let nobody read who can't read the document.
    """
    return _receive(redacted_copy(evidence=evidence, file=upload, by=by, marking=marking), upload, by)


def redacted_copy(*, evidence: Evidence, file: File, by: Actor, marking: str) -> Evidence:
    """An unsaved redacted copy of a document. Raises as upload_redacted does."""
    facts = replaceable(evidence)
    require(may_replace(**{**facts, "has_successor": False}))
    if not is_wider(marking, evidence.marking):
        require(
            refused(
                _("Give the redacted copy a wider marking than the document has (%(marking)s).")
                % {"marking": evidence.get_marking_display()},
                code="not_wider",
                rule="evidence.marking",
            )
        )
    made = _beside(evidence, file, by, marking)
    made.series, made.redacts = made.pk, evidence
    return made


def _beside(evidence: Evidence, file: File, by: Actor, marking: str) -> Evidence:
    """An unsaved file that belongs to the same document."""
    return Evidence(
        institution=evidence.institution,
        kind=evidence.kind,
        name=clean_name(file.name or ""),
        marking=marking if marking in Evidence.Marking.values else evidence.marking,
        uploaded_by=by.user,
        uploaded_at=clock.now(),
        size=min(file.size or 0, 2**62),
    )


@as_deed
def describe_evidence(*, evidence: Evidence, kind: str, marking: str, valid_until: date | None, by: Actor) -> Evidence:
    """Change what a stored document is, who may read it, and until when it is valid. The record keeps both."""
    lock(evidence)
    before = _described(evidence)
    changes: dict[str, Any] = {"kind": kind, "marking": marking, "valid_until": valid_until}
    if valid_until != evidence.valid_until:
        changes["reminded"] = None
    return record(
        evidence,
        "describe",
        by=by,
        changes=changes,
        detail={"before": before, "after": {**changes, "valid_until": str(valid_until or "")}},
        about=belongs(evidence),
    )


def _described(evidence: Evidence) -> dict[str, str]:
    return {"kind": evidence.kind, "marking": evidence.marking, "valid_until": str(evidence.valid_until or "")}


@as_deed
def remind_of_document(*, evidence: Evidence, by: Actor) -> Evidence:
    """Tell the institution that a document ends soon: once for each of NOTICE_DAYS."""
    lock(evidence)
    left = (evidence.valid_until - clock.today()).days if evidence.valid_until else -1
    due = notice_due(left, evidence.reminded, NOTICE_DAYS)
    if due is None:
        raise Conflict(refused(_("This was announced already."), code="not_due", rule="evidence.valid_until"))
    record(
        evidence,
        "remind",
        by=by,
        changes={"reminded": due},
        detail={"days_left": left, "notice": due},
        about=belongs(evidence),
    )
    notices.tell_of_ending(evidence, days=left, notice=due)
    return evidence


def _receive(evidence: Evidence, upload: Upload, by: Actor) -> Evidence:
    """Record that it arrived, check it, and settle what becomes of it."""
    with deed():
        record_arrival(evidence, by)
    limit = settings.MAX_UPLOAD_BYTES
    content = upload.read(limit + 1)
    outcome = inspect(evidence.name, content, most=limit)
    if not outcome:
        return refuse_upload(evidence=evidence, reason=outcome.reason, by=by)
    return settle_upload(evidence=evidence, content=content, content_type=outcome.content_type, by=by)


def record_arrival(evidence: Evidence, by: Actor) -> Evidence:
    """Save a document whose bytes are here and were not looked into. Inside a deed."""
    return create(
        evidence,
        "receive",
        by=by,
        detail={"name": evidence.name, "size": evidence.size},
        says=says(evidence, "receive"),
        about=belongs(evidence),
    )


def abandon_upload(*, evidence: Evidence, by: Actor) -> Evidence:
    """Give up an upload that was never finished. Raises Refused where it was."""
    with deed():
        return move(evidence, "abandon", by=by, about=[evidence.institution_id])


def require_own(evidence: Evidence, institution_id: UUID | None) -> None:
    """Refuse a document of another institution."""
    if evidence.institution_id != institution_id:
        require(refused(_("This document belongs to another institution."), code="other_body", rule="evidence"))
