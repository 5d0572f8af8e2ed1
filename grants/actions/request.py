"""Deeds of the institution on its grant requests."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from grants import notices
from grants.models import Environment, Grant, GrantLine, GrantQuestion, GrantRequest, Release, RequestLine
from grants.queries.environment import safeguards_of
from grants.queries.request import lines_of
from grants.rules.request import MOST_LINES, line_possible, may_submit
from grants.states import GRANT_LIVE
from partners.actions.declaration import make_declarations
from partners.models import Institution, Qualification
from partners.queries.declaration import representatives_of
from partners.queries.institution import authority_for
from partners.queries.standing import Standing, standing
from portal.accounts.models import Organisation
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.references import next_reference
from portal.core.verdicts import ALLOWED, Verdict, refused, require
from portal.rulebook.queries import rules
from portal.rulebook.schema import Rulebook
from portal.workflow import as_deed, create, lock, move, record


def qualified(status: Standing) -> Verdict:
    """Only a trusted partner can be granted anything."""
    if status.in_force:
        return ALLOWED
    reason = status.reason or _("Your institution's qualification is not in force.")
    return refused(reason, code="not_qualified", rule="qualification")


def responsible_authority(institution: Institution) -> Organisation | None:
    """The authority that runs the case: that of the institution's qualification, else the home authority."""
    row = Qualification.objects.filter(institution=institution).order_by("-valid_from", "-id")
    newest = row.select_related("application__authority").first()
    return newest.application.authority if newest else authority_for(institution.organisation.jurisdiction)


@as_deed
def begin_request(*, institution: Institution, title: str, by: Actor, purpose: str = "") -> GrantRequest:
    """Start a request for a grant under the rulebook in force. Raises Refused where the partner is not qualified."""
    status = standing(institution_id=institution.pk)
    require(qualified(status))
    return _begin(institution, title, purpose, "initial", None, status.tier, by)


@as_deed
def begin_amendment(*, grant: Grant, kind: str, by: Actor) -> GrantRequest:
    """Start an amendment or a renewal: a clone of the lines. The grant stays in force until it is superseded."""
    lock(grant)
    status = standing(institution_id=grant.institution_id)
    require(qualified(status))
    if grant.state not in GRANT_LIVE or kind not in ("amendment", "renewal"):
        require(
            refused(_("This grant has ended. Start a new request."), code="grant_ended", rule="grant_request.begin")
        )
    if GrantRequest.objects.filter(amends=grant, state__in=GrantRequest.TABLE.open_states).exists():
        require(refused(_("A change to this grant is under way already."), code="open", rule="grant_request.begin"))
    title = grant.request.title
    request = _begin(grant.institution, title, grant.request.purpose, kind, grant, status.tier, by)
    RequestLine.objects.bulk_create(
        RequestLine(
            request=request,
            number=line.number,
            justification=line.request_line.justification,
            **{name: getattr(line, name) for name in SCOPE},
        )
        for line in GrantLine.objects.filter(grant=grant).select_related("request_line")
    )
    return request


SCOPE = (
    "release_id", "environment_id", "use_case", "data_class", "access_route", "requests_per_day", "tokens_per_day",
    "seats", "starts_on", "ends_on",
)  # fmt: skip


def _begin(
    institution: Institution, title: str, purpose: str, kind: str, amends: Grant | None, tier: str, by: Actor
) -> GrantRequest:
    authority = responsible_authority(institution)
    if authority is None:
        require(refused(_("No authority takes part in the scheme yet."), code="no_authority", rule="grant_request"))
    request = GrantRequest(
        reference=next_reference("R"),
        kind=kind,
        institution=institution,
        authority=authority,
        amends=amends,
        title=" ".join(title.split()),
        purpose=purpose.strip(),
        rulebook=rules().version,
        risk_tier=tier,
        begun_by=by.user,
        begun_at=clock.now(),
    )
    request.clean_fields(exclude=["state", "reference", "submitted_by", "officer"])
    return create(
        request,
        "begin",
        by=by,
        rulebook=request.rulebook,
        detail={"kind": kind, "title": request.title, "amends": amends.reference if amends else None},
        about=[institution.pk, amends.pk if amends else None],
    )


@as_deed
def describe_request(*, request: GrantRequest, title: str, purpose: str, by: Actor) -> GrantRequest:
    """Change title and purpose of a draft."""
    changes = {"title": " ".join(title.split()), "purpose": purpose.strip()}
    return record(request, "edit", by=by, changes=changes, detail=changes, about=[request.institution_id])


@as_deed
def add_line(
    *,
    request: GrantRequest,
    release: Release,
    environment: Environment,
    by: Actor,
    justification: str = "",
    **scope: Any,
) -> RequestLine:
    """Add a line to a draft. `scope` are the other fields of Scope.

    Raises Refused where the rulebook does not allow the line, ValidationError where the same line is there already.
    """
    record(request, "edit", by=by, detail={"release": release.pk, **scope}, says=_("Line added"))
    if environment.institution_id != request.institution_id:
        require(refused(_("This environment belongs to another institution."), code="other_body", rule="grants"))
    numbers = list(RequestLine.objects.filter(request=request).values_list("number", flat=True))
    if len(numbers) >= MOST_LINES:
        reason = _("A request has at most %(count)s lines. Start another one.") % {"count": MOST_LINES}
        require(refused(reason, code="too_many", rule="grant_request.edit"))
    line = RequestLine(
        request=request,
        number=max(numbers, default=0) + 1,
        release=release,
        environment=environment,
        justification=justification.strip(),
        **scope,
    )
    line.clean_fields()
    require(verdict_on(request, [line], rules(request.rulebook))[0])
    line.validate_constraints()
    line.save()
    return line


@as_deed
def remove_line(*, request: GrantRequest, line_id: UUID, by: Actor) -> GrantRequest:
    """Take a line out of a draft."""
    record(request, "edit", by=by, detail={"line": line_id}, says=_("Line removed"))
    RequestLine.objects.filter(request=request, pk=line_id).delete()
    return request


def verdict_on(request: GrantRequest, lines: list[RequestLine], book: Rulebook) -> list[Verdict]:
    """What the request's rulebook says about each line. One query."""
    kind = request.institution.kind
    safeguards = safeguards_of({line.environment_id for line in lines})
    return [
        line_possible(
            book,
            line,
            risk_tier=request.risk_tier,
            kind=kind,
            safeguards=safeguards.get(line.environment_id, frozenset()),
        )
        for line in lines
    ]


def submission_verdict(request: GrantRequest, lines: list[RequestLine], book: Rulebook) -> Verdict:
    """Whether the draft can be sent now, or the first reason why not. Two queries."""
    return may_submit(
        verdict_on(request, lines, book),
        qualified=qualified(standing(institution_id=request.institution_id)),
        last_day=max((line.ends_on for line in lines), default=None),
        today=clock.today(),
    )


@as_deed
def ask_to_sign(*, request: GrantRequest, by: Actor) -> GrantRequest:
    """Ask the institution's authorised representatives to read the request, declare and send it."""
    lock(request)
    require(submission_verdict(request, lines_of(request), rules(request.rulebook)))
    record(
        request,
        "ask_to_sign",
        by=by,
        rulebook=request.rulebook,
        changes={"asked_to_sign_at": clock.now()},
        about=[request.institution_id],
    )
    notices.tell(
        notices.TO_DECLARE,
        request,
        to=representatives_of(request.institution_id),
        key=f"to_sign:{clock.now():%Y%m%d%H%M%S}",
        url=reverse("grants:request_check", args=[request.pk]),
        person=by.name,
    )
    return request


@as_deed
def submit_request(*, request: GrantRequest, declared: Collection[str], capacity: str, by: Actor) -> GrantRequest:
    """Send the draft to the authority, declared in the institution's name by a representative of it.

    `declared` are the keys of the rulebook's declarations that were made, `capacity` the function in which the person
    binds the institution.
    """
    lock(request)
    lines, book = lines_of(request), rules(request.rulebook)
    require(submission_verdict(request, lines, book))
    asked = [{name: getattr(line, name) for name in ("number", *SCOPE)} for line in lines]
    make_declarations(
        wanted=book.declarations_on("grant_request"),
        declared=declared,
        capacity=capacity,
        institution_id=request.institution_id,
        noun="grant_request",
        about=request.pk,
        content=digest({"title": request.title, "purpose": request.purpose, "lines": asked}),
        rulebook=request.rulebook,
        by=by,
    )
    move(
        request,
        "submit",
        by=by,
        rulebook=request.rulebook,
        changes={"submitted_at": clock.now(), "submitted_by": by.user},
        detail={
            "lines": asked,
            "declarations": sorted(declared),
            "capacity": capacity.strip(),
        },
        about=[request.institution_id],
    )
    officers = members_with("case_officer", request.authority_id)
    notices.tell(notices.SUBMITTED, request, to=officers, key="submitted", count=len(lines))
    return request


@as_deed
def answer_question(*, question: GrantQuestion, answer: str, by: Actor) -> GrantQuestion:
    """Answer the open question; the case goes back to the authority."""
    request = question.request
    if not answer.strip():
        require(refused(_("Write an answer."), code="empty", rule="grant_request.answer"))
    move(request, "answer", by=by, detail={"answer": answer.strip()}, about=[request.institution_id])
    question.refresh_from_db()
    question.answer, question.answered_by, question.answered_at = answer.strip(), by.user, clock.now()
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    to = {user.pk: user for user in members_with("case_officer", request.authority_id)}
    to[question.asked_by_id] = question.asked_by
    notices.tell(notices.ANSWERED, request, to=to.values(), key=f"answered:{question.pk}")
    return question


@as_deed
def withdraw_request(*, request: GrantRequest, by: Actor, reason: str = "") -> GrantRequest:
    """Take the request back."""
    return move(request, "withdraw", by=by, detail={"reason": reason}, about=[request.institution_id])
