"""The test console and the page that says why: the same function as the gate, in the words that the gateway sees."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grants.actions.hold import place_hold
from grants.queries.decision import decide
from grants.rules.answer import answer_of, request_of
from tests.api.test_evaluation import client_of
from tests.factories import grants as make
from tests.factories import people
from tests.world import client_for

CONSOLE, WHY = "/access/console/", "/access/why/"


@pytest.fixture
def provider(made: make.GrantCast) -> Client:
    return client_for(made.staff)


@pytest.fixture
def partner_page(made: make.GrantCast) -> Client:
    return client_for(made.applicant)


def as_provider(made: make.GrantCast, **changes: Any) -> dict[str, Any]:
    return {
        "subject_type": "partner",
        "subject_id": made.institution.lei,
        "use_case": "evaluation",
        "release": made.release.key,
        "environment": made.environment.key,
        "data_class": "synthetic",
        **changes,
    }


def as_partner(made: make.GrantCast, **changes: Any) -> dict[str, Any]:
    return {
        "subject": f"partner:{made.institution.pk}",
        "use_case": "evaluation",
        "release": str(made.release.pk),
        "environment": made.environment.key,
        "data_class": "synthetic",
        **changes,
    }


def shown(page: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Request and response as they stand on the page."""
    return json.loads(page.context["sent"]), json.loads(page.context["got"])


@pytest.mark.parametrize("use_case", ["evaluation", "red_teaming"])
def test_the_console_shows_what_the_gateway_sends_and_gets(
    made: make.GrantCast, provider: Client, use_case: str
) -> None:
    page = provider.post(CONSOLE, as_provider(made, use_case=use_case, requests="7"))
    sent, got = shown(page)
    gateway = client_of(made.release.provider)
    real = gateway.post("/access/v1/evaluation", json.dumps(sent), content_type="application/json").json()
    assert got == real
    assert got["decision"] is (use_case == "evaluation")
    assert html.escape(page.context["got"], quote=True) in page.content.decode()


def test_a_partner_asks_about_itself_and_gets_the_same_answer(made: make.GrantCast, partner_page: Client) -> None:
    page = partner_page.post(CONSOLE, as_partner(made))
    question = made.question()
    assert shown(page) == (request_of(question), answer_of(decide(question)))


def test_a_partner_cannot_ask_about_somebody_else(made: make.GrantCast, partner_page: Client) -> None:
    stranger = make.qualified().institution
    for subject in (f"partner:{stranger.pk}", "person:somebody@nowhere.example", "robot:x", ""):
        page = partner_page.post(CONSOLE, as_partner(made, subject=subject))
        assert "decision" not in page.context


def test_a_provider_reaches_its_own_models_only(made: make.GrantCast) -> None:
    _release, staff = make.make_release()
    page = client_for(staff).post(CONSOLE, as_provider(made))
    assert page.context["decision"].code == "release_unknown"


def test_the_session_remembers_its_questions_and_asks_them_again(made: make.GrantCast, provider: Client) -> None:
    for number in range(12):
        provider.post(CONSOLE, as_provider(made, requests=str(number)))
    page = provider.get(CONSOLE)
    assert len(page.context["history"]) == 10
    assert provider.get(f"{CONSOLE}?again=0").context["form"]["requests"].value() == "11"
    for nonsense in ("99", "-1", "x", "\u00b2"):
        assert provider.get(f"{CONSOLE}?again={nonsense}").status_code == 200
    other = client_for(made.applicant)
    assert other.get(CONSOLE).context["history"] == []


def steps(page: Any) -> dict[str, str]:
    return {item.step.key: item.step.outcome for item in page.context["steps"]}


def test_why_shows_each_conjunct_and_what_lifts_a_hold(made: make.GrantCast, partner_page: Client) -> None:
    hold = place_hold(target=made.grant, reason="Lost keys.", lifted_when="New keys are in use.", by=made.signatory)
    page = partner_page.get(WHY, as_partner(made))
    found = steps(page)
    assert found["grant_hold"] == "failed"
    assert found["person"] == "not_looked_at"
    assert {found[key] for key in ("qualification", "accreditation", "line", "dates", "line_hold")} == {"passed"}
    content = page.content.decode()
    assert "New keys are in use." in content
    assert f"/holds/{hold.pk}/" in content
    assert "This is what the gateway is told." in content


def test_why_tells_who_of_the_people_lacks_what(made: make.GrantCast, partner_page: Client) -> None:
    keeper = people.colleague(made.institution)
    person = people.named(made.institution, keeper, email="ada@nordfjord.example")
    page = partner_page.get(WHY, as_partner(made, subject=f"person:{person.email}"))
    assert page.context["decision"].code == "person_identity_missing"
    assert "Your institution can change this." in page.content.decode()


def test_why_of_a_permit_and_of_nothing_asked(made: make.GrantCast, partner_page: Client) -> None:
    assert partner_page.get(WHY, as_partner(made)).context["decision"].permitted
    assert "steps" not in partner_page.get(WHY).context
    assert "steps" not in partner_page.get(WHY, {"release": "x"}).context


@pytest.mark.parametrize("page", [CONSOLE, WHY])
def test_the_pages_cost_few_questions_to_the_database(made: make.GrantCast, partner_page: Client, page: str) -> None:
    partner_page.get(page, as_partner(made))
    with CaptureQueriesContext(connection) as captured:
        partner_page.get(page, as_partner(made))
    assert len(captured) <= 16, [query["sql"][:90] for query in captured]
