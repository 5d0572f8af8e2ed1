"""The eligibility check: for everybody, without signing in, by an address that can be passed on."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.ledger.models import Entry
from tests.factories import partners as make
from tests.factories.accounts import make_organisation
from tests.factories.rulebook import founded_rulebook
from tests.partners.queries.test_times import decided
from tests.query_budget import queries_of
from tests.world import client_for

pytestmark = pytest.mark.django_db
URL = "/eligibility/"


def page(query: str = "", client: Client | None = None) -> str:
    answer: Any = (client or Client()).get(f"{URL}{query}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(answer.content.decode()))


@pytest.fixture(autouse=True)
def _rules() -> None:
    founded_rulebook()


def test_before_a_question_is_answered_the_page_asks_both_and_says_nothing_else() -> None:
    text = page()
    assert "In which country is its registered seat?" in text
    assert "may apply:" not in text
    assert "Choose an answer" not in text


def test_one_answer_alone_asks_for_the_other() -> None:
    assert "Choose an answer to “In which country is its registered seat?”" in page("?kind=company")


@pytest.mark.parametrize("query", ["?kind=circus&country=NO", "?kind=company&country=QQ", "?kind=%7B%7B&country=%F0"])
def test_answers_that_are_not_offered_are_corrected_and_nothing_breaks(query: str) -> None:
    assert "usa-error-message" in page(query)


def test_whoever_may_apply_sees_sections_documents_and_who_decides() -> None:
    make_organisation("authority", "Norwegian Model Authority", "NO")
    text = page("?kind=university&country=NO")
    assert "Yes, it may apply: University, Norway" in text
    for said in ("Security controls", "Charter or founding act", "Your plan for incidents"):
        assert said in text
    assert "Norwegian Model Authority runs the case." in text
    assert "2 signatures from authorities, of at least 2 different bodies." in text


def test_the_answer_differs_by_kind() -> None:
    assert "Extract from the company register" in page("?kind=company&country=NO")
    assert "Extract from the company register" not in page("?kind=university&country=NO")


def test_documents_that_only_some_need_say_who() -> None:
    text = page("?kind=company&country=NO")
    assert "Data protection impact assessment" in text
    assert "Only if “Sensitive personal data (health, beliefs, biometrics, …)” is chosen for" in text


def test_a_country_without_an_authority_of_its_own_is_told_so() -> None:
    assert "Iceland has no authority of its own in the scheme" in page("?kind=company&country=IS")


def test_whoever_may_not_apply_learns_why_by_which_rule_and_no_more() -> None:
    text = page("?kind=company&country=BR")
    assert "No, it can’t apply: Company, Brazil" in text
    assert "The scheme has no agreement with this country." in text
    assert f'{reverse("rulebook:version", args=["1.0"])}#eligibility.jurisdictions"' in text
    assert "Security controls" not in text
    assert "Apply through your employer" in page("?kind=person&country=NO")


def test_with_few_decisions_the_page_says_that_it_cannot_tell_how_long_they_take() -> None:
    text = page("?kind=company&country=NO")
    assert text.count("too few to tell how long the next one takes") == 3
    assert "Screening of a new application 10 working days" in text


def test_times_are_those_of_now() -> None:
    make.make_authority()
    decided(10, 20, 30, 40, 90)
    text = page("?kind=company&country=NO")
    assert "Half of 5 were decided within <b>30 days</b>, nine in ten within <b>70</b>." in text
    assert text.count("too few to tell") == 2


def test_nothing_is_saved_and_at_most_twelve_queries_are_asked() -> None:
    before = Entry.objects.count()
    institution, applicant = make.make_institution()
    entries = Entry.objects.count()
    for client in (Client(), client_for(applicant)):
        page("?kind=company&country=NO", client)
        cache.clear()
        assert len(queries_of(client, f"{URL}?kind=company&country=NO")) <= 12
    assert Entry.objects.count() == entries >= before
    assert institution.pk


def test_it_is_linked_from_the_front_door_and_from_the_sign_up() -> None:
    for name in ("home", "account_signup"):
        assert f'href="{URL}"' in Client().get(reverse(name)).content.decode()


def test_without_a_rulebook_the_page_says_that_the_portal_is_being_set_up() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; DELETE FROM rulebook_rulebookversion")
    assert Client().get(URL).status_code == 503
