"""Deeds on audits until fieldwork begins. The checklist, the report and findings have modules of their own."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from audits import notices
from audits.models import AUDIT_PERMISSION, Audit, Catalogue, Check
from audits.queries.independence import ever_member, parts_in_case
from audits.rules import independent, not_past
from portal.accounts import assign
from portal.accounts.models import User
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.references import next_reference
from portal.core.verdicts import Refused, refused, require
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move, record


@as_deed
def plan_audit(
    *, institution_id: UUID, authority_id: UUID, kind: str, tier: str, planned_for: date, reason: str, by: Actor
) -> Audit:
    """Plan a follow-up or an audit for cause by hand, with the officer's reason."""
    if kind == Audit.Kind.PERIODIC:
        raise ValueError("Periodic audits are planned by plan_due_audits, so that none is planned twice.")
    require(not_past(planned_for))
    rulebook = rules()
    audit = Audit(
        reference=next_reference("AU"),
        institution_id=institution_id,
        authority_id=authority_id,
        kind=kind,
        mode=rulebook.audits.intervals[tier].mode,
        tier=tier,
        rulebook=rulebook.version,
        planned_for=planned_for,
        planned_at=clock.now(),
        why={"reason": "officer", "text": reason},
    )
    return create(audit, "plan", by=by, rulebook=rulebook.version, detail=_plan(audit), about=[institution_id])


@as_deed
def assign_auditor(*, audit: Audit, auditor: User, by: Actor) -> Audit:
    """Give the audit to somebody who had no part in the institution's case. More than one may work on it.

    The independence is asked of the record (rule audit.independence), not of a declaration.
    """
    lock(audit)
    require(
        independent(
            parts=parts_in_case(user_id=auditor.pk, institution_id=audit.institution_id),
            member=ever_member(user_id=auditor.pk, institution_id=audit.institution_id),
        )
    )
    if not members_with("auditor", audit.authority_id).filter(pk=auditor.pk).exists():
        raise Refused(refused(_("This person is no auditor of the authority."), code="wrong_role", rule="audit.assign"))
    assign.assign(AUDIT_PERMISSION, auditor, audit)
    _forget_assigned(audit)
    record(audit, "assign", by=by, detail={"auditor": auditor.pk}, about=_about(audit, auditor.pk))
    notices.auditor_assigned(audit, auditor)
    return audit


@as_deed
def unassign_auditor(*, audit: Audit, auditor: User, reason: str, by: Actor) -> Audit:
    """Take somebody off the audit. What they recorded stays."""
    lock(audit)
    assign.unassign(AUDIT_PERMISSION, auditor, audit)
    _forget_assigned(audit)
    detail = {"auditor": auditor.pk, "reason": reason}
    return record(audit, "unassign", by=by, detail=detail, about=_about(audit, auditor.pk))


@as_deed
def reschedule_audit(*, audit: Audit, planned_for: date, reason: str, by: Actor) -> Audit:
    """Move it to another day, with the reason; why it was on the old one stays readable."""
    require(not_past(planned_for))
    lock(audit)
    detail = {"was": audit.planned_for, "is": planned_for, "reason": reason}
    changes = {"planned_for": planned_for, "why": {**audit.why, "moved": reason}}
    return record(audit, "reschedule", by=by, changes=changes, detail=detail, about=_about(audit))


@as_deed
def notify_audit(*, audit: Audit, by: Actor) -> Audit:
    """Announce it to the partner: the day, what is looked at, and who comes."""
    move(audit, "notify", by=by, changes={"notified_at": clock.now()}, rulebook=audit.rulebook, about=_about(audit))
    notices.audit_announced(audit)
    return audit


@as_deed
def begin_audit(*, audit: Audit, by: Actor, catalogue: Catalogue | None = None) -> Audit:
    """Begin fieldwork: the checklist is made from the catalogue (the newest baseline where none is named) and kept."""
    chosen = catalogue or _baseline(audit)
    changes = {"began_at": clock.now(), "catalogue": chosen}
    detail = {"catalogue": chosen.key, "version": chosen.version, "controls": chosen.control_count}
    move(audit, "begin", by=by, changes=changes, detail=detail, rulebook=audit.rulebook, about=_about(audit))
    controls = chosen.controls.order_by("position").values_list("pk", "position")
    Check.objects.bulk_create(Check(audit=audit, control_id=pk, position=position) for pk, position in controls)
    return audit


@as_deed
def cancel_audit(*, audit: Audit, reason: str, by: Actor) -> Audit:
    """It does not take place. A periodic one is planned anew by the next sweep."""
    was_announced = audit.state != "planned"
    changes = {"cancelled_reason": reason}
    move(audit, "cancel", by=by, changes=changes, detail={"reason": reason}, about=_about(audit))
    if was_announced:
        notices.audit_cancelled(audit)
    return audit


def _about(audit: Audit, *others: UUID) -> list[UUID]:
    return [audit.institution_id, *others]


def _plan(audit: Audit) -> dict[str, Any]:
    return {"planned_for": audit.planned_for, "kind": audit.kind, "why": audit.why}


def _forget_assigned(audit: Audit) -> None:
    audit.__dict__.pop("assigned_ids", None)


def _baseline(audit: Audit) -> Catalogue:
    key = rules(audit.rulebook).audits.baseline
    found: Catalogue | None = Catalogue.objects.filter(key=key, state="current").order_by("-imported_at").first()
    if found is None:
        raise Refused(
            refused(
                _("There is no catalogue “%(key)s” to audit against. Ask the system administrator to import it.")
                % {"key": key},
                code="no_catalogue",
                rule="audits.baseline",
            )
        )
    return found
