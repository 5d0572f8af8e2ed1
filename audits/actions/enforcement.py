"""Deeds on enforcement cases: opening, stopping access at once, notice, hearing, signing, and the effect."""

from __future__ import annotations

from datetime import date
from typing import Any

from audits import notices
from audits.models import DecisionSignature, EnforcementCase, Finding, Incident, Measure
from audits.queries.cases import authority_of
from audits.queries.ladder import decision_content, quorum_of, signatures_on, signed_by, suggested_rung
from audits.rules.enforcement import within_months
from audits.rules.parties import same_case
from audits.rules.signing import read_this, signs_once
from grants.actions.hold import place_hold
from grants.models import Hold
from partners.actions.qualification import remove_qualification, restrict_qualification, suspend_qualification
from partners.models import Institution
from partners.queries.institution import live_qualification
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.canonical import digest
from portal.core.references import next_reference
from portal.core.verdicts import require
from portal.ledger.models import Tier
from portal.rulebook.durations import add_working_days
from portal.rulebook.queries import rules
from portal.rulebook.schema import find
from portal.workflow import as_deed, create, lock, move, record


@as_deed
def open_case(
    *,
    institution: Institution,
    facts: str,
    by: Actor,
    incident: Incident | None = None,
    finding: Finding | None = None,
) -> EnforcementCase:
    """Open a case, from an incident or a finding where it comes from one."""
    require(same_case(incident, institution.pk))
    require(same_case(finding, institution.pk))
    version = rules().version
    case = EnforcementCase(
        reference=next_reference("E"),
        institution=institution,
        authority_id=authority_of(institution),
        incident=incident,
        finding=finding,
        facts=facts,
        rulebook=version,
        opened_at=clock.now(),
        opened_by_id=by.user_id,
    )
    detail = {"facts": facts, "incident": _pk(incident), "finding": _pk(finding)}
    create(case, "open", by=by, rulebook=version, detail=detail, about=_about(case))
    notices.case_opened(case)
    return case


@as_deed
def suspend_at_once(*, case: EnforcementCase, reason: str, lifted_when: str, by: Actor) -> Hold:
    """Stop all of the partner's access now, before anything is decided (rulebook: enforcement.emergency).

    A signatory of another body confirms the hold in time, or it lapses and everybody concerned hears of it.
    """
    lock(case)
    hold = place_hold(
        target=case.institution,
        reason=reason,
        lifted_when=lifted_when,
        emergency=True,
        incident=case.incident.reference if case.incident else "",
        by=by,
    )
    record(
        case,
        "suspend_at_once",
        by=by,
        changes={"hold": hold},
        rulebook=case.rulebook,
        detail={"hold": hold.pk, "reason": reason},
        about=[*_about(case), hold.pk],
    )
    return hold


@as_deed
def give_notice(
    *, case: EnforcementCase, measure: str, reasons: str, by: Actor, lifted_when: str = "", until: date | None = None
) -> EnforcementCase:
    """Tell the partner what is proposed and why; it has the rulebook's working days to answer."""
    lock(case)
    step = rules(case.rulebook).enforcement.step(measure)
    require(within_months(step, until, measure=measure))
    due = add_working_days(clock.today(), step.notice_working_days, case.institution.organisation.jurisdiction)
    changes = {
        "proposed": measure,
        "proposed_by_id": by.user_id,
        "reasons": reasons,
        "lifted_when": lifted_when,
        "effect_until": until,
        "notice_at": clock.now(),
        "answer_due": due,
    }
    detail = {
        "measure": measure,
        "reasons": reasons,
        "until": until,
        "lifted_when": lifted_when,
        "ladder": suggested_rung(case),
        "answer_due": due,
    }
    move(case, "give_notice", by=by, changes=changes, detail=detail, rulebook=case.rulebook, about=_about(case))
    notices.notice_given(case)
    return case


@as_deed
def answer_notice(*, case: EnforcementCase, answer: str, by: Actor) -> EnforcementCase:
    """The partner's side, in its own words."""
    changes = {"answer": answer, "answered_at": clock.now()}
    record(case, "answer", by=by, changes=changes, detail={"answer": answer}, about=_about(case))
    notices.notice_answered(case)
    return case


@as_deed
def hear_case(*, case: EnforcementCase, notes: str, by: Actor) -> EnforcementCase:
    """The partner was heard, or its time has passed: the signatories decide."""
    changes = {"heard_at": clock.now(), "heard_by_id": by.user_id}
    move(case, "hear", by=by, changes=changes, detail={"notes": notes}, rulebook=case.rulebook, about=_about(case))
    notices.awaiting_decision(case)
    return case


@as_deed
def sign_decision(*, case: EnforcementCase, seen: str, by: Actor) -> EnforcementCase:
    """Sign what is proposed, as read: `seen` is the digest of what the page showed.

    With the signature that meets the rulebook's quorum for the rung, the decision is made and its effect is in
    force when this transaction ends.
    """
    lock(case)
    content = digest(decision_content(case))
    require(read_this(seen, content))
    require(signs_once(by, signed_by(signatures_on(case, content))))
    detail = {"measure": case.proposed, "digest": content}
    record(case, "sign", by=by, detail=detail, rulebook=case.rulebook, about=_about(case))
    DecisionSignature.objects.create(
        case=case, signer_id=by.person_id, body_id=by.organisation_id, digest=content, signed_at=clock.now()
    )
    if quorum_of(case, signatures_on(case, content)).met:
        _decide(case, by)
    return case


@as_deed
def drop_case(*, case: EnforcementCase, reason: str, by: Actor) -> EnforcementCase:
    """Decide that nothing is to be done. An interim hold is lifted by its own deed."""
    changes = {"measure": Measure.NO_ACTION, "decided_at": clock.now()}
    move(case, "drop", by=by, changes=changes, detail={"reason": reason}, rulebook=case.rulebook, about=_about(case))
    notices.case_decided(case)
    return case


def _decide(case: EnforcementCase, by: Actor) -> None:
    rulebook = rules(case.rulebook)
    window = find(rulebook.appeal.against, "enforcement").window_days
    changes = {
        "measure": case.proposed,
        "decided_at": clock.now(),
        "appeal_until": date.fromordinal(clock.today().toordinal() + window),
    }
    detail = {"measure": case.proposed, "until": case.effect_until}
    move(
        case,
        "decide",
        by=by,
        changes=changes,
        detail=detail,
        rulebook=case.rulebook,
        about=_about(case),
        tier=Tier.SCHEME,
    )
    _take_effect(case)
    notices.case_decided(case)


def _take_effect(case: EnforcementCase) -> None:
    """The consequence on the floor below, by the portal on behalf of the quorum: no signatory alone did it."""
    qualification = live_qualification(case.institution_id)
    if qualification is None:
        return
    reason = f"{case.reference}: {case.reasons}"[:2000]
    if case.measure == Measure.RESTRICTION and qualification.state != "restricted":
        restrict_qualification(qualification=qualification, by=SYSTEM, reason=reason, conditions=case.lifted_when)
    elif case.measure == Measure.SUSPENSION and qualification.state != "suspended":
        suspend_qualification(qualification=qualification, by=SYSTEM, reason=reason, conditions=case.lifted_when)
    elif case.measure == Measure.REMOVAL:
        remove_qualification(qualification=qualification, by=SYSTEM, reason=reason, until=case.effect_until)


def _about(case: EnforcementCase) -> list[Any]:
    return [case.institution_id, *(pk for pk in (case.incident_id, case.finding_id) if pk is not None)]


def _pk(subject: Any) -> Any:
    return subject.pk if subject is not None else None
