"""Deeds on findings: recording, the plan, the remedy, and its test by somebody else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from audits import notices
from audits.models import Audit, Control, Finding, FindingDocument, FindingNote, Incident, Retest
from audits.overdue import PLAN, REMEDY, country_of, late_by, owed, resumed, step_day
from audits.queries.escalation import next_day
from audits.queries.independence import independence_of
from audits.rules.finding import later_than
from audits.rules.incident import lesson_of
from audits.rules.obligation import own_documents
from partners.queries.answers import evidence_named
from portal.core import clock
from portal.core.actors import Actor
from portal.core.references import next_reference
from portal.core.verdicts import Refused, refused, require
from portal.rulebook.durations import add_working_days
from portal.rulebook.queries import rules
from portal.rulebook.schema.oversight import FindingRule
from portal.workflow import as_deed, create, lock, move, record

RECORDED_DURING = ("fieldwork", "draft_report")


@as_deed
def record_finding(
    *,
    audit: Audit,
    severity: str,
    title: str,
    description: str,
    by: Actor,
    control: Control | None = None,
    incident: Incident | None = None,
) -> Finding:
    """Record what is wanting. Plan and remedy are due in the rulebook's working days (audits.findings.<severity>).

    `incident`: whose lessons it was made of; both records name the other.
    """
    lock(audit)
    if audit.state not in RECORDED_DURING:
        raise Refused(refused(_("Findings are recorded during fieldwork."), code="wrong_state", rule="finding.record"))
    rulebook = rules()
    rule, country = rulebook.audits.finding(severity), country_of(audit)
    today = clock.today()
    plan_due = add_working_days(today, rule.plan_working_days, country)
    finding = Finding(
        reference=next_reference("F"),
        audit=audit,
        institution_id=audit.institution_id,
        control=control,
        incident=incident,
        severity=severity,
        title=title,
        description=description,
        rulebook=rulebook.version,
        recorded_by_id=by.person_id,
        recorded_at=clock.now(),
        plan_due=plan_due,
        escalates_on=step_day(rulebook.audits.escalation, (), plan_due, country),
        remedy_due=add_working_days(today, rule.remedy_working_days, country),
    )
    detail = {
        "severity": severity,
        "title": title,
        "control": control.oscal_id if control else None,
        "plan_due": plan_due,
        "remedy_due": finding.remedy_due,
        **({"incident": incident.pk} if incident else {}),
    }
    about = [*_about(finding), *([incident.pk] if incident else [])]
    create(finding, "record", by=by, rulebook=rulebook.version, detail=detail, about=about)
    if incident is not None:
        require(lesson_of(incident, audit, by))
    require(independence_of(user_id=by.person_id, institution_id=audit.institution_id))
    notices.finding_recorded(finding)
    return finding


@as_deed
def propose_plan(*, finding: Finding, plan: str, by: Actor) -> Finding:
    """The partner says how and by when it will be put right. A new proposal takes the place of the old one."""
    changes = {"plan": plan, "plan_proposed_at": clock.now(), "escalates_on": None}
    record(finding, "propose_plan", by=by, changes=changes, detail={"plan": plan}, about=_about(finding))
    _note(finding, FindingNote.Kind.PLAN, plan, by)
    notices.plan_proposed(finding)
    return finding


@as_deed
def return_plan(*, finding: Finding, reason: str, by: Actor) -> Finding:
    """The plan does not suffice: the partner owes another one. The time that the auditor took is not counted."""
    lock(finding)
    due = resumed(finding.plan_due, _day(finding.plan_proposed_at), country_of(finding))
    changes = {"plan": "", "plan_due": due, "escalates_on": next_day(finding, PLAN, due)}
    record(finding, "return_plan", by=by, changes=changes, detail={"reason": reason, "due": due}, about=_about(finding))
    _note(finding, FindingNote.Kind.REPLY, reason, by)
    notices.plan_returned(finding, reason)
    return finding


@as_deed
def agree_plan(*, finding: Finding, by: Actor) -> Finding:
    """An auditor of the audit agrees to the plan as it stands. The time that the auditor took is not counted."""
    lock(finding)
    due = resumed(finding.remedy_due, _day(finding.plan_proposed_at), country_of(finding))
    changes = {
        "plan_agreed_at": clock.now(),
        "remedy_due": due,
        "escalates_on": next_day(finding, REMEDY, due),
    }
    move(
        finding, "agree_plan", by=by, changes=changes, detail={"plan": finding.plan, "due": due}, about=_about(finding)
    )
    notices.plan_agreed(finding)
    return finding


@as_deed
def remediate_finding(*, finding: Finding, remediation: str, by: Actor, documents: Collection[str] = ()) -> Finding:
    """The partner reports it as put right and says what shows it; `documents` are ids from its library."""
    lock(finding)
    shown = evidence_named(finding.institution_id, documents)
    require(own_documents(named=documents, known=set(shown)))
    changes = {
        "remediation": remediation,
        "remediated_at": clock.now(),
        "remediated_by_id": by.user_id,
        "escalates_on": None,
    }
    hashes = {key: row.sha256 for key, row in shown.items()}
    detail = {"remediation": remediation, "late": late_by(finding), "documents": hashes}
    move(finding, "remediate", by=by, changes=changes, detail=detail, about=_about(finding))
    note = _note(finding, FindingNote.Kind.REMEDIATION, remediation, by)
    FindingDocument.objects.bulk_create(FindingDocument(note=note, evidence=row) for row in shown.values())
    finding.__dict__.pop("fixer_ids", None)
    notices.finding_remediated(finding)
    return finding


@as_deed
def send_back_finding(*, finding: Finding, reason: str, by: Actor) -> Finding:
    """An auditor tested it and it is not put right, for the reason; the partner goes on.

    The time that the auditor took is not counted.
    """
    lock(finding)
    due = resumed(finding.remedy_due, _day(finding.remediated_at), country_of(finding))
    changes = {"remedy_due": due, "escalates_on": next_day(finding, REMEDY, due)}
    detail = {"reason": reason, "due": due, "test": _tests(finding)}
    move(finding, "send_back", by=by, changes=changes, detail=detail, about=_about(finding))
    _retest(finding, Retest.Result.FAILED, reason, by)
    notices.finding_sent_back(finding, reason)
    return finding


@as_deed
def verify_finding(*, finding: Finding, method: str, by: Actor) -> Finding:
    """An auditor who had no hand in the remedy tested it, and it is put right. `method` says how it was tested."""
    lock(finding)
    changes = {"verified_at": clock.now(), "verified_by_id": by.user_id}
    detail = {"method": method, "test": _tests(finding)}
    move(finding, "verify", by=by, changes=changes, detail=detail, about=_about(finding))
    _retest(finding, Retest.Result.PASSED, method, by)
    notices.finding_verified(finding)
    return finding


def _tests(finding: Finding) -> int:
    """The number of the test that is recorded now."""
    return finding.retests.count() + 1


def _retest(finding: Finding, result: str, method: str, by: Actor) -> None:
    assert finding.remediated_by_id is not None
    require(independence_of(user_id=by.person_id, institution_id=finding.institution_id))
    Retest.objects.create(
        finding=finding,
        number=_tests(finding),
        result=result,
        method=method,
        fixed_by_id=finding.remediated_by_id,
        tested_by_id=by.person_id,
        body_id=by.organisation_id,
        tested_at=clock.now(),
    )


@as_deed
def reopen_finding(*, finding: Finding, by: Actor) -> Finding:
    """The day came until which the risk was accepted: the partner owes a plan and a remedy as on the first day."""
    lock(finding)
    rule, country, today = _rule(finding), country_of(finding), clock.today()
    plan_due = add_working_days(today, rule.plan_working_days, country)
    changes = {
        "plan": "",
        "plan_due": plan_due,
        "remedy_due": add_working_days(today, rule.remedy_working_days, country),
        "escalates_on": next_day(finding, PLAN, plan_due),
    }
    detail = {"accepted_until": finding.accepted_until, "plan_due": plan_due, "remedy_due": changes["remedy_due"]}
    move(finding, "reopen", by=by, changes=changes, detail=detail, about=_about(finding))
    notices.finding_reopened(finding)
    return finding


@as_deed
def extend_finding(*, finding: Finding, until: date, reason: str, by: Actor) -> Finding:
    """Give the partner more time to put it right, for a reason that stays on file."""
    lock(finding)
    require(later_than(finding.remedy_due, until))
    changes: dict[str, Any] = {"remedy_due": until}
    if (now := owed(finding)) is not None and now[0] == REMEDY:
        changes["escalates_on"] = next_day(finding, REMEDY, until)
    detail = {"from": finding.remedy_due, "until": until, "reason": reason}
    record(finding, "extend", by=by, changes=changes, detail=detail, rulebook=finding.rulebook, about=_about(finding))
    _note(finding, FindingNote.Kind.REPLY, reason, by)
    notices.finding_extended(finding, reason)
    return finding


def _rule(finding: Finding) -> FindingRule:
    return rules(finding.rulebook).audits.finding(finding.severity)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _about(finding: Finding) -> list[Any]:
    return [finding.audit_id, finding.institution_id]


def _note(finding: Finding, kind: str, text: str, by: Actor) -> FindingNote:
    return FindingNote.objects.create(
        finding=finding,
        kind=kind,
        text=text,
        written_by_id=by.person_id,
        body_id=by.organisation_id,
        written_at=clock.now(),
    )
