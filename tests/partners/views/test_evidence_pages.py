"""The pages of the library, and who gets which file of a document by the marking."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.urls import reverse

from partners.actions.case import declare_conflict
from partners.actions.evidence import describe_evidence, upload_redacted, upload_version
from partners.models import Evidence
from partners.queries.answers import answers_of
from portal.core import clock
from portal.core.actors import Actor
from tests.clamav import EICAR, Daemon
from tests.factories import partners as make
from tests.factories.accounts import make_member, make_organisation
from tests.world import client_for

pytestmark = pytest.mark.django_db


def get(actor: Actor, name: str, *args: Any, query: str = "") -> Any:
    return client_for(actor).get(reverse(f"partners:{name}", args=args) + query)


def post(actor: Actor, name: str, *args: Any, **data: Any) -> Any:
    return client_for(actor).post(reverse(f"partners:{name}", args=args), data)


def text(response: Any) -> str:
    return response.content.decode()


# --- the list -------------------------------------------------------------------------------------


def test_the_library_lists_each_document_with_what_one_wants_to_know() -> None:
    made = make.submitted_application()
    document = Evidence.objects.get(institution=made.institution)
    page = text(get(made.applicant, "documents"))
    for words in ("statutes.png", "Registration", "TLP:AMBER", document.sha256, "Stored", made.application.reference):
        assert words in page
    stranger = make_member(make_organisation("institution"), "applicant")
    assert "No documents yet" in text(get(stranger, "documents"))
    assert get(stranger, "upload")["Location"] == reverse("partners:institution")
    assert get(made.officer, "documents").status_code == 403


def test_the_library_is_filtered_searched_and_exported() -> None:
    institution, by = make.make_institution()
    make.make_evidence(institution, by, kind="certificate", marking="red", valid_until=clock.today())
    make.upload_evidence(institution=institution, upload=make.upload("bad.png", b"MZ"), by=by)
    other = make.make_evidence(institution, by, kind="mandate")
    assert "Mandate</td>" not in text(get(by, "documents", query="?marking=red"))
    assert "bad.png" not in text(get(by, "documents", query="?ends=soon"))
    assert "bad.png" in text(get(by, "documents", query="?state=refused"))
    assert "Mandate</td>" in text(get(by, "documents", query=f"?q={other.sha256[:20]}&kind=mandate"))
    response = get(by, "documents", query="?export=csv&state=stored")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert [row["Kind"] for row in rows] == ["Mandate", "Certificate"]
    assert rows[0]["SHA-256"] == other.sha256


# --- uploading ------------------------------------------------------------------------------------


def test_a_document_is_uploaded_described_versioned_and_copied_on_its_pages() -> None:
    institution, by = make.make_institution()
    sent = post(by, "upload", upload=make.upload("plan.png"), kind="incident_plan", marking="amber_strict")
    first = Evidence.objects.get(institution=institution)
    assert sent["Location"] == first.get_absolute_url()
    changed = {"kind": "mandate", "marking": "red", "valid_until_day": "3", "valid_until_month": "5"}
    post(by, "describe", first.pk, **changed, valid_until_year="2030")
    post(by, "redacted", first.pk, upload=make.upload("redacted.png"), marking="green")
    post(by, "version", first.pk, upload=make.upload("plan-2.png"), marking="red")
    page = text(get(by, "document", first.pk))
    for words in ("3 May 2030", "TLP:RED", "redacted.png", "Version 2: plan-2.png", "There is a newer version"):
        assert words in page
    assert "Not yet:" in page


def test_a_refused_upload_stays_on_the_page_with_its_reason() -> None:
    institution, by = make.make_institution()
    response = post(by, "upload", upload=make.upload("plan.pdf", b"MZ program"), marking="amber")
    assert response.status_code == 200
    assert "plan.pdf: This is a program or a script" in text(response)
    assert "It was refused" in text(get(by, "document", Evidence.objects.get(institution=institution).pk))


def test_upload_pages_say_where_nothing_is_scanned() -> None:
    by = make.make_institution()[1]
    assert "Uploads are not scanned for malware" in text(get(by, "upload"))


@pytest.mark.clamav
def test_malware_is_named_on_the_library_s_page(scanner: Daemon) -> None:
    by = make.make_institution()[1]
    response = post(by, "upload", upload=make.upload("plan.txt", EICAR), marking="amber")
    assert "plan.txt: The malware scan found “Test.EICAR" in text(response)
    assert "Uploads are not scanned" not in text(response)


def test_a_document_that_waits_says_so_on_its_page(no_answer: None) -> None:
    institution, by = make.make_institution()
    post(by, "upload", upload=make.upload(), marking="amber")
    document = Evidence.objects.get(institution=institution)
    page = text(get(by, "document", document.pk))
    assert "It waits for the malware scan" in page
    assert reverse("partners:evidence", args=[document.pk]) not in page
    assert get(by, "evidence", document.pk).status_code == 404


def test_an_administrator_reads_and_does_not_upload() -> None:
    institution, by = make.make_institution()
    document = make.make_evidence(institution, by)
    administrator = make_member(institution.organisation, "administrator")
    page = get(administrator, "document", document.pk)
    assert page.status_code == 200
    assert "Upload a new version" not in text(page)
    assert post(administrator, "upload", upload=make.upload(), marking="amber").status_code == 403
    assert post(administrator, "version", document.pk, upload=make.upload(), marking="amber").status_code == 403


# --- use in an application ------------------------------------------------------------------------


def section(made: make.Cast, **data: Any) -> Any:
    url = reverse("partners:section", args=[made.application.pk, "incident_response"])
    return client_for(made.applicant).post(url, {"version": "999999", "page": "p", "asked": ["incident_plan"], **data})


def test_a_document_of_the_library_answers_a_question_without_another_upload() -> None:
    made = make.cast()
    document = make.make_evidence(made.institution, made.applicant, kind="certificate")
    page = text(get(made.applicant, "section", made.application.pk, "incident_response"))
    assert f'<option value="{document.pk}">statutes.png' in page
    before = Evidence.objects.count()
    section(made, **{"reuse-incident_plan": str(document.pk)}, upload="incident_plan")
    assert answers_of(made.application)["incident_plan"] == [str(document.pk)]
    assert Evidence.objects.count() == before


def test_a_document_of_another_institution_is_not_taken_from_the_library() -> None:
    made = make.cast()
    theirs = make.make_evidence(*make.make_institution())
    assert str(theirs.pk) not in text(get(made.applicant, "section", made.application.pk, "incident_response"))
    section(made, **{"reuse-incident_plan": str(theirs.pk)}, upload="incident_plan")
    assert answers_of(made.application)["incident_plan"] == []


def test_a_chosen_version_that_was_replaced_stays_chosen_and_says_so() -> None:
    made = make.cast()
    document = Evidence.objects.get(institution=made.institution)
    upload_version(evidence=document, upload=make.upload("new.png"), marking="amber", by=made.applicant)
    page = text(get(made.applicant, "section", made.application.pk, "incident_response"))
    assert "there is a newer version" in page
    assert "new.png (version 2" in page


# --- who gets which file --------------------------------------------------------------------------


def marked(marking: str) -> tuple[make.Cast, Evidence]:
    """A case that waits for signatures, with its one document marked."""
    made = make.application_to_sign()
    for who in (made.signatory, made.other_signatory):
        declare_conflict(application=made.application, conflict=False, by=who)
    document = Evidence.objects.get(institution=made.institution)
    describe_evidence(evidence=document, kind="", marking=marking, valid_until=None, by=made.applicant)
    return made, document


def name_of(response: Any) -> str:
    """The name of the file that was handed out, or the status."""
    found = response.get("Content-Disposition", "")
    return found.rpartition("filename=")[2].strip('"') or str(response.status_code)


def handed_out(made: make.Cast, document: Evidence) -> dict[str, str]:
    colleague = make_member(made.authority, "case_officer")
    declare_conflict(application=made.application, conflict=False, by=colleague)
    people = {
        "institution": made.applicant,
        "officer": made.officer,
        "reviewer": made.reviewer,
        "signatory": made.signatory,
        "colleague": colleague,
        "other authority": made.other_signatory,
    }
    return {who: name_of(get(actor, "evidence", document.pk)) for who, actor in people.items()}


def test_amber_is_read_in_full_by_all_who_work_on_the_case() -> None:
    assert set(handed_out(*marked("amber")).values()) == {"statutes.png"}


def test_a_marking_keeps_readers_from_the_document_and_a_copy_lets_them_read() -> None:
    for marking, kept in {"amber_strict": {"other authority"}, "red": {"other authority", "colleague"}}.items():
        made, document = marked(marking)
        without = handed_out(made, document)
        assert {who for who, name in without.items() if name == "403"} == kept
        upload_redacted(evidence=document, upload=make.upload("redacted.png"), marking="green", by=made.applicant)
        found = handed_out(made, document)
        assert {who for who, name in found.items() if name == "redacted.png"} == kept
        assert {name for who, name in found.items() if who not in kept} == {"statutes.png"}


def test_a_copy_is_given_only_to_whom_its_own_marking_lets_read_it() -> None:
    made, document = marked("red")
    upload_redacted(evidence=document, upload=make.upload("strict.png"), marking="amber_strict", by=made.applicant)
    found = handed_out(made, document)
    assert (found["colleague"], found["other authority"]) == ("strict.png", "403")


def test_a_refusal_by_marking_says_why_and_what_to_do() -> None:
    made, document = marked("red")
    page = text(get(made.other_signatory, "evidence", document.pk))
    assert "TLP:RED" in page
    assert "Ask for one" in page


def test_the_case_says_which_file_one_gets() -> None:
    made, document = marked("amber_strict")
    url = reverse("admin:partners_application_change", args=[made.application.pk]) + "?tab=evidence"
    assert "there is no redacted copy for you" in text(client_for(made.other_signatory).get(url))
    upload_redacted(evidence=document, upload=make.upload(), marking="green", by=made.applicant)
    assert "You get the redacted copy (TLP:GREEN)" in text(client_for(made.other_signatory).get(url))
    assert "redacted copy" not in text(client_for(made.reviewer).get(url))


def test_a_copy_is_as_hidden_from_strangers_as_its_document() -> None:
    made, document = marked("amber_strict")
    copy = upload_redacted(evidence=document, upload=make.upload(), marking="clear", by=made.applicant)
    stranger = make_member(make_organisation("institution"), "applicant")
    outsider = make_member(make_organisation("authority"), "case_officer")
    for who in (stranger, outsider):
        assert get(who, "evidence", copy.pk).status_code == 404
        assert get(who, "document", document.pk).status_code == 404
    assert get(made.other_signatory, "evidence", copy.pk).status_code == 200
