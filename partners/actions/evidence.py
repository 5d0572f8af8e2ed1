"""Documents: received, checked by content, scanned, then stored or refused with a reason."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from partners.actions.scan import belongs, refuse_upload, settle_upload
from partners.inspection import clean_name, inspect
from partners.models import Application, Evidence, Institution
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.workflow import create, deed, move


class Upload(Protocol):
    """What Django hands over: a name, a size, and the bytes."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

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
    about: UUID | None = None,
) -> Evidence:
    """Receive a file and check it. The document returned is `stored`, `refused` with its `reason`, or `quarantined`.

    Two deeds: one that it arrived, one for the outcome; a crash between them leaves `received`, which the sweep
    abandons. Where the malware scanner does not answer, a good file waits in quarantine. `about` is what it
    belongs to in another room. Never raises for a bad file.
    """
    evidence = Evidence(
        institution=institution,
        application=application,
        question=question,
        kind=kind,
        about=about,
        name=clean_name(upload.name or ""),
        marking=marking if marking in Evidence.Marking.values else Evidence.Marking.AMBER,
        uploaded_by=by.user,
        uploaded_at=clock.now(),
        size=min(upload.size or 0, 2**62),
    )
    evidence.series = evidence.pk
    return _receive(evidence, upload, by)


def _receive(evidence: Evidence, upload: Upload, by: Actor) -> Evidence:
    """Record that it arrived, check it, and settle what becomes of it."""
    with deed():
        create(
            evidence,
            "receive",
            by=by,
            detail={"name": evidence.name, "size": evidence.size},
            about=belongs(evidence),
        )
    limit = settings.MAX_UPLOAD_BYTES
    content = upload.read(limit + 1)
    outcome = inspect(evidence.name, content, most=limit)
    if not outcome:
        return refuse_upload(evidence=evidence, reason=outcome.reason, by=by)
    return settle_upload(evidence=evidence, content=content, content_type=outcome.content_type, by=by)


def abandon_upload(*, evidence: Evidence, by: Actor) -> Evidence:
    """Give up an upload that was never finished. Raises Refused where it was."""
    with deed():
        return move(evidence, "abandon", by=by, about=[evidence.institution_id])


def require_own(evidence: Evidence, institution_id: UUID | None) -> None:
    """Refuse a document of another institution."""
    if evidence.institution_id != institution_id:
        require(refused(_("This document belongs to another institution."), code="other_body", rule="evidence"))
