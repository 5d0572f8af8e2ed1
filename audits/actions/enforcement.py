"""Deeds on enforcement cases: opening, stopping access at once, notice, hearing, signing, and the effect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from audits import notices
from audits.actions.measure import (
    end_stay,
    note,
    replace_conditions,
    set_aside,
    settle,
    stay_effect,
    vary_measure,
)
from audits.actions.scope import name_scope, scope_detail
from audits.models import CaseFact, DecisionSignature, EnforcementCase, Finding, Incident, Measure
from audits.models.enforcement_parts import FACTS
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
from portal.core.verdicts import refused, require
from portal.ledger.models import Tier
from portal.rulebook.durations import add_working_days
from portal.rulebook.queries import rules
from portal.rulebook.schema import find
from portal.workflow import as_deed, create, lock, move, record

__all__ = [
    "answer_notice",
    "drop_case",
    "end_stay",
    "give_notice",
    "hear_case",
    "link_facts",
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
    _link(case, [item for item in (incident, finding) if item is not None], by)
    notices.case_opened(case)
    return case


@as_deed
def link_facts(*, case: EnforcementCase, facts: Sequence[Any], by: Actor) -> EnforcementCase:
    """Link what the case rests on: incidents, findings, alerts, reports that are owed, earlier cases of the partner.

    Only until notice is given: what the partner was not told of is not decided on. What is linked already stays.
    Raises Refused for what belongs to another institution, or for the case itself.
    """
    lock(case)
    require(case.TABLE.verdict("link_fact", case, by))
    for fact in facts:
        require(same_case(fact, case.institution_id))
    known = {(row.kind, row.subject.pk) for row in case.linked.select_related(*FACTS)}
    new = [fact for fact in facts if (_kind_of(fact), fact.pk) not in known]
    if not new or any(fact.pk == case.pk for fact in new):
        text = _("Choose something on file about this institution that is not linked yet.")
        require(refused(text, code="nothing", rule="enforcement.link_fact"))
    detail = {"facts": [{"kind": _kind_of(fact), "id": fact.pk} for fact in new]}
    record(case, "link_fact", by=by, detail=detail, about=[*_about(case), *(fact.pk for fact in new)])
    _link(case, new, by)
    return case


def _kind_of(fact: Any) -> str:
    """The name of the fact's column: an earlier case is `earlier`, anything else is its own noun."""
    return "earlier" if isinstance(fact, EnforcementCase) else str(fact._meta.model_name)


def _link(case: EnforcementCase, facts: Sequence[Any], by: Actor) -> None:
    CaseFact.objects.bulk_create(
        CaseFact(case=case, linked_by_id=by.user_id, linked_at=clock.now(), **{_kind_of(fact): fact}) for fact in facts
    )


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
    move(case, "give_notice", by=by, changes=changes, detail=detail, rulebook=case.rulebook, about=_about(case))
    notices.notice_given(case)
    return case


@as_deed
def answer_notice(*, case: EnforcementCase, answer: str, by: Actor) -> EnforcementCase:
    """The partner's side, in its own words."""
    changes = {"answer": answer, "answered_at": clock.now(), "answered_by_id": by.user_id}
    record(case, "answer", by=by, changes=changes, detail={"answer": answer}, about=_about(case))
    notices.notice_answered(case)
    return case


@as_deed
def hear_case(*, case: EnforcementCase, notes: str, by: Actor) -> EnforcementCase:
    """The partner was heard, or its time has passed: the signatories decide."""
    changes = {"heard_at": clock.now(), "heard_by_id": by.user_id, "heard_notes": notes.strip()}
    move(case, "hear", by=by, changes=changes, detail={"notes": notes}, rulebook=case.rulebook, about=_about(case))
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
    record(case, "sign", by=by, detail=detail, rulebook=case.rulebook, about=_about(case))
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
    move(case, "drop", by=by, changes=changes, detail={"reason": reason}, rulebook=case.rulebook, about=_about(case))
    notices.case_decided(case)
    return case


def lock_case(case: EnforcementCase) -> None:
    """Lock the case, and forget who had a part in it as it was read before."""
    lock(case)
    for name in ("involved_ids", "lifter_ids", "unconfirmed"):
        case.__dict__.pop(name, None)


def _decide(case: EnforcementCase, content: str, by: Actor) -> None:
    rulebook = rules(case.rulebook)
    window = find(rulebook.appeal.against, "enforcement").window_days
    changes = {
        "measure": case.proposed,
        "decided_at": clock.now(),
        "decided_digest": content,
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
    note(case, "decided", case.reasons)
    replace_conditions(case)
    settle(case, case.reasons)
    notices.case_decided(case)


def _about(case: EnforcementCase) -> list[Any]:
    return [case.institution_id, *(pk for pk in (case.incident_id, case.finding_id) if pk is not None)]


def _pk(subject: Any) -> Any:
    return subject.pk if subject is not None else None
