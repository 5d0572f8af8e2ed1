"""Pages cost as many queries with many objects or parts as with one."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from partners.models import Application
from portal.accounts.models import Organisation
from portal.core.actors import Actor
from tests.contracts.details import unheld
from tests.contracts.matrix.partners import ROWS
from tests.factories import partners as make
from tests.factories import people
from tests.factories.accounts import make_member
from tests.partners.views.people_story import of_people
from tests.partners.views.stories import of_an_application
from tests.query_budget import Asked, Place, asked_in, assert_query_budget, too_dear
from tests.world import client_for

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("budgets-partners")]
MOST = 16
"""Queries of one page, with the session and who asks. A case alone takes seven, whatever its size."""
OF_A_CASE = 18
"""Pages of a case on the desk, where what may be done depends on its screening. It is more than it should be."""
LED_ON = {
    "admin:partners_application_assess": "leads to the first section that waits",
    "admin:partners_application_filter": "shows no application; held in test_queue.py",
    "partners:section@administrator@institution": "leads to what was answered",
    "partners:section@representative": "leads to what was answered",
    "partners:change": "leads to the draft where that reports no change; held in ../actions/test_changes.py",
    "partners:preview": "shows no application; held in test_preview.py",
    "partners:referee": "shows one row to a person without an account; held in test_referee.py",
    "partners:rules": "leads to the draft while its rules are in force; held in ../actions/test_rules.py",
}
"""Addresses without a page of their own, by who opens them where it is not for everybody."""


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


def test_the_library() -> None:
    institution, applicant = make.make_institution()

    def upload_some(count: int) -> None:
        for _ in range(count):
            document = make.make_evidence(institution, applicant, kind="registration")
            make.upload_redacted(evidence=document, upload=make.upload(), marking="green", by=applicant)

    assert_query_budget(client_for(applicant), reverse("partners:documents"), upload_some)


def test_the_list_of_people() -> None:
    institution, applicant = make.make_institution()

    def name_some(count: int) -> None:
        for _ in range(count):
            people.checked(people.named(institution, applicant), applicant)

    assert_query_budget(client_for(applicant), reverse("partners:people"), name_some)


def test_the_list_of_people_at_the_desk() -> None:
    made = make.submitted_application()

    def name_some(count: int) -> None:
        for _ in range(count):
            people.checked(people.named(made.institution, made.applicant), made.applicant)

    assert_query_budget(client_for(made.officer), reverse("admin:partners_person_changelist"), name_some)


def test_the_own_page_of_a_person() -> None:
    institution, keeper = make.make_institution()
    actor = make_member(institution.organisation, "named_person")
    person = people.named(institution, keeper, email=actor.user.email)

    def check_often(count: int) -> None:
        for number in range(count):
            people.check(person, "identity", keeper, days_ago=number + 1)

    assert_query_budget(client_for(actor), reverse("partners:my_access"), check_often)


# --- the pages of one application and of one partner ----------------------------------------------
@pytest.fixture(scope="module")
def asked(django_db_setup: None, django_db_blocker: Any) -> tuple[Asked, Asked]:
    """What every page of the story asks with few parts, and with many."""
    with django_db_blocker.unblock():
        stories = [asked_in(story) for story in (of_an_application, of_people)]
    few, many = ({**first, **second} for first, second in zip(*stories, strict=True))
    return few, many


def test_pages_cost_the_same_with_many_parts(asked: tuple[Asked, Asked]) -> None:
    few, many = asked
    told = [too_dear(few, {place: queries}, most=_most(place)) for place, queries in many.items()]
    wrong = "\n".join(filter(None, told))
    assert not wrong, wrong


def _most(place: Place) -> int:
    return OF_A_CASE if place[0].startswith("admin:partners_application_") else MOST


def test_every_page_is_held_for_everybody_who_may_see_it(asked: tuple[Asked, Asked]) -> None:
    assert not unheld(ROWS, asked[1], but=LED_ON)
