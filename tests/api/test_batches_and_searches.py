"""Batches and searches over the grants of the scheme: as one question would be answered, in a fixed number of looks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grants.actions.hold import lift_hold, place_hold
from grants.queries.decision import decide, decide_all
from portal.core.actors import Actor
from tests.api.test_evaluation import client_of, question
from tests.factories import grants as make
from tests.factories import people
from tests.factories.partners import Cast


@pytest.fixture
def gateway(made: make.GrantCast) -> Client:
    return client_of(made.release.provider)


def post(client: Client, path: str, content: Any) -> Any:
    return client.post(f"/access/v1/{path}", json.dumps(content), content_type="application/json")


def batch(client: Client, *items: Any, **more: Any) -> list[dict[str, Any]]:
    answer = post(client, "evaluations", {"evaluations": items, **more})
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["evaluations"]
    return found


def every_kind(made: make.GrantCast, person: Actor | None = None) -> list[dict[str, Any]]:
    """Questions of every kind of subject and name, permitted and not, and ones about nothing."""
    who = person or made.applicant
    subjects = [
        {"type": "partner", "id": str(made.institution.pk)},
        {"type": "partner", "id": made.institution.lei},
        {"type": "partner", "id": "nobody"},
        {"type": "workload", "id": str(made.environment.pk)},
        {"type": "workload", "id": "no-id"},
        {"type": "person", "id": str(who.user_id)},
        {"type": "person", "id": who.user.email},
        {"type": "robot", "id": str(made.institution.pk)},
    ]
    by_id = {"type": "model_release", "id": str(made.release.pk)}
    place = {"environment": str(made.environment.pk), "data_class": "synthetic"}
    changes: list[dict[str, Any]] = [
        *({"subject": subject} for subject in subjects),
        *({"subject": subject, "resource": by_id, "context": place} for subject in subjects),
        {"action": {"name": "deployment"}},
        {"context": {}},
        {"context": {"environment": made.environment.key, "data_class": "personal"}},
        {"resource": {"type": "model_release", "id": "unknown"}},
        {"resource": {"type": "file", "id": made.release.key}},
        {"context": {"environment": made.environment.key, "data_class": "synthetic", "requests": 10**9}},
    ]
    return [question(made, **change) for change in changes]


def test_a_batch_answers_as_each_question_alone_would_be(made: make.GrantCast, gateway: Client) -> None:
    _person, actor = people.cleared(made.institution)
    questions = every_kind(made, actor)
    alone = [post(gateway, "evaluation", content).json() for content in questions]
    assert batch(gateway, *questions) == alone
    assert {answer["decision"] for answer in alone} == {True, False}
    assert {answer["context"]["reason_code"] for answer in alone} >= {"permitted", "partner_unknown", "above_limit"}


@pytest.mark.parametrize("number", [2, 100])
def test_a_batch_costs_the_same_statements_however_long_it_is(
    made: make.GrantCast, gateway: Client, number: int
) -> None:
    kinds = every_kind(made)
    items = [kinds[n % len(kinds)] for n in range(number)]
    batch(gateway, *items)
    with CaptureQueriesContext(connection) as captured:
        batch(gateway, *items)
    assert len(captured) <= 2, [query["sql"][:80] for query in captured]


def test_a_hold_is_in_the_very_next_batch_and_search(made: make.GrantCast, gateway: Client) -> None:
    asked = {"subject": {"type": "partner"}, **{k: v for k, v in question(made).items() if k != "subject"}}
    assert post(gateway, "search/subject", asked).json()["results"]
    hold = place_hold(target=made.grant, reason="Lost keys.", lifted_when="New keys.", by=made.signatory)
    assert [item["decision"] for item in batch(gateway, question(made), question(made))] == [False, False]
    assert post(gateway, "search/subject", asked).json()["results"] == []
    lift_hold(hold=hold, reason="New keys.", by=made.signatory)
    assert post(gateway, "search/subject", asked).json()["results"]


def found(client: Client, kind: str, content: dict[str, Any]) -> list[Any]:
    answer = post(client, f"search/{kind}", content)
    assert answer.status_code == 200, answer.content
    results: list[Any] = answer.json()["results"]
    return results


def test_searches_find_what_is_permitted_and_name_it_as_a_gateway_does(made: make.GrantCast, gateway: Client) -> None:
    _person, actor = people.cleared(made.institution)
    whole = question(made)
    without = {kind: {name: part for name, part in whole.items() if name != kind} for kind in whole}
    partner = {"type": "partner", "id": str(made.institution.pk)}
    assert found(gateway, "subject", {**without["subject"], "subject": {"type": "partner"}}) == [partner]
    workload = {"type": "workload", "id": str(made.environment.pk)}
    assert found(gateway, "subject", {**without["subject"], "subject": {"type": "workload"}}) == [workload]
    account = {"type": "person", "id": str(actor.user_id)}
    assert found(gateway, "subject", {**without["subject"], "subject": {"type": "person"}}) == [account]
    release = {"type": "model_release", "id": made.release.key}
    assert found(gateway, "resource", {**without["resource"], "resource": {"type": "model_release"}}) == [release]
    assert found(gateway, "action", without["action"]) == [{"name": "evaluation"}]


def test_whatever_a_search_finds_is_permitted_when_it_is_asked(made: make.GrantCast, gateway: Client) -> None:
    whole = question(made)
    for subject in found(gateway, "subject", {**whole, "subject": {"type": "partner"}}):
        assert post(gateway, "evaluation", {**whole, "subject": subject}).json()["decision"] is True
    assert found(gateway, "subject", {**whole, "subject": {"type": "partner"}, "context": {}}) == []


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("subject", {"subject": {"type": "robot"}}),
        ("subject", {"subject": {"type": "partner"}, "resource": {"type": "file", "id": "x"}}),
        ("subject", {"subject": {"type": "partner"}, "resource": {"type": "model_release", "id": "x"}}),
        ("resource", {"resource": {"type": "file"}}),
        ("resource", {"subject": {"type": "robot", "id": "x"}, "resource": {"type": "model_release"}}),
        ("action", {"subject": {"type": "partner", "id": "nobody"}}),
    ],
)
def test_nothing_found_is_an_empty_list(
    made: make.GrantCast, gateway: Client, kind: str, change: dict[str, Any]
) -> None:
    assert found(gateway, kind, {**question(made), **change}) == []


@pytest.mark.parametrize("kind", ["subject", "resource", "action"])
def test_a_search_takes_three_statements(made: make.GrantCast, gateway: Client, kind: str) -> None:
    post(gateway, f"search/{kind}", question(made))
    with CaptureQueriesContext(connection) as captured:
        post(gateway, f"search/{kind}", question(made))
    assert len(captured) == 3, [query["sql"][:80] for query in captured]


def test_pages_of_a_search_together_are_all_of_it(made: make.GrantCast, partner: Cast) -> None:
    more = make.grant_in_force({"use_case": "evaluation"}, {"use_case": "benchmarking"}, made=partner)
    whole = {**question(made), "subject": {"type": "partner", "id": str(made.institution.pk)}}
    gateway = client_of(more.release.provider)
    place = {"environment": more.environment.key, "data_class": "synthetic"}
    asked = {**whole, "resource": {"type": "model_release", "id": more.release.key}, "context": place}
    names, token = [], ""
    for _ in range(4):
        page = {"limit": 1, **({"token": token} if token else {})}
        answer = post(gateway, "search/action", {**asked, "page": page}).json()
        names += [item["name"] for item in answer["results"]]
        assert answer["page"]["count"] == len(answer["results"]) <= 1
        token = answer["page"]["next_token"]
        if not token:
            break
    assert names == ["benchmarking", "evaluation"]
    assert post(gateway, "search/action", {**asked, "page": {"limit": 0}}).json()["results"] == []


def test_many_at_once_are_decided_as_each_alone(made: make.GrantCast) -> None:
    questions = [made.question(), made.question(use_case="red_teaming"), made.question(subject_id="nobody")]
    assert decide_all(questions) == [decide(each) for each in questions]
    assert decide_all([]) == []
