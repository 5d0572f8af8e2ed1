"""Lessons of incidents as findings: asked for at the closing, made by an auditor, and read from both sides."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from audits.actions.finding import record_finding
from audits.actions.incident import close_incident, contain_incident, resolve_incident, triage_incident
from audits.actions.marking import mark_incident
from audits.models import Audit, Finding, FollowUp, Incident
from audits.queries.lessons import lessons_for, waiting_for
from portal.core import clock
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, audit_in_fieldwork, qualified, reported_incident
from tests.world import client_for

pytestmark = pytest.mark.django_db
LESSON = "Keys belong in a vault, and nowhere else."


def resolved(stage: Stage) -> Incident:
    _, incident = reported_incident(stage)
    triage_incident(incident=incident, severity="high", note="Real.", by=stage.officer)
    contain_incident(incident=incident, how="The key is revoked.", by=stage.officer)
    resolve_incident(incident=incident, cause="Haste.", lessons=LESSON, by=stage.officer)
    incident.deadlines.filter(met_at=None).update(waived_at=clock.now())
    return incident


@pytest.fixture
def case(stage: Stage) -> tuple[Stage, Audit, Incident]:
    incident = resolved(stage)
    _, audit = audit_in_fieldwork(stage)
    return stage, audit, incident


def made_of(incident: Incident, audit: Audit, by: Any) -> Finding:
    return record_finding(
        audit=audit, severity="high", title="Keys lie about", description=LESSON, incident=incident, by=by
    )


def test_closing_asks_what_follows_and_keeps_the_answer(case: tuple[Stage, Audit, Incident]) -> None:
    stage, audit, incident = case
    client, page = client_for(stage.second_officer), reverse("admin:audits_incident_close", args=[incident.pk])
    assert LESSON in client.get(page).content.decode()
    assert client.post(page, {}).status_code == 200
    incident.refresh_from_db()
    assert incident.state == "resolved"
    assert client.post(page, {"follow_up": "finding"}).status_code == 302
    incident.refresh_from_db()
    assert (incident.state, incident.follow_up) == ("closed", FollowUp.FINDING)
    assert list(waiting_for(audit)) == [incident]


def test_an_auditor_makes_a_finding_of_it_and_both_name_each_other(case: tuple[Stage, Audit, Incident]) -> None:
    stage, audit, incident = case
    close_incident(incident=incident, follow_up="finding", by=stage.second_officer)
    auditor = client_for(stage.auditor)
    assert LESSON in auditor.get(reverse("admin:audits_audit_change", args=[audit.pk])).content.decode()
    record = reverse("admin:audits_audit_finding", args=[audit.pk])
    assert LESSON in auditor.get(f"{record}?incident={incident.pk}").content.decode()
    control = audit.checks.order_by("position")[0].control
    said = {"severity": "high", "title": "Keys lie about", "description": LESSON, "control": str(control.pk)}
    assert auditor.post(record, {**said, "incident": str(incident.pk)}).status_code == 302
    finding = Finding.objects.get()
    assert (finding.incident, finding.control) == (incident, control)
    assert not waiting_for(audit).exists()
    for who, address, name in (
        (stage.officer, "admin:audits_incident_change", finding.title),
        (stage.applicant, "audits:incident", finding.title),
    ):
        assert name in client_for(who).get(reverse(address, args=[incident.pk])).content.decode()
    for who, address in (
        (stage.officer, "admin:audits_finding_change"),
        (stage.auditor, "admin:audits_finding_change"),
        (stage.applicant, "audits:finding"),
    ):
        assert incident.reference in client_for(who).get(reverse(address, args=[finding.pk])).content.decode()
    assert list(verify()) == []


def test_whoever_resolved_or_closed_it_makes_no_finding_of_it(case: tuple[Stage, Audit, Incident]) -> None:
    stage, audit, incident = case
    Incident.objects.filter(pk=incident.pk).update(resolved_by=stage.auditor.user_id)
    incident.refresh_from_db()
    with pytest.raises(Refused) as refused:
        made_of(incident, audit, stage.auditor)
    assert refused.value.verdict.code == "same_person"
    assert not Finding.objects.exists()


def test_a_lesson_of_another_institution_is_none(case: tuple[Stage, Audit, Incident]) -> None:
    stage, audit, _incident = case
    other = resolved(qualified())
    with pytest.raises(Refused) as refused:
        made_of(other, audit, stage.auditor)
    assert refused.value.verdict.code == "other_institution"
    record = reverse("admin:audits_audit_finding", args=[audit.pk])
    auditor = client_for(stage.auditor)
    assert LESSON not in auditor.get(f"{record}?incident={other.pk}").content.decode()
    said = {"severity": "high", "title": "Keys", "description": "As told.", "incident": str(other.pk)}
    assert auditor.post(record, said).status_code == 200
    assert not Finding.objects.exists()


def test_what_is_for_the_people_on_the_case_is_not_shown_to_auditors(case: tuple[Stage, Audit, Incident]) -> None:
    stage, audit, incident = case
    mark_incident(incident=incident, marking="red", techniques=[], reason="A name is in it.", by=stage.officer)
    close_incident(incident=incident, follow_up="finding", by=stage.second_officer)
    assert not lessons_for(audit).exists()
    assert (
        LESSON
        not in client_for(stage.auditor).get(reverse("admin:audits_audit_change", args=[audit.pk])).content.decode()
    )
    with pytest.raises(Refused) as refused:
        made_of(incident, audit, stage.auditor)
    assert refused.value.verdict.code == "no_lesson"


@pytest.mark.parametrize("asked", ["nonsense", "00000000-0000-0000-0000-000000000000", "-1"])
def test_a_lesson_that_there_is_not_is_no_error(case: tuple[Stage, Audit, Incident], asked: str) -> None:
    stage, audit, _incident = case
    record = reverse("admin:audits_audit_finding", args=[audit.pk])
    assert client_for(stage.auditor).get(f"{record}?incident={asked}").status_code == 200


def test_an_auditor_who_is_not_assigned_makes_no_finding(case: tuple[Stage, Audit, Incident]) -> None:
    stage, audit, incident = case
    other = make_member(stage.cast.authority, "auditor")
    with pytest.raises(Refused):
        made_of(incident, audit, other)
    assert not Finding.objects.exists()
