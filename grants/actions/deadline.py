"""What follows when providers do not answer in time. Silence is never consent, whatever anybody does next."""

from __future__ import annotations

from datetime import UTC, datetime, time
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from grants import notices
from grants.models import GrantRequest
from grants.queries.request import CaseLine, case_of
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused, require
from portal.rulebook.durations import add_working_days
from portal.workflow import as_deed, lock, record

RULE = "consent.deadline_working_days"
END_OF_DAY = time(23, 59, 59)
MOST_DAYS = 60
"""Working days that a case officer may give at once: what takes longer is a new question to the provider."""


@as_deed
def mark_missed_consent(*, request: GrantRequest, by: Actor) -> GrantRequest:
    """The providers' time is over and lines are without an answer: marked once, and everybody who can act is told.

    Raises Conflict where another worker was first, and Refused where nothing is missing.
    """
    lock(request)
    now = clock.now()
    if request.consent_due is None or request.consent_due >= now or request.consent_missed_at is not None:
        raise Conflict(refused(_("Their time is not over, or this is marked already."), code="not_due", rule=RULE))
    late = unanswered(request)
    if not late:
        require(refused(_("Every line has its answer."), code="not_due", rule=RULE))
    record(
        request,
        "miss_consent",
        by=by,
        rulebook=request.rulebook,
        changes={"consent_missed_at": now},
        detail={"lines": [item.line.number for item in late], "due": request.consent_due},
        about=[request.institution_id, *_providers(late)],
    )
    key, due = f"missed:{request.consent_due:%Y%m%d}", notices.moment(request.consent_due)
    numbers = ", ".join(str(item.line.number) for item in late)
    officers = members_with("case_officer", request.authority_id)
    notices.tell(notices.CONSENT_MISSED, request, to=officers, key=key, lines=numbers, due=due)
    for provider in _providers(late):
        notices.tell(
            notices.CONSENT_MISSED_PROVIDER,
            request,
            to=members_with("provider_staff", provider),
            key=f"{key}:{provider}",
            url=reverse("grants:consents"),
            due=due,
        )
    return request


@as_deed
def extend_consent(*, request: GrantRequest, working_days: int, reason: str, by: Actor) -> GrantRequest:
    """Give the providers more time, from today on. Lines that have their answer keep it."""
    lock(request)
    if not reason.strip():
        require(refused(_("Say why."), code="no_reason", rule=RULE))
    if not 1 <= working_days <= MOST_DAYS:
        text = _("Give between 1 and %(most)s working days.") % {"most": MOST_DAYS}
        require(refused(text, code="days", rule=RULE))
    late = unanswered(request)
    if not late:
        require(refused(_("Every line has its answer: there is nothing to wait for."), code="answered", rule=RULE))
    day = add_working_days(clock.today(), working_days, request.authority.jurisdiction)
    due = datetime.combine(day, END_OF_DAY, UTC)
    if request.consent_due is not None and due <= request.consent_due:
        require(refused(_("They have that long already."), code="not_later", rule=RULE))
    record(
        request,
        "extend_consent",
        by=by,
        rulebook=request.rulebook,
        changes={"consent_due": due, "consent_missed_at": None, "notice_sent": None},
        detail={"due": due, "reason": reason.strip(), "lines": [item.line.number for item in late]},
        about=[request.institution_id, *_providers(late)],
    )
    for provider in _providers(late):
        notices.tell(
            notices.CONSENT_EXTENDED,
            request,
            to=members_with("provider_staff", provider),
            key=f"extended:{due.isoformat()}",
            url=reverse("grants:consents"),
            due=notices.day(day),
        )
    return request


def unanswered(request: GrantRequest) -> list[CaseLine]:
    """Lines that were put before their provider and have no answer to it."""
    return [item for item in case_of(request).lines if item.review is not None and item.waits_for_provider]


def _providers(items: list[CaseLine]) -> list[UUID]:
    return sorted({item.line.release.provider_id for item in items})
