"""Deeds on audits until fieldwork begins. The checklist, the report and findings have modules of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from audits import notices
from audits.actions.planning import recorded_plan
from audits.actions.sample import draw_sample
from audits.models import AUDIT_PERMISSION, Audit, Catalogue, Check
from audits.programme import announce_by, draw_time
from audits.queries.independence import independence_of
from audits.queries.sample import checklist_of
from audits.rules.audit import not_past
from audits.rules.programme import lot_unknown, may_choose
from portal.accounts import assign
from portal.accounts.models import Organisation, User
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.references import next_reference
from portal.core.verdicts import Refused, refused, require
from portal.ledger.models import Tier
from portal.rulebook.queries import rules
from portal.workflow import as_deed, can, create, lock, move, record


@dataclass(frozen=True, slots=True)
class Manner:
    """How an audit by hand is done, where it is another way than the rulebook's for the tier."""

    announced: bool = True
    mode: str = ""
    follows: Audit | None = None


AS_USUAL = Manner()


@as_deed
def plan_audit(
    *,
    institution_id: UUID,
    authority_id: UUID,
    kind: str,
    tier: str,
    planned_for: date,
    reason: str,
    by: Actor,
    manner: Manner = AS_USUAL,
) -> Audit:
    """Plan a follow-up or an audit for cause by hand, with the officer's reason."""
    if kind == Audit.Kind.PERIODIC:
        raise ValueError("Periodic audits are planned by plan_due_audits, so that none is planned twice.")
    require(not_past(planned_for))
    rulebook = rules()
    rule, country = rulebook.audits.intervals[tier], country_of(institution_id)
    audit = Audit(
        reference=next_reference("AU"),
        institution_id=institution_id,
        authority_id=authority_id,
        kind=kind,
        mode=manner.mode or rule.mode,
        tier=tier,
        rulebook=rulebook.version,
        planned_for=planned_for,
        planned_at=clock.now(),
        announced=manner.announced,
        announce_on=announce_by(planned_for, rule.notice_working_days, country) if manner.announced else None,
        sample_size=0 if manner.follows else rule.sample,
        draw_at=None if manner.follows else draw_time(planned_for),
        follows=manner.follows,
        why={"reason": "officer", "text": reason},
    )
    return create(audit, "plan", by=by, **recorded_plan(audit))


@as_deed
def assign_auditor(*, audit: Audit, auditor: User, by: Actor) -> Audit:
    """Give the audit to somebody who had no part in the institution's case. More than one may work on it.

    The independence is asked of the record (rule audit.independence), not of a declaration.
    """
    lock(audit)
    require(independence_of(user_id=auditor.pk, institution_id=audit.institution_id))
    if not members_with("auditor", audit.authority_id).filter(pk=auditor.pk).exists():
        raise Refused(refused(_("This person is no auditor of the authority."), code="wrong_role", rule="audit.assign"))
    assign.assign(AUDIT_PERMISSION, auditor, audit)
    _forget_assigned(audit)
    record(audit, "assign", by=by, detail={"auditor": auditor.pk}, about=_about(audit, auditor.pk), tier=tier_of(audit))
    notices.auditor_assigned(audit, auditor)
    return audit


@as_deed
def unassign_auditor(*, audit: Audit, auditor: User, reason: str, by: Actor) -> Audit:
    """Take somebody off the audit. What they recorded stays."""
    lock(audit)
    assign.unassign(AUDIT_PERMISSION, auditor, audit)
    _forget_assigned(audit)
    detail = {"auditor": auditor.pk, "reason": reason}
    return record(audit, "unassign", by=by, detail=detail, about=_about(audit, auditor.pk), tier=tier_of(audit))


@as_deed
def reschedule_audit(*, audit: Audit, planned_for: date, reason: str, by: Actor) -> Audit:
    """Move it to another day, with the reason; why it was on the old one stays readable.

    Its sample is drawn on the new day, unless the time of the draw has come already: that lot stays.
    """
    require(not_past(planned_for))
    lock(audit)
    detail: dict[str, Any] = {"was": audit.planned_for, "is": planned_for, "reason": reason}
    changes: dict[str, Any] = {"planned_for": planned_for, "why": {**audit.why, "moved": reason}}
    if lot_unknown(audit):
        changes["draw_at"] = draw_time(planned_for)
    if audit.announced and audit.notified_at is None:
        notice = rules(audit.rulebook).audits.intervals[audit.tier].notice_working_days
        changes["announce_on"] = announce_by(planned_for, notice, country_of(audit.institution_id))
    detail["draw"] = {"at": changes.get("draw_at", audit.draw_at), "count": audit.sample_size}
    if audit.draw_at is not None:
        detail["draw"]["at"] = detail["draw"]["at"].isoformat()
    record(audit, "reschedule", by=by, changes=changes, detail=detail, about=_about(audit), tier=tier_of(audit))
    notices.audit_moved(audit)
    return audit


@as_deed
def choose_sample(*, audit: Audit, catalogue: Catalogue, count: int, reason: str, by: Actor) -> Audit:
    """Have more controls drawn than the rulebook asks for, or from another catalogue; only before the lot is known."""
    lock(audit)
    least = min(rules(audit.rulebook).audits.intervals[audit.tier].sample, catalogue.control_count)
    require(may_choose(audit, count=count, least=least))
    if catalogue.state != "current":
        raise Refused(refused(_("This catalogue is retired."), code="retired", rule="audit.choose"))
    changes = {"catalogue": catalogue, "sample_size": count, "why": {**audit.why, "chosen": True}}
    assert audit.draw_at is not None
    detail = {
        "reason": reason,
        "catalogue": catalogue.key,
        "version": catalogue.version,
        "draw": {"at": audit.draw_at.isoformat(), "count": count},
    }
    return record(audit, "choose", by=by, changes=changes, detail=detail, about=_about(audit), tier=tier_of(audit))


@as_deed
def notify_audit(*, audit: Audit, by: Actor) -> Audit:
    """Announce it to the partner: the day, how, against what, and who comes."""
    move(audit, "notify", by=by, changes={"notified_at": clock.now()}, rulebook=audit.rulebook, about=_about(audit))
    notices.audit_announced(audit)
    return audit


def begin_audit(*, audit: Audit, by: Actor) -> Audit:
    """Begin fieldwork. The sample is drawn where that was not done yet; then the checklist is made from it and kept.

    Not one deed but up to three, one after the other: the lot is the root of a checkpoint that has to be on record
    before anything is drawn by it.
    """
    if audit.draw_at is not None and audit.draw_at <= clock.now() and can(audit, "draw", by):
        draw_sample(audit=audit, by=by)
    return _begin(audit=audit, by=by)


@as_deed
def _begin(*, audit: Audit, by: Actor) -> Audit:
    lock(audit)
    require(can(audit, "begin", by))
    if by.user_id is not None:
        require(independence_of(user_id=by.user_id, institution_id=audit.institution_id))
    catalogue, controls = checklist_of(audit)
    changes = {"began_at": clock.now(), "catalogue": catalogue}
    detail = {"catalogue": catalogue.key, "version": catalogue.version, "controls": len(controls)}
    move(audit, "begin", by=by, changes=changes, detail=detail, rulebook=audit.rulebook, about=_about(audit))
    Check.objects.bulk_create(
        Check(audit=audit, control_id=control, position=position) for control, position in controls
    )
    if not audit.announced:
        notices.audit_began_unannounced(audit)
    return audit


@as_deed
def cancel_audit(*, audit: Audit, reason: str, by: Actor) -> Audit:
    """It does not take place. A periodic one is planned anew by the next sweep. The partner hears if it knew of it."""
    changes = {"cancelled_reason": reason}
    was_told = audit.is_told
    about = _about(audit)
    move(audit, "cancel", by=by, changes=changes, detail={"reason": reason}, about=about, tier=tier_of(audit))
    if was_told:
        notices.audit_cancelled(audit)
    return audit


def tier_of(audit: Audit) -> str:
    """Who may read what is recorded of it: the partner nothing, until it has been told of the audit."""
    return Tier.CASE if audit.is_told else Tier.AUTHORITY


def _about(audit: Audit, *others: UUID) -> list[UUID]:
    return [audit.institution_id, *others]


def country_of(institution_id: UUID) -> str:
    """The country whose working days count for the institution. One query."""
    return Organisation.objects.values_list("jurisdiction", flat=True).get(pk=institution_id)


def _forget_assigned(audit: Audit) -> None:
    audit.__dict__.pop("assigned_ids", None)
