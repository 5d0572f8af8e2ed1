"""Who hears what about audits, findings and periodic reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.models import Audit, Finding, Obligation
from audits.notices.telling import auditors, day, desk, officers, page, partner, tell
from portal.accounts.models import User
from portal.notifications.notify import NoticeKind

ASSIGNED = NoticeKind(
    "auditor_assigned",
    _("You are asked to audit {institution}"),
    _("Audit {reference} is assigned to you. It is planned for {day}."),
    _("Open the audit"),
)
ANNOUNCED = NoticeKind(
    "audit_announced",
    _("An audit of {institution} begins on {day}"),
    _("Audit {reference} is announced. Its page says why it is on this day, and what will be looked at."),
    _("See the audit"),
)
REPORT_SENT = NoticeKind(
    "audit_report_sent",
    _("The report of audit {reference} is ready for your response"),
    _("You can respond until {day}. What you write is kept with the report."),
    _("Read and respond"),
)
RESPONDED = NoticeKind(
    "audit_responded",
    _("{institution} responded to the report of {reference}"),
    _("Somebody who did not work on the audit can close it now."),
    _("Open the audit"),
)
CLOSED = NoticeKind(
    "audit_closed",
    _("Audit {reference} is closed"),
    _("Findings that are open stay open until they are verified."),
    _("See the audit"),
)
CANCELLED = NoticeKind("audit_cancelled", _("Audit {reference} does not take place"), _("{reason}"), _("See the audit"))
FOUND = NoticeKind(
    "finding_recorded",
    _("A finding of severity “{severity}”: {title}"),
    _("It was recorded in audit {audit}. Propose a plan by {plan_due}; it has to be put right by {remedy_due}."),
    _("Propose a plan"),
)
PLAN_PROPOSED = NoticeKind(
    "finding_plan_proposed",
    _("{institution} proposed a plan for {reference}"),
    _("Read the plan for “{title}”, then agree to it or say what is missing."),
    _("Read the plan"),
)
PLAN_AGREED = NoticeKind(
    "finding_plan_agreed",
    _("Your plan for {reference} is agreed"),
    _("Carry it out, and report “{title}” as put right by {remedy_due}."),
    _("Open the finding"),
)
REMEDIATED = NoticeKind(
    "finding_remediated",
    _("{institution} reports {reference} as put right"),
    _("Check that “{title}” is put right, then verify it or send it back."),
    _("Check it"),
)
SENT_BACK = NoticeKind(
    "finding_sent_back",
    _("{reference} is not put right yet"),
    _("{reason}"),
    _("Open the finding"),
)
VERIFIED = NoticeKind(
    "finding_verified",
    _("{reference} is verified"),
    _("An auditor saw that “{title}” is put right. There is nothing more for you to do."),
    _("See the finding"),
)
REMINDER = NoticeKind(
    "report_reminder",
    _("“{title}” is due on {due}"),
    _("The report for {start} to {end} has not been filed yet."),
    _("File the report"),
)
OVERDUE = NoticeKind(
    "report_overdue",
    _("“{title}” is overdue"),
    _("The report for {start} to {end} was due on {due}. File it now; your authority has been told."),
    _("File the report"),
    urgent=True,
)
NOT_FILED = NoticeKind(
    "report_not_filed",
    _("{institution} has not filed “{title}”"),
    _("It was due on {due}."),
    _("Open the report"),
)
FILED = NoticeKind(
    "report_filed",
    _("{institution} filed “{title}”"),
    _("Read the report for {start} to {end}, then accept it or return it for correction."),
    _("Read the report"),
)
ACCEPTED = NoticeKind(
    "report_accepted", _("“{title}” is accepted"), _("There is nothing more for you to do."), _("See the report")
)
RETURNED = NoticeKind(
    "report_returned",
    _("“{title}” has to be corrected"),
    _("{reason}\n\nCorrect the report and file it again."),
    _("Correct the report"),
)


def auditor_assigned(audit: Audit, auditor: User) -> None:
    """The auditor hears of the assignment, and again when assigned again later."""
    tell(ASSIGNED, audit, [auditor], desk(audit), key=f"{audit.state}", day=day(audit.planned_for))


def audit_announced(audit: Audit) -> None:
    tell(ANNOUNCED, audit, partner(audit), page(audit), day=day(audit.planned_for))


def report_sent(audit: Audit) -> None:
    assert audit.response_due is not None
    tell(REPORT_SENT, audit, partner(audit), page(audit), key=f"{audit.sent_at}", day=day(audit.response_due))


def partner_responded(audit: Audit) -> None:
    tell(RESPONDED, audit, officers(audit), desk(audit))


def audit_closed(audit: Audit) -> None:
    tell(CLOSED, audit, partner(audit), page(audit))
    tell(CLOSED, audit, auditors(audit), desk(audit))


def audit_cancelled(audit: Audit) -> None:
    tell(CANCELLED, audit, partner(audit), page(audit), reason=audit.cancelled_reason)


def finding_recorded(finding: Finding) -> None:
    tell(
        FOUND,
        finding,
        partner(finding),
        page(finding),
        severity=finding.get_severity_display(),
        title=finding.title,
        audit=finding.audit.reference,
        plan_due=day(finding.plan_due),
        remedy_due=day(finding.remedy_due),
    )


def plan_proposed(finding: Finding) -> None:
    key = f"{finding.plan_proposed_at}"
    tell(PLAN_PROPOSED, finding, auditors(finding.audit), desk(finding), key=key, title=finding.title)


def plan_agreed(finding: Finding) -> None:
    due = day(finding.remedy_due)
    tell(PLAN_AGREED, finding, partner(finding), page(finding), title=finding.title, remedy_due=due)


def finding_remediated(finding: Finding) -> None:
    key = f"{finding.remediated_at}"
    tell(REMEDIATED, finding, auditors(finding.audit), desk(finding), key=key, title=finding.title)


def finding_sent_back(finding: Finding, reason: str) -> None:
    tell(SENT_BACK, finding, partner(finding), page(finding), key=f"{finding.remediated_at}", reason=reason)


def finding_verified(finding: Finding) -> None:
    tell(VERIFIED, finding, partner(finding), page(finding), title=finding.title)


def report_reminder(obligation: Obligation) -> None:
    """The partner is reminded; once it is overdue, the authority hears too. Anew for each day on which it is due."""
    words, key = _words(obligation), f"{obligation.due}:{obligation.reminders}"
    kind = OVERDUE if obligation.is_overdue else REMINDER
    tell(kind, obligation, partner(obligation), page(obligation), key=key, **words)
    if obligation.is_overdue:
        tell(NOT_FILED, obligation, officers(obligation), desk(obligation), **words)


def report_filed(obligation: Obligation) -> None:
    words, key = _words(obligation), f"{obligation.submitted_at}"
    tell(FILED, obligation, officers(obligation), desk(obligation), key=key, **words)


def report_accepted(obligation: Obligation) -> None:
    tell(ACCEPTED, obligation, partner(obligation), page(obligation), **_words(obligation))


def report_returned(obligation: Obligation) -> None:
    words, key = _words(obligation), f"{obligation.submitted_at}"
    reason = obligation.returned_reason
    tell(RETURNED, obligation, partner(obligation), page(obligation), key=key, reason=reason, **words)


def _words(obligation: Obligation) -> dict[str, str]:
    return {
        "title": obligation.title,
        "due": day(obligation.due),
        "start": day(obligation.period_start),
        "end": day(obligation.period_end),
    }
