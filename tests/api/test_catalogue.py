"""A provider's catalogue by API: the same deeds as on the pages, of its own scope, safe to send again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grants.models import GrantRequest, Model, Release, ReReview
from grants.queries.decision import decide
from portal.core.actors import Actor
from portal.ledger.models import Entry
from tests.factories import grants as make
from tests.factories.accounts import bearer_of, make_gateway

BASE = "/api/v1/catalogue"
RELEASE = {"version": "5", "key": "aster-5", "capability_tier": "general", "access_routes": ["api"], "notes": ""}


class Machine:
    """A release pipeline of one provider."""

    def __init__(self, provider: Any = None, *scopes: str) -> None:
        self.actor: Actor = make_gateway(provider, scopes=scopes or ("catalogue",))
        self.client = Client(headers={"Authorization": bearer_of(self.actor, *(scopes or ("catalogue",)))})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"{BASE}{path}", query)

    def post(self, path: str, **content: Any) -> Any:
        return self.client.post(f"{BASE}{path}", json.dumps(content), content_type="application/json")

    def patch(self, path: str, **content: Any) -> Any:
        return self.client.patch(f"{BASE}{path}", json.dumps(content), content_type="application/json")

    def model(self, name: str = "Aster") -> str:
        return str(self.post("/models", name=name).json()["id"])

    def release(self, **changes: Any) -> str:
        return str(self.post(f"/models/{self.model()}/releases", **{**RELEASE, **changes}).json()["id"])


@pytest.fixture
def pipeline(partner: Any) -> Machine:
    return Machine()


def cost_of(pipeline: Machine) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert pipeline.get("/releases").status_code == 200
    return len(captured)


def entries(verb: str) -> int:
    return Entry.objects.filter(verb=verb).count()


def test_a_release_goes_from_announced_to_retired(pipeline: Machine) -> None:
    answered = pipeline.post("/models", name="Aster", summary="A family.")
    assert answered.status_code == 201
    model = answered.json()["id"]
    answered = pipeline.post(f"/models/{model}/releases", **RELEASE)
    assert (answered.status_code, answered.json()["state"]) == (201, "announced")
    release = answered.json()["id"]
    answered = pipeline.patch(f"/releases/{release}", notes="Faster.", version="5.1")
    assert (answered.status_code, answered.json()["version"], answered.json()["notes"]) == (200, "5.1", "Faster.")
    assert pipeline.post(f"/releases/{release}/release").json()["state"] == "released"
    answered = pipeline.post(f"/releases/{release}/retire", reason="Replaced.")
    assert answered.json()["state"] == "retired"
    assert answered.json()["released_at"] <= answered.json()["retired_at"]
    assert pipeline.get(f"/models/{model}").json()["name"] == "Aster"
    assert pipeline.post(f"/models/{model}/unlist").json()["state"] == "unlisted"


@pytest.mark.parametrize(
    ("send", "verb"),
    [
        (lambda its, at: its.post("/models", name="Aster"), "model.list"),
        (lambda its, at: its.post(f"/models/{at['model']}/releases", **RELEASE), "release.announce"),
        (lambda its, at: its.patch(f"/releases/{at['release']}", notes="More."), "release.edit"),
        (lambda its, at: its.patch(f"/models/{at['model']}", summary="More."), "model.edit"),
        (lambda its, at: its.post(f"/releases/{at['release']}/release"), "release.release"),
        (lambda its, at: its.post(f"/releases/{at['release']}/retire"), "release.retire"),
        (lambda its, at: its.post(f"/models/{at['model']}/unlist"), "model.unlist"),
    ],
    ids=["list", "announce", "edit", "edit-model", "release", "retire", "unlist"],
)
def test_what_is_sent_again_is_answered_and_recorded_once(
    pipeline: Machine, send: Callable[..., Any], verb: str
) -> None:
    at = {"model": pipeline.model()}
    if verb not in ("model.list", "release.announce"):
        at["release"] = pipeline.post(f"/models/{at['model']}/releases", **RELEASE).json()["id"]
    first = send(pipeline, at)
    recorded = entries(verb)
    again = send(pipeline, at)
    assert first.status_code in (200, 201)
    assert again.status_code == 200
    assert again.json() == first.json()
    assert entries(verb) == recorded


@pytest.mark.parametrize("changes", [{"capability_tier": "advanced"}, {"version": "6"}, {"key": "aster-6"}])
def test_another_release_under_the_same_name_is_a_conflict(pipeline: Machine, changes: dict[str, Any]) -> None:
    model = pipeline.model()
    pipeline.post(f"/models/{model}/releases", **RELEASE)
    answered = pipeline.post(f"/models/{model}/releases", **{**RELEASE, **changes})
    assert answered.status_code == 409
    assert answered.json()["code"] == "taken"


def test_what_a_grant_names_stays(made: make.GrantCast) -> None:
    its = Machine(made.release.provider)
    answered = its.patch(f"/releases/{made.release.pk}", capability_tier="frontier")
    assert (answered.status_code, answered.json()["code"]) == (409, "granted_on")
    answered = its.patch(f"/models/{made.release.model_id}", name="Otherwise")
    assert (answered.status_code, answered.json()["code"]) == (409, "granted_on")
    assert its.patch(f"/models/{made.release.model_id}", summary="Said better.").status_code == 200


def test_a_release_announced_by_a_machine_has_grants_looked_at_again(made: make.GrantCast) -> None:
    its = Machine(made.release.provider)
    answered = its.post(f"/models/{made.release.model_id}/releases", **RELEASE)
    assert answered.status_code == 201
    its.post(f"/releases/{answered.json()['id']}/release")
    assert ReReview.objects.get(grant=made.grant).state == "open"
    assert not decide(made.question(release="aster-5")).permitted


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "malformed"),
    ({**RELEASE, "version": ""}, "malformed"),
    ({**RELEASE, "version": "x" * 41}, "malformed"),
    ({**RELEASE, "version": 5}, "malformed"),
    ({**RELEASE, "version": "5\x00"}, "malformed"),
    ({**RELEASE, "version": "\ud800"}, "malformed"),
    ({**RELEASE, "key": "Not A Key"}, "malformed"),
    ({**RELEASE, "key": "aster-5\n"}, "malformed"),
    ({**RELEASE, "access_routes": []}, "malformed"),
    ({**RELEASE, "access_routes": "api"}, "malformed"),
    ({**RELEASE, "access_routes": ["api"] * 21}, "malformed"),
    ({**RELEASE, "access_routes": ["by pigeon"]}, "unknown_term"),
    ({**RELEASE, "capability_tier": "godlike"}, "unknown_term"),
    ({**RELEASE, "state": "released"}, "malformed"),
    ({**RELEASE, "released_at": "2020-01-01T00:00:00Z"}, "malformed"),
    ({**RELEASE, "provider_id": str(uuid4())}, "malformed"),
]


@pytest.mark.parametrize(("content", "code"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_what_does_not_fit_is_named_and_changes_nothing(pipeline: Machine, content: dict[str, Any], code: str) -> None:
    model = pipeline.model()
    answered = pipeline.post(f"/models/{model}/releases", **content)
    assert (answered.status_code, answered.json()["code"]) == (422, code)
    assert answered.json()["detail"]
    assert answered["Content-Type"].startswith("application/")
    assert not Release.objects.filter(model=model).exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"name": NaN}', b"[" * 100_000])
def test_what_is_no_json_object_is_refused(pipeline: Machine, body: bytes) -> None:
    answered = pipeline.client.post(f"{BASE}/models", body, content_type="application/json")
    assert answered.status_code in (400, 422)
    assert answered.json()["code"] == "malformed"
    assert not Model.objects.filter(provider_id=pipeline.actor.body_id).exists()


def test_a_token_of_the_gate_keeps_no_catalogue_and_one_of_the_catalogue_asks_nothing(partner: Any) -> None:
    gate = Machine(None, "access")
    answered = gate.post("/models", name="Aster")
    assert (answered.status_code, answered.json()["code"]) == (403, "insufficient_scope")
    assert "insufficient_scope" in answered["WWW-Authenticate"]
    asked = Machine().client.post("/access/v1/evaluation", "{}", content_type="application/json")
    assert asked.status_code == 401


def test_without_a_token_nothing_is_said(partner: Any) -> None:
    for client in (Client(), Client(headers={"Authorization": "Bearer nonsense"})):
        answered = client.get(f"{BASE}/models")
        assert (answered.status_code, answered.json()["code"]) == (401, "invalid_token")
        assert answered["WWW-Authenticate"].startswith("Bearer")


def test_a_provider_sees_and_changes_its_own_alone(pipeline: Machine) -> None:
    other = Machine()
    model, release = other.model("Birch"), other.release(key="birch-5")
    pipeline.model()
    assert [item["name"] for item in pipeline.get("/models").json()["items"]] == ["Aster"]
    for answered in (
        pipeline.get(f"/models/{model}"),
        pipeline.patch(f"/models/{model}", name="Mine"),
        pipeline.post(f"/models/{model}/releases", **RELEASE),
        pipeline.get(f"/releases/{release}"),
        pipeline.post(f"/releases/{release}/retire"),
        pipeline.get(f"/releases/{uuid4()}"),
    ):
        assert (answered.status_code, answered.json()["code"]) == (404, "not_found")


def test_lists_are_cut_into_pages_and_cost_the_same_with_many(pipeline: Machine) -> None:
    model = pipeline.model()
    for number in range(3):
        pipeline.post(f"/models/{model}/releases", **{**RELEASE, "version": f"{number}", "key": f"aster-{number}"})
    few = cost_of(pipeline)
    for number in range(3, 9):
        pipeline.post(f"/models/{model}/releases", **{**RELEASE, "version": f"{number}", "key": f"aster-{number}"})
    assert cost_of(pipeline) == few
    first = pipeline.get("/releases", limit=5).json()
    rest = pipeline.get("/releases", limit=5, offset=first["next"]).json()
    assert [item["version"] for item in first["items"] + rest["items"]] == [str(n) for n in range(8, -1, -1)]
    assert rest["next"] is None
    assert pipeline.get("/releases", state="retired").json()["items"] == []
    for wrong in ({"limit": 0}, {"limit": 1000}, {"offset": -1}, {"limit": "all"}, {"model": "mine"}):
        assert pipeline.get("/releases", **wrong).status_code == 422


def test_the_document_names_every_deed_and_its_scope(client: Client, partner: Any) -> None:
    document = client.get("/api/v1/openapi.json").json()
    named = {path for path in document["paths"] if path.startswith(f"{BASE}/")}
    assert len(named) == 8
    for path in named:
        for operation in document["paths"][path].values():
            assert operation["security"] == [{"CatalogueToken": []}]
            assert {"401", "403", "429"} <= set(operation["responses"])
    flow = document["components"]["securitySchemes"]["CatalogueToken"]["flows"]["clientCredentials"]
    assert set(flow["scopes"]) == {"catalogue"}
    assert GrantRequest.objects.exists()
