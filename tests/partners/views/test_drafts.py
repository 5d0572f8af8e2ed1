"""Drafts: what nobody else may see, where one goes on from an earlier application, and what a full one costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from partners.actions.application import withdraw_application
from partners.models import Answer, Application
from partners.queries.answers import answers_of
from partners.queries.rulebook import rules_of
from portal.rulebook.questionnaire import visible_questions
from tests.factories import partners as make
from tests.factories.accounts import make_member, make_organisation
from tests.query_budget import queries_of
from tests.world import client_for

pytestmark = pytest.mark.django_db
SECRET = "Aurora-7741"
TABS = ("summary", "answers", "evidence", "people", "assessment", "signatures", "timeline")


def everyone_else(made: make.Cast) -> list[Any]:
    """Clients of all who work on cases, and of those who watch."""
    auditor, overseer = (
        make_member(make_organisation("authority"), "auditor"),
        make_member(make_organisation("oversight"), "oversight_member"),
    )
    people = (made.officer, made.reviewer, made.signatory, made.other_signatory, auditor, overseer)
    return [client_for(who) for who in people]


def case_pages(made: make.Cast) -> list[str]:
    pk = made.application.pk
    change = reverse("admin:partners_application_change", args=[pk])
    return [
        *(f"{change}?tab={tab}" for tab in TABS),
        reverse("admin:partners_application_changelist"),
        *(reverse(f"partners:{name}", args=[pk]) for name in ("application", "check", "answers", "rules")),
        reverse("partners:section", args=[pk, "security"]),
    ]


def test_nobody_but_the_institution_sees_a_draft() -> None:
    made = make.cast(answers={"credential_storage": "other", "credential_storage_other": SECRET})
    for client in everyone_else(made):
        for page in case_pages(made):
            answer = client.get(page)
            assert SECRET not in answer.content.decode()
            assert made.application.reference not in answer.content.decode()
            assert answer.status_code != 200 or "changelist" in page or page.endswith("/admin/partners/application/")


def test_what_is_written_in_a_reopened_section_is_not_seen_before_it_is_sent() -> None:
    made = make.reviewed_application()
    query = make.ask(made, "security")
    changed = {"credential_storage": "other", "credential_storage_other": SECRET}
    section = reverse("partners:autosave", args=[made.application.pk, "security"])
    sent = {"asked": list(changed), **changed, "version": "999999", "page": "p"}
    assert client_for(made.applicant).post(section, sent).status_code == 200
    reviewer = client_for(made.reviewer)
    pages = [page for page in case_pages(made) if "/admin/" in page]
    assert all(SECRET not in reviewer.get(page).content.decode() for page in pages)
    make.answer(made, query)
    assert any(SECRET in reviewer.get(page).content.decode() for page in pages)


def test_only_the_section_asked_about_can_be_opened_again() -> None:
    made = make.reviewed_application()
    make.ask(made, "security")
    client = client_for(made.applicant)
    address = {name: reverse("partners:section", args=[made.application.pk, name]) for name in ("security", "data")}
    assert client.get(address["security"]).status_code == 200
    assert client.get(address["data"]).status_code == 302
    refused = client.post(
        address["data"], {"asked": "retention_months", "retention_months": "3", "version": "9", "save": "1"}
    )
    assert refused.status_code == 403
    assert answers_of(made.application)["retention_months"] == 12


# --- an earlier application -----------------------------------------------------------------------


def test_the_start_page_offers_earlier_applications_and_copies_the_chosen_one() -> None:
    made = make.submitted_application()
    withdraw_application(application=made.application, by=made.applicant)
    client = client_for(made.applicant)
    start = reverse("partners:start")
    assert made.application.reference in client.get(start).content.decode()
    client.post(start, {"kind": "initial", "copy_from": str(made.application.pk)})
    copy = Application.objects.get(institution=made.institution, state="draft")
    assert answers_of(copy)["headcount"] == 120


def test_an_application_of_somebody_else_is_not_offered() -> None:
    theirs = make.submitted_application()
    _institution, applicant = make.make_institution()
    client = client_for(applicant)
    start = reverse("partners:start")
    assert theirs.application.reference not in client.get(start).content.decode()
    client.post(start, {"kind": "initial", "copy_from": str(theirs.application.pk)})
    assert not Answer.objects.filter(application__institution=_institution).exists()


# --- a full draft ---------------------------------------------------------------------------------


def test_task_list_and_sections_cost_at_most_twelve_queries_with_sixty_questions_and_forty_documents() -> None:
    made = make.cast()
    documents = [str(make.make_evidence(made.institution, made.applicant, kind=kind).pk) for kind in FORTY]
    many = {"legal_owner_type": "private", "foreign_control": True, "outside_funding": True, "provider_ties": True}
    many |= {"purposes": ["deployment"], "hazard_domains": ["cyber"], "fine_tuning": True, "environments_abroad": True}
    many |= {
        "past_breach": True,
        "outside_staff": True,
        "data_classes": ["sensitive_personal"],
        "output_training": True,
    }
    many |= {"environment_evidence": documents[:5], "mandate_evidence": documents[5:10]}
    make.fill(made.application, many, made.applicant)
    rules, client = rules_of(made.fresh()), client_for(made.applicant)
    assert len(visible_questions(rules.questionnaire, answers_of(made.application), "company")) >= 60
    pages = [reverse("partners:application", args=[made.application.pk])]
    pages += [
        reverse("partners:section", args=[made.application.pk, section.key]) for section in rules.questionnaire.sections
    ]
    for page in pages:
        client.get(page)
        cache.clear()
        asked = queries_of(client, page)
        assert len(asked) <= 12, f"{page}: {len(asked)}\n" + "\n".join(query[:200] for query in asked)


FORTY = ("registration", "mandate", "architecture", "certificate", "incident_plan") * 8
