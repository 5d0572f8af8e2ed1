"""Who hears about accepting the risk of a finding."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audits.models import Finding, RiskAcceptance
from audits.notices.telling import day, officers, page, partner, signatories, tell
from portal.notifications.notify import NoticeKind

ACCEPTED_RISK = NoticeKind(
    "finding_risk_accepted",
    _("The risk of {reference} is accepted until {until}"),
    _("On that day “{title}” is open again."),
    _("See the finding"),
)
TO_SIGN = NoticeKind(
    "risk_to_sign",
    _("Accept the risk of {reference} until {until}?"),
    _("An officer proposes to accept the risk of “{title}”. Read it, then sign or refuse."),
    _("Read it"),
)
NOT_ACCEPTED = NoticeKind(
    "risk_refused",
    _("The risk of {reference} was not accepted"),
    _("{reason}"),
    _("Open it"),
)


def risk_accepted(finding: Finding) -> None:
    assert finding.accepted_until is not None
    until = day(finding.accepted_until)
    tell(ACCEPTED_RISK, finding, partner(finding), page(finding), key=until, title=finding.title, until=until)


def acceptance_to_sign(acceptance: RiskAcceptance) -> None:
    people = [person for person in signatories() if person.pk != acceptance.proposed_by_id]
    words = {"title": acceptance.finding.title, "until": day(acceptance.until)}
    tell(TO_SIGN, acceptance, people, _desk(acceptance), **words)


def acceptance_refused(acceptance: RiskAcceptance) -> None:
    tell(NOT_ACCEPTED, acceptance, officers(acceptance), _desk(acceptance), reason=acceptance.end_reason)


def _desk(acceptance: RiskAcceptance) -> str:
    return reverse("admin:audits_riskacceptance_change", args=[acceptance.pk])
