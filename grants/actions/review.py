"""Deeds of the authority on a grant request, up to the signatories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from grants import notices
from grants.models import ConflictDeclaration, GrantQuestion, GrantRequest, LineReview, RequestLine
from grants.queries.request import ASSESS, RequestCase, case_of, hands_of
from grants.rules.request import Limits, narrower, ready_for_providers, ready_for_signatories
from partners.rules.hands import may_be_assigned, may_review, no_conflict
from portal.accounts import assign
from portal.accounts.models import User
from portal.accounts.queries.people import members_with, people_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.ledger.models import Tier
from portal.rulebook.durations import add_working_days
from portal.rulebook.queries import rules
from portal.workflow import as_deed, lock, move, record

END_OF_DAY = time(23, 59, 59)
ANSWER_DAYS = 20
"""Working days for an answer where the rulebook has no clock for it."""


@as_deed
def declare_interests(
    *, request: GrantRequest, conflict: bool, by: Actor, explanation: str = ""
) -> ConflictDeclaration:
    """Say whether one has a conflict of interest. With one, the person is taken off and no longer sees the case."""
    lock(request)
    hands = hands_of(request)
    if by.user_id in hands.conflicted or (not conflict and by.user_id in hands.clear):
        require(refused(_("You have declared this already."), code="declared", rule="conflict"))
    if conflict and not explanation.strip():
        require(refused(_("Say in a few words what the conflict is."), code="no_detail", rule="conflict"))
    record(
        request,
        "declare",
        by=by,
        says=_("Conflict of interest declared; recused") if conflict else _("No conflict of interest declared"),
        detail={"conflict": conflict, "detail": explanation[:2000]},
        about=[request.institution_id],
        tier=Tier.AUTHORITY,
    )
    declared = ConflictDeclaration.objects.create(
        request=request,
        person=by.user,
        conflict=conflict,
        explanation=explanation.strip()[:2000] if conflict else "",
        declared_at=clock.now(),
    )
    if conflict and by.user_id in hands.assigned and by.user is not None:
        assign.unassign(ASSESS, by.user, request)
        officers = people_with("case_officer", organisation_id=request.authority_id)
        notices.tell(notices.RECUSED, request, to=officers, key=f"recused:{by.user_id}", person=by.name)
    return declared


@as_deed
def take_up_request(*, request: GrantRequest, by: Actor) -> GrantRequest:
    """A case officer of the authority takes the case."""
    lock(request)
    require(no_conflict(hands_of(request), by))
    return move(
        request, "take_up", by=by, rulebook=request.rulebook, changes={"officer": by.user},
        about=[request.institution_id],
    )  # fmt: skip


@as_deed
def assign_reviewer(*, request: GrantRequest, reviewer: User, by: Actor) -> GrantRequest:
    """Give a reviewer of the authority sight of the case and the right to review its lines."""
    lock(request)
    if not members_with("reviewer", request.authority_id).filter(pk=reviewer.pk).exists():
        require(refused(_("Choose a reviewer of your authority."), code="not_a_reviewer", rule="grant_request.assign"))
    require(may_be_assigned(reviewer.pk, hands_of(request)))
    record(
        request, "assign", by=by, detail={"reviewer": reviewer.pk}, about=[request.institution_id, reviewer.pk],
        tier=Tier.AUTHORITY,
    )  # fmt: skip
    assign.assign(ASSESS, reviewer, request)
    notices.tell(notices.ASSIGNED, request, to=[reviewer], key=f"assigned:{clock.now().isoformat()}")
    return request


@as_deed
def review_line(
    *,
    line: RequestLine,
    outcome: str,
    by: Actor,
    requests_per_day: int | None = None,
    tokens_per_day: int | None = None,
    seats: int | None = None,
    ends_on: date | None = None,
    conditions: Sequence[str] = (),
    obligations: Sequence[str] = (),
    stops_at_limit: bool = False,
    reason_code: str = "",
    reason: str = "",
) -> LineReview:
    """Judge one line: as_asked, narrowed (with lower limits or an earlier end, and why), or refused (with a reason).

    `conditions` are sentences for the partner; `obligations` safeguards that the gateway applies with each permit.
    With `stops_at_limit` the gate denies for the rest of a day whose limit of requests or tokens is used up.
    """
    request = line.request
    lock(request)
    require(may_review(hands_of(request), by))
    narrowed = outcome == LineReview.Outcome.NARROWED
    limits: Limits = {
        "requests_per_day": requests_per_day if narrowed and requests_per_day else line.requests_per_day,
        "tokens_per_day": tokens_per_day if narrowed and tokens_per_day else line.tokens_per_day,
        "seats": seats if narrowed and seats else line.seats,
        "ends_on": ends_on if narrowed and ends_on else line.ends_on,
    }
    _require_sound(request, line, outcome, limits, obligations, reason_code, reason)
    review = LineReview(
        line=line,
        outcome=outcome,
        conditions=[text.strip() for text in conditions if text.strip()],
        obligations=sorted(set(obligations)),
        stops_at_limit=stops_at_limit,
        reason_code=reason_code if outcome == LineReview.Outcome.REFUSED else "",
        reason=reason.strip(),
        reviewed_by=by.user,
        body_id=by.organisation_id,
        reviewed_at=clock.now(),
        **limits,
    )
    review.clean_fields()
    record(
        request,
        "review_line",
        by=by,
        rulebook=request.rulebook,
        says=_("Line %(number)s reviewed") % {"number": line.number},
        detail={"line": line.number, "outcome": outcome, **limits, "conditions": review.conditions, "reason": reason},
        about=[request.institution_id],
        tier=Tier.AUTHORITY,
    )
    review.save()
    return review


def _require_sound(
    request: GrantRequest,
    line: RequestLine,
    outcome: str,
    limits: Limits,
    obligations: Sequence[str],
    reason_code: str,
    reason: str,
) -> None:
    book = rules(request.rulebook)
    rule = "grant_request.review_line"
    if outcome not in LineReview.Outcome.values:
        require(refused(_("Choose an outcome."), code="unknown_outcome", rule=rule))
    require(narrower(line, **limits))
    if not set(obligations) <= {item.key for item in book.scope.safeguards}:
        require(refused(_("Choose obligations from the rulebook's safeguards."), code="unknown_term", rule=rule))
    if outcome != LineReview.Outcome.AS_ASKED and not reason.strip():
        require(refused(_("Say why: the institution reads it."), code="no_reason", rule=rule))
    known = {item.key for item in book.refusals.grant_line}
    if outcome == LineReview.Outcome.REFUSED and reason_code not in known:
        require(refused(_("Choose a reason from the rulebook's list."), code="no_reason", rule="refusals.grant_line"))


@as_deed
def ask_partner(*, request: GrantRequest, question: str, by: Actor) -> GrantQuestion:
    """Ask the institution. The case waits until it has answered."""
    lock(request)
    hands = hands_of(request)
    require(no_conflict(hands, by) if by.has("case_officer") else may_review(hands, by))
    if not question.strip():
        require(refused(_("Write a question."), code="empty", rule="grant_request.ask"))
    days = next((item.working_days for item in rules(request.rulebook).clocks if item.key == "answer"), ANSWER_DAYS)
    due = add_working_days(clock.today(), days, request.authority.jurisdiction)
    move(request, "ask", by=by, detail={"question": question.strip()}, about=[request.institution_id])
    asked = GrantQuestion.objects.create(
        request=request,
        question=question.strip()[:3000],
        asked_by=by.user,
        asked_at=clock.now(),
        due_at=datetime.combine(due, END_OF_DAY, UTC),
    )
    notices.tell_partner(
        notices.ASKED,
        request,
        key=f"asked:{asked.pk}",
        body=by.body_name,
        question=asked.question,
        due=notices.day(due),
    )
    return asked


@as_deed
def send_to_providers(*, request: GrantRequest, by: Actor) -> GrantRequest:
    """Put the reviewed lines before their providers, with a deadline. Refused lines stay where they are."""
    lock(request)
    case = case_of(request)
    require(no_conflict(case.hands, by))
    require(ready_for_providers(case.lines, assessors=case.quorum.assessors, assessed_by=len(case.assessors)))
    if all(item.is_refused for item in case.lines):
        require(
            refused(
                _("Every line is refused, so there is nothing to ask providers. Send the case to the signatories."),
                code="nothing_to_ask",
                rule="grant_request.send_to_provider",
            )
        )
    due_day = add_working_days(clock.today(), case.rules.consent.deadline_working_days, request.authority.jurisdiction)
    due = datetime.combine(due_day, END_OF_DAY, UTC)
    move(
        request,
        "send_to_provider",
        by=by,
        rulebook=request.rulebook,
        changes={"consent_due": due, "consent_missed_at": None, "notice_sent": None},
        detail={"due": due},
        about=[request.institution_id, *_providers(case)],
    )
    for provider in _providers(case):
        notices.tell(
            notices.CONSENT_ASKED,
            request,
            to=people_with("provider_staff", organisation_id=provider),
            key=f"consent:{due.isoformat()}",
            url=reverse("grants:consents"),
            due=notices.day(due_day),
        )
    return request


def _providers(case: RequestCase) -> list[UUID]:
    return sorted({item.line.release.provider_id for item in case.lines if item.waits_for_provider})


@as_deed
def return_to_review(*, request: GrantRequest, reason: str, by: Actor) -> GrantRequest:
    """Take the case back from the providers. Answers to lines that are not reviewed anew keep their effect."""
    if not reason.strip():
        require(refused(_("Say why."), code="no_reason", rule="grant_request.return_to_review"))
    return move(
        request, "return_to_review", by=by, detail={"reason": reason}, about=[request.institution_id],
        changes={"consent_due": None},
    )  # fmt: skip


@as_deed
def send_to_signatories(*, request: GrantRequest, by: Actor) -> GrantRequest:
    """Put the case before the signatories: from now on the digest over every line's terms is what they sign.

    A line without a provider's answer at the deadline is not granted: silence is never consent.
    """
    lock(request)
    case = case_of(request)
    require(no_conflict(case.hands, by))
    require(ready_for_providers(case.lines, assessors=case.quorum.assessors, assessed_by=len(case.assessors)))
    passed = request.consent_due is not None and request.consent_due < clock.now()
    require(ready_for_signatories(case.lines, due_passed=passed))
    sent_at = clock.now()
    digest = case.digest(sent_at)
    move(
        request,
        "send_to_signatories",
        by=by,
        rulebook=request.rulebook,
        changes={"digest": digest, "sent_at": sent_at},
        detail={"digest": digest, "lines": {str(item.line.number): item.outcome for item in case.lines}},
        about=[request.institution_id],
    )
    key = f"to_sign:{sent_at.isoformat()}"
    notices.tell(notices.TO_SIGN, request, to=people_with("signatory"), key=key)
    return request
