"""Signatures on a grant request, and what follows when the quorum is met."""

from __future__ import annotations

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _

from grants import notices
from grants.actions.grant import issue_grant
from grants.actions.signing import REFUSE, SIGN, require_read, require_why, write_signature
from grants.models import GrantRequest, GrantSignature
from grants.queries.refused import is_less
from grants.queries.request import RequestCase, case_of
from partners.rules.quorum import may_sign
from portal.accounts.queries.people import people_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Text, Verdict, require
from portal.rulebook.appeals import country_of, last_day_to_appeal
from portal.rulebook.places import LastDay
from portal.rulebook.queries import rules
from portal.workflow import as_deed, lock, move


def signing_verdict(case: RequestCase, by: Actor) -> Verdict:
    """Whether the actor may sign or refuse this case now."""
    verdict = case.request.TABLE.verdict("sign", case.request, by)
    if not verdict:
        return verdict
    return may_sign(
        case.quorum,
        case.hands,
        case.signed,
        by,
        home=case.request.authority_id,
        open_queries=len(case.open_questions),
        outdated=False,
    )


@as_deed
def sign_request(*, request: GrantRequest, seen: str, by: Actor, note: str = "") -> GrantSignature:
    """Sign what one read: `seen` is the digest that the page showed. The last signature of the quorum decides.

    Raises Conflict where the case is no longer the one that was read, and Refused where the second factor was shown
    too long ago.
    """
    case = _require_may(request, seen, by)
    signature = _write(request, SIGN, by, note)
    case.signatures.append(signature)
    if case.quorum_state.met:
        _decide(case, by)
    return signature


@as_deed
def refuse_to_sign(*, request: GrantRequest, seen: str, reason: str, by: Actor) -> GrantSignature:
    """Refuse, with the reason: the case goes back to review, and what others signed no longer counts."""
    _require_may(request, seen, by)
    require_why(reason, "grant_request.send_back")
    signature = _write(request, REFUSE, by, reason)
    key = f"sent_back:{request.digest[:12]}"
    move(
        request,
        "send_back",
        by=by,
        changes={"digest": "", "sent_at": None, "consent_due": None},
        detail={"reason": reason},
        about=[request.institution_id],
    )
    officers = people_with("case_officer", organisation_id=request.authority_id)
    notices.tell(notices.SENT_BACK, request, to=officers, key=key, reason=reason.strip())
    return signature


def _require_may(request: GrantRequest, seen: str, by: Actor) -> RequestCase:
    lock(request)
    case = case_of(request)
    require(signing_verdict(case, by))
    changed = _("The case is no longer the one that you read. Read it again.")
    require_read(request, seen=seen, stands=case.digest(request.sent_at), by=by, changed=changed)
    return case


def _write(request: GrantRequest, decision: str, by: Actor, note: str) -> GrantSignature:
    row = GrantSignature(request=request)
    return write_signature(row, request, decision=decision, note=note, by=by, about=[request.institution_id])


def _decide(case: RequestCase, by: Actor) -> None:
    request, granted, now = case.request, case.granted, clock.now()
    outcomes = {str(item.line.number): item.outcome for item in case.lines}
    move(
        request,
        "grant" if granted else "refuse",
        by=by,
        rulebook=request.rulebook,
        changes={"decided_at": now},
        detail={"lines": outcomes, "digest": request.digest},
        about=[request.institution_id],
    )
    until = last_day_to_appeal(
        "grant_refusal", decided_at=now, country=country_of(request), book=rules(request.rulebook)
    )
    if not granted:
        notices.tell_partner(notices.REFUSED, request, key="refused", until=until)
        return
    grant = issue_grant(case=case, by=by)
    notices.tell_partner(
        notices.GRANTED,
        request,
        key="granted",
        url=reverse("grants:agreement", args=[grant.pk]),
        granted=len(granted),
        count=len(case.lines),
        appeal=_appeal(case, until),
    )


def _appeal(case: RequestCase, until: LastDay) -> Text:
    """What the notice of a grant says of appeals: nothing where all was granted as it was asked for."""
    if not any(is_less(item) for item in case.lines):
        return ""
    return format_lazy("\n\n{}", format_lazy(notices.LESS, until=until))
