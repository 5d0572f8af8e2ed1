"""Deeds on accepting the risk of a finding: proposed by an officer, signed by a quorum as read, until a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from audits import notices
from audits.actions.finding import reopen_finding
from audits.models import AcceptanceSignature, Finding, FindingNote, RiskAcceptance
from audits.queries.acceptance import (
    conflicted_with,
    counted,
    digest_of,
    open_acceptance,
    quorum_of,
    quorum_rule,
    signatures_on,
)
from audits.rules.acceptance import RULE, may_be_accepted, may_sign_acceptance, none_is_open
from partners.queries.person import tier_of
from partners.rules.binding import is_fresh
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Conflict, refused, require
from portal.ledger.models import Tier
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move, record

SIGN, REFUSE = AcceptanceSignature.Decision.SIGN, AcceptanceSignature.Decision.REFUSE


@as_deed
def propose_acceptance(
    *, finding: Finding, reason: str, until: date, by: Actor, safeguards: str = ""
) -> RiskAcceptance:
    """Put it before the signatories, where the rulebook lets anybody accept it (audits.findings.<severity>)."""
    lock(finding)
    book = rules()
    require(may_be_accepted(finding, book.audits.finding(finding.severity), until=until))
    require(none_is_open(there=open_acceptance(finding) is not None))
    acceptance = RiskAcceptance(
        finding=finding,
        institution_id=finding.institution_id,
        authority_id=finding.authority_id,
        reason=reason.strip(),
        safeguards=safeguards.strip(),
        until=until,
        tier=tier_of(finding.institution_id) or "high",
        rulebook=book.version,
        proposed_at=clock.now(),
        proposed_by_id=by.person_id,
    )
    acceptance.digest = digest_of(acceptance)
    detail = {"until": until, "reason": acceptance.reason, "digest": acceptance.digest}
    record(finding, "propose_acceptance", by=by, rulebook=book.version, detail=detail, tier=Tier.AUTHORITY)
    create(
        acceptance, "propose", by=by, rulebook=book.version, detail=detail, about=_about(acceptance),
        tier=Tier.AUTHORITY,
    )  # fmt: skip
    notices.acceptance_to_sign(acceptance)
    return acceptance


@as_deed
def sign_acceptance(*, acceptance: RiskAcceptance, seen: str, by: Actor) -> AcceptanceSignature:
    """Sign what one read; `seen` is the digest that the page showed. With the quorum's last signature it is in force.

    Raises Conflict where something else was read, and Refused where the second factor was shown too long ago.
    """
    rows = _require_may(acceptance, "sign", seen, by)
    signature = _write(acceptance, SIGN, "", by)
    if quorum_of(acceptance, [*rows, signature]).met:
        _take_effect(acceptance, by)
    return signature


@as_deed
def refuse_acceptance(*, acceptance: RiskAcceptance, seen: str, reason: str, by: Actor) -> AcceptanceSignature:
    """Refuse, with the reason: the finding has to be put right."""
    _require_may(acceptance, "refuse", seen, by)
    signature = _write(acceptance, REFUSE, reason, by)
    _over(acceptance, "refuse", reason, by)
    notices.acceptance_refused(acceptance)
    return signature


@as_deed
def withdraw_acceptance(*, acceptance: RiskAcceptance, reason: str, by: Actor) -> RiskAcceptance:
    """Take the proposal back, such as after the finding changed under it."""
    return _over(acceptance, "withdraw", reason, by)


@as_deed
def revoke_acceptance(*, acceptance: RiskAcceptance, reason: str, by: Actor) -> RiskAcceptance:
    """End it before its day: the finding is open again at once."""
    changes = {"ended_at": clock.now(), "end_reason": reason.strip()}
    move(acceptance, "revoke", by=by, changes=changes, detail={"reason": reason}, about=_about(acceptance))
    reopen_finding(finding=acceptance.finding, by=SYSTEM)
    return acceptance


@as_deed
def end_acceptance(*, finding: Finding, by: Actor) -> Finding:
    """Its day came: the finding is open again."""
    lock(finding)
    acceptance = finding.acceptances.filter(state="in_force").first()
    if acceptance is not None:
        move(acceptance, "end", by=by, changes={"ended_at": clock.now()}, about=_about(acceptance))
    return reopen_finding(finding=finding, by=by)


def _require_may(acceptance: RiskAcceptance, verb: str, seen: str, by: Actor) -> list[AcceptanceSignature]:
    """The signatures that are there, for somebody who may add one."""
    lock(acceptance.finding)
    lock(acceptance)
    require(acceptance.TABLE.verdict(verb, acceptance, by))
    require(is_fresh(by.confirmed_at, clock.now(), rules().second_factor.fresh_minutes))
    rows = signatures_on(acceptance)
    assert acceptance.authority_id is not None
    require(
        may_sign_acceptance(
            quorum_rule(acceptance),
            counted(acceptance, rows),
            by,
            home=acceptance.authority_id,
            conflicted=conflicted_with(acceptance.institution_id),
        )
    )
    if not seen == acceptance.digest == digest_of(acceptance):
        text = _("The finding has changed since this was proposed, or since you read it. It has to be proposed anew.")
        raise Conflict(refused(text, code="changed", rule=RULE))
    return rows


def _write(acceptance: RiskAcceptance, decision: str, reason: str, by: Actor) -> AcceptanceSignature:
    if decision == SIGN:
        detail = {"digest": acceptance.digest, "decision": decision}
        record(
            acceptance, "sign", by=by, rulebook=acceptance.rulebook, detail=detail, about=_about(acceptance),
            tier=Tier.AUTHORITY,
        )  # fmt: skip
    assert by.confirmed_at is not None, "a fresh second factor is required above"
    return AcceptanceSignature.objects.create(
        acceptance=acceptance,
        digest=acceptance.digest,
        decision=decision,
        reason=reason.strip()[:2000],
        signer_id=by.person_id,
        body_id=by.organisation_id,
        confirmed_at=by.confirmed_at,
        signed_at=clock.now(),
    )


def _over(acceptance: RiskAcceptance, verb: str, reason: str, by: Actor) -> RiskAcceptance:
    changes = {"decided_at": clock.now(), "end_reason": reason.strip()[:2000]}
    detail = {"reason": reason, "digest": acceptance.digest}
    return move(
        acceptance, verb, by=by, changes=changes, detail=detail, rulebook=acceptance.rulebook,
        about=_about(acceptance), tier=Tier.AUTHORITY,
    )  # fmt: skip


def _take_effect(acceptance: RiskAcceptance, by: Actor) -> None:
    finding, detail = acceptance.finding, {"until": acceptance.until, "digest": acceptance.digest}
    move(
        acceptance,
        "take_effect",
        by=by,
        rulebook=acceptance.rulebook,
        changes={"decided_at": clock.now()},
        detail=detail,
        about=_about(acceptance),
    )
    move(
        finding,
        "accept_risk",
        by=by,
        rulebook=acceptance.rulebook,
        changes={"accepted_until": acceptance.until, "accepted_by_id": by.user_id, "escalates_on": None},
        detail={**detail, "reason": acceptance.reason},
        about=[finding.audit_id, finding.institution_id],
    )
    FindingNote.objects.create(
        finding=finding,
        kind=FindingNote.Kind.ACCEPTANCE,
        text=acceptance.reason,
        written_by_id=by.person_id,
        body_id=by.organisation_id,
        written_at=clock.now(),
    )
    notices.risk_accepted(finding)


def _about(acceptance: RiskAcceptance) -> list[Any]:
    return [acceptance.finding_id, acceptance.institution_id]
