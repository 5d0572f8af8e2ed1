"""Audits, reports, incidents and enforcement for tests, made by the real actions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from audits.actions.audit import (
    assign_auditor,
    begin_audit,
    choose_sample,
    notify_audit,
    plan_audit,
    reschedule_audit,
)
from audits.actions.audit_report import draft_report, respond_to_report, send_report
from audits.actions.catalogue import import_catalogue
from audits.actions.enforcement import answer_notice, give_notice, hear_case, open_case
from audits.actions.fieldwork import Answer, record_results
from audits.actions.finding import agree_plan, propose_plan, record_finding, remediate_finding
from audits.actions.incident import Concerns, report_incident, triage_incident
from audits.actions.obligation import plan_due_obligations
from audits.actions.planning import plan_due_audits
from audits.models import Audit, Catalogue, EnforcementCase, Finding, Incident, Obligation
from partners.models import Institution, Qualification
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.oscal import read_oscal
from tests.factories.accounts import make_member
from tests.factories.partners import Cast, application_to_sign, sign

BASELINE = Path(__file__).resolve().parents[2] / "audits" / "baseline" / "catalog.json"


def baseline() -> Catalogue:
    """The scheme's own baseline, imported once."""
    found = Catalogue.objects.filter(key="baseline", state="current").first()
    return found or import_catalogue(key="baseline", read=read_oscal(BASELINE.read_bytes()), by=SYSTEM)


def catalogue_of(*, families: int, controls: int) -> Catalogue:
    """A catalogue with so many families of so many controls each."""
    groups = [
        {
            "id": f"g-{family}",
            "title": f"Family {family}",
            "controls": [
                {
                    "id": f"c-{family}-{number}",
                    "title": f"Control {family}.{number}",
                    "parts": [{"name": "statement", "prose": "Do it."}],
                }
                for number in range(1, controls + 1)
            ],
        }
        for family in range(1, families + 1)
    ]
    metadata = {"title": "Small", "version": f"{families}.{controls}", "oscal-version": "1.1.2"}
    document = {"catalog": {"uuid": str(uuid4()), "metadata": metadata, "groups": groups}}
    return import_catalogue(key="small", read=read_oscal(json.dumps(document).encode()), by=SYSTEM)


@dataclass
class Stage:
    """A qualified institution, those who worked on its case, and people who had no part in it."""

    cast: Cast
    qualification: Qualification
    auditor: Actor
    second_officer: Actor

    @property
    def institution(self) -> Institution:
        return self.cast.institution

    @property
    def applicant(self) -> Actor:
        return self.cast.applicant

    @property
    def officer(self) -> Actor:
        return self.cast.officer

    @property
    def signatory(self) -> Actor:
        return self.cast.signatory

    @property
    def other_signatory(self) -> Actor:
        return self.cast.other_signatory


def qualified(**options: object) -> Stage:
    """A trusted partner with an auditor and a second case officer at its authority. The baseline is there."""
    baseline()
    cast = sign(application_to_sign(**options))
    return Stage(
        cast=cast,
        qualification=Qualification.objects.get(institution=cast.institution, state="in_force"),
        auditor=make_member(cast.authority, "auditor"),
        second_officer=make_member(cast.authority, "case_officer"),
    )


@contextmanager
def announced_ones() -> Iterator[None]:
    """Within the block the portal's lot makes no audit an unannounced one: it is another for each institution."""
    with patch("audits.programme.is_unannounced", return_value=False):
        yield


def planned_audit(stage: Stage | None = None) -> tuple[Stage, Audit]:
    """The first audit of a partner, as the sweep plans it; by no lot an unannounced one."""
    stage = stage or qualified()
    with announced_ones():
        plan_due_audits(by=SYSTEM)
    return stage, Audit.objects.get(institution=stage.institution, state="planned")


def audit_for_cause(stage: Stage) -> Audit:
    """An audit that an officer plans by hand; a partner may have many at once."""
    return plan_audit(
        institution_id=stage.institution.pk,
        authority_id=stage.cast.authority.pk,
        kind=Audit.Kind.CAUSE,
        tier="standard",
        planned_for=clock.today() + timedelta(days=30),
        reason="An incident.",
        by=stage.officer,
    )


def draw_time(audit: Audit) -> datetime:
    """When the audit's sample is drawn."""
    assert audit.draw_at is not None
    return audit.draw_at


def begun_now(audit: Audit, *, officer: Actor, auditor: Actor, catalogue: Catalogue | None = None) -> Audit:
    """Begin an audit today, whatever day it was planned for. With a catalogue, all its controls are tested."""
    if catalogue is not None:
        count = catalogue.control_count
        choose_sample(audit=audit, catalogue=catalogue, count=count, reason="For the test", by=officer)
    if audit.draw_at is not None and audit.draw_at > clock.now():
        reschedule_audit(audit=audit, planned_for=clock.today(), reason="For the test", by=officer)
    return begin_audit(audit=audit, by=auditor)


def audit_in_fieldwork(stage: Stage | None = None, catalogue: Catalogue | None = None) -> tuple[Stage, Audit]:
    """An audit whose auditor has begun."""
    stage, audit = planned_audit(stage)
    assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
    notify_audit(audit=audit, by=stage.officer)
    return stage, begun_now(audit, officer=stage.officer, auditor=stage.auditor, catalogue=catalogue)


def results_for_all(audit: Audit, by: Actor, result: str = "met") -> Audit:
    """Record the same result for every control that has none."""
    checks = audit.checks.filter(result="")
    answers = [Answer(check.pk, result, "", check.version) for check in checks]
    return record_results(audit=audit, answers=answers, by=by)


def finding_in(
    audit: Audit, by: Actor, *, severity: str = "moderate", title: str = "Logs are kept too short"
) -> Finding:
    """A finding on the first control of the checklist."""
    check = audit.checks.select_related("control").order_by("position").first()
    return record_finding(
        audit=audit,
        severity=severity,
        title=title,
        description="The policy says 365 days; the system deletes after 90.",
        control=check.control if check else None,
        by=by,
    )


def remediated_finding(stage: Stage | None = None) -> tuple[Stage, Finding]:
    """A finding that the partner reports as put right."""
    stage, audit = audit_in_fieldwork(stage)
    finding = finding_in(audit, stage.auditor)
    propose_plan(finding=finding, plan="Keep logs for a year from next week.", by=stage.applicant)
    agree_plan(finding=finding, by=stage.auditor)
    return stage, remediate_finding(finding=finding, remediation="Retention is 365 days now.", by=stage.applicant)


def audit_with_partner(stage: Stage | None = None) -> tuple[Stage, Audit]:
    """An audit whose report is with the partner."""
    stage, audit = audit_in_fieldwork(stage)
    results_for_all(audit, stage.auditor)
    draft_report(audit=audit, summary="What was promised is the case.", by=stage.auditor)
    return stage, send_report(audit=audit, by=stage.auditor)


def responded_audit(stage: Stage | None = None) -> tuple[Stage, Audit]:
    """An audit that can be closed."""
    stage, audit = audit_with_partner(stage)
    return stage, respond_to_report(audit=audit, response="We agree.", by=stage.applicant)


def due_reports(stage: Stage | None = None) -> tuple[Stage, list[Obligation]]:
    """The reports asked of a partner."""
    stage = stage or qualified()
    plan_due_obligations(by=SYSTEM)
    return stage, list(Obligation.objects.filter(institution=stage.institution).order_by("kind"))


def reported_incident(stage: Stage | None = None, *, severity: str = "high", **concerns: Any) -> tuple[Stage, Incident]:
    """An incident reported by the partner."""
    stage = stage or qualified()
    incident = report_incident(
        institution=stage.institution,
        severity=severity,
        kind="credential",
        title="A key was found in a public repository",
        description="One of our keys was in a commit for six hours.",
        aware_at=clock.now() - timedelta(hours=1),
        concerns=Concerns(**concerns),
        by=stage.applicant,
    )
    return stage, incident


def triaged_incident(stage: Stage | None = None, *, severity: str = "high") -> tuple[Stage, Incident]:
    """An incident whose severity is set."""
    stage, incident = reported_incident(stage, severity=severity)
    return stage, triage_incident(incident=incident, severity=severity, note="The key could be used.", by=stage.officer)


def opened_case(stage: Stage | None = None) -> tuple[Stage, EnforcementCase]:
    """An enforcement case that came from an incident."""
    stage, incident = triaged_incident(stage)
    return stage, open_case(
        institution=stage.institution, incident=incident, facts="A key leaked for the second time.", by=stage.officer
    )


def noticed_case(
    stage: Stage | None = None, *, measure: str = "suspension", closes: Sequence[Any] = ()
) -> tuple[Stage, EnforcementCase]:
    """A case in which notice was given."""
    stage, case = opened_case(stage)
    until = clock.today() + timedelta(days=90) if measure in ("restriction", "suspension") else None
    return stage, give_notice(
        case=case,
        measure=measure,
        reasons="A warning did not help.",
        lifted_when="All keys are in a vault.\nAn auditor has seen it.",
        until=until,
        milder="A warning was given in spring, and the same happened again.",
        why_step="The same happened twice within a month.",
        closes=closes,
        by=stage.officer,
    )


def heard_case(
    stage: Stage | None = None, *, measure: str = "suspension", closes: Sequence[Any] = ()
) -> tuple[Stage, EnforcementCase]:
    """A case that waits for signatures; the partner has answered."""
    stage, case = noticed_case(stage, measure=measure, closes=closes)
    answer_notice(case=case, answer="It was one key, and it was revoked at once.", by=stage.applicant)
    return stage, hear_case(case=case, notes="Heard in writing.", by=stage.officer)
