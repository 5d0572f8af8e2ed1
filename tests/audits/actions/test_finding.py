"""Findings: plan, remedy, verification by somebody else, and accepting the risk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from audits.actions.finding import (
    agree_plan,
    propose_plan,
    record_finding,
    remediate_finding,
    send_back_finding,
    verify_finding,
)
from audits.models import Finding
from portal.core import clock
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, audit_in_fieldwork, finding_in, planned_audit, remediated_finding
from tests.factories.partners import make_evidence, make_institution


def test_finding_runs_from_record_to_verification(stage: Stage) -> None:
    _, finding = remediated_finding(stage)
    verify_finding(finding=finding, method="Seen in the console.", by=stage.auditor)
    assert (finding.state, finding.verified_by) == ("verified", stage.auditor.user)
    assert [note.kind for note in finding.notes.order_by("written_at")] == ["plan", "remediation"]
    test = finding.retests.get()
    assert (test.number, test.result, test.method) == (1, "passed", "Seen in the console.")
    assert (test.fixed_by, test.tested_by) == (stage.applicant.user, stage.auditor.user)
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
        verify_finding(finding=finding, method="Seen.", by=stage.auditor)
    assert refused.value.verdict.code == "same_person"


def test_database_refuses_a_fix_verified_by_whoever_recorded_it(stage: Stage) -> None:
    _, finding = remediated_finding(stage)
    verify_finding(finding=finding, method="Seen.", by=stage.auditor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(remediated_by=stage.auditor.user)


def test_partner_cannot_verify_its_own_fix(stage: Stage) -> None:
    _, finding = remediated_finding(stage)
    with pytest.raises(Refused) as refused:
        verify_finding(finding=finding, method="Seen.", by=stage.applicant)
    assert refused.value.verdict.code == "wrong_role"


def test_insufficient_fix_goes_back_with_the_reason(stage: Stage) -> None:
    _, finding = remediated_finding(stage)
    send_back_finding(finding=finding, reason="Backups are still deleted.", by=stage.auditor)
    assert finding.state == "plan_agreed"
    told = Notice.objects.get(recipient=stage.applicant.user, about=finding.pk, kind="finding_sent_back")
    assert "Backups are still deleted." in told.body


def test_every_test_of_a_remedy_is_kept_with_its_result(stage: Stage) -> None:
    _, finding = remediated_finding(stage)
    send_back_finding(finding=finding, reason="Backups are still deleted.", by=stage.auditor)
    remediate_finding(finding=finding, remediation="Backups too.", by=stage.applicant)
    verify_finding(finding=finding, method="Restored one of last year.", by=stage.auditor)
    tests = finding.retests.order_by("number").values_list("number", "result", "method")
    assert list(tests) == [
        (1, "failed", "Backups are still deleted."), (2, "passed", "Restored one of last year."),
    ]  # fmt: skip


def test_whoever_had_a_hand_in_an_earlier_remedy_tests_none_of_it(stage: Stage) -> None:
    _, finding = remediated_finding(stage)
    send_back_finding(finding=finding, reason="Not yet.", by=stage.auditor)
    colleague = make_member(stage.applicant.user.memberships.get().organisation, "applicant")
    remediate_finding(finding=finding, remediation="Backups too.", by=colleague)
    changed = replace(stage.auditor, user_id=stage.applicant.user_id, user=stage.applicant.user)
    finding.audit.__dict__["assigned_ids"] = frozenset({stage.applicant.user_id})
    deeds: tuple[Callable[[], Finding], ...] = (
        lambda: verify_finding(finding=finding, method="Seen.", by=changed),
        lambda: send_back_finding(finding=finding, reason="No.", by=changed),
    )
    for deed in deeds:
        with pytest.raises(Refused) as refused:
            deed()
        assert refused.value.verdict.code in ("same_person", "not_assigned")


def test_remedy_names_documents_of_the_own_library_only(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    finding = finding_in(audit, stage.auditor)
    propose_plan(finding=finding, plan="Soon.", by=stage.applicant)
    agree_plan(finding=finding, by=stage.auditor)
    other, stranger = make_institution()
    theirs = make_evidence(other, stranger, kind="report")
    with pytest.raises(Refused) as refused:
        remediate_finding(finding=finding, remediation="Done.", documents=[str(theirs.pk)], by=stage.applicant)
    assert refused.value.verdict.code == "no_document"
    ours = make_evidence(stage.institution, stage.applicant, kind="report")
    remediate_finding(finding=finding, remediation="Done.", documents=[str(ours.pk)], by=stage.applicant)
    assert [row.evidence for row in finding.notes.get(kind="remediation").documents.all()] == [ours]
