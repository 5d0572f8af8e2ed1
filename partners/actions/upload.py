"""Large files: begun with a promise of their size, sent in parts, put together, and checked as any other."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from partners import files, notices
from partners.actions.answers import add_document
from partners.actions.evidence import new_document, new_version, record_arrival, redacted_copy
from partners.actions.scan import refuse_upload, settle_upload
from partners.content import on_disk
from partners.inspection import clean_name, inspect
from partners.models import Application, Evidence, Institution, LargeUpload
from partners.parts import Damaged, discard, joined, keep_part
from partners.queries.upload import free, sizes_begun
from partners.rules.upload import DAYS, may_add, may_begin
from partners.scanning import patience
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused, require
from portal.workflow import as_deed, create, deed, lock, move

logger = logging.getLogger(__name__)
ONCE_MORE = {"max_retries": 1, "interval_start": 0.2, "interval_step": 0}
CLAIM = timedelta(minutes=12)
"""How long a worker is left alone with a check: longer than its task may take."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a file is to become: a new document, the next version of one, a redacted copy, or an answer."""

    replaces: Evidence | None = None
    redacts: Evidence | None = None
    application: Application | None = None
    question: str = ""
    kind: str = ""
    marking: str = Evidence.Marking.AMBER
    valid_until: date | None = None


@as_deed
def begin_upload(
    *, institution: Institution, name: str, size: int, fingerprint: str, purpose: Purpose, by: Actor
) -> LargeUpload:
    """Begin a large file. Raises Refused for a type that is not kept, a size or a number of files over the limits,
    and where the document that it would belong to takes none.
    """
    lock(institution)  # so that two at once do not both find room
    upload = LargeUpload(
        institution=institution,
        name=clean_name(name),
        size=size,
        fingerprint=fingerprint[:64],
        begun_by=by.user,
        begun_at=clock.now(),
        expires_at=_until(),
        **{field: getattr(purpose, field) for field in Purpose.__dataclass_fields__},
    )
    begun = sizes_begun(institution.pk)
    limits = {"most": settings.MAX_LARGE_UPLOAD_BYTES, "room": settings.MAX_UNFINISHED_BYTES}
    require(may_begin(upload.name, size, unfinished=begun, **limits))
    _document(upload, by)
    return create(upload, "begin", by=by, detail={"name": upload.name, "size": size}, about=_about(upload))


def _until() -> Any:
    return clock.now() + timedelta(days=DAYS)


def _about(upload: LargeUpload) -> list[Any]:
    return [upload.institution_id, upload.application_id, upload.replaces_id, upload.redacts_id]


def _document(upload: LargeUpload, by: Actor) -> Evidence:
    """The unsaved document that the file is to become. Raises Refused where that cannot be."""
    if upload.replaces:
        return new_version(
            evidence=upload.replaces, file=upload, by=by, marking=upload.marking, valid_until=upload.valid_until
        )
    if upload.redacts:
        return redacted_copy(evidence=upload.redacts, file=upload, by=by, marking=upload.marking)
    return new_document(
        institution=upload.institution,
        file=upload,
        by=by,
        marking=upload.marking,
        application=upload.application,
        question=upload.question,
        kind=upload.kind,
        valid_until=upload.valid_until,
    )


def add_part(*, upload: LargeUpload, offset: int, content: bytes, by: Actor) -> LargeUpload:
    """Add the next part. The last one makes the document, and asks for its check.

    All or nothing: what is interrupted leaves the file as it was. Raises Conflict where the file has another length
    by now (another tab was quicker), Refused where it takes no part. Parts are no deeds, and not in the record.
    """
    require_next(upload, offset=offset, length=len(content))
    part = keep_part(upload, offset, content)
    try:
        with deed():
            lock(upload)
            require_next(upload, offset=offset, length=len(content))
            part.save(force_insert=True)
            upload.offset += part.size
            upload.expires_at = _until()
            upload.save(update_fields=["offset", "expires_at"])
            if upload.offset == upload.size:
                _finish(upload, by)
    except BaseException:
        files.drop(part.stored_name)
        raise
    return upload


def require_next(upload: LargeUpload, *, offset: int, length: int) -> None:
    """Refuse a part that the file does not take now: Conflict where it begins elsewhere or the file is complete."""
    if upload.state != "begun":
        raise Conflict(refused(_("This upload is over."), code="wrong_state", rule="upload.state"))
    verdict = may_add(arrived=upload.offset, promised=upload.size, offset=offset, length=length)
    if not verdict and verdict.code == "offset":
        raise Conflict(verdict)
    require(verdict)


def _finish(upload: LargeUpload, by: Actor) -> None:
    evidence = record_arrival(_document(upload, by), by)
    move(upload, "finish", by=by, changes={"evidence": evidence}, about=_about(upload))
    transaction.on_commit(partial(_ask_for_check, str(upload.pk)), robust=True)


def _ask_for_check(upload_id: str) -> None:
    """Hand the check to a worker now. Where the broker is away, the sweep does it later."""
    try:
        current_app.send_task("partners.tasks.check_upload", args=(upload_id,), retry=True, retry_policy=ONCE_MORE)
    except Exception as error:  # noqa: BLE001 -- all parts are here, and that must not fail for the transport
        logger.warning("The broker did not take the check of upload %s (%s); the sweep will.", upload_id, error)


@as_deed
def _end(upload: LargeUpload, verb: str, by: Actor) -> LargeUpload:
    return move(upload, verb, by=by, detail={"arrived": upload.offset, "size": upload.size}, about=_about(upload))


def cancel_upload(*, upload: LargeUpload, by: Actor) -> LargeUpload:
    """Give up an unfinished upload; its parts go. Raises Refused where it is complete or over."""
    _end(upload, "cancel", by)
    discard(upload)
    return upload


def expire_upload(*, upload: LargeUpload, by: Actor) -> LargeUpload:
    """Give up an upload with which nobody went on in time; its parts go."""
    with deed():
        lock(upload)
        if upload.expires_at > clock.now():
            raise Conflict(refused(_("Somebody went on with it."), code="not_due", rule="upload.expires"))
        _end(upload, "expire", by)
    discard(upload)
    return upload


# --- the check ------------------------------------------------------------------------------------


def check_arrived(*, upload: LargeUpload, by: Actor) -> LargeUpload:
    """Put the parts together and let the document be settled as any other. One worker at a time; twice is once."""
    if not _claim(upload):
        return upload
    try:
        evidence = upload.evidence
        if evidence is not None and evidence.state == "received":
            _settle(upload, evidence, by)
        with deed():
            move(upload, "settle", by=by, about=_about(upload))
    finally:
        LargeUpload.objects.filter(pk=upload.pk).update(claimed_until=None)
    discard(upload)
    return upload


def _claim(upload: LargeUpload) -> bool:
    """Compare and swap: whether this worker is the one that checks it."""
    waiting = LargeUpload.objects.filter(free(), pk=upload.pk, state="arrived")
    return waiting.update(claimed_until=clock.now() + CLAIM, stage=LargeUpload.Stage.JOINING) == 1


def _settle(upload: LargeUpload, evidence: Evidence, by: Actor) -> None:
    try:
        with joined(upload) as file, on_disk(file) as content:
            _stage(upload, LargeUpload.Stage.INSPECTING)
            found = inspect(evidence.name, content, most=settings.MAX_LARGE_UPLOAD_BYTES)
            if not found:
                refuse_upload(evidence=evidence, reason=found.reason, by=by)
            else:
                _stage(upload, LargeUpload.Stage.SETTLING)
                settle_upload(
                    evidence=evidence,
                    content=content.reader(),
                    content_type=found.content_type,
                    by=by,
                    seconds=patience(len(content)),
                )
    except Damaged:
        reason = _("Parts of the file were lost before they could be put together. Upload it again.")
        refuse_upload(evidence=evidence, reason=reason, by=by)
    with deed():
        if evidence.state == "stored":
            add_document(evidence)
        notices.tell_uploader(notices.CHECKED, evidence, outcome=evidence.reason or str(evidence.state_label).lower())


def _stage(upload: LargeUpload, stage: LargeUpload.Stage) -> None:
    """What the page shows meanwhile."""
    LargeUpload.objects.filter(pk=upload.pk).update(stage=stage)
