"""The partner's page of a request, and the auditors': what is kept, what is refused, who reads which document."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from audits.actions.evidence_request import answer_request, ask_for_more
from audits.models import Audit, EvidenceRequest
from partners.models import Evidence
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, audit_in_fieldwork, qualified
from tests.factories.fieldwork import evidence_answered, evidence_asked, library_document, text_file
from tests.query_budget import assert_query_budget
from tests.world import client_for


@pytest.fixture
def audit(stage: Stage) -> Audit:
    return audit_in_fieldwork(stage)[1]


@pytest.fixture
def asked(audit: Audit, stage: Stage) -> EvidenceRequest:
    return evidence_asked(audit, stage)


@pytest.fixture
def partner(stage: Stage) -> Client:
    return client_for(stage.applicant)


def test_partner_answers_with_a_document_of_its_library(asked: EvidenceRequest, stage: Stage, partner: Client) -> None:
    document = library_document(stage)
    page = partner.get(asked.get_absolute_url())
    assert document.name in page.content.decode()
    data = {"text": "See section 4.", "documents": [str(document.pk)], "answer": "yes"}
    assert partner.post(asked.get_absolute_url(), data).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "answered"
    assert asked.replies.get().documents.get().evidence_id == document.pk


def test_a_file_that_is_added_stands_ticked_and_the_words_stay(asked: EvidenceRequest, partner: Client) -> None:
    data = {"text": "Half a sentence", "upload": text_file("log.txt"), "marking": "red", "add": "yes"}
    page = partner.post(asked.get_absolute_url(), data)
    form = page.context["form"]
    kept = Evidence.objects.get(about=asked.pk)
    assert (kept.state, kept.marking) == ("stored", "red")
    assert form["text"].value() == "Half a sentence"
    assert form["documents"].value() == [kept.pk]
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_file_and_answer_may_come_at_once(asked: EvidenceRequest, partner: Client) -> None:
    data = {"text": "Here it is.", "upload": text_file("log.txt"), "marking": "amber", "answer": "yes"}
    assert partner.post(asked.get_absolute_url(), data).status_code == 302
    assert asked.replies.get().documents.get().evidence.name == "log.txt"


def test_a_file_that_is_none_is_refused_beside_the_field_and_the_words_stay(
    asked: EvidenceRequest, partner: Client
) -> None:
    data = {"text": "Run this.", "upload": text_file("run.exe", "MZ"), "answer": "yes"}
    page = partner.post(asked.get_absolute_url(), data)
    assert page.status_code == 200
    assert page.context["form"].errors["upload"]
    assert "Run this." in page.content.decode()
    assert not asked.replies.exists()


def test_a_document_of_somebody_else_cannot_be_chosen(asked: EvidenceRequest, partner: Client) -> None:
    other = library_document(qualified(jurisdiction="SE"))
    page = partner.post(asked.get_absolute_url(), {"text": "x", "documents": [str(other.pk)], "answer": "yes"})
    assert page.context["form"].errors["documents"]
    assert not asked.replies.exists()


def test_another_institution_does_not_find_the_request(asked: EvidenceRequest) -> None:
    stranger = client_for(qualified(jurisdiction="SE").applicant)
    for method in (stranger.get, stranger.post):
        assert method(asked.get_absolute_url()).status_code == 404


def test_auditors_ask_from_the_audits_page(audit: Audit, stage: Stage) -> None:
    desk = client_for(stage.auditor)
    check = audit.checks.first()
    url = reverse("admin:audits_audit_ask", args=[audit.pk])
    assert f'value="{check.pk}" selected' in desk.get(f"{url}?control={check.pk}").content.decode()
    done = desk.post(url, {"title": "A log", "text": "Of March.", "tested": str(check.pk)})
    assert done.status_code == 302
    request = EvidenceRequest.objects.get(audit=audit)
    assert (request.title, request.tested_id) == ("A log", check.pk)
    assert request.title in desk.get(reverse("admin:audits_audit_change", args=[audit.pk])).content.decode()
    assert request.title in client_for(stage.applicant).get(audit.get_absolute_url()).content.decode()


def test_documents_are_handed_out_as_their_marking_says(audit: Audit, stage: Stage) -> None:
    request = evidence_answered(audit, stage)
    kept = request.replies.get().documents.get().evidence
    Evidence.objects.filter(pk=kept.pk).update(marking="red")
    url = reverse("admin:audits_evidencerequest_document", args=[request.pk, kept.pk])
    assert client_for(stage.auditor).get(url)["Content-Disposition"].startswith("attachment")
    assert client_for(stage.officer).get(url).status_code == 404
    assert client_for(make_member(stage.cast.authority, "auditor")).get(url).status_code == 404
    page = client_for(stage.officer).get(reverse("admin:audits_evidencerequest_change", args=[request.pk]))
    assert "keeps it from you" in page.content.decode()


def test_a_document_that_was_not_shown_is_not_handed_out(audit: Audit, stage: Stage) -> None:
    request = evidence_answered(audit, stage)
    other = library_document(stage, name="salaries.txt")
    url = reverse("admin:audits_evidencerequest_document", args=[request.pk, other.pk])
    assert client_for(stage.auditor).get(url).status_code == 404


def test_pages_cost_the_same_with_many_requests(audit: Audit, stage: Stage, partner: Client) -> None:
    def more(count: int) -> None:
        for number in range(count):
            evidence_asked(audit, stage, title=f"Number {number}", tested=audit.checks.first())

    assert_query_budget(partner, reverse("audits:evidencerequests"), more)
    for who in (stage.auditor, stage.officer):
        assert_query_budget(client_for(who), reverse("admin:audits_evidencerequest_changelist"), more)


def test_a_page_costs_the_same_with_many_answers(audit: Audit, stage: Stage, partner: Client) -> None:
    request = evidence_answered(audit, stage)

    def more(count: int) -> None:
        for _ in range(count):
            ask_for_more(request=request, remark="More.", by=stage.auditor)
            document = library_document(stage)
            answer_request(request=request, text="Here.", documents=[document.pk], by=stage.applicant)

    assert_query_budget(partner, request.get_absolute_url(), more)
    desk = reverse("admin:audits_evidencerequest_change", args=[request.pk])
    assert_query_budget(client_for(stage.auditor), desk, more, most=14)
