"""Pages cost as many queries with thirty objects as with one."""

from __future__ import annotations

import pytest
from django.urls import reverse

from partners.models import Application
from portal.accounts.models import Organisation
from portal.core.actors import Actor
from tests.factories import partners as make
from tests.factories.accounts import make_member
from tests.query_budget import assert_query_budget
from tests.world import client_for

pytestmark = pytest.mark.django_db


def arrive(authority: Organisation, count: int, reviewer: Actor | None = None) -> None:
    """Applications in the queue. Made by the deeds that matter for the list: begun, then sent."""
    for _ in range(count):
        institution, applicant = make.make_institution()
        application = make.begin_application(institution=institution, by=applicant)
        Application.objects.filter(pk=application.pk).update(
            submitted_at=application.started_at, submitted_by=applicant.user
        )
        if reviewer is not None:
            from partners.models.application import REVIEW
            from portal.accounts.assign import assign

            assign(REVIEW, reviewer.user, application)


def test_the_officers_queue() -> None:
    authority = make.make_authority()
    officer, reviewer = make_member(authority, "case_officer"), make_member(authority, "reviewer")
    url = reverse("admin:partners_application_changelist")
    assert_query_budget(client_for(officer), url, lambda count: arrive(authority, count, reviewer))


def test_the_reviewers_queue() -> None:
    authority = make.make_authority()
    reviewer = make_member(authority, "reviewer")
    url = reverse("admin:partners_application_changelist")
    assert_query_budget(client_for(reviewer), url, lambda count: arrive(authority, count, reviewer))


def test_the_list_of_institutions() -> None:
    officer = make_member(make.make_authority(), "case_officer")

    def make_some(count: int) -> None:
        for _ in range(count):
            make.make_institution()

    assert_query_budget(client_for(officer), reverse("partners:institutions"), make_some)


def test_the_task_list_and_a_section_with_many_documents() -> None:
    made = make.cast()
    client = client_for(made.applicant)

    def make_some(count: int) -> None:
        for _ in range(count):
            make.make_evidence(made.institution, made.applicant, kind="certificate")

    pk = made.application.pk
    assert_query_budget(client, reverse("partners:application", args=[pk]), make_some)
    assert_query_budget(client, reverse("partners:section", args=[pk, "security"]), make_some)
    assert_query_budget(client, reverse("partners:check", args=[pk]), make_some)


@pytest.mark.parametrize("tab", ["summary", "answers", "evidence", "people", "assessment", "signatures", "timeline"])
def test_a_case_with_many_assessments(tab: str) -> None:
    made = make.reviewed_application()
    client = client_for(made.reviewer)

    def assess_some(count: int) -> None:
        for index in range(count):
            section = ("security", "data", "personnel")[index % 3]
            make.assess_section(application=made.application, section=section, outcome="met", by=made.reviewer)

    url = reverse("admin:partners_application_change", args=[made.application.pk]) + f"?tab={tab}"
    assert_query_budget(client, url, assess_some, most=20)
