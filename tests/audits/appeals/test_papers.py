"""Documents in an appeal: with its grounds, with statements of both sides, and before the panel."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audits.actions.enforcement import answer_notice, hear_case
from audits.actions.hearing import add_statement
from audits.models import Appeal, EnforcementCase, StatementFile
from audits.queries.appeal import file_of, newest_draft
from partners.actions.evidence import upload_evidence
from partners.models import Evidence
from portal.core.verdicts import Refused
from portal.ledger.models import Event
from tests.factories.accounts import make_member
from tests.factories.appeals import (
    decided_case,
    drafted,
    heard,
    lodged,
    others,
    panel_of,
    placed_hold,
    signed_by_all,
    with_panel,
)
from tests.factories.audits import Stage, noticed_case, qualified
from tests.factories.fieldwork import library_document, text_file
from tests.factories.partners import make_authority
from tests.query_budget import assert_query_budget
from tests.world import client_for

GROUNDS = "One word would have done, as the log shows."


@pytest.fixture
def partner(stage: Stage) -> Client:
    return client_for(stage.applicant)


def lodge_page(case: EnforcementCase) -> str:
    return reverse("audits:appeal_case", args=[case.pk])


def officers_file(appeal: Appeal, stage: Stage, name: str = "minutes.txt") -> Evidence:
    """What an officer of the authority uploads for its own statement."""
    return upload_evidence(
        institution=appeal.institution, upload=text_file(name), kind="statement", about=appeal.pk, by=stage.officer
    )


# --- lodging --------------------------------------------------------------------------------------
def test_grounds_go_with_their_documents(stage: Stage, partner: Client) -> None:
    case, kept = decided_case(stage), library_document(stage)
    page = partner.get(lodge_page(case)).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert kept.name in page
    data = {"ground": "proportion", "statement": GROUNDS, "documents": [str(kept.pk)], "uploads": text_file("log.txt")}
    assert partner.post(lodge_page(case), data).status_code == 302
    appeal = Appeal.objects.get(case=case)
    assert list(appeal.papers.order_by("pk").values_list("evidence__name", flat=True)) == ["policy.txt", "log.txt"]
    shown = partner.get(appeal.get_absolute_url()).content.decode()
    for paper in appeal.papers.all():
        assert reverse("audits:appeal_document", args=[appeal.pk, paper.evidence_id]) in shown


def test_against_a_hold_too(stage: Stage, partner: Client) -> None:
    hold = placed_hold(stage)
    data = {"ground": "facts", "statement": GROUNDS, "uploads": text_file("log.txt")}
    assert partner.post(reverse("audits:appeal_hold", args=[hold.pk]), data).status_code == 302
    assert Appeal.objects.get(hold=hold).papers.get().evidence.name == "log.txt"


def test_a_bad_file_lodges_nothing_and_loses_nothing(stage: Stage, partner: Client) -> None:
    case = decided_case(stage)
    bad = SimpleUploadedFile("notes.pdf", b"Only words.")
    data = {"ground": "proportion", "statement": GROUNDS, "stay_asked": "on", "uploads": [text_file("good.txt"), bad]}
    page = partner.post(lodge_page(case), data)
    told, form = page.content.decode(), page.context["form"]
    assert "content is of another type" in told
    assert GROUNDS in told
    assert (form["ground"].value(), form["stay_asked"].value()) == ("proportion", True)
    assert form["documents"].value() == [str(Evidence.objects.get(about=case.pk, state="stored").pk)]
    assert not Appeal.objects.exists()


def test_files_stay_where_something_else_is_wrong(stage: Stage, partner: Client) -> None:
    """A browser does not send a file again by itself, and nobody notices that it is gone."""
    case, ticked = decided_case(stage), library_document(stage)
    bad = SimpleUploadedFile("notes.pdf", b"Only words.")
    data = {"statement": GROUNDS, "documents": [str(ticked.pk)], "uploads": [text_file("good.txt"), bad]}
    page = partner.post(lodge_page(case), data)
    told, form = page.content.decode(), page.context["form"]
    assert (list(form.errors), "content is of another type" in told) == (["ground", "uploads"], True)
    kept = Evidence.objects.get(about=case.pk, state="stored")
    assert form["documents"].value() == [str(ticked.pk), str(kept.pk)]
    again = {"ground": "proportion", "statement": GROUNDS, "documents": form["documents"].value()}
    assert partner.post(lodge_page(case), again).status_code == 302
    assert sorted(Appeal.objects.get(case=case).papers.values_list("evidence__name", flat=True)) == [
        "good.txt", "policy.txt",
    ]  # fmt: skip


def test_nothing_is_kept_where_no_appeal_is_open(stage: Stage, partner: Client) -> None:
    case = lodged(stage).case
    assert case is not None
    data = {"ground": "proportion", "statement": GROUNDS, "uploads": text_file("log.txt")}
    assert partner.post(lodge_page(case), data).status_code == 200
    assert not Evidence.objects.filter(about=case.pk).exists()
    assert Appeal.objects.count() == 1


# --- statements -----------------------------------------------------------------------------------
def test_both_sides_send_documents_with_statements(stage: Stage, partner: Client) -> None:
    appeal = lodged(stage)
    mine = reverse("audits:appeal_statement", args=[appeal.pk])
    assert partner.post(mine, {"text": "See the log.", "uploads": text_file("log.txt")}).status_code == 302
    desk, theirs = client_for(stage.officer), reverse("admin:audits_appeal_statement", args=[appeal.pk])
    assert desk.post(theirs, {"text": "See minutes.", "uploads": text_file("minutes.txt")}).status_code == 302
    sent = StatementFile.objects.filter(statement__appeal=appeal).values_list("statement__by_partner", "evidence__name")
    assert sorted(sent) == [(False, "minutes.txt"), (True, "log.txt")]
    pages = (
        (partner, appeal.get_absolute_url(), "audits:appeal_document"),
        (desk, reverse("admin:audits_appeal_change", args=[appeal.pk]), "admin:audits_appeal_document"),
    )
    for client, page, place in pages:
        shown = client.get(page).content.decode()
        for paper in StatementFile.objects.filter(statement__appeal=appeal):
            url = reverse(place, args=[appeal.pk, paper.evidence_id])
            assert url in shown
            assert client.get(url)["Content-Disposition"].startswith("attachment")


def test_no_side_sends_or_reads_what_the_other_has_not_sent(stage: Stage, partner: Client) -> None:
    appeal = lodged(stage)
    unsent, library = officers_file(appeal, stage), library_document(stage)
    for by, document in ((stage.applicant, unsent), (stage.officer, library)):
        with pytest.raises(Refused):
            add_statement(appeal=appeal, text="x", documents=[document.pk], by=by)
    assert partner.get(reverse("audits:appeal_document", args=[appeal.pk, unsent.pk])).status_code == 404
    assert partner.get(reverse("partners:document", args=[unsent.pk])).status_code == 404
    assert unsent.name not in partner.get(reverse("audits:appeal_statement", args=[appeal.pk])).content.decode()
    desk = client_for(stage.officer)
    assert desk.get(reverse("admin:audits_appeal_document", args=[appeal.pk, library.pk])).status_code == 404


def test_the_record_has_name_and_digest_of_each(stage: Stage) -> None:
    kept = library_document(stage)
    appeal = lodged(stage, documents=[kept.pk])
    add_statement(appeal=appeal, text="And again.", documents=[kept.pk], by=stage.applicant)
    events = Event.objects.filter(about__contains=[kept.pk, appeal.subject_id]).order_by("pk")
    said = [json.loads(event.content) for event in events]
    assert [one["verb"] for one in said] == ["appeal.lodge", "appeal.state"]
    listed = [{"id": str(kept.pk), "name": kept.name, "sha256": kept.sha256}]
    assert [one["detail"]["documents"] for one in said] == [listed, listed]


# --- the panel ------------------------------------------------------------------------------------
def test_members_read_all_that_either_side_sent_and_nobody_else_does(stage: Stage) -> None:
    case = noticed_case(stage)[1]
    with_answer = library_document(stage, "answer.txt")
    answer_notice(case=case, answer="See it.", documents=[with_answer.pk], by=stage.applicant)
    case = signed_by_all(hear_case(case=case, notes="In writing.", by=stage.officer), stage)
    appeal = with_panel(stage, case)
    statement = officers_file(appeal, stage)
    add_statement(appeal=appeal, text="As minuted.", documents=[statement.pk], by=stage.officer)
    member = client_for(panel_of(appeal)[0])
    shown = member.get(reverse("audits:panel_appeal", args=[appeal.pk])).content.decode()
    for paper in (with_answer, statement):
        url = reverse("audits:panel_document", args=[appeal.pk, paper.pk])
        assert url in shown
        assert member.get(url).status_code == 200
        assert client_for(stage.signatory).get(url).status_code == 403
        assert client_for(stage.applicant).get(url).status_code == 404
    strangers = (qualified(jurisdiction="SE").applicant, make_member(make_authority("FI"), "case_officer"))
    for who in strangers:
        assert client_for(who).get(reverse("audits:appeal_document", args=[appeal.pk, statement.pk])).status_code == 404


def test_documents_of_another_appeal_are_not_handed_out(stage: Stage, partner: Client) -> None:
    appeal, other = lodged(stage), lodged(stage, placed_hold(stage))
    kept = library_document(stage)
    add_statement(appeal=other, text="x", documents=[kept.pk], by=stage.applicant)
    assert partner.get(reverse("audits:appeal_document", args=[other.pk, kept.pk])).status_code == 200
    assert partner.get(reverse("audits:appeal_document", args=[appeal.pk, kept.pk])).status_code == 404


def test_votes_are_bound_to_the_documents(stage: Stage) -> None:
    kept = library_document(stage)
    appeal = with_panel(stage, people=others())
    add_statement(appeal=appeal, text="x", documents=[kept.pk], by=stage.applicant)
    appeal = drafted(heard(appeal))
    draft = newest_draft(appeal)
    assert draft is not None
    assert file_of(appeal, draft)["papers"] == [kept.sha256]


def test_a_page_costs_the_same_with_many_documents(stage: Stage, partner: Client) -> None:
    appeal = lodged(stage)

    def more(count: int) -> None:
        for number in range(count):
            document = library_document(stage, f"{number}.txt")
            add_statement(appeal=appeal, text="See.", documents=[document.pk], by=stage.applicant)

    def once_more(count: Any) -> None:
        more(min(count, 6))

    assert_query_budget(partner, appeal.get_absolute_url(), once_more, most=16)
    desk = reverse("admin:audits_appeal_change", args=[appeal.pk])
    assert_query_budget(client_for(stage.officer), desk, once_more, most=16)
