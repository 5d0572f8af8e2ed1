"""Deeds on enforcement cases: opening, stopping access at once, notice, hearing, signing, and the effect."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from audits import notices
from audits.actions.facts import about_case, keep_facts
from audits.actions.measure import (
    end_stay,
    note,
    replace_conditions,
    set_aside,
    settle,
    stay_effect,
    vary_measure,
)
from audits.actions.papers import as_detail, keep_papers, to_send
from audits.actions.scope import name_scope, scope_detail
from audits.models import DecisionSignature, EnforcementCase, Finding, Incident, Measure, Obligation
from audits.queries.appealed import office_of
from audits.queries.cases import authority_of
from audits.queries.ladder import decision_content, quorum_of, signatures_on, signed_by, suggested_rung
from audits.restricting import Closed, Limited
from audits.rules.enforcement import weighed, within_months
from audits.rules.parties import same_case
from audits.rules.signing import read_this, signs_once
from grants.actions.hold import place_hold
from grants.models import Hold
from partners.models import Institution
from portal.core import clock
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.references import next_reference
from portal.core.verdicts import require
from portal.ledger.models import Tier
from portal.rulebook.appeals import last_day_to_appeal
from portal.rulebook.durations import add_working_days
from portal.rulebook.queries import rules
from portal.workflow import as_deed, can, create, lock, move, record

__all__ = [
    "answer_notice",
    "drop_case",
    "end_stay",
    "give_notice",
    "hear_case",
    "open_case",
    "set_aside",
    "sign_decision",
    "stay_effect",
    "suspend_at_once",
    "vary_measure",
]


@as_deed
def open_case(
    *,
    institution: Institution,
    facts: str,
    by: Actor,
    incident: Incident | None = None,
    finding: Finding | None = None,
    obligation: Obligation | None = None,
) -> EnforcementCase:
    """Open a case, from an incident, a finding or a report that is owed where it comes from one."""
    origins = [item for item in (incident, finding, obligation) if item is not None]
    for item in origins:
        require(same_case(item, institution.pk))
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
    detail = {"facts": facts, "incident": _pk(incident), "finding": _pk(finding), "obligation": _pk(obligation)}
    create(case, "open", by=by, rulebook=version, detail=detail, about=about_case(case))
    keep_facts(case, origins, by)
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
        about=[*about_case(case), hold.pk],
    )
    return hold


@as_deed
def give_notice(
    *,
    case: EnforcementCase,
    measure: str,
    reasons: str,
    by: Actor,
    lifted_when: str = "",
    until: date | None = None,
    milder: str = "",
    why_step: str = "",
    closes: Sequence[Closed] = (),
    limits: Sequence[Limited] = (),
) -> EnforcementCase:
    """Tell the partner what is proposed and why; it has the rulebook's working days to answer.

    `milder`: which milder steps were weighed, and why they do not suffice; `why_step`: why another step than the
    ladder suggests; `lifted_when`: one condition a line; `closes` and `limits`: what a restriction closes, and the
    lines whose limits it lowers.
    """
    lock(case)
    step = rules(case.rulebook).enforcement.step(measure)
    suggested = suggested_rung(case)
    require(within_months(step, until, measure=measure))
    require(weighed(measure, suggested, milder=milder, why_step=why_step))
    name_scope(case, measure, closes, limits)
    due = add_working_days(clock.today(), step.notice_working_days, case.institution.organisation.jurisdiction)
    changes = {
        "proposed": measure,
        "proposed_by_id": by.user_id,
        "reasons": reasons,
        "suggested": suggested,
        "milder": milder.strip(),
        "why_step": why_step.strip(),
        "lifted_when": lifted_when.strip(),
        "effect_until": until,
        "notice_at": clock.now(),
        "answer_due": due,
    }
    detail = {
        "measure": measure,
        "reasons": reasons,
        "until": until,
        "lifted_when": lifted_when,
        "ladder": suggested,
        "milder": milder,
        "why_step": why_step,
        **scope_detail(closes, limits),
        "answer_due": due,
    }
    move(case, "give_notice", by=by, changes=changes, detail=detail, rulebook=case.rulebook, about=about_case(case))
    notices.notice_given(case)
    return case


@as_deed
def answer_notice(
    *, case: EnforcementCase, answer: str, by: Actor, documents: Collection[UUID] = ()
) -> EnforcementCase:
    """The partner's side, in its own words and with its papers."""
    lock_case(case)
    require(can(case, "answer", by))
    papers = to_send(institution_id=case.institution_id, about=case.pk, documents=documents, by=by)
    detail = {"answer": answer, **as_detail(papers)}
    changes = {"answer": answer, "answered_at": clock.now(), "answered_by_id": by.user_id}
    about = [*about_case(case), *(paper.pk for paper in papers)]
    record(case, "answer", by=by, changes=changes, detail=detail, about=about)
    keep_papers(papers, case=case)
    notices.notice_answered(case)
    return case


@as_deed
def hear_case(*, case: EnforcementCase, notes: str, by: Actor) -> EnforcementCase:
    """The partner was heard, or its time has passed: the signatories decide."""
    changes = {"heard_at": clock.now(), "heard_by_id": by.user_id, "heard_notes": notes.strip()}
    move(case, "hear", by=by, changes=changes, detail={"notes": notes}, rulebook=case.rulebook, about=about_case(case))
    notices.awaiting_decision(case)
    return case


@as_deed
def sign_decision(*, case: EnforcementCase, seen: str, by: Actor) -> EnforcementCase:
    """Sign what is proposed, as read: `seen` is the digest of what the page showed.

    With the signature that meets the rulebook's quorum for the rung, the decision is made and its effect is in
    force when this transaction ends.
    """
    lock_case(case)
    content = digest(decision_content(case))
    require(read_this(seen, content))
    require(signs_once(by, signed_by(signatures_on(case, content))))
    detail = {"measure": case.proposed, "digest": content}
    record(case, "sign", by=by, detail=detail, rulebook=case.rulebook, about=about_case(case))
    DecisionSignature.objects.create(
        case=case, signer_id=by.person_id, body_id=by.organisation_id, digest=content, signed_at=clock.now()
    )
    if quorum_of(case, signatures_on(case, content)).met:
        _decide(case, content, by)
    return case


@as_deed
def drop_case(*, case: EnforcementCase, reason: str, by: Actor) -> EnforcementCase:
    """Decide that nothing is to be done. An interim hold is lifted by its own deed."""
    lock_case(case)
    changes = {"measure": Measure.NO_ACTION, "decided_at": clock.now()}
    move(
        case, "drop", by=by, changes=changes, detail={"reason": reason}, rulebook=case.rulebook, about=about_case(case)
    )
    notices.case_decided(case)
    return case


def lock_case(case: EnforcementCase) -> None:
    """Lock the case, and forget who had a part in it, and what was sent in it, as it was read before."""
    lock(case)
    for name in ("involved_ids", "lifter_ids", "unconfirmed", "sent"):
        case.__dict__.pop(name, None)


def _decide(case: EnforcementCase, content: str, by: Actor) -> None:
    now, (_authority, country) = clock.now(), office_of(case)
    last = last_day_to_appeal("enforcement", decided_at=now, country=country, book=rules(case.rulebook))
    changes = {
        "measure": case.proposed,
        "decided_at": now,
        "decided_digest": content,
        "appeal_until": last.day,
    }
    detail = {"measure": case.proposed, "until": case.effect_until}
    move(
        case,
        "decide",
        by=by,
        changes=changes,
        detail=detail,
        rulebook=case.rulebook,
        about=about_case(case),
        tier=Tier.SCHEME,
    )
    note(case, "decided", case.reasons)
    replace_conditions(case)
    settle(case, case.reasons)
    notices.case_decided(case)


def _pk(subject: Any) -> Any:
    return subject.pk if subject is not None else None
