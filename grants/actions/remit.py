"""Deeds of the portal on a decision on a grant request that a panel set aside: others decide anew on what was less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grants import notices
from grants.actions.amendment import change_state, change_verdicts, has_ended
from grants.actions.lines import SCOPE
from grants.models import EvaluationPlan, Grant, GrantRequest, LinePerson, RequestLine
from grants.queries.grant import agreed_lines
from grants.queries.plan import asked_people, granted_people, plans_of
from grants.queries.refused import lines_with_less
from grants.rules.amendment import original_stands
from grants.states import GRANT_LIVE
from partners.models import Person
from portal.accounts.queries.people import people_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.references import next_reference
from portal.workflow import as_deed, create, lock, move


@dataclass(frozen=True, slots=True)
class Asked:
    """A line that is asked for once more: its scope, why it is needed, and who alone is to use it."""

    scope: dict[str, Any]
    justification: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Anew:
    """What is to be decided anew: of which kind the request is, which grant it changes, and its lines."""

    kind: str
    amends: Grant | None
    lines: list[Asked]


@as_deed
def remit_request(*, request: GrantRequest, reason: str, by: Actor) -> GrantRequest:
    """Set aside what was refused or narrowed, and send that once more, as it was asked and declared.

    Others review and sign it, and its providers are asked anew: nothing of it is granted by this. What was granted
    stays meanwhile. Nothing is sent where another change of the same grant is under way, which then goes on, where the
    grant that was to change has ended, or where the days asked for are over. Returns the request that was set aside.
    """
    lock(request)
    anew = _anew(request)
    sent = _send(request, anew, reason, by) if anew is not None and anew.lines else None
    move(
        request,
        "set_aside",
        by=by,
        rulebook=request.rulebook,
        changes={"set_aside_at": clock.now()},
        detail={"reason": reason, "anew": sent.reference if sent else None},
        about=[request.institution_id, *([sent.pk] if sent else [])],
    )
    if sent is None:
        notices.tell_partner(notices.SET_ASIDE, request, key="set_aside", reason=reason)
        return request
    officers = people_with("case_officer", organisation_id=request.authority_id)
    words = {"earlier": request.reference, "reason": reason}
    notices.tell(notices.REMITTED, sent, to=officers, key="remitted", **words)
    notices.tell_partner(notices.REMITTED_PARTNER, sent, key="remitted_partner", **words)
    return request


# --- what is decided anew -------------------------------------------------------------------------
def _anew(request: GrantRequest) -> Anew | None:
    """What follows, under the lock of the grant that it would change; None where that cannot be changed now."""
    less = _as_asked(request)
    if request.state == "refused":
        return _of_refusal(request, less)
    grant: Grant = request.grant
    lock(grant)
    if grant.state in GRANT_LIVE:
        if not change_verdicts(grant, GrantRequest.Kind.AMENDMENT)[0]:
            return None
        both = {**_as_agreed(grant, less), **less}
        lines = [both[number] for number in sorted(both)] if less else []
        return Anew(GrantRequest.Kind.AMENDMENT, grant, lines)
    if grant.state == "superseded":
        return None
    return Anew(GrantRequest.Kind.INITIAL, None, [*less.values()])


def _of_refusal(request: GrantRequest, less: dict[int, Asked]) -> Anew | None:
    """The whole request once more, where what it was to change can still be changed."""
    if request.amends is not None:
        lock(request.amends)
        if not original_stands(request.amends) or any(change_state(request.amends)):
            return None
    return Anew(request.kind, request.amends, [*less.values()])


def _as_asked(request: GrantRequest) -> dict[int, Asked]:
    """Number → line that was refused or narrowed, as it was asked, where its days are not over."""
    lines = [item.line for item in lines_with_less(request) if item.line.ends_on >= clock.today()]
    people = asked_people(request.pk)
    return {line.number: Asked(_scope(line), line.justification, _named(people.get(line.pk, ()))) for line in lines}


def _as_agreed(grant: Grant, less: dict[int, Asked]) -> dict[int, Asked]:
    """Number → line that was granted as asked, as it is agreed now: the new grant takes the place of the old one."""
    asked = {line.pk: line for line in RequestLine.objects.filter(request=grant.request_id)}
    held = [
        line for line in agreed_lines(grant) if not has_ended(line) and asked[line.request_line_id].number not in less
    ]
    people = granted_people([line.pk for line in held])
    return {
        asked[line.request_line_id].number: Asked(
            _scope(line), asked[line.request_line_id].justification, _named(people.get(line.pk, ()))
        )
        for line in held
    }


def _scope(line: Any) -> dict[str, Any]:
    return {name: getattr(line, name) for name in SCOPE}


def _named(people: Sequence[Person]) -> tuple[Person, ...]:
    return tuple(person for person in people if person.state == "named")


# --- sending it -----------------------------------------------------------------------------------
def _send(earlier: GrantRequest, anew: Anew, reason: str, by: Actor) -> GrantRequest:
    request = GrantRequest(
        reference=next_reference("R"),
        kind=anew.kind,
        institution=earlier.institution,
        authority=earlier.authority,
        amends=anew.amends,
        follows=earlier,
        title=earlier.title,
        purpose=earlier.purpose,
        rulebook=earlier.rulebook,
        risk_tier=earlier.risk_tier,
        begun_by=earlier.begun_by,
        begun_at=clock.now(),
    )
    about = [earlier.institution_id, earlier.pk, anew.amends.pk if anew.amends else None]
    why = {"follows": earlier.reference, "reason": reason, "kind": anew.kind}
    create(request, "begin_anew", by=by, rulebook=earlier.rulebook, detail=why, about=about)
    lines = [
        RequestLine(request=request, number=number, justification=asked.justification, **asked.scope)
        for number, asked in enumerate(anew.lines, start=1)
    ]
    RequestLine.objects.bulk_create(lines)
    LinePerson.objects.bulk_create(
        LinePerson(line=line, person=person)
        for line, asked in zip(lines, anew.lines, strict=True)
        for person in asked.people
    )
    uses = {line.use_case for line in lines}
    EvaluationPlan.objects.bulk_create(
        EvaluationPlan(request=request, use_case=plan.use_case, parts=plan.parts, written_by=plan.written_by)
        for plan in plans_of(earlier.pk).values()
        if plan.use_case in uses
    )
    detail = {"lines": [{"number": line.number, **_scope(line)} for line in lines]}
    changes = {"submitted_at": clock.now(), "submitted_by": earlier.submitted_by}
    return move(
        request, "send_anew", by=by, rulebook=earlier.rulebook, changes=changes, detail=detail, about=about
    )  # fmt: skip
