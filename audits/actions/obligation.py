"""Deeds on periodic reports: asking for them, reminding, filing, accepting and returning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from audits import notices
from audits.models import Obligation, Report
from audits.overdue import REPORT, country_of, late_by, step_day
from audits.queries.escalation import next_day
from audits.queries.known import kept, prefilled
from audits.queries.obligations import DueReport, next_due_reports, reminders_by
from audits.reports import checked, rule_of
from audits.rules.obligation import complete_report, own_documents
from partners.queries.answers import evidence_named
from portal.core import clock
from portal.core.actors import Actor
from portal.core.references import next_references
from portal.core.verdicts import require
from portal.rulebook.durations import add_working_days
from portal.rulebook.queries import rules
from portal.rulebook.schema import ObligationRule
from portal.workflow import as_deed, create_all, lock, move, record

BLOCK = 500
PLANNING_LOCK = 7_301_002
"""Advisory lock: two schedulers running by mistake plan one after the other, and the second finds nothing due."""


@as_deed
def plan_reports(
    *, rule: ObligationRule, by: Actor, after: UUID | None = None, limit: int = BLOCK
) -> tuple[int, bool, UUID | None]:
    """Ask for the reports under one rule of the next grants or partners whose period has begun.

    Gives how many were asked for, whether one of their periods is over, so that the next has begun too, and where to
    go on; the place is None when there are no more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLANNING_LOCK])
    version = rules().version
    found = next_due_reports(rule, after=after, limit=limit)
    references = next_references("R", len(found)) if found else []
    made = [_obligation(rule, item, reference, version) for item, reference in zip(found, references, strict=True)]
    create_all(
        made,
        "plan",
        by=by,
        recorded=lambda item: {
            "rulebook": item.rulebook,
            "detail": {"kind": item.kind, "period": [item.period_start, item.period_end], "due": item.due},
            "about": _about(item),
        },
    )
    behind = any(item.period_end <= clock.today() for item in found)
    return len(made), behind, found[-1].row_id if len(found) == limit else None


def plan_due_obligations(*, by: Actor) -> int:
    """Ask for every report whose period has begun. Each block is a deed of its own; returns how many there were.

    A grant or partner that is several periods behind gets them one after the other.
    """
    total = 0
    for rule in rules().obligations:
        behind = True
        while behind:
            planned, behind = _plan_round(rule, by)
            total += planned
    return total


def _plan_round(rule: ObligationRule, by: Actor) -> tuple[int, bool]:
    """Once through all grants or partners: how many reports were asked for, and whether a second round is due."""
    planned, behind, after = plan_reports(rule=rule, by=by)
    while after is not None:
        more, also, after = plan_reports(rule=rule, by=by, after=after)
        planned, behind = planned + more, behind or also
    return planned, behind


@as_deed
def remind_obligation(*, obligation: Obligation, reminders: int, by: Actor) -> Obligation:
    """Remind the partner. `reminders` is the range that today lies in; fewer were sent before."""
    lock(obligation)
    if obligation.reminders >= reminders:
        return obligation
    record(obligation, "remind", by=by, changes={"reminders": reminders}, about=_about(obligation))
    notices.report_reminder(obligation)
    return obligation


@as_deed
def file_report(
    *, obligation: Obligation, answers: Mapping[str, Any], by: Actor, remarks: Mapping[str, str] | None = None
) -> Obligation:
    """File the report. Its answers are checked against the rulebook's questions; every filing is kept.

    What the portal knows is read anew and kept with it; `remarks` says by question why an answer differs from that.
    """
    lock(obligation)
    known = prefilled(obligation)
    values = {key: item.value for key, item in known.items()}
    found = checked(obligation, answers, known=values, remarks=remarks)
    require(complete_report(problems=list(found.problems.values())))
    require(own_documents(named=found.documents, known=set(evidence_named(obligation.institution_id, found.documents))))
    number, late = obligation.reports.count() + 1, late_by(obligation)
    changes = {"submitted_at": clock.now(), "escalates_on": None}
    detail = {
        "number": number,
        "answers": found.answers,
        "late": late,
        "known": kept(known, found.answers),
        "remarks": found.remarks,
    }
    move(
        obligation,
        "file",
        by=by,
        changes=changes,
        detail=detail,
        rulebook=obligation.rulebook,
        about=_about(obligation),
    )
    Report.objects.create(
        obligation=obligation,
        number=number,
        answers=found.answers,
        known=detail["known"],
        remarks=found.remarks,
        filed_by_id=by.person_id,
        filed_at=clock.now(),
        due=obligation.due,
        late=late,
    )
    notices.report_filed(obligation)
    return obligation


@as_deed
def accept_report(*, obligation: Obligation, by: Actor) -> Obligation:
    """The report is complete."""
    changes = {"accepted_at": clock.now(), "accepted_by_id": by.user_id}
    move(obligation, "accept", by=by, changes=changes, rulebook=obligation.rulebook, about=_about(obligation))
    notices.report_accepted(obligation)
    return obligation


@as_deed
def return_report(*, obligation: Obligation, reason: str, by: Actor) -> Obligation:
    """Something has to be corrected; the partner files it again within the rulebook's working days.

    Reminders begin anew with the new day; those whose time has come already are not sent.
    """
    lock(obligation)
    rule = rule_of(obligation)
    due = add_working_days(clock.today(), rule.correction_working_days, country_of(obligation))
    changes = {
        "returned_reason": reason,
        "due": due,
        "reminders": reminders_by(rule, due),
        "escalates_on": next_day(obligation, REPORT, due),
    }
    detail = {"reason": reason, "due": due}
    move(
        obligation,
        "return",
        by=by,
        changes=changes,
        detail=detail,
        rulebook=obligation.rulebook,
        about=_about(obligation),
    )
    notices.report_returned(obligation)
    return obligation


def _about(obligation: Obligation) -> list[Any]:
    return [obligation.institution_id, *([obligation.grant_id] if obligation.grant_id else [])]


def _obligation(rule: ObligationRule, due: DueReport, reference: str, version: str) -> Obligation:
    return Obligation(
        reference=reference,
        institution_id=due.institution_id,
        authority_id=due.authority_id,
        grant_id=due.grant_id,
        kind=rule.key,
        title=rule.title,
        rulebook=version,
        period_start=due.period_start,
        period_end=due.period_end,
        due=due.due,
        escalates_on=step_day(rule.escalation, (), due.due, due.country),
        planned_at=clock.now(),
    )
