"""Documents with the partner's answer to a notice: sent, refused, kept on record, handed out to who may see them."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from audits.actions.enforcement import answer_notice
from audits.models import EnforcementCase, StatementFile
from audits.queries.ladder import decision_content
from audits.rules.papers import MOST
from partners.models import Evidence
from portal.core.actors import SYSTEM
from portal.core.canonical import digest
from portal.core.verdicts import Refused
from portal.ledger.models import Event
from portal.workflow import deed, move
from tests.clamav import EICAR, Daemon
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, noticed_case, qualified
from tests.factories.fieldwork import library_document, text_file
from tests.factories.partners import make_authority
from tests.partners.hostile import NAMES
from tests.world import client_for

SIDE = "It was one key, and it was revoked at once."


@pytest.fixture
def case(stage: Stage) -> EnforcementCase:
    return noticed_case(stage)[1]


@pytest.fixture
def partner(stage: Stage) -> Client:
    return client_for(stage.applicant)


def page_of(case: EnforcementCase) -> str:
    return reverse("audits:enforcementcase_answer", args=[case.pk])


def sent(case: EnforcementCase) -> list[str]:
    """Names of the documents on file."""
    return list(case.papers.order_by("pk").values_list("evidence__name", flat=True))


# --- sending --------------------------------------------------------------------------------------
def test_answer_goes_with_files_that_come_and_documents_that_are_ticked(
    case: EnforcementCase, stage: Stage, partner: Client
) -> None:
    kept = library_document(stage)
    page = partner.get(page_of(case)).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert kept.name in page
    files = [text_file("log.txt", "Revoked at noon."), text_file("mail.txt", "Told at one.")]
    done = partner.post(page_of(case), {"answer": SIDE, "documents": [str(kept.pk)], "uploads": files})
    assert done.status_code == 302
    case.refresh_from_db()
    assert case.answer == SIDE
    assert sent(case) == ["policy.txt", "log.txt", "mail.txt"]
    assert set(Evidence.objects.filter(about=case.pk).values_list("marking", "kind")) == {("amber", "statement")}


def test_answer_needs_no_documents(case: EnforcementCase, partner: Client) -> None:
    assert partner.post(page_of(case), {"answer": SIDE}).status_code == 302
    assert sent(case) == []


def test_record_has_name_and_digest_of_each(case: EnforcementCase, stage: Stage) -> None:
    kept = library_document(stage)
    answer_notice(case=case, answer=SIDE, documents=[kept.pk], by=stage.applicant)
    said = json.loads(Event.objects.filter(about__contains=[kept.pk, case.institution_id]).latest("pk").content)
    assert said["verb"] == "enforcement.answer"
    assert said["detail"]["documents"] == [{"id": str(kept.pk), "name": kept.name, "sha256": kept.sha256}]
    assert case.papers.get().sha256 == kept.sha256


def test_signatures_are_bound_to_the_documents(case: EnforcementCase, stage: Stage) -> None:
    without = digest(decision_content(noticed_case(stage)[1]))
    kept = library_document(stage)
    answer_notice(case=case, answer=SIDE, documents=[kept.pk], by=stage.applicant)
    content = decision_content(case)
    assert content["papers"] == [kept.sha256]
    assert digest(content) != without


def test_what_was_sent_is_never_changed(case: EnforcementCase, stage: Stage) -> None:
    answer_notice(case=case, answer=SIDE, documents=[library_document(stage).pk], by=stage.applicant)
    for change in (lambda rows: rows.update(sha256="0" * 64), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(StatementFile.objects.filter(case=case))


# --- refused, and nothing lost --------------------------------------------------------------------
REFUSED = {
    "a program": (SimpleUploadedFile("notes.txt", b"MZ\x90\x00"), "program or a script"),
    "another type than its name": (SimpleUploadedFile("notes.pdf", b"Only words."), "content is of another type"),
    "a page": (SimpleUploadedFile("notes.txt", b"<html><script>x</script>"), "markup that a browser would run"),
    "nothing": (SimpleUploadedFile("notes.txt", b""), "The file is empty"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_is_refused_with_its_reason_and_words_and_good_files_stay(
    case: EnforcementCase, partner: Client, kind: str
) -> None:
    bad, reason = REFUSED[kind]
    bad.seek(0)
    page = partner.post(page_of(case), {"answer": SIDE, "uploads": [text_file("good.txt"), bad]})
    assert page.status_code == 200
    told = page.content.decode()
    assert reason in told
    assert SIDE in told
    form = page.context["form"]
    good = Evidence.objects.get(about=case.pk, state="stored")
    assert form["documents"].value() == [str(good.pk)]
    case.refresh_from_db()
    assert (case.answer, sent(case)) == ("", [])
    again = partner.post(page_of(case), {"answer": SIDE, "documents": form["documents"].value()})
    assert again.status_code == 302
    assert sent(case) == ["good.txt"]


def test_too_large_a_file_is_refused_and_the_words_stay(case: EnforcementCase, partner: Client, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1024 * 1024
    large = SimpleUploadedFile("large.txt", b"a" * (1024 * 1024 + 1))
    page = partner.post(page_of(case), {"answer": SIDE, "uploads": large})
    assert "larger than 1 MB" in page.content.decode()
    assert SIDE in page.content.decode()
    assert not case.papers.exists()


def test_more_than_a_few_are_refused_before_any_is_kept(case: EnforcementCase, partner: Client) -> None:
    many = [text_file(f"{number}.txt", f"Number {number}") for number in range(MOST + 1)]
    page = partner.post(page_of(case), {"answer": SIDE, "uploads": many})
    assert f"at most {MOST} documents" in page.content.decode()
    assert not Evidence.objects.filter(about=case.pk).exists()


@pytest.mark.clamav
def test_malware_is_refused_by_the_scanner_and_the_words_stay(
    case: EnforcementCase, partner: Client, scanner: Daemon
) -> None:
    page = partner.post(page_of(case), {"answer": SIDE, "uploads": SimpleUploadedFile("notes.txt", EICAR)})
    assert "The malware scan found “Test.EICAR" in page.content.decode()
    assert SIDE in page.content.decode()
    assert not case.papers.exists()
    assert Evidence.objects.get(about=case.pk).stored_name == ""


def test_what_waits_for_the_scan_is_not_sent(case: EnforcementCase, partner: Client, no_answer: None) -> None:
    page = partner.post(page_of(case), {"answer": SIDE, "uploads": text_file()})
    assert "will be scanned" in page.content.decode()
    waiting = Evidence.objects.get(about=case.pk)
    assert waiting.state == "quarantined"
    page = partner.post(page_of(case), {"answer": SIDE, "documents": [str(waiting.pk)]})
    assert page.context["form"].errors["documents"]
    case.refresh_from_db()
    assert (case.answer, sent(case)) == ("", [])


@pytest.mark.parametrize("kind", NAMES)
def test_hostile_names_are_harmless(case: EnforcementCase, partner: Client, kind: str) -> None:
    file = text_file()
    file.name = NAMES[kind][0].rpartition(".")[0].replace("\r", "").replace("\n", "").replace('"', "%22") + ".txt"
    assert partner.post(page_of(case), {"answer": SIDE, "uploads": file}).status_code == 302
    page = partner.get(case.get_absolute_url()).content.decode()
    name = case.papers.get().evidence.name
    assert not {"/", "\\", "\u202e", "\u2066"} & set(name)
    assert "<img src=x" not in page
    given = partner.get(reverse("audits:enforcementcase_document", args=[case.pk, case.papers.get().evidence_id]))
    assert given["Content-Disposition"].startswith("attachment")


def test_nothing_is_kept_of_who_may_not_answer(case: EnforcementCase, stage: Stage, partner: Client) -> None:
    answer_notice(case=case, answer=SIDE, by=stage.applicant)
    partner.post(page_of(case), {"answer": "Again", "uploads": text_file()})
    assert not Evidence.objects.filter(about=case.pk).exists()
    stranger = client_for(qualified(jurisdiction="SE").applicant)
    assert stranger.post(page_of(case), {"answer": "Mine", "uploads": text_file()}).status_code == 404
    assert not Evidence.objects.filter(about=case.pk).exists()


# --- another's documents --------------------------------------------------------------------------
def test_only_documents_that_are_theirs_to_send_are_sent(case: EnforcementCase, stage: Stage, partner: Client) -> None:
    other = library_document(qualified(jurisdiction="SE"))
    elsewhere = library_document(stage, "request.txt", about=uuid4())
    narrow = library_document(stage, "secret.txt", marking="red")
    for wrong in (other.pk, elsewhere.pk, narrow.pk, uuid4()):
        with pytest.raises(Refused):
            answer_notice(case=case, answer=SIDE, documents=[wrong], by=stage.applicant)
        page = partner.post(page_of(case), {"answer": SIDE, "documents": [str(wrong)]})
        assert page.context["form"].errors["documents"]
        assert SIDE in page.content.decode()
    assert not StatementFile.objects.exists()


@pytest.fixture
def answered(case: EnforcementCase, stage: Stage) -> EnforcementCase:
    return answer_notice(case=case, answer=SIDE, documents=[library_document(stage).pk], by=stage.applicant)


def test_who_may_open_the_case_gets_its_documents(answered: EnforcementCase, stage: Stage) -> None:
    paper = answered.papers.get().evidence
    mine = reverse("audits:enforcementcase_document", args=[answered.pk, paper.pk])
    desk = reverse("admin:audits_enforcementcase_document", args=[answered.pk, paper.pk])
    for who, url in ((stage.applicant, mine), (stage.officer, desk), (stage.signatory, desk)):
        client = client_for(who)
        given: Any = client.get(url)
        assert b"".join(given.streaming_content) == b"policy.txt says so."
        assert given["X-Content-Type-Options"] == "nosniff"
    assert mine in client_for(stage.applicant).get(answered.get_absolute_url()).content.decode()
    page = reverse("admin:audits_enforcementcase_change", args=[answered.pk])
    assert desk in client_for(stage.officer).get(page).content.decode()
    colleague = make_member(stage.institution.organisation, "representative")
    assert client_for(colleague).get(mine).status_code == 403
    assert client_for(stage.auditor).get(desk).status_code == 403
    assert client_for(make_member(make_authority("SE"), "case_officer")).get(desk).status_code == 404
    assert client_for(qualified(jurisdiction="SE").applicant).get(mine).status_code == 404


def test_a_document_of_another_case_is_not_handed_out(answered: EnforcementCase, stage: Stage) -> None:
    other = noticed_case(stage)[1]
    unsent = library_document(stage, "salaries.txt")
    for case, paper in ((other, answered.papers.get().evidence_id), (answered, unsent.pk)):
        mine = reverse("audits:enforcementcase_document", args=[case.pk, paper])
        desk = reverse("admin:audits_enforcementcase_document", args=[case.pk, paper])
        assert client_for(stage.applicant).get(mine).status_code == 404
        assert client_for(stage.officer).get(desk).status_code == 404


def test_what_was_sent_stays_readable_when_its_marking_is_narrowed(answered: EnforcementCase, stage: Stage) -> None:
    paper = answered.papers.get().evidence
    Evidence.objects.filter(pk=paper.pk).update(marking="red")
    desk = reverse("admin:audits_enforcementcase_document", args=[answered.pk, paper.pk])
    assert client_for(stage.officer).get(desk).status_code == 200


def test_what_turned_out_to_be_malware_is_handed_out_to_nobody(answered: EnforcementCase, stage: Stage) -> None:
    paper = answered.papers.get().evidence
    with deed():
        move(paper, "recall", by=SYSTEM, about=[paper.institution_id])
    desk = reverse("admin:audits_enforcementcase_document", args=[answered.pk, paper.pk])
    client = client_for(stage.officer)
    assert client.get(desk).status_code == 404
    page = client.get(reverse("admin:audits_enforcementcase_change", args=[answered.pk])).content.decode()
    assert desk not in page
    assert "Nobody can open it" in page
