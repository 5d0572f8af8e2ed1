"""Cards about cases: two questions on one case are one case, and the card leads to it and to no other."""

from __future__ import annotations

import pytest

from portal.accounts.needs import needs_of
from portal.core.actors import Actor
from tests.factories import partners as make
from tests.world import client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> make.Cast:
    """A case with a reviewer who has asked about two sections, beside one that nobody has been given."""
    make.screen(make.submitted_application(), "standard")
    made = make.assign(make.screen(make.submitted_application()))
    make.ask(made, "security")
    make.ask(made, "data")
    return made


def card(actor: Actor, key: str) -> tuple[int, str]:
    """How many the card counts, and where it leads."""
    return next((need.count, need.url) for need in needs_of(actor) if need.url.endswith(f"need={key}"))


def test_questions_are_counted_by_the_application_that_the_list_shows(made: make.Cast) -> None:
    count, url = card(made.applicant, "partners.applications.question")
    page = client_for(made.applicant).get(url)
    assert [row.pk for row in page.context["applications"]] == [made.fresh().pk]
    assert count == 1
    assert "Only: applications with questions to answer" in page.content.decode()


def test_where_nothing_waits_the_list_says_so_and_offers_no_first_application(made: make.Cast) -> None:
    count, url = card(made.applicant, "partners.applications.draft")
    page = client_for(made.applicant).get(url).content.decode()
    assert count == 0
    assert "Nothing waits here" in page
    assert "No application yet" not in page


def test_an_officers_case_without_a_reviewer_is_not_the_one_with_one(made: make.Cast) -> None:
    count, url = card(made.officer, "partners.cases.unassigned")
    page = client_for(made.officer).get(url)
    found = list(page.context["cl"].queryset)
    assert count == len(found)
    assert made.fresh().pk not in {row.pk for row in found}


def test_a_reviewers_answers_are_found_in_the_queue(made: make.Cast) -> None:
    make.answer(made, made.fresh().queries.earliest("asked_at"))
    count, url = card(made.reviewer, "partners.reviews.answer")
    page = client_for(made.reviewer).get(url)
    assert [row.pk for row in page.context["cl"].result_list] == [made.fresh().pk]
    assert count == 1
