"""The report of an audit as a document: sealed, tagged, with the response once it is closed, and verifiable by all."""

from __future__ import annotations

import json
from io import BytesIO

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audits.actions.audit_report import close_audit, draft_report, respond_to_report, resume_fieldwork, send_report
from audits.actions.fieldwork import Answer, add_note, record_results
from audits.letters.audit_report import audit_report
from audits.models import Audit, AuditReport
from audits.queries.audit_report import reported_of
from partners import files
from portal.core.verdicts import Refused
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, audit_in_fieldwork, catalogue_of, finding_in, qualified, results_for_all
from tests.world import client_for


@pytest.fixture
def audit(stage: Stage) -> Audit:
    """An audit with something to report."""
    _, audit = audit_in_fieldwork(stage, catalogue=catalogue_of(families=2, controls=3))
    first = audit.checks.order_by("position").first()
    assert first is not None
    record_results(audit=audit, answers=[Answer(first.pk, "not_met", "No owner is named.", 0)], by=stage.auditor)
    finding_in(audit, stage.auditor, title="No owner is named")
    results_for_all(audit, stage.auditor)
    return draft_report(audit=audit, summary="Much is well.\nOne thing is not.", by=stage.auditor)


@pytest.fixture
def sent(audit: Audit, stage: Stage) -> AuditReport:
    send_report(audit=audit, by=stage.auditor)
    return audit.documents.get()


def content(report: AuditReport) -> bytes:
    with files.stream(report.stored_name) as file:
        return file.read()


def said_in(report: AuditReport) -> str:
    """Every text of the document, as it stands now."""
    return json.dumps(audit_report(reported_of(report.audit), report, made=report.made_at, code=report.code))


def test_a_report_is_sealed_and_kept_when_it_is_sent(sent: AuditReport) -> None:
    pdf = content(sent)
    assert sent.kind == "sent"
    assert b"/ByteRange" in pdf
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert opened.Root.StructTreeRoot is not None
    said = said_in(sent)
    for words in ("Much is well.", "No owner is named", "Draft for your response"):
        assert words in said


def test_the_final_report_has_the_response_and_who_closed(sent: AuditReport, audit: Audit, stage: Stage) -> None:
    respond_to_report(audit=audit, response="We named one today.", by=stage.applicant)
    close_audit(audit=audit, by=stage.second_officer)
    final = audit.documents.order_by("version").last()
    assert final is not None
    assert (final.kind, final.version) == ("final", 2)
    said = said_in(final)
    assert "We named one today." in said
    assert str(stage.second_officer.user) in said


def test_nobody_closes_what_they_audited(sent: AuditReport, audit: Audit, stage: Stage) -> None:
    respond_to_report(audit=audit, response="Fine.", by=stage.applicant)
    with pytest.raises(Refused):
        close_audit(audit=audit, by=stage.auditor)
    assert audit.documents.count() == 1


def test_a_refused_closing_leaves_no_document(sent: AuditReport, audit: Audit, stage: Stage) -> None:
    with pytest.raises(Refused):
        close_audit(audit=audit, by=stage.second_officer)
    assert audit.documents.count() == 1


def test_anybody_can_check_it_by_code_and_by_file(client: Client, sent: AuditReport) -> None:
    verify = reverse("partners:verify")
    assert "Genuine" in client.post(verify, {"letter": SimpleUploadedFile("r.pdf", content(sent))}).content.decode()
    page = client.get(verify, {"code": sent.code}).content.decode()
    assert "We sent" in page or "Genuine" in page
    assert "No owner is named" not in page


def test_a_changed_report_is_found_out(client: Client, sent: AuditReport) -> None:
    pdf = content(sent) + b"\n% changed"
    page = client.post(reverse("partners:verify"), {"letter": SimpleUploadedFile("r.pdf", pdf)}).content.decode()
    assert "Altered" in page


def test_a_draft_no_longer_holds_once_a_later_one_is_there(
    client: Client, sent: AuditReport, audit: Audit, stage: Stage
) -> None:
    respond_to_report(audit=audit, response="Fine.", by=stage.applicant)
    close_audit(audit=audit, by=stage.second_officer)
    page = client.post(reverse("partners:verify"), {"letter": SimpleUploadedFile("r.pdf", content(sent))})
    assert "no longer holds" in page.content.decode()


def test_partner_and_desk_fetch_it_and_strangers_do_not(sent: AuditReport, audit: Audit, stage: Stage) -> None:
    own = reverse("audits:audit_report", args=[audit.pk, sent.pk])
    desk = reverse("admin:audits_audit_document", args=[audit.pk, sent.pk])
    for who, url in ((stage.applicant, own), (stage.auditor, desk), (stage.officer, desk)):
        assert client_for(who).get(url)["Content-Type"] == "application/pdf"
    assert own in client_for(stage.applicant).get(audit.get_absolute_url()).content.decode()
    assert client_for(qualified(jurisdiction="SE").applicant).get(own).status_code == 404
    assert client_for(make_member(stage.cast.authority, "auditor")).get(desk).status_code == 404


def test_working_notes_are_no_part_of_it(audit: Audit, stage: Stage) -> None:
    add_note(audit=audit, text="They seemed nervous.", by=stage.auditor)
    resume_fieldwork(audit=audit, reason="Once more.", by=stage.auditor)
    draft_report(audit=audit, summary="So.", by=stage.auditor)
    send_report(audit=audit, by=stage.auditor)
    assert "nervous" not in said_in(audit.documents.get())
