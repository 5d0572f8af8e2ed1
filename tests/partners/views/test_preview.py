"""The preview of a questionnaire: as an applicant would see it, for any version and kind, and nothing saved."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.rulebook.actions.version import propose_version
from tests.factories.accounts import make_member, make_organisation
from tests.factories.rulebook import founded_rulebook, rules_numbered
from tests.query_budget import queries_of
from tests.rulebook.test_versions import member
from tests.world import client_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    founded_rulebook()


def url(version: str = "1.0") -> str:
    return reverse("partners:preview", args=[version])


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(answer.content.decode()))


def opened(query: str = "") -> str:
    return text_of(Client().get(url() + query))


def sent(**data: Any) -> str:
    return text_of(Client().post(url(), data))


def test_each_kind_sees_its_own_questions_in_its_own_words() -> None:
    assert "Faculty, department or institute" in opened("?kind=university")
    company = opened("?kind=company")
    assert "Faculty, department or institute" not in company
    assert "Registered name of the organisation" in company
    assert "Rector, president and others" in opened("?kind=university&section=ownership")


def test_what_is_not_known_shows_the_beginning() -> None:
    assert "Registered name of the organisation" in opened("?kind=circus&section=nowhere")


def test_conditions_work_and_what_is_not_asked_says_when_it_would_be() -> None:
    before = opened("?kind=company&section=data")
    said = "“Sensitive personal data (health, beliefs, biometrics, …)” is chosen for"
    assert f"Asked only if {said}" in before
    assert 'name="personal_basis"' not in before
    after = sent(kind="company", section="data", asked=["data_classes"], data_classes=["personal"], show="1")
    assert 'name="personal_basis"' in after


def test_answers_travel_to_the_other_sections_and_back() -> None:
    first = sent(kind="company", section="security", asked=["mfa"], mfa="partly", go="data")
    assert "What kinds of data would you send" in first
    again = Client().post(url(), {"kind": "company", "section": "data", "state": '{"mfa": "partly"}', "go": "security"})
    assert re.search(r'value="partly"[^>]*checked', text_of(again))


def test_checking_says_what_is_missing_and_wrong_as_for_an_applicant() -> None:
    page = sent(kind="company", section="personnel", asked=["leavers_hours"], leavers_hours="soon", check="1")
    assert "Enter a number in digits" in page
    assert "Answer this question." in page
    assert "Answer this question." not in opened("?kind=company&section=personnel")


def test_a_row_can_be_added() -> None:
    data = {"kind": "company", "section": "ownership", "asked": "directors", "directors-rows": "1"}
    page = sent(**data, **{"directors-0-name": "Ola"}, add_row="directors")
    assert 'name="directors-1-name"' in page


@pytest.mark.parametrize(
    "state", ["", "[]", "null", "{", '{"mfa": {"a": [[[[[[[[[[1]]]]]]]]]]}}', "[" * 900, '{"x": 1}']
)
def test_a_state_that_was_tampered_with_breaks_nothing(state: str) -> None:
    assert "Security controls" in sent(kind="company", section="security", state=state)


def test_what_was_typed_comes_back_escaped() -> None:
    page = Client().post(
        url(),
        {"kind": "company", "section": "organisation", "asked": "legal_name", "legal_name": "</textarea><script>x"},
    )
    assert "<script>x" not in page.content.decode()


def test_drafts_are_seen_by_those_who_write_the_rules_only() -> None:
    propose_version(rules=rules_numbered("1.1"), by=member())
    writer = make_member(make_organisation("oversight"), "oversight_member")
    officer = make_member(make_organisation("authority"), "case_officer")
    assert "Rulebook 1.1 · Draft · preview" in text_of(client_for(writer).get(url("1.1")))
    assert client_for(writer).get(reverse("rulebook:version", args=["1.1"])).status_code == 200
    for client in (Client(), client_for(officer)):
        assert client.get(url("1.1")).status_code == 404
        assert client.get(reverse("rulebook:version", args=["1.1"])).status_code == 404
    assert "1.1" in client_for(writer).get(reverse("rulebook:index")).content.decode()
    assert Client().get(url("7.7")).status_code == 404


def test_at_most_twelve_queries_are_asked() -> None:
    Client().get(url())
    writer = client_for(make_member(make_organisation("oversight"), "oversight_member"))
    for client in (Client(), writer):
        assert len(queries_of(client, url())) <= 12
