"""Who sees what: strangers find nothing, wrong roles hear why, a conflict removes sight, downloads are attachments."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from partners.actions.case import assign_reviewer, declare_conflict
from partners.models import Evidence
from portal.core.actors import Actor
from tests.factories import partners as make
from tests.factories.accounts import make_member, make_organisation
from tests.world import client_for

pytestmark = pytest.mark.django_db


def get(actor: Actor, name: str, *args: object, query: str = "") -> Any:
    return client_for(actor).get(reverse(name, args=args) + query)


def case_url(made: make.Cast) -> str:
    return reverse("admin:partners_application_change", args=[made.application.pk])


def test_a_reviewer_who_was_not_assigned_gets_404() -> None:
    made = make.reviewed_application()
    other = make_member(made.authority, "reviewer")
    assert client_for(other).get(case_url(made)).status_code == 404
    assert made.application.reference not in get(other, "admin:partners_application_changelist").content.decode()
    assert client_for(made.reviewer).get(case_url(made)).status_code == 200


def test_before_declaring_the_case_does_not_open() -> None:
    made = make.screen(make.submitted_application())
    assign_reviewer(application=made.application, reviewer=made.reviewer.user, by=made.officer)
    response = client_for(made.reviewer).get(case_url(made))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:partners_application_declare", args=[made.application.pk]))


def test_a_conflict_removes_sight_of_the_case_its_documents_and_its_row() -> None:
    made = make.reviewed_application()
    document = Evidence.objects.filter(institution=made.institution, state="stored").first()
    assert document is not None
    assert get(made.reviewer, "partners:evidence", document.pk).status_code == 200
    declare_conflict(application=made.application, conflict=True, detail="Shares.", by=made.reviewer)
    assert client_for(made.reviewer).get(case_url(made)).status_code == 404
    assert get(made.reviewer, "partners:evidence", document.pk).status_code == 404
    queue = get(made.reviewer, "admin:partners_application_changelist").content.decode()
    assert made.application.reference not in queue


def test_the_declaration_on_the_page_leads_back_to_where_one_was_going() -> None:
    made = make.submitted_application()
    client = client_for(made.officer)
    asked = client.get(case_url(made) + "?tab=answers")
    back = client.post(asked["Location"], {"conflict": "no"})
    assert back["Location"] == case_url(made) + "?tab=answers"
    away = reverse("admin:partners_application_declare", args=[made.application.pk]) + "?next=https://evil.example/"
    assert client.post(away, {"conflict": "yes", "detail": "Shares."})["Location"].startswith("/admin/")


def test_a_draft_is_seen_by_nobody_but_its_institution() -> None:
    made = make.cast()
    for actor in (made.officer, made.signatory, made.reviewer):
        assert client_for(actor).get(case_url(made)).status_code == 404
    stranger = make_member(make_organisation("institution"), "applicant")
    assert get(stranger, "partners:application", made.application.pk).status_code == 404


def test_an_administrator_reads_and_an_applicant_writes() -> None:
    made = make.cast()
    administrator = make_member(made.institution.organisation, "administrator")
    url = reverse("partners:section", args=[made.application.pk, "security"])
    assert get(administrator, "partners:application", made.application.pk).status_code == 200
    refused = client_for(administrator).post(url, {"asked": "mfa", "mfa": "partly"})
    assert refused.status_code == 403
    assert "applicant" in refused.content.decode()


def test_signatories_of_any_authority_see_a_case_only_while_it_waits_for_them() -> None:
    made = make.assess(make.reviewed_application())
    assert client_for(made.other_signatory).get(case_url(made)).status_code == 404
    make.send(made)
    assert client_for(made.other_signatory).get(case_url(made)).status_code == 302


def test_a_document_is_an_attachment_that_no_browser_renders() -> None:
    made = make.cast()
    document = Evidence.objects.filter(institution=made.institution, state="stored").first()
    assert document is not None
    response = get(made.applicant, "partners:evidence", document.pk)
    assert response["Content-Disposition"] == 'attachment; filename="statutes.png"'
    assert response["X-Content-Type-Options"] == "nosniff"
    stranger = make_member(make_organisation("institution"), "applicant")
    assert get(stranger, "partners:evidence", document.pk).status_code == 404
    assert get(made.officer, "partners:evidence", document.pk).status_code == 404


def test_institutions_do_not_list_each_other() -> None:
    made = make.cast()
    assert get(made.applicant, "partners:institutions").status_code == 403
    assert get(made.applicant, "partners:partner", made.institution.pk).status_code == 404


def test_an_assessment_is_not_on_the_institutions_timeline() -> None:
    made = make.assess(make.reviewed_application())
    mine = get(made.applicant, "partners:application", made.application.pk).content.decode()
    assert "assessed" not in mine
    assert "Recommendation" not in mine
    assert made.reviewer.name not in mine
    theirs = get(made.officer, "admin:partners_application_change", made.application.pk, query="?tab=timeline")
    assert "Section assessed" in theirs.content.decode()


def test_a_blind_assessor_reads_no_other_assessment_before_filing_their_own() -> None:
    made = make.screen(make.submitted_application(), tier="high")
    second = make_member(made.authority, "reviewer")
    make.assign(made)
    make.assign(made, second)
    make.assess_section(
        application=made.application, section="security", outcome="partly", note="A-NOTE-OF-MINE", by=made.reviewer
    )
    for tab in ("summary", "assessment", "timeline"):
        page = get(second, "admin:partners_application_change", made.application.pk, query=f"?tab={tab}")
        assert "A-NOTE-OF-MINE" not in page.content.decode()
    assess = get(second, "admin:partners_application_assess_section", made.application.pk, "security").content.decode()
    assert "A-NOTE-OF-MINE" not in assess
    officer = get(made.officer, "admin:partners_application_change", made.application.pk, query="?tab=assessment")
    assert "A-NOTE-OF-MINE" in officer.content.decode()
