"""Rules of fieldwork: verdicts on objects passed in; no queries, no writes. The guards of its table are here too."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audits.rules.parties import assigned, own_institution
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, first_refusal, refused

__all__ = [
    "assigned",
    "in_fieldwork",
    "later",
    "may_ask",
    "may_give_up",
    "nothing_asked",
    "of_this_audit",
    "own_institution",
    "something_to_show",
    "usable_documents",
]


def in_fieldwork(audit: Any) -> Verdict:
    """What belongs to fieldwork is done during it."""
    if audit.state == "fieldwork":
        return ALLOWED
    return refused(
        _("This is done during fieldwork, and the audit is not in it."), code="wrong_state", rule="audit.fieldwork"
    )


def may_ask(request: Any, actor: Actor) -> Verdict:
    """An auditor of the audit asks, while fieldwork lasts."""
    return first_refusal(assigned(request, actor), lambda: in_fieldwork(request.audit))


def may_give_up(request: Any, actor: Actor) -> Verdict:
    """Auditors go on without an answer once its day has passed."""
    if not request.is_overdue:
        return refused(
            _("The partner still has time to answer. Withdraw the request if you need it no more."),
            code="not_due",
            rule="audits.evidence",
        )
    return assigned(request, actor)


def later(day: date, *, than: date) -> Verdict:
    """More time is a later day, and one to come."""
    if day > than and day > clock.today():
        return ALLOWED
    return refused(_("Choose a later day, and one that is still to come."), code="past", rule="evidence_request.extend")


def nothing_asked(*, waiting: int) -> Verdict:
    """A report is drafted when no request for evidence is open any more."""
    if waiting == 0:
        return ALLOWED
    return refused(
        _("%(count)s requests for evidence are still open. Settle them, withdraw them, or go on without an answer.")
        % {"count": waiting},
        code="evidence_open",
        rule="audit.draft",
    )


def something_to_show(text: str, documents: Collection[Any]) -> Verdict:
    """An answer has words; documents are added to them."""
    if text.strip():
        return ALLOWED
    return refused(_("Say what you show, or why you cannot show it."), code="empty", rule="evidence_request.answer")


def usable_documents(*, named: Collection[Any], known: Collection[Any]) -> Verdict:
    """Documents of an answer are stored ones of the institution: of its library, or uploaded for this request."""
    if set(named) <= set(known):
        return ALLOWED
    return refused(
        _("A document that you chose is no longer in your library. Choose again."),
        code="no_document",
        rule="evidence_request.answer",
    )


def of_this_audit(audit_id: UUID, *named: UUID | None) -> Verdict:
    """Whatever a request names, a control or a window, belongs to its audit; `named` are the audits of those."""
    if all(item is None or item == audit_id for item in named):
        return ALLOWED
    return refused(_("This belongs to another audit."), code="other_audit", rule="evidence_request.ask")
