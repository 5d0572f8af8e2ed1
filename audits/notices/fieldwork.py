"""Who hears what about evidence that auditors ask for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.models import EvidenceRequest
from audits.notices.telling import auditors, day, desk, page, partner, tell
from portal.notifications.notify import NoticeKind

ASKED = NoticeKind(
    "evidence_asked",
    _("Auditors ask for evidence by {due}: {title}"),
    _("It is for audit {audit}. Answer in words, and choose documents from your library or upload them there."),
    _("Answer"),
)
REMINDER = NoticeKind(
    "evidence_reminder",
    _("Evidence is due on {due}: {title}"),
    _("The auditors of {audit} have no answer yet. If you need more time, answer with the reason."),
    _("Answer"),
)
OVERDUE = NoticeKind(
    "evidence_overdue",
    _("Evidence is overdue: {title}"),
    _("It was due on {due}. You can still answer; the auditors of {audit} may go on without it, and report that."),
    _("Answer"),
    urgent=True,
)
NOT_SHOWN = NoticeKind(
    "evidence_not_shown",
    _("{institution} has not answered {reference}"),
    _("“{title}” was due on {due}. Give more time, or go on without an answer."),
    _("Open the request"),
)
ANSWERED = NoticeKind(
    "evidence_answered",
    _("{institution} answered {reference}"),
    _("Read the answer to “{title}”, then settle the request or say what is missing."),
    _("Read the answer"),
)
EXTENDED = NoticeKind(
    "evidence_extended",
    _("You have until {due} for “{title}”"),
    _("{reason}"),
    _("Open the request"),
)
RETURNED = NoticeKind(
    "evidence_returned",
    _("More evidence is needed by {due}: {title}"),
    _("{remark}"),
    _("Answer"),
)
SETTLED = NoticeKind(
    "evidence_settled",
    _("Your answer to “{title}” is enough"),
    _("There is nothing more for you to do."),
    _("See the request"),
)
WITHDRAWN = NoticeKind("evidence_withdrawn", _("“{title}” is not needed any more"), _("{remark}"), _("See the request"))
GIVEN_UP = NoticeKind(
    "evidence_given_up",
    _("The audit goes on without your answer to “{title}”"),
    _("It was due on {due}. The report of {audit} says that it was not answered."),
    _("See the request"),
)


def _tell_partner(kind: NoticeKind, request: EvidenceRequest, key: str = "", **more: object) -> None:
    tell(kind, request, partner(request), page(request), key=key, **_words(request), **more)


def _tell_auditors(kind: NoticeKind, request: EvidenceRequest, key: str = "") -> None:
    tell(kind, request, auditors(request.audit), desk(request), key=key, **_words(request))


def evidence_asked(request: EvidenceRequest) -> None:
    _tell_partner(ASKED, request)


def evidence_reminder(request: EvidenceRequest) -> None:
    """The partner is reminded; once it is overdue, the auditors hear too."""
    kind = OVERDUE if request.is_overdue else REMINDER
    _tell_partner(kind, request, key=f"{request.due}:{request.reminders}")
    if request.is_overdue:
        _tell_auditors(NOT_SHOWN, request, key=str(request.due))


def evidence_answered(request: EvidenceRequest) -> None:
    _tell_auditors(ANSWERED, request, key=f"{request.answered_at}")


def evidence_extended(request: EvidenceRequest, reason: str) -> None:
    _tell_partner(EXTENDED, request, key=str(request.due), reason=reason)


def evidence_returned(request: EvidenceRequest) -> None:
    _tell_partner(RETURNED, request, key=f"{request.answered_at}", remark=request.remark)


def evidence_settled(request: EvidenceRequest) -> None:
    _tell_partner(SETTLED, request)


def evidence_withdrawn(request: EvidenceRequest) -> None:
    _tell_partner(WITHDRAWN, request, remark=request.remark)


def evidence_given_up(request: EvidenceRequest) -> None:
    _tell_partner(GIVEN_UP, request)


def _words(request: EvidenceRequest) -> dict[str, str]:
    return {"title": request.title, "due": day(request.due), "audit": request.audit.reference}
