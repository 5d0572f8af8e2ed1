"""Deeds on audits: from the plan to the closing. Findings have a module of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from audits import notices
from audits.models import AUDIT_PERMISSION, Audit, Catalogue, Check, CheckResult
from audits.queries.independence import ever_member, parts_in_case
from audits.rules import independent, not_past, report_ready
from portal.accounts import assign
from portal.accounts.models import User
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.references import next_reference
from portal.core.verdicts import Conflict, Refused, refused, require
from portal.rulebook.durations import add_working_days
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


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one control. `version` is the one that the auditor saw; another one since is a conflict."""

    check_id: UUID
    result: str
    note: str
    version: int


@as_deed
def record_results(*, audit: Audit, answers: Sequence[Answer], by: Actor) -> Audit:
    """Record results of controls. Only what differs is written; nothing is where a colleague was first.

    Raises Conflict naming the control where somebody recorded another result in the meantime.
    """
    lock(audit)
    checks = {row.pk: row for row in Check.objects.filter(audit=audit).select_related("control")}
    changed = [(checks[item.check_id], item) for item in answers if _differs(checks.get(item.check_id), item)]
    if not changed:
        return audit
    moment = clock.now()
    for check, item in changed:
        check.result, check.note, check.version = item.result, item.note, item.version + 1
    record(
        audit,
        "test_controls",
        by=by,
        detail={"results": [_told(check) for check, _item in changed]},
        about=_about(audit),
    )
    _write([check for check, _item in changed])
    CheckResult.objects.bulk_create(
        CheckResult(
            subject=check,
            version=check.version,
            result=check.result,
            note=check.note,
            recorded_by_id=by.person_id,
            recorded_at=moment,
        )
        for check, _item in changed
    )
    return audit


def _write(checks: Sequence[Check]) -> None:
    """One statement for all; a bulk_update of a whole checklist takes fifty times as long to write as this to run."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE audits_check AS held SET result = new.result, note = new.note, version = new.version
            FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::int[]) AS new (id, result, note, version)
            WHERE held.id = new.id
            """,
            [
                [check.pk for check in checks],
                [check.result for check in checks],
                [check.note for check in checks],
                [check.version for check in checks],
            ],
        )


@as_deed
def draft_report(*, audit: Audit, summary: str, by: Actor) -> Audit:
    """Write the report. Every control on the checklist has a result by then."""
    lock(audit)
    require(report_ready(untested=audit.checks.filter(result="").count()))
    changes = {"summary": summary, "drafted_at": clock.now(), "drafted_by_id": by.user_id}
    return move(audit, "draft", by=by, changes=changes, detail={"summary": summary}, about=_about(audit))


@as_deed
def resume_fieldwork(*, audit: Audit, reason: str, by: Actor) -> Audit:
    """Go back from the draft to the checklist."""
    return move(audit, "resume", by=by, detail={"reason": reason}, about=_about(audit))


@as_deed
def send_report(*, audit: Audit, by: Actor) -> Audit:
    """Send the report to the partner, who may respond within the rulebook's audits.response_working_days."""
    rulebook = rules()
    due = add_working_days(clock.today(), rulebook.audits.response_working_days, _country(audit))
    changes = {"sent_at": clock.now(), "response_due": due}
    move(audit, "send_report", by=by, changes=changes, rulebook=rulebook.version, about=_about(audit))
    notices.report_sent(audit)
    return audit


@as_deed
def respond_to_report(*, audit: Audit, response: str, by: Actor) -> Audit:
    """The partner's side of it, kept with the report."""
    changes = {"response": response, "responded_at": clock.now()}
    record(audit, "respond", by=by, changes=changes, detail={"response": response}, about=_about(audit))
    notices.partner_responded(audit)
    return audit


@as_deed
def close_audit(*, audit: Audit, by: Actor) -> Audit:
    """Close it. Findings that are open live on by themselves."""
    changes = {"closed_at": clock.now(), "closed_by_id": by.user_id}
    move(audit, "close", by=by, changes=changes, rulebook=audit.rulebook, about=_about(audit))
    notices.audit_closed(audit)
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


def _country(audit: Audit) -> str:
    country: str = audit.institution.organisation.jurisdiction
    return country


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


def _differs(check: Check | None, item: Answer) -> bool:
    """Whether the answer is news. A control of another audit is none of this one's."""
    if check is None:
        raise Refused(
            refused(_("This control is not on the checklist."), code="not_on_list", rule="audit.test_controls")
        )
    if (check.result, check.note) == (item.result, item.note):
        return False
    if check.version != item.version:
        raise Conflict(
            refused(
                _("A colleague has recorded a result for %(control)s in the meantime. Look at it, then record yours.")
                % {"control": check.control.label},
                code="conflict",
            )
        )
    return True


def _told(check: Check) -> dict[str, Any]:
    return {"control": check.control.oscal_id, "result": check.result, "note": check.note, "version": check.version}
