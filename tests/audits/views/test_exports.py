"""Exporting an audit in OSCAL: who gets what, and when."""

from __future__ import annotations

import io
import json
import zipfile

from django.test import Client
from django.urls import reverse

from audits.actions.audit_report import draft_report, send_report
from audits.actions.fieldwork import Answer, record_results
from audits.models import Audit
from audits.oscal import CATALOG, PLAN, POAM, RESULTS
from tests.factories.audits import Stage, audit_in_fieldwork, catalogue_of, finding_in, planned_audit
from tests.query_budget import queries_of
from tests.world import client_for

BUDGET = 14


def begun(stage: Stage, controls: int = 2) -> Audit:
    _, audit = audit_in_fieldwork(stage, catalogue=catalogue_of(families=1, controls=controls))
    return audit


def desk(audit: Audit) -> str:
    return reverse("admin:audits_audit_oscal", args=[audit.pk])


def own(audit: Audit) -> str:
    return reverse("audits:audit_oscal", args=[audit.pk])


def within(client: Client, url: str) -> dict[str, str]:
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def note_on_all(audit: Audit, stage: Stage) -> None:
    answers = [Answer(check.pk, "met", "Seen by the auditors alone.", 0) for check in audit.checks.all()]
    record_results(audit=audit, answers=answers, by=stage.auditor)


def test_auditors_get_all_of_it_from_fieldwork_on(stage: Stage) -> None:
    audit = begun(stage)
    note_on_all(audit, stage)
    finding_in(audit, stage.auditor)
    files = within(client_for(stage.auditor), desk(audit))
    assert set(files) == {CATALOG, PLAN, RESULTS, POAM}
    assert "Seen by the auditors alone." in files[RESULTS]
    assert json.loads(files[PLAN])["assessment-plan"]["metadata"]["oscal-version"] == "1.1.2"


def test_the_institution_gets_it_with_the_report_and_without_the_notes(stage: Stage) -> None:
    audit, partner = begun(stage), client_for(stage.applicant)
    note_on_all(audit, stage)
    assert partner.get(own(audit)).status_code == 403
    draft_report(audit=audit, summary="Sound.", by=stage.auditor)
    assert partner.get(own(audit)).status_code == 403
    send_report(audit=audit, by=stage.auditor)
    files = within(partner, own(audit))
    assert set(files) == {CATALOG, PLAN, RESULTS}
    assert "Seen by the auditors alone." not in "".join(files.values())
    assert own(audit) in partner.get(reverse("audits:audit", args=[audit.pk])).content.decode()


def test_there_is_nothing_to_export_before_fieldwork(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    officer = client_for(stage.officer)
    assert officer.get(desk(audit)).status_code == 403
    assert desk(audit) not in officer.get(reverse("admin:audits_audit_change", args=[audit.pk])).content.decode()


def test_it_changes_nothing_and_is_only_read(stage: Stage) -> None:
    assert client_for(stage.auditor).post(desk(begun(stage))).status_code == 405


def test_it_costs_as_many_queries_for_large_catalogues(stage: Stage) -> None:
    client = client_for(stage.auditor)
    audit = begun(stage, 40)
    note_on_all(audit, stage)
    client.get(desk(audit))
    assert len(queries_of(client, desk(audit))) <= BUDGET
