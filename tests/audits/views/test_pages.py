"""Pages: whom they show nothing, and what bad input does to them. What they cost is in test_budgets."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from audits.actions.audit import assign_auditor, notify_audit
from audits.models import Incident
from tests.factories.accounts import make_member
from tests.factories.audits import (
    Stage,
    audit_in_fieldwork,
    due_reports,
    finding_in,
    planned_audit,
    reported_incident,
)
from tests.factories.partners import make_institution
from tests.world import client_for


@pytest.fixture
def partner(stage: Stage) -> Client:
    return client_for(stage.applicant)


def test_partner_sees_when_the_audit_is_and_why(stage: Stage, partner: Client) -> None:
    _, audit = planned_audit(stage)
    assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
    notify_audit(audit=audit, by=stage.officer)
    page = partner.get(audit.get_absolute_url()).content.decode()
    assert "180 days after the qualification began" in page


def test_officer_sees_whose_finding_it_is(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    finding = finding_in(audit, stage.auditor)
    page = client_for(stage.officer).get(f"/admin/audits/finding/{finding.pk}/change/").content.decode()
    assert stage.institution.organisation.name in page


def test_strangers_see_nothing_of_a_partner(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    finding, (_, incident) = finding_in(audit, stage.auditor), reported_incident(stage)
    _, reports = due_reports(stage)
    _, stranger = make_institution()
    client = client_for(stranger)
    for thing in (audit, finding, incident, reports[0]):
        assert client.get(thing.get_absolute_url()).status_code == 404
    desk = client_for(make_member(stage.cast.other_authority, "case_officer", "auditor"))
    for noun, thing in (("audit", audit), ("finding", finding), ("incident", incident), ("obligation", reports[0])):
        assert desk.get(f"/admin/audits/{noun}/{thing.pk}/change/").status_code == 404


def test_checklist_is_filled_family_by_family(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    client, check = client_for(stage.auditor), audit.checks.select_related("control").order_by("position").first()
    url = f"/admin/audits/audit/{audit.pk}/checklist/{check.control.group_id}/"
    family = audit.checks.filter(control__group_id=check.control.group_id)
    said = {f"version_{row.pk.hex}": "0" for row in family} | {f"result_{check.pk.hex}": "not_met"}
    assert "Say what is missing" in client.post(url, said).content.decode()
    answer = client.post(url, said | {f"note_{check.pk.hex}": "No owner is named."})
    assert answer.status_code == 302
    check.refresh_from_db()
    assert (check.result, check.version) == ("not_met", 1)
    again = client.post(url, said | {f"note_{check.pk.hex}": "Another"})
    assert again.status_code == 409
    assert "recorded another result" in again.content.decode()


def test_report_form_says_what_is_missing_and_keeps_what_was_entered(stage: Stage, partner: Client) -> None:
    _, reports = due_reports(stage)
    report = next(row for row in reports if row.kind == "security_attestation")
    page = partner.post(report.get_absolute_url(), {"unchanged": "false", "security_events": "7"}).content.decode()
    assert "What has changed?" in page
    assert 'value="7"' in page
    done = partner.post(report.get_absolute_url(), {"unchanged": "true", "security_events": "7"})
    assert done.status_code == 302
    assert report.reports.get().answers == {"unchanged": True, "security_events": 7}


def test_incident_is_reported_from_the_page(stage: Stage, partner: Client) -> None:
    said = {
        "title": "Key lost",
        "severity": "high",
        "kind": "credential",
        "description": "On a train.",
        "aware_at": "2020-01-01T08:00",
    }
    assert partner.post("/incidents/report/", said).status_code == 302
    assert Incident.objects.get().title == "Key lost"


def test_addresses_of_nothing_are_not_found(stage: Stage, partner: Client) -> None:
    for place in ("audits", "findings", "reports", "incidents", "enforcement", "appeals"):
        assert partner.get(f"/{place}/{uuid4()}/").status_code == 404
