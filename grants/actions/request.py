"""Deeds of the institution on its grant requests."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from grants import notices
from grants.actions.lines import SCOPE, verdict_on
from grants.models import Grant, GrantQuestion, GrantRequest, RequestLine
from grants.queries.plan import asked_people, plans_of, written
from grants.queries.request import RequestCase, lines_of
from grants.rules.amendment import original_stands
from grants.rules.plan import people_current, plans_whole
from grants.rules.request import may_submit
from partners.actions.declaration import make_declarations
from partners.models import Institution, Person, Qualification
from partners.queries.declaration import representatives_of
from partners.queries.institution import authority_for
from partners.queries.standing import Standing, standing
from portal.accounts.models import Organisation
from portal.accounts.queries.people import people_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.references import next_reference
from portal.core.verdicts import ALLOWED, Verdict, first_refusal, refused, require
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
    return new_request(
        institution=institution, title=title, purpose=purpose, kind="initial", amends=None, tier=status.tier, by=by
    )


def new_request(
    *, institution: Institution, title: str, purpose: str, kind: str, amends: Grant | None, tier: str, by: Actor
) -> GrantRequest:
    """A draft without lines. Inside the deed that begins it, which has asked whether it may."""
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


@dataclass(frozen=True)
class Draft:
    """What of a draft is sent: its lines, who alone is to use each, and its plans. `read` takes three queries."""

    lines: list[RequestLine]
    people: Mapping[UUID, Sequence[Person]]
    plans: Mapping[str, Mapping[str, str]]

    @classmethod
    def read(cls, request: GrantRequest) -> Draft:
        return cls(lines_of(request), asked_people(request.pk), written(plans_of(request.pk)))

    @classmethod
    def of(cls, case: RequestCase) -> Draft:
        """The draft of a case whose parts were read already."""
        return cls(
            [item.line for item in case.lines],
            {item.line.pk: item.people for item in case.lines},
            written(case.plans),
        )


def submission_verdict(request: GrantRequest, draft: Draft, book: Rulebook) -> Verdict:
    """Whether the draft can be sent now, or the first reason why not. Three queries at most."""
    lines, people = draft.lines, draft.people
    return first_refusal(
        original_stands(request.amends),
        lambda: may_submit(
            verdict_on(request, lines, book),
            qualified=qualified(standing(institution_id=request.institution_id)),
            last_day=max((line.ends_on for line in lines), default=None),
            today=clock.today(),
        ),
        lambda: people_current((line.number, person) for line in lines for person in people.get(line.pk, ())),
        lambda: plans_whole(book, {line.use_case for line in lines}, draft.plans),
    )


@as_deed
def ask_to_sign(*, request: GrantRequest, by: Actor) -> GrantRequest:
    """Ask the institution's authorised representatives to read the request, declare and send it."""
    lock(request)
    require(submission_verdict(request, Draft.read(request), rules(request.rulebook)))
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
    draft, book = Draft.read(request), rules(request.rulebook)
    require(submission_verdict(request, draft, book))
    asked, plans = _asked(draft), draft.plans
    make_declarations(
        wanted=book.declarations_on("grant_request"),
        declared=declared,
        capacity=capacity,
        institution_id=request.institution_id,
        noun="grant_request",
        about=request.pk,
        content=digest({"title": request.title, "purpose": request.purpose, "lines": asked, "plans": plans}),
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
            "plans": {use_case: digest(parts) for use_case, parts in plans.items()},
            "declarations": sorted(declared),
            "capacity": capacity.strip(),
        },
        about=[request.institution_id],
    )
    officers = people_with("case_officer", organisation_id=request.authority_id)
    notices.tell(notices.SUBMITTED, request, to=officers, key="submitted", count=len(draft.lines))
    return request


def _asked(draft: Draft) -> list[dict[str, Any]]:
    """The lines as the record keeps them, with the people who alone are to use them."""
    return [
        {
            **{name: getattr(line, name) for name in ("number", *SCOPE)},
            "people": [person.pk for person in draft.people.get(line.pk, ())],
        }
        for line in draft.lines
    ]


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
    to = {user.pk: user for user in people_with("case_officer", organisation_id=request.authority_id)}
    to[question.asked_by_id] = question.asked_by
    notices.tell(notices.ANSWERED, request, to=to.values(), key=f"answered:{question.pk}")
    return question


@as_deed
def withdraw_request(*, request: GrantRequest, by: Actor, reason: str = "") -> GrantRequest:
    """Take the request back."""
    return move(request, "withdraw", by=by, detail={"reason": reason}, about=[request.institution_id])
