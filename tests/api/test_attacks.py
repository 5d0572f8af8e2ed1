"""What somebody with bad intentions sends: nothing of another provider, no forged page, no bomb, no second meaning."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import time_machine
from allauth.idp.oidc.models import Token
from django.test import Client

from grants.actions.hold import place_hold
from portal.accounts.actions.gateway import revoke_gateway
from portal.accounts.models import Gateway
from portal.api import limits
from portal.api.schema import MOST_ITEMS
from tests.api.test_batches_and_searches import post
from tests.api.test_evaluation import client_of, question
from tests.factories import grants as make
from tests.factories import people
from tests.factories.accounts import make_organisation

PATHS = ("evaluation", "evaluations", "search/subject", "search/resource", "search/action")


@pytest.fixture
def gateway(made: make.GrantCast) -> Client:
    return client_of(made.release.provider)


@pytest.fixture
def stranger(made: make.GrantCast) -> Client:
    """A gateway of another provider."""
    return client_of(make_organisation("provider"))


def test_another_provider_learns_nothing_of_a_release_or_whoever_uses_it(
    made: make.GrantCast, stranger: Client
) -> None:
    whole = question(made)
    by_id = {**whole, "resource": {"type": "model_release", "id": str(made.release.pk)}}
    absent = {**whole, "resource": {"type": "model_release", "id": "there-is-none"}}
    answers = [post(stranger, "evaluation", asked).json() for asked in (whole, by_id, absent)]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["context"]["reason_code"] == "release_unknown"
    for kind in ("partner", "person", "workload"):
        assert post(stranger, "search/subject", {**whole, "subject": {"type": kind}}).json()["results"] == []
    for path in ("search/resource", "search/action"):
        assert post(stranger, path, whole).json()["results"] == []


def test_a_provider_learns_nothing_of_partners_and_people_with_whom_it_never_had_to_do(
    made: make.GrantCast, db: None
) -> None:
    """Whether they are held, qualified, named or trained: the answer is that about somebody who does not exist."""
    release, staff = make.make_release()
    other = client_of(release.provider)
    _person, actor = people.cleared(made.institution)
    place_hold(target=made.institution, reason="Lost keys.", lifted_when="New keys.", by=made.signatory)
    own = {**question(made), "resource": {"type": "model_release", "id": release.key}}

    def told(kind: str, name: str) -> Any:
        return post(other, "evaluation", {**own, "subject": {"type": kind, "id": name}}).json()

    assert told("person", actor.user.email) == told("person", "nobody@nowhere.example")
    assert told("person", str(actor.user_id)) == told("person", str(staff.user_id))
    assert told("partner", str(made.institution.pk))["context"]["reason_code"] == "not_granted"
    assert told("workload", str(made.environment.pk))["context"]["reason_code"] == "not_granted"


def test_a_partner_without_a_line_looks_like_one_that_does_not_exist_in_searches(
    made: make.GrantCast, stranger: Client, gateway: Client
) -> None:
    """A partner of the scheme is public (the register says so); who uses whose models is not."""
    for asked in (question(made), {**question(made), "subject": {"type": "partner", "id": "nobody"}}):
        assert post(stranger, "search/action", asked).json() == {"page": {"next_token": "", "count": 0}, "results": []}


@pytest.mark.parametrize("path", PATHS)
def test_the_token_of_a_revoked_client_opens_nothing(made: make.GrantCast, gateway: Client, path: str) -> None:
    assert post(gateway, path, question(made)).status_code == 200
    row = Gateway.objects.get(organisation=made.release.provider, state="active")
    revoke_gateway(gateway=row, reason="Lost.", by=made.staff)
    assert post(gateway, path, question(made)).status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_a_token_for_the_catalogue_asks_nothing(made: make.GrantCast, gateway: Client, path: str) -> None:
    Token.objects.update(scopes="catalogue")
    assert post(gateway, path, question(made)).status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_the_body_is_not_even_read(db: None, path: str) -> None:
    assert Client().post(f"/access/v1/{path}", b"{", content_type="application/json").status_code == 401


def test_a_batch_has_an_end(made: make.GrantCast, gateway: Client) -> None:
    whole = question(made)
    most = post(gateway, "evaluations", {**whole, "evaluations": [{}] * MOST_ITEMS})
    assert len(most.json()["evaluations"]) == MOST_ITEMS
    more = post(gateway, "evaluations", {**whole, "evaluations": [{}] * (MOST_ITEMS + 1)})
    assert more.status_code == 400
    assert "at most 100" in more.json()["detail"]


def test_each_item_of_a_batch_counts(made: make.GrantCast, gateway: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PER_SECOND", 0.001)
    monkeypatch.setattr(limits, "BURST", 100_000)
    limits._buckets.clear()
    whole = question(made)
    statuses = [post(gateway, "evaluations", {**whole, "evaluations": [{}] * 40}).status_code for _ in range(3)]
    limits._buckets.clear()
    assert statuses == [200, 200, 429]


NESTED = 30_000


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body",
    [
        b'{"context":' + b"[" * NESTED + b"]" * NESTED + b"}",
        b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
        b'{"subject":{"type":"partner","id":"a"},"subject":{"type":"partner","id":"b"}}',
        b'{"context":{"environment":"a","environment":"b"}}',
        b'{"context":{"requests":NaN}}',
        b'{"context":{"requests":-Infinity}}',
        b'{"context":{"requests":' + b"9" * 20_000 + b"}}",
        b"\xff\xfe{\x00}\x00",
        b'\xef\xbb\xbf{"subject":1}',
        b'"subject"',
        b"[]",
        b"1e400",
    ],
    ids=["deep list", "deep object", "twice", "twice inside", "nan", "infinity", "digits", "utf-16", "bom", "text",
         "list", "huge"],
)  # fmt: skip
def test_what_means_two_things_or_nothing_is_refused(gateway: Client, path: str, body: bytes) -> None:
    answer = gateway.post(f"/access/v1/{path}", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed"


def test_names_no_database_can_hold_are_no_error(made: make.GrantCast, gateway: Client) -> None:
    for name in ("a\x00b", "\ud800", "\U0001f600" * 200, "'; DROP TABLE grants_hold; --", "%(today)s", "{}"):
        for part in ("subject", "action", "resource"):
            asked = question(made)
            asked[part] = {**asked[part], "name" if part == "action" else "id": name}
            assert post(gateway, "evaluation", asked).status_code in (200, 400)
            assert post(gateway, "evaluations", {"evaluations": [asked, asked]}).status_code == 200
            assert post(gateway, "search/action", asked).status_code in (200, 400)


def first_page(made: make.GrantCast, gateway: Client) -> tuple[dict[str, Any], str]:
    """A question for a search, and the token of its next page."""
    asked = {**question(made), "subject": {"type": "partner"}}
    answer = post(gateway, "search/subject", {**asked, "page": {"limit": 0}}).json()
    return asked, answer["page"]["next_token"]


def test_a_page_token_is_good_for_its_own_question_and_asker(
    made: make.GrantCast, gateway: Client, stranger: Client
) -> None:
    asked, token = first_page(made, gateway)

    def status(client: Client, path: str = "search/subject", limit: int | None = None, **change: Any) -> int:
        page = {"token": token, **({} if limit is None else {"limit": limit})}
        return post(client, path, {**asked, **change, "page": page}).status_code

    assert status(gateway) == 200
    assert status(gateway, limit=0) == 200
    assert status(gateway, limit=5) == 400
    assert status(stranger) == 400
    assert status(gateway, action={"name": "red_teaming"}) == 400
    assert status(gateway, context={}) == 400
    assert status(gateway, "search/action", subject={"type": "partner", "id": "x"}) == 400
    with time_machine.travel(time.time() + 3601, tick=True):
        assert status(gateway) in (400, 401)


@pytest.mark.parametrize("forged", ["x", "gAAAAA==", "\u20ac", "A" * 2000])
def test_a_forged_page_token_is_refused(made: make.GrantCast, gateway: Client, forged: str) -> None:
    asked, token = first_page(made, gateway)
    for tried in (forged, token[:-2] + "AA", token[1:]):
        answer = post(gateway, "search/subject", {**asked, "page": {"token": tried}})
        assert answer.status_code == 400
        assert answer.json()["code"] == "page_token"


def test_a_page_token_tells_nothing(made: make.GrantCast, gateway: Client) -> None:
    _asked, token = first_page(made, gateway)
    assert str(made.release.provider_id) not in token
    with pytest.raises(ValueError):
        json.loads(token)


def test_people_are_named_by_their_account_and_nothing_else(made: make.GrantCast, gateway: Client) -> None:
    person, actor = people.cleared(made.institution)
    answer = post(gateway, "search/subject", {**question(made), "subject": {"type": "person"}})
    assert answer.json()["results"] == [{"type": "person", "id": str(actor.user_id)}]
    assert person.email not in answer.content.decode()
    assert person.name not in answer.content.decode()
