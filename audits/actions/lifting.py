"""Lifting a measure: its conditions are said to be met, confirmed by somebody else, and a quorum decides."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from audits import notices
from audits.actions.enforcement import lock_case
from audits.actions.measure import note, settle
from audits.models import DecisionSignature, EnforcementCase, LiftCondition, MeasureEvent
from audits.queries.ladder import signatures_on, signed_by
from audits.queries.lifting import lifting_content, lifting_quorum
from audits.rules.enforcement import confirms_another
from audits.rules.parties import same_case
from audits.rules.signing import read_this, signs_once
from partners.models import Evidence
from portal.core import clock
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.verdicts import refused, require
from portal.ledger.models import Tier
from portal.workflow import as_deed, move, record


@as_deed
def meet_condition(
    *, case: EnforcementCase, condition: LiftCondition, remark: str, by: Actor, evidence: Evidence | None = None
) -> LiftCondition:
    """Say that a condition is met, and how; somebody else confirms it. What was returned can be said again."""
    lock_case(case)
    row = _own(case, condition)
    require(same_case(evidence, case.institution_id))
    if not remark.strip():
        require(refused(_("Say how it was met."), code="no_reason", rule="enforcement.meet_condition"))
    if row.met_at is not None:
        text = _("It is said to be met already, and waits for somebody to look at it.")
        require(refused(text, code="already_done", rule="enforcement.meet_condition"))
    _record(case, "meet_condition", row, by, remark=remark, evidence=evidence.pk if evidence else None)
    row.met_at, row.met_by_id, row.remark, row.evidence = clock.now(), by.user_id, remark.strip()[:2000], evidence
    row.returned = ""
    row.save(update_fields=["met_at", "met_by", "remark", "evidence", "returned"])
    notices.condition_met(case, row)
    return row


@as_deed
def confirm_condition(*, case: EnforcementCase, condition: LiftCondition, by: Actor) -> LiftCondition:
    """Confirm what somebody else said to be met. With the last one, officers hear that lifting can be proposed."""
    lock_case(case)
    row = _own(case, condition)
    require(confirms_another(row, by))
    _record(case, "confirm_condition", row, by)
    row.confirmed_at, row.confirmed_by_id = clock.now(), by.user_id
    row.save(update_fields=["confirmed_at", "confirmed_by"])
    notices.condition_judged(case, row)
    case.__dict__.pop("unconfirmed", None)
    if not case.unconfirmed:
        notices.can_be_lifted(case)
    return row


@as_deed
def return_condition(*, case: EnforcementCase, condition: LiftCondition, reason: str, by: Actor) -> LiftCondition:
    """Say why it is not met; whoever is to meet it says so again."""
    lock_case(case)
    row = _own(case, condition)
    if not reason.strip():
        require(refused(_("Say what is missing."), code="no_reason", rule="enforcement.return_condition"))
    require(confirms_another(row, by))
    _record(case, "return_condition", row, by, reason=reason)
    row.met_at, row.met_by, row.returned = None, None, reason.strip()[:2000]
    row.save(update_fields=["met_at", "met_by", "returned"])
    notices.condition_judged(case, row)
    return row


@as_deed
def propose_lifting(*, case: EnforcementCase, reason: str, by: Actor) -> EnforcementCase:
    """Propose to lift the measure, once everything that must be true was confirmed."""
    lock_case(case)
    if not reason.strip():
        require(refused(_("Say why it can be lifted."), code="no_reason", rule="enforcement.lift"))
    changes = {
        "lifting_proposed_at": clock.now(),
        "lifting_proposed_by_id": by.user_id,
        "lifting_reason": reason.strip(),
    }
    record(case, "propose_lifting", by=by, changes=changes, detail={"reason": reason}, about=[case.institution_id])
    notices.lifting_proposed(case)
    return case


@as_deed
def sign_lifting(*, case: EnforcementCase, seen: str, by: Actor) -> EnforcementCase:
    """Sign that the measure is lifted, as read. With the signature that meets the quorum it ends, at once."""
    lock_case(case)
    content = digest(lifting_content(case))
    require(read_this(seen, content))
    require(signs_once(by, signed_by(signatures_on(case, content))))
    record(case, "sign_lifting", by=by, detail={"digest": content}, rulebook=case.rulebook, about=[case.institution_id])
    DecisionSignature.objects.create(
        case=case, signer_id=by.person_id, body_id=by.organisation_id, digest=content, signed_at=clock.now()
    )
    if lifting_quorum(case, signatures_on(case, content)).met:
        _lift(case, by)
    return case


def _lift(case: EnforcementCase, by: Actor) -> None:
    reason = case.lifting_reason
    move(
        case,
        "lift",
        by=by,
        changes={"ended_at": clock.now(), "end": "lifted", "stayed_at": None},
        rulebook=case.rulebook,
        detail={"reason": reason},
        about=[case.institution_id],
        tier=Tier.SCHEME,
    )
    note(case, MeasureEvent.Kind.LIFTED, reason)
    settle(case, reason)
    notices.measure_changed(case, MeasureEvent.Kind.LIFTED, reason)


def _own(case: EnforcementCase, condition: LiftCondition) -> LiftCondition:
    """The condition as it is now, locked with its case. Raises DoesNotExist for one of another case."""
    row: LiftCondition = case.conditions.select_for_update().get(pk=condition.pk)
    return row


def _record(case: EnforcementCase, verb: str, row: LiftCondition, by: Actor, **detail: Any) -> None:
    shown = {"condition": row.number, "text": row.text, **detail}
    record(case, verb, by=by, detail=shown, rulebook=case.rulebook, about=[case.institution_id])
