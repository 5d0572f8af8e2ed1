"""Deeds of fieldwork: what auditors record on an audit's checklist, and what they note for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from audits.models import Audit, Check, CheckResult, WorkingNote
from audits.queries.independence import independence_of
from audits.rules.fieldwork import of_this_audit
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, Refused, refused, require
from portal.ledger.models import Tier
from portal.workflow import as_deed, lock, record


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

    Raises Conflict naming the control where somebody recorded another result in the meantime, and Refused where the
    auditor has come to have a part in the institution's case since the assignment (rule audit.independence).
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
    require(independence_of(user_id=by.person_id, institution_id=audit.institution_id))
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


@dataclass(frozen=True, slots=True)
class Clash:
    """A control for which a colleague recorded something else in the meantime: both texts, and neither is lost."""

    check: Check
    mine: Answer
    theirs: CheckResult


@as_deed
def record_what_fits(*, audit: Audit, answers: Sequence[Answer], by: Actor) -> list[Clash]:
    """Record the results in whose way no colleague was, and give the others with what stands there now."""
    lock(audit)
    stands = {row.pk: row for row in Check.objects.filter(audit=audit).select_related("control")}
    late = {item.check_id: item for item in answers if _is_late(stands.get(item.check_id), item)}
    record_results(audit=audit, answers=[item for item in answers if item.check_id not in late], by=by)
    newest = CheckResult.objects.filter(subject__in=late).select_related("recorded_by").order_by("subject", "version")
    theirs = {row.subject_id: row for row in newest}
    return [Clash(stands[pk], item, theirs[pk]) for pk, item in late.items()]


def _is_late(check: Check | None, item: Answer) -> bool:
    return (
        check is not None and check.version != item.version and (check.result, check.note) != (item.result, item.note)
    )


@as_deed
def add_note(*, audit: Audit, text: str, by: Actor, tested: Check | None = None) -> WorkingNote:
    """Write something down that only the auditors of this audit read. The record keeps that, not what."""
    lock(audit)
    require(of_this_audit(audit.pk, tested.audit_id if tested else None))
    record(audit, "note", by=by, detail={"control": tested.control.oscal_id if tested else None}, tier=Tier.RESTRICTED)
    return WorkingNote.objects.create(
        audit=audit, tested=tested, text=text, written_by_id=by.person_id, written_at=clock.now()
    )


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


def _about(audit: Audit) -> list[UUID]:
    return [audit.institution_id]


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
