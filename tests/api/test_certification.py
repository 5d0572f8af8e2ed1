"""The public certification scenario for AuthZEN 1.0 decision points, over HTTP and through every endpoint.

Test names carry the scenario's own numbers (openid/authzen, certification/authorization-api-1_0-scenario.md).
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client

from tests.factories.accounts import bearer_of, make_gateway, make_organisation

ALICE = {"type": "user", "id": "alice"}
BOB = {"type": "user", "id": "bob"}
ADMIN = {**BOB, "properties": {"role": "admin"}}
RECORD_1 = {"type": "record", "id": "record-1"}
RECORD_2 = {"type": "record", "id": "record-2"}
ARCHIVED = {**RECORD_2, "properties": {"status": "archived"}}
READ, WRITE = {"name": "read"}, {"name": "write"}
SOFT, HARD = ({"name": "delete", "properties": {"soft": soft}} for soft in (True, False))


@pytest.fixture(scope="module")
def token(db: None) -> str:
    return bearer_of(make_gateway(make_organisation("provider")))


@pytest.fixture
def client(token: str, settings: Any) -> Client:
    settings.ACCESS_POLICY_SET = "certification"
    return Client(headers={"Authorization": token})


def post(client: Client, path: str, content: Any, **headers: str) -> Any:
    body = content if isinstance(content, bytes) else json.dumps(content)
    return client.post(f"/access/v1/{path}", body, content_type="application/json", headers=headers)


def ask(client: Client, subject: Any, action: Any, resource: Any, **more: Any) -> Any:
    answer = post(client, "evaluation", {"subject": subject, "action": action, "resource": resource, **more})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    decision = answer.json()["decision"]
    assert isinstance(decision, bool)
    assert isinstance(answer.json().get("context", {}), dict)
    return decision


@pytest.mark.parametrize(
    ("subject", "action", "resource", "decision"),
    [
        pytest.param(ALICE, READ, RECORD_1, True, id="1.4 rule 1, 2.2.1"),
        pytest.param(ALICE, WRITE, RECORD_1, True, id="1.4 rule 2"),
        pytest.param(BOB, READ, RECORD_1, True, id="1.4 rule 3"),
        pytest.param(BOB, WRITE, RECORD_1, False, id="1.4 rule 4, 2.2.2"),
        pytest.param(ALICE, WRITE, ARCHIVED, False, id="1.4 rule 5, 2.2.4"),
        pytest.param(ADMIN, WRITE, ARCHIVED, True, id="1.4 rule 6, 2.2.5"),
        pytest.param(ALICE, SOFT, RECORD_1, True, id="1.4 rule 7, 2.2.6"),
        pytest.param(ALICE, HARD, RECORD_1, False, id="1.4 rule 8, 2.2.7"),
        pytest.param(BOB, WRITE, RECORD_2, True, id="role and status as stored"),
        pytest.param({**ALICE, "properties": {"role": "admin"}}, WRITE, ARCHIVED, True, id="role as asked"),
        pytest.param(ALICE, WRITE, {**RECORD_1, "properties": {"status": "archived"}}, False, id="status as asked"),
        pytest.param(ALICE, {"name": "delete"}, RECORD_1, False, id="delete says nothing of soft"),
        pytest.param(ALICE, {"name": "delete", "properties": {"soft": "true"}}, RECORD_1, False, id="soft is no word"),
        pytest.param(BOB, SOFT, RECORD_1, False, id="soft delete is alice's"),
        pytest.param({"type": "user", "id": "eve"}, READ, RECORD_1, False, id="nobody known"),
        pytest.param({"type": "robot", "id": "alice"}, READ, RECORD_1, False, id="another type"),
    ],
)
def test_1_4_the_rules(client: Client, subject: Any, action: Any, resource: Any, decision: bool) -> None:
    assert ask(client, subject, action, resource) is decision


def test_2_2_3_a_context_changes_nothing(client: Client) -> None:
    context = {"time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1"}
    assert ask(client, ALICE, READ, RECORD_1, context=context) is True


def test_2_2_8_more_properties(client: Client) -> None:
    subject = {**ALICE, "properties": {"department": "Sales", "role": "manager"}}
    action = {**READ, "properties": {"method": "GET"}}
    resource = {**RECORD_1, "properties": {"status": "active", "owner": "bob"}}
    assert ask(client, subject, action, resource) is True


def test_2_2_9_unknown_fields(client: Client) -> None:
    assert ask(client, ALICE, READ, RECORD_1, foo="bar", futureField={"nested": True}) is True


WHOLE = {"subject": ALICE, "action": READ, "resource": RECORD_1}


@pytest.mark.parametrize(
    "wrong",
    [
        *({name: part for name, part in WHOLE.items() if name != missing} for missing in WHOLE),
        {**WHOLE, "subject": {"id": "alice"}},
        {**WHOLE, "subject": {"type": "user"}},
        {**WHOLE, "action": {}},
        {**WHOLE, "resource": {"id": "record-1"}},
        {**WHOLE, "resource": {"type": "record"}},
        {**WHOLE, "subject": "alice"},
        {**WHOLE, "action": {"name": 123}},
        b"{",
        b"",
    ],
)
@pytest.mark.parametrize("path", ["evaluation", "evaluations"])
def test_2_4_what_is_missing_or_of_a_wrong_type(client: Client, path: str, wrong: Any) -> None:
    assert post(client, path, wrong).status_code == 400


@pytest.mark.parametrize("path", ["evaluation", "evaluations", "search/subject", "search/resource", "search/action"])
def test_2_4_3_another_content_type(client: Client, path: str) -> None:
    assert client.post(f"/access/v1/{path}", json.dumps(WHOLE), content_type="text/plain").status_code == 400


@pytest.mark.parametrize("path", ["evaluation", "evaluations", "search/subject", "search/resource", "search/action"])
def test_2_5_the_request_id_is_given_back(client: Client, path: str) -> None:
    assert post(client, path, WHOLE, **{"X-Request-ID": "bfe9eb29-ab87"})["X-Request-ID"] == "bfe9eb29-ab87"
    assert post(client, path, WHOLE).status_code == 200


def test_2_6_the_same_answer_each_time(client: Client) -> None:
    assert {ask(client, ALICE, READ, RECORD_1) for _ in range(5)} == {True}


def batch(client: Client, **content: Any) -> list[bool]:
    answer = post(client, "evaluations", content)
    assert answer.status_code == 200
    assert "decision" not in answer.json()
    return [item["decision"] for item in answer.json()["evaluations"]]


def test_3_2_1_and_3_3_a_batch_in_its_order(client: Client) -> None:
    assert (
        len(batch(client, subject=ALICE, action=READ, evaluations=[{"resource": RECORD_1}, {"resource": RECORD_2}]))
        == 2
    )


def test_3_2_2_decisions_of_a_batch(client: Client) -> None:
    assert batch(client, subject=BOB, resource=RECORD_1, evaluations=[{"action": READ}, {"action": WRITE}]) == [
        True,
        False,
    ]


def test_3_2_3_properties_of_resources(client: Client) -> None:
    items = [{"resource": {**RECORD_1, "properties": {"status": "active"}}}, {"resource": ARCHIVED}]
    assert batch(client, subject=ALICE, action=WRITE, evaluations=items) == [True, False]


def test_3_2_4_properties_of_subjects(client: Client) -> None:
    items = [{"subject": ALICE}, {"subject": ADMIN}]
    assert batch(client, action=WRITE, resource=ARCHIVED, evaluations=items) == [False, True]


def test_3_2_5_no_defaults(client: Client) -> None:
    assert batch(client, evaluations=[WHOLE, {"subject": BOB, "action": WRITE, "resource": RECORD_1}]) == [True, False]


def test_3_2_6_a_context_for_all(client: Client) -> None:
    items = [{"resource": RECORD_1}, {"resource": RECORD_2, "context": {"source": "batch-override"}}]
    assert len(batch(client, subject=ALICE, action=READ, context={"time": "18:03"}, evaluations=items)) == 2


def test_3_2_7_what_a_default_gives_to_an_item(client: Client) -> None:
    items = [{"resource": {"id": "record-1", "properties": {"status": "active"}}}, {"resource": ARCHIVED}]
    assert batch(client, subject=ALICE, action=WRITE, resource={"type": "record"}, evaluations=items) == [True, False]


def test_a_default_is_replaced_as_a_whole(client: Client) -> None:
    """The properties of the default are not those of an item that brings its own object."""
    items: list[Any] = [{}, {"subject": {"id": "bob"}}, {"subject": {"id": "alice", "properties": {"role": "admin"}}}]
    default = {**ALICE, "properties": {"role": "admin"}}
    assert batch(client, subject=default, action=WRITE, resource=ARCHIVED, evaluations=items) == [True, True, True]
    items = [{"subject": {"id": "alice", "properties": {}}}, {"subject": {"id": "alice"}}]
    assert batch(client, subject=default, action=WRITE, resource=ARCHIVED, evaluations=items) == [False, False]


def test_3_4_1_a_broken_item_is_a_denial_in_its_place(client: Client) -> None:
    broken: list[Any] = [{}, {"resource": "x"}, 7, None, {"resource": {"type": "record", "id": 1}}]
    items = [{"resource": RECORD_1}, *broken, {"resource": RECORD_1}]
    assert batch(client, subject=ALICE, action=READ, evaluations=items) == [True, *[False] * 5, True]


@pytest.mark.parametrize("more", [{}, {"evaluations": []}])
def test_3_4_2_and_3_4_3_without_items_it_is_one_question(client: Client, more: dict[str, Any]) -> None:
    assert post(client, "evaluations", {**WHOLE, **more}).json() == {"decision": True}


@pytest.mark.parametrize(
    ("semantic", "decisions"),
    [
        ("execute_all", [True, False, True, False]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_each_semantic_ends_where_it_should(client: Client, semantic: str, decisions: list[bool]) -> None:
    items = [{"action": READ}, {"action": WRITE}, {"action": READ}, {}]
    options = {"evaluations_semantic": semantic, "another_option": "value"}
    assert batch(client, subject=BOB, resource=RECORD_1, evaluations=items, options=options) == decisions


def test_a_failure_counts_as_a_denial_where_the_first_ends_it(client: Client) -> None:
    options = {"evaluations_semantic": "deny_on_first_deny"}
    assert batch(client, subject=ALICE, resource=RECORD_1, evaluations=[7, {"action": READ}], options=options) == [
        False
    ]


@pytest.mark.parametrize("options", [{"evaluations_semantic": "some"}, {"evaluations_semantic": 1}, [], "execute_all"])
def test_options_that_are_none(client: Client, options: Any) -> None:
    assert post(client, "evaluations", {**WHOLE, "evaluations": [{}], "options": options}).status_code == 400


def search(client: Client, kind: str, **content: Any) -> list[Any]:
    answer = post(client, f"search/{kind}", content)
    assert answer.status_code == 200
    assert answer.json()["page"]["next_token"] == ""
    found: list[Any] = answer.json()["results"]
    return found


USER, RECORD = {"type": "user"}, {"type": "record"}


@pytest.mark.parametrize("more", [{}, {"context": {"time": "2024-10-26T01:22-07:00"}}])
def test_4_2_subject_search(client: Client, more: dict[str, Any]) -> None:
    assert search(client, "subject", subject=USER, action=READ, resource=RECORD_1, **more) == [ALICE, BOB]
    assert search(client, "subject", subject=USER, action=WRITE, resource=ARCHIVED, **more) == [BOB]
    ignored = {"type": "user", "id": "eve"}
    assert search(client, "subject", subject=ignored, action=READ, resource=RECORD_1, **more) == [ALICE, BOB]


def test_4_3_resource_search(client: Client) -> None:
    assert search(client, "resource", subject=ALICE, action=READ, resource=RECORD) == [RECORD_1]
    assert search(client, "resource", subject=ADMIN, action=WRITE, resource=RECORD) == [RECORD_2]


def test_4_4_action_search(client: Client) -> None:
    assert search(client, "action", subject=ALICE, resource=RECORD_1) == [READ, WRITE]
    assert search(client, "action", subject=ADMIN, resource=ARCHIVED, context={}) == [WRITE]


def test_4_5_page_by_page(client: Client) -> None:
    asked: dict[str, Any] = {"subject": USER, "action": READ, "resource": RECORD_1}
    first = post(client, "search/subject", {**asked, "page": {"limit": 1}}).json()
    assert first["results"] == [ALICE]
    assert first["page"] == {"next_token": first["page"]["next_token"], "count": 1}
    second = post(client, "search/subject", {**asked, "page": {"token": first["page"]["next_token"]}}).json()
    assert second == {"page": {"next_token": "", "count": 1}, "results": [BOB]}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("action", {"subject": {"type": "user", "id": "nonexistent-user"}, "resource": RECORD_1}),
        ("subject", {"subject": {"type": "spaceship"}, "action": READ, "resource": RECORD_1}),
        ("resource", {"subject": ALICE, "action": READ, "resource": {"type": "spaceship"}}),
        ("action", {"subject": ALICE, "resource": {"type": "spaceship", "id": "x"}}),
    ],
)
def test_4_6_nothing_found_is_an_empty_list(client: Client, kind: str, content: dict[str, Any]) -> None:
    assert search(client, kind, **content) == []


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("subject", {"subject": USER, "resource": RECORD_1}),
        ("resource", {"action": READ, "resource": RECORD}),
        ("action", {"subject": ALICE}),
        ("subject", {"subject": USER, "action": READ, "resource": RECORD}),
        ("resource", {"subject": USER, "action": READ, "resource": RECORD}),
    ],
)
def test_4_7_what_is_missing_in_a_search(client: Client, kind: str, content: dict[str, Any]) -> None:
    assert post(client, f"search/{kind}", content).status_code == 400


def test_6_the_metadata_names_every_endpoint(client: Client, settings: Any) -> None:
    settings.BASE_URL = "https://pdp.example.com"
    answer = client.get("/.well-known/authzen-configuration")
    assert answer["Content-Type"] == "application/json"
    at = "https://pdp.example.com/access/v1"
    assert answer.json() == {
        "policy_decision_point": "https://pdp.example.com",
        "access_evaluation_endpoint": f"{at}/evaluation",
        "access_evaluations_endpoint": f"{at}/evaluations",
        "search_subject_endpoint": f"{at}/search/subject",
        "search_resource_endpoint": f"{at}/search/resource",
        "search_action_endpoint": f"{at}/search/action",
    }


@pytest.mark.parametrize(("chosen", "ids"), [("scheme", set()), ("certification", {"E015"}), ("mine", {"E016"})])
def test_a_deployment_answers_by_the_schemes_own_rules(settings: Any, chosen: str, ids: set[str]) -> None:
    settings.ACCESS_POLICY_SET = chosen
    found = {message.id.rpartition(".")[2] for message in run_checks(include_deployment_checks=True)}
    assert found & {"E015", "E016"} == ids


def test_the_scheme_answers_unless_something_else_is_set(client: Client, settings: Any) -> None:
    settings.ACCESS_POLICY_SET = "scheme"
    assert ask(client, ALICE, READ, RECORD_1) is False
