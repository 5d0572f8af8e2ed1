"""Findings: plan, remedy, verification by somebody else, and accepting the risk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audits.actions.finding import (
    accept_risk,
    agree_plan,
    propose_plan,
    record_finding,
    remediate_finding,
    send_back_finding,
    verify_finding,
)
from audits.models import Finding
from audits.tasks import end_risk_acceptances
from portal.core import clock
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, audit_in_fieldwork, finding_in, planned_audit, remediated_finding


def test_finding_runs_from_record_to_verification(stage: Stage) -> None:
    _, finding = remediated_finding(stage)
    verify_finding(finding=finding, note="Seen in the console.", by=stage.auditor)
    assert (finding.state, finding.verified_by) == ("verified", stage.auditor.user)
    assert [note.kind for note in finding.notes.order_by("written_at")] == ["plan", "remediation", "reply"]
    assert list(verify()) == []


def test_due_dates_come_from_the_rulebook_in_working_days(stage: Stage) -> None:
    from portal.rulebook.durations import add_working_days

    _, audit = audit_in_fieldwork(stage)
    finding = finding_in(audit, stage.auditor, severity="critical")
    assert finding.plan_due == add_working_days(clock.today(), 3, "NO")
    assert finding.remedy_due == add_working_days(clock.today(), 10, "NO")


def test_partner_hears_of_a_finding_at_once(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    finding = finding_in(audit, stage.auditor)
    assert Notice.objects.get(recipient=stage.applicant.user, about=finding.pk).kind == "finding_recorded"


def test_findings_are_recorded_only_during_fieldwork(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    with pytest.raises(Refused) as refused:
        record_finding(audit=audit, severity="low", title="x", description="y", by=stage.auditor)
    assert refused.value.verdict.code in ("wrong_state", "not_assigned")
    assert not Finding.objects.exists()


def test_auditor_who_is_not_assigned_records_nothing(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    colleague = make_member(stage.cast.authority, "auditor")
    with pytest.raises(Refused) as refused:
        finding_in(audit, colleague)
    assert refused.value.verdict.code == "not_assigned"


def test_plan_cannot_be_agreed_before_there_is_one(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    finding = finding_in(audit, stage.auditor)
    with pytest.raises(Refused) as refused:
        agree_plan(finding=finding, by=stage.auditor)
    assert refused.value.verdict.code == "no_plan"


def test_remedy_waits_for_an_agreed_plan(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    finding = finding_in(audit, stage.auditor)
    propose_plan(finding=finding, plan="Tomorrow.", by=stage.applicant)
    with pytest.raises(Refused) as refused:
        remediate_finding(finding=finding, remediation="Done.", by=stage.applicant)
    assert refused.value.verdict.code == "wrong_state"


def test_fix_is_not_verified_by_whoever_recorded_it(stage: Stage) -> None:
    _, finding = remediated_finding(stage)
    Finding.objects.filter(pk=finding.pk).update(remediated_by=stage.auditor.user)
    with pytest.raises(Refused) as refused:
        verify_finding(finding=finding, by=stage.auditor)
    assert refused.value.verdict.code == "same_person"


def test_database_refuses_a_fix_verified_by_whoever_recorded_it(stage: Stage) -> None:
    _, finding = remediated_finding(stage)
    verify_finding(finding=finding, by=stage.auditor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(remediated_by=stage.auditor.user)


def test_partner_cannot_verify_its_own_fix(stage: Stage) -> None:
    _, finding = remediated_finding(stage)
    with pytest.raises(Refused) as refused:
        verify_finding(finding=finding, by=stage.applicant)
    assert refused.value.verdict.code == "wrong_role"


def test_insufficient_fix_goes_back_with_the_reason(stage: Stage) -> None:
    _, finding = remediated_finding(stage)
    send_back_finding(finding=finding, reason="Backups are still deleted.", by=stage.auditor)
    assert finding.state == "plan_agreed"
    told = Notice.objects.get(recipient=stage.applicant.user, about=finding.pk, kind="finding_sent_back")
    assert "Backups are still deleted." in told.body


def test_signatory_accepts_a_risk_until_a_day_on_which_it_opens_again(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    finding = finding_in(audit, stage.auditor)
    accept_risk(finding=finding, reason="Low exposure", until=clock.today() + timedelta(days=30), by=stage.signatory)
    assert finding.state == "risk_accepted"
    with clock.at(clock.now() + timedelta(days=29)):
        assert end_risk_acceptances()["done"] == 0
    with clock.at(clock.now() + timedelta(days=33)):
        assert end_risk_acceptances()["done"] == 1
        assert end_risk_acceptances()["done"] == 0
    finding.refresh_from_db()
    assert finding.state == "open"


def test_risk_of_a_critical_finding_cannot_be_accepted(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    finding = finding_in(audit, stage.auditor, severity="critical")
    with pytest.raises(Refused) as refused:
        accept_risk(finding=finding, reason="x", until=clock.today() + timedelta(days=9), by=stage.signatory)
    assert (refused.value.verdict.code, refused.value.verdict.rule) == ("not_acceptable", "audits.findings.critical")


def test_risk_is_not_accepted_by_a_signatory_of_another_authority(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    finding = finding_in(audit, stage.auditor)
    with pytest.raises(Refused) as refused:
        accept_risk(finding=finding, reason="x", until=clock.today() + timedelta(days=9), by=stage.other_signatory)
    assert refused.value.verdict.code == "other_body"
