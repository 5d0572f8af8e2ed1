"""The access question over HTTP, in the shape of OpenID AuthZEN 1.0."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grants.actions.hold import place_hold
from grants.models import AccessTally
from grants.queries.decision import Asked, ask_as, decide
from grants.rules.decision import Question
from portal.accounts.actions.gateway import revoke_gateway
from portal.accounts.models import Gateway, Organisation
from portal.api import limits, tally
from portal.core import clock
from tests.factories import grants as make
from tests.factories.accounts import bearer_of, make_gateway, make_organisation
from tests.factories.partners import Cast

URL = "/access/v1/evaluation"


def client_of(provider: Organisation) -> Client:
    return Client(headers={"Authorization": bearer_of(make_gateway(provider))})


@pytest.fixture
def gateway(made: make.GrantCast) -> Client:
    return client_of(made.release.provider)


@pytest.fixture
def lonely(partner: Cast) -> Client:
    """A gateway of a provider without models: enough for questions about shape."""
    return client_of(make_organisation("provider"))


def question(made: make.GrantCast, **changes: Any) -> dict[str, Any]:
    asked = {
        "subject": {"type": "partner", "id": str(made.institution.pk)},
        "action": {"name": "evaluation"},
        "resource": {"type": "model_release", "id": made.release.key},
        "context": {"environment": made.environment.key, "data_class": "synthetic", "requests": 10},
    }
    return {**asked, **changes}


def ask(client: Client, content: Any, **headers: str) -> Any:
    body = content if isinstance(content, bytes | str) else json.dumps(content)
    return client.post(URL, body, content_type="application/json", headers=headers)


def test_a_granted_line_is_permitted_with_obligations_and_limits(made: make.GrantCast, gateway: Client) -> None:
    answer = ask(gateway, question(made)).json()
    assert answer["decision"] is True
    assert answer["context"]["grant"] == made.grant.reference
    assert answer["context"]["limits"]["requests_per_day"] == 1000
    assert answer["context"]["obligations"] == []


def test_a_denial_has_a_stable_code_and_a_sentence(made: make.GrantCast, gateway: Client) -> None:
    answer = ask(gateway, question(made, action={"name": "red_teaming"})).json()
    assert answer["decision"] is False
    assert answer["context"]["reason_code"] == "use_case_not_granted"
    assert answer["context"]["reason_user"]["en"].endswith(".")


def test_a_hold_is_in_the_very_next_answer_and_says_until_when(made: make.GrantCast, gateway: Client) -> None:
    assert ask(gateway, question(made)).json()["decision"] is True
    hold = place_hold(target=made.grant, reason="Lost keys.", lifted_when="New keys.", by=made.signatory)
    context = ask(gateway, question(made)).json()["context"]
    assert context["reason_code"] == "grant_held"
    assert context["changes_on"] == hold.confirm_by.isoformat()


def test_a_gateway_asks_only_about_its_own_providers_models(made: make.GrantCast, lonely: Client) -> None:
    answer = ask(lonely, question(made)).json()
    assert answer == {"decision": False, "context": answer["context"]}
    assert answer["context"]["reason_code"] == "release_unknown"


@pytest.mark.parametrize(("changes", "most"), [({}, 1), ({"action": {"name": "deployment"}}, 2)])
def test_one_look_finds_whose_token_it_is_and_the_answer_another_why_not(
    made: make.GrantCast, gateway: Client, changes: dict[str, Any], most: int
) -> None:
    ask(gateway, question(made, **changes))
    with CaptureQueriesContext(connection) as captured:
        ask(gateway, question(made, **changes))
    assert len(captured) == most, [query["sql"] for query in captured]


@pytest.mark.parametrize("kind", ["partner", "partner.lei", "person", "person.email", "workload"])
@pytest.mark.parametrize("by_id", [False, True])
def test_asked_by_a_gateway_the_facts_are_those_of_its_provider(made: make.GrantCast, kind: str, by_id: bool) -> None:
    subjects = {
        "partner": str(made.institution.pk),
        "partner.lei": made.institution.lei,
        "person": str(made.applicant.user_id),
        "person.email": made.applicant.user.email,
        "workload": str(made.environment.pk),
    }
    asked = Question(
        provider_id=made.release.provider_id,
        subject_type=kind.partition(".")[0],
        subject_id=subjects[kind],
        use_case="evaluation",
        release=str(made.release.pk) if by_id else made.release.key,
        environment=str(made.environment.pk) if by_id else made.environment.key,
        data_class="synthetic",
        today=clock.today(),
    )
    digest = get_adapter().hash_token(bearer_of(make_gateway(made.release.provider)).split()[1])
    known = ask_as(digest, replace(asked, provider_id=UUID(int=0)))
    assert known.gateway is not None
    assert known.gateway.body_id == made.release.provider_id
    assert known.decide(asked) == decide(asked)
    assert ask_as("0" * 64, asked) == Asked(None, [])


def test_unknown_fields_are_ignored(made: make.GrantCast, gateway: Client) -> None:
    asked = question(made, extra={"a": 1})
    asked["subject"]["properties"] = {"department": "safety"}
    asked["context"]["moon"] = "full"
    assert ask(gateway, asked).json()["decision"] is True


def test_unknown_types_are_denials_and_no_errors(made: make.GrantCast, gateway: Client) -> None:
    for changes in ({"subject": {"type": "robot", "id": "x"}}, {"resource": {"type": "file", "id": "x"}}):
        response = ask(gateway, question(made, **changes))
        assert response.status_code == 200
        assert response.json()["decision"] is False


def test_without_a_token_there_is_a_challenge(partner: Cast) -> None:
    client = Client()
    response = ask(client, {})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="access"'
    wrong = ask(client, {}, Authorization="Bearer nonsense")
    assert wrong.status_code == 401
    assert 'error="invalid_token"' in wrong["WWW-Authenticate"]


def test_a_revoked_gateway_or_token_is_refused_at_once(made: make.GrantCast, gateway: Client) -> None:
    token = Token.objects.latest("pk")
    row = Gateway.objects.get(organisation=made.release.provider)
    revoke_gateway(gateway=row, reason="Lost.", by=made.staff)
    assert ask(gateway, question(made)).status_code == 401
    other = client_of(made.release.provider)
    assert ask(other, question(made)).status_code == 200
    Token.objects.exclude(pk=token.pk).delete()
    assert ask(other, question(made)).status_code == 401


def test_the_request_id_is_given_back(lonely: Client) -> None:
    assert ask(lonely, {}, **{"X-Request-ID": "abc-123"})["X-Request-ID"] == "abc-123"


def test_a_request_id_cannot_smuggle_a_header(lonely: Client) -> None:
    assert "X-Request-ID" not in ask(lonely, {}, **{"X-Request-ID": "a\x7fb"}).headers


def test_only_post_asks(lonely: Client) -> None:
    response = lonely.get(URL)
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_another_content_type_is_a_bad_request(lonely: Client) -> None:
    assert lonely.post(URL, "{}", content_type="text/plain").status_code == 400


@pytest.mark.parametrize(
    "body",
    [b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b'{"subject": 1}', b"[" * 5000, b'{"subject":{"type":"partner"}}'],
)
def test_what_is_no_question_is_a_bad_request_with_a_sentence(lonely: Client, body: bytes) -> None:
    response = ask(lonely, body)
    assert response.status_code == 400
    assert response.json()["code"] == "malformed"
    assert response.json()["detail"]


def test_a_body_that_is_too_long_is_not_read(lonely: Client) -> None:
    assert ask(lonely, " " * 70_000).status_code == 413


WORDS = st.text(max_size=60)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
ENTITY = st.fixed_dictionaries({"type": st.sampled_from(["partner", "person", "workload"]) | WORDS, "id": WORDS})
QUESTIONS = st.fixed_dictionaries(
    {"subject": ENTITY, "action": st.fixed_dictionaries({"name": WORDS}), "resource": ENTITY},
    optional={"context": st.dictionaries(st.sampled_from(["environment", "data_class", "requests"]), ANYTHING)},
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=ANYTHING | QUESTIONS)
def test_hostile_input_never_fails_and_is_never_permitted(lonely: Client, asked: Any) -> None:
    response = ask(lonely, json.dumps(asked))
    assert response.status_code in (200, 400)
    assert response.json().get("decision") is not True


def test_too_many_questions_are_told_to_wait(lonely: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PER_SECOND", 0.5)
    limits._buckets.clear()
    answers = [ask(lonely, {}) for _ in range(3)]
    limits._buckets.clear()
    assert [answer.status_code for answer in answers] == [400, 429, 429]
    assert int(answers[-1]["Retry-After"]) >= 1


def test_answers_are_counted_and_written_in_one_go(made: make.GrantCast, gateway: Client) -> None:
    for _ in range(3):
        ask(gateway, question(made))
    ask(gateway, question(made, action={"name": "deployment"}))
    assert tally.write() == 2
    counts = {row.reason_code: row.count for row in AccessTally.objects.filter(provider_id=made.staff.body_id)}
    assert counts == {"": 3, "use_case_not_granted": 1}


def test_the_configuration_names_the_endpoint(partner: Cast) -> None:
    content = Client().get("/.well-known/authzen-configuration").json()
    assert content["access_evaluation_endpoint"].endswith(URL)


def test_the_document_has_the_question_and_its_answer(partner: Cast) -> None:
    document = Client().get("/api/v1/openapi.json").json()
    assert URL in document["paths"]
    assert "EvaluationRequest" in document["components"]["schemas"]


def test_a_gateway_lists_the_releases_of_its_own_provider(
    made: make.GrantCast, gateway: Client, lonely: Client
) -> None:
    assert [row["key"] for row in gateway.get("/api/v1/releases").json()] == [made.release.key]
    assert lonely.get("/api/v1/releases").json() == []
    assert Client().get("/api/v1/releases").status_code == 401
