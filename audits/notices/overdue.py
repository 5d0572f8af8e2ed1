"""Who hears of what stays overdue, and of days that moved."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.models import Escalation, Finding, Obligation
from audits.notices.telling import auditors, day, desk, officers, page, partner, tell
from portal.notifications.notify import NoticeKind

REMINDED = NoticeKind(
    "overdue_reminder",
    _("“{title}” is overdue"),
    _("{what} was due on {due}. Send it now; your authority has been told."),
    _("Open it"),
    urgent=True,
)
WARNED = NoticeKind(
    "overdue_warning",
    _("Warning: “{title}” is {late} working days overdue"),
    _("{what} was due on {due}. If it stays out, the rulebook’s next step follows, which may be an enforcement case."),
    _("Open it"),
    urgent=True,
)
PROPOSED = NoticeKind(
    "overdue_enforcement",
    _("An enforcement case is open about “{title}”"),
    _(
        "{what} was due on {due} and is {late} working days overdue. Your authority decides whether it takes it up."
        " Nothing is decided before you are heard."
    ),
    _("Open it"),
    urgent=True,
)
TOLD = NoticeKind(
    "overdue_told",
    _("{institution} is {late} working days late with “{title}”"),
    _("{what} was due on {due}. Step taken by the rulebook: {step}."),
    _("Open it"),
)
PLAN_RETURNED = NoticeKind(
    "finding_plan_returned",
    _("Another plan is needed for {reference}"),
    _("{reason}\n\nPropose another plan for “{title}” by {due}."),
    _("Propose a plan"),
)
REOPENED = NoticeKind(
    "finding_reopened",
    _("{reference} is open again"),
    _("The acceptance of the risk of “{title}” has ended. Propose a plan by {plan_due}; put it right by {remedy_due}."),
    _("Propose a plan"),
)
EXTENDED = NoticeKind(
    "finding_extended",
    _("You have until {remedy_due} to put {reference} right"),
    _("{reason}"),
    _("Open the finding"),
)
STEPS = {"remind": REMINDED, "warn": WARNED, "propose_enforcement": PROPOSED}


def overdue(subject: Finding | Obligation, step: Escalation) -> None:
    """The partner hears of each step; the authority's officers, and a finding's auditors, hear that it was taken."""
    words = {
        "title": subject.title,
        "what": str(step.get_what_display()),
        "due": day(step.due),
        "late": step.late,
        "step": str(step.get_step_display()),
    }
    key = str(step.pk)
    tell(STEPS[step.step], subject, partner(subject), page(subject), key=key, **words)
    tell(TOLD, subject, officers(subject), desk(subject), key=key, **words)
    if isinstance(subject, Finding):
        tell(TOLD, subject, auditors(subject.audit), desk(subject), key=key, **words)


def plan_returned(finding: Finding, reason: str) -> None:
    words = {"title": finding.title, "reason": reason, "due": day(finding.plan_due)}
    tell(PLAN_RETURNED, finding, partner(finding), page(finding), key=f"{finding.plan_proposed_at}", **words)


def finding_reopened(finding: Finding) -> None:
    words = {"title": finding.title, "plan_due": day(finding.plan_due), "remedy_due": day(finding.remedy_due)}
    key = f"{finding.accepted_until}"
    tell(REOPENED, finding, partner(finding), page(finding), key=key, **words)
    tell(REOPENED, finding, auditors(finding.audit), desk(finding), key=key, **words)


def finding_extended(finding: Finding, reason: str) -> None:
    until = day(finding.remedy_due)
    tell(EXTENDED, finding, partner(finding), page(finding), key=until, remedy_due=until, reason=reason)
