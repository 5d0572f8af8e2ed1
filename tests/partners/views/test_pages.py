"""Every page of the applicant and of the desk opens, in each state of a case, for those who may."""

from __future__ import annotations

import pytest
from django.urls import reverse

from partners.actions.query import answer_question, ask_question
from partners.models import Letter
from partners.queries.rulebook import rules_of
from portal.core.actors import Actor
from tests.factories import partners as make
from tests.world import client_for

pytestmark = pytest.mark.django_db
TABS = ("summary", "answers", "evidence", "people", "assessment", "signatures", "timeline")


def opens(actor: Actor, name: str, *args: object, query: str = "") -> str:
    url = reverse(name, args=args) + query
    response = client_for(actor).get(url)
    assert response.status_code == 200, f"{url}: {response.status_code} {response.get('Location', '')}"
    text = response.content.decode()
    assert "style=" not in text.split("</head>")[-1] or url.startswith("/admin/")
    return text


def test_applicants_pages_of_a_draft() -> None:
    made = make.cast()
    pk = made.application.pk
    for name in ("institution", "applications"):
        opens(made.applicant, f"partners:{name}")
    for name in ("application", "check", "withdraw"):
        opens(made.applicant, f"partners:{name}", pk)
    for section in rules_of(made.application).questionnaire.sections:
        opens(made.applicant, "partners:section", pk, section.key)


def test_start_page_says_what_is_asked() -> None:
    _institution, applicant = make.make_institution()
    assert "Security controls" in opens(applicant, "partners:start")


def test_desk_pages_of_each_stage() -> None:
    made = make.submitted_application()
    pk = made.application.pk
    opens(made.applicant, "partners:sent", pk)
    opens(made.applicant, "partners:answers", pk)
    opens(made.officer, "admin:partners_application_changelist")
    opens(made.officer, "admin:partners_application_declare", pk)
    make.screen(made)
    opens(made.officer, "admin:partners_application_reviewers", pk)
    opens(made.officer, "admin:partners_application_tier", pk)
    make.assign(made)
    for tab in TABS:
        opens(made.officer, "admin:partners_application_change", pk, query=f"?tab={tab}")
        opens(made.reviewer, "admin:partners_application_change", pk, query=f"?tab={tab}")
    opens(made.reviewer, "admin:partners_application_assess_section", pk, "security")
    opens(made.reviewer, "admin:partners_application_ask", pk)
    query = ask_question(application=made.fresh(), section="security", text="Which vault?", by=made.reviewer)
    opens(made.applicant, "partners:question", pk, query.pk)
    opens(made.applicant, "partners:application", pk)
    opens(made.applicant, "partners:section", pk, "security")
    answer_question(query=query, text="A national one.", by=made.applicant)
    opens(made.reviewer, "admin:partners_application_changes", pk)
    make.assess(made)
    opens(made.officer, "admin:partners_application_send", pk)
    opens(made.reviewer, "admin:partners_application_recommend", pk)
    make.send(made)
    make.declare_conflict(application=made.fresh(), conflict=False, by=made.signatory)
    for name in ("sign", "refuse", "ask"):
        opens(made.signatory, f"admin:partners_application_{name}", pk)
    opens(made.officer, "admin:partners_application_return", pk)


def test_pages_of_a_decided_case() -> None:
    made = make.sign(make.application_to_sign())
    pk = made.application.pk
    assert "trusted partner" in opens(made.applicant, "partners:application", pk)
    for tab in TABS:
        opens(made.officer, "admin:partners_application_change", pk, query=f"?tab={tab}")
    opens(made.officer, "partners:institutions")
    assert made.institution.name in opens(made.officer, "partners:partner", made.institution.pk)
    letter = Letter.objects.get(application=made.application, kind="approval")
    response = client_for(made.applicant).get(reverse("partners:letter", args=[letter.pk]))
    assert response["Content-Disposition"].startswith("attachment")
    assert response.getvalue().startswith(b"%PDF-")


def test_an_identifier_of_another_institution_is_told_at_its_field_and_nothing_is_lost() -> None:
    taken, _applicant = make.make_institution()
    _other, applicant = make.make_institution()
    posted = {"kind": "company", "lei": taken.lei, "ror": taken.ror, "address": "2 Quay"}
    page = client_for(applicant).post(reverse("partners:institution"), posted)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Another organisation has this identifier." in text
    assert "Constraint" not in text
    assert "2 Quay" in text
