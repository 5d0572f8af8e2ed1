"""Deeds on evidence that auditors ask for: asking, reminding, answering, and what becomes of the answer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from audits import notices
from audits.models import Audit, Check, EvidenceReply, EvidenceRequest, ReplyDocument, SampledWindow
from audits.queries.evidence_request import usable
from audits.rules.fieldwork import later, of_this_audit, something_to_show, usable_documents
from portal.core import clock
from portal.core.actors import Actor
from portal.core.references import next_reference
from portal.core.verdicts import require
from portal.rulebook.durations import add_working_days
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move, record


@as_deed
def ask_for_evidence(
    *,
    audit: Audit,
    title: str,
    text: str,
    by: Actor,
    tested: Check | None = None,
    window: SampledWindow | None = None,
) -> EvidenceRequest:
    """Ask the partner to show something: about a control, about a window of use that was drawn, or about the whole.

    It is due in the rulebook's audits.evidence.working_days, by the calendar of the partner's country.
    """
    lock(audit)
    require(of_this_audit(audit.pk, tested.audit_id if tested else None, window.sample.audit_id if window else None))
    rulebook = rules()
    request = EvidenceRequest(
        reference=next_reference("ER"),
        audit=audit,
        institution_id=audit.institution_id,
        tested=tested,
        window=window,
        title=title,
        text=text,
        rulebook=rulebook.version,
        asked_by_id=by.person_id,
        asked_at=clock.now(),
        due=_due(audit, rulebook.audits.evidence.working_days),
    )
    detail = {
        "title": title,
        "text": text,
        "due": request.due,
        "control": tested.control.oscal_id if tested else None,
        "window": window.event_id if window else None,
    }
    create(request, "ask", by=by, rulebook=rulebook.version, detail=detail, about=_about(request))
    notices.evidence_asked(request)
    return request


@as_deed
def remind_of_evidence(*, request: EvidenceRequest, reminders: int, by: Actor) -> EvidenceRequest:
    """Remind the partner. `reminders` is the range that today lies in; fewer were sent before."""
    lock(request)
    if request.reminders >= reminders:
        return request
    record(request, "remind", by=by, changes={"reminders": reminders}, about=_about(request))
    notices.evidence_reminder(request)
    return request


@as_deed
def answer_request(*, request: EvidenceRequest, text: str, documents: Collection[UUID], by: Actor) -> EvidenceRequest:
    """The partner's answer. Every answer is kept, with the hash of each document as it was then."""
    lock(request)
    require(something_to_show(text, documents))
    chosen = set(documents)
    found = {row.pk: row for row in usable(request).filter(pk__in=chosen)} if chosen else {}
    require(usable_documents(named=chosen, known=found))
    number, late = request.replies.count() + 1, request.is_overdue
    detail = {"number": number, "text": text, "late": late, "documents": {str(k): v.sha256 for k, v in found.items()}}
    move(
        request,
        "answer",
        by=by,
        changes={"answered_at": clock.now()},
        detail=detail,
        rulebook=request.rulebook,
        about=_about(request, *found),
    )
    reply = EvidenceReply.objects.create(
        request=request, number=number, text=text, late=late, replied_by_id=by.person_id, replied_at=clock.now()
    )
    ReplyDocument.objects.bulk_create(
        ReplyDocument(reply=reply, evidence=row, sha256=row.sha256) for row in found.values()
    )
    notices.evidence_answered(request)
    return request


@as_deed
def give_more_time(*, request: EvidenceRequest, due: date, reason: str, by: Actor) -> EvidenceRequest:
    """Move the day on which it is due. Reminders follow the new day."""
    lock(request)
    require(later(due, than=request.due))
    detail = {"was": request.due, "is": due, "reason": reason}
    record(request, "extend", by=by, changes={"due": due, "reminders": 0}, detail=detail, about=_about(request))
    notices.evidence_extended(request, reason)
    return request


@as_deed
def ask_for_more(*, request: EvidenceRequest, remark: str, by: Actor) -> EvidenceRequest:
    """The answer is not enough: what is missing is due in the rulebook's time from today."""
    lock(request)
    due = _due(request.audit, rules(request.rulebook).audits.evidence.working_days)
    changes = {"remark": remark, "due": due, "reminders": 0}
    detail = {"remark": remark, "due": due}
    move(request, "send_back", by=by, changes=changes, detail=detail, rulebook=request.rulebook, about=_about(request))
    notices.evidence_returned(request)
    return request


@as_deed
def settle_request(*, request: EvidenceRequest, by: Actor) -> EvidenceRequest:
    """The answer is enough."""
    move(request, "settle", by=by, changes=_settled(by), about=_about(request))
    notices.evidence_settled(request)
    return request


@as_deed
def withdraw_request(*, request: EvidenceRequest, reason: str, by: Actor) -> EvidenceRequest:
    """It is needed no more. The partner hears why."""
    changes = {**_settled(by), "remark": reason}
    move(request, "withdraw", by=by, changes=changes, detail={"reason": reason}, about=_about(request))
    notices.evidence_withdrawn(request)
    return request


@as_deed
def give_up_request(*, request: EvidenceRequest, by: Actor) -> EvidenceRequest:
    """Its day has passed: the audit goes on without an answer, and the report says so."""
    move(request, "give_up", by=by, changes=_settled(by), rulebook=request.rulebook, about=_about(request))
    notices.evidence_given_up(request)
    return request


def _settled(by: Actor) -> dict[str, Any]:
    return {"settled_at": clock.now(), "settled_by_id": by.user_id}


def _due(audit: Audit, working_days: int) -> date:
    return add_working_days(clock.today(), working_days, audit.institution.organisation.jurisdiction)


def _about(request: EvidenceRequest, *others: UUID) -> list[UUID]:
    return [request.institution_id, request.audit_id, *others]
