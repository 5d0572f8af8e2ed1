"""Gateways: client credentials at the real token endpoint, and tokens that end with their gateway."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.test import Client, RequestFactory
from django.utils import timezone

from portal.accounts.actions.gateway import register_gateway, revoke_gateway, rotate_gateway
from portal.accounts.actions.organisation import close_organisation
from portal.accounts.gateways import authenticate_gateway
from portal.accounts.models import Gateway
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from portal.ledger.models import Event
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(world: World) -> tuple[Gateway, str]:
    return register_gateway(organisation=world.provider, name="Frankfurt", by=world.actor("provider_staff"))


def ask_token(gateway: Gateway, secret: str, /, **more: str) -> Any:
    basic = base64.b64encode(f"{gateway.client_id}:{secret}".encode()).decode()
    return Client().post(
        "/identity/o/api/token",
        {"grant_type": "client_credentials", **more},
        headers={"Authorization": f"Basic {basic}"},
    )


def who(token: str) -> Actor | None:
    return authenticate_gateway(RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"}))


def test_credentials_give_a_token_that_names_the_gateway(made: tuple[Gateway, str], world: World) -> None:
    answer = ask_token(*made)
    assert answer.status_code == 200
    assert answer.json()["token_type"].lower() == "bearer"
    assert answer.json()["expires_in"] == 900
    actor = who(answer.json()["access_token"])
    assert actor is not None
    assert (actor.kind, actor.body_id, actor.roles) == ("client", world.provider.pk, frozenset({"gateway"}))


def test_credentials_in_the_body_work_too(made: tuple[Gateway, str]) -> None:
    gateway, secret = made
    body = {"grant_type": "client_credentials", "client_id": gateway.client_id, "client_secret": secret}
    assert Client().post("/identity/o/api/token", body).status_code == 200


@pytest.mark.parametrize("secret", ["", "wrong", "!"])
def test_a_wrong_secret_gives_nothing(made: tuple[Gateway, str], secret: str) -> None:
    answer = ask_token(made[0], secret)
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    "more",
    [
        {"scope": "openid"},
        {"scope": "access openid"},
        {"grant_type": "password"},
        {"grant_type": "authorization_code", "code": "x"},
    ],
)
def test_nothing_but_its_own_scope_and_grant(made: tuple[Gateway, str], more: dict[str, str]) -> None:
    assert ask_token(*made, **more).status_code in (400, 401)
    assert not Token.objects.exists()


def test_revoking_ends_tokens_and_credentials(made: tuple[Gateway, str], world: World) -> None:
    token = ask_token(*made).json()["access_token"]
    revoke_gateway(gateway=made[0], by=world.actor("provider_staff"), reason="decommissioned")
    assert who(token) is None
    assert ask_token(*made).status_code == 401


def test_replacing_the_secret_ends_the_old_one_and_its_tokens(made: tuple[Gateway, str], world: World) -> None:
    gateway, old = made
    token = ask_token(gateway, old).json()["access_token"]
    new = rotate_gateway(gateway=gateway, by=world.actor("provider_staff.colleague"))
    assert who(token) is None
    assert ask_token(gateway, old).status_code == 401
    assert who(ask_token(gateway, new).json()["access_token"]) is not None


def test_closing_the_provider_ends_its_gateways(made: tuple[Gateway, str], world: World) -> None:
    token = ask_token(*made).json()["access_token"]
    close_organisation(organisation=world.provider, reason="left", by=world.actor("system_administrator"))
    assert who(token) is None
    assert ask_token(*made).status_code == 401


def test_an_old_token_is_refused(made: tuple[Gateway, str]) -> None:
    token = ask_token(*made).json()["access_token"]
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert who(token) is None


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic abc", "bearer\tx"])
def test_no_token_is_nobody(header: str) -> None:
    assert authenticate_gateway(RequestFactory().get("/", headers={"Authorization": header})) is None


def test_a_client_that_is_no_gateway_is_nobody(made: tuple[Gateway, str]) -> None:
    stray = OAuthClient(name="stray", scopes="access", default_scopes="access", grant_types="client_credentials")
    stray.set_secret("s")
    stray.save()
    token = Token(client=stray, type=Token.Type.ACCESS_TOKEN, expires_at=timezone.now() + timedelta(minutes=5))
    token.set_value("stray-token")
    token.set_scopes(["access"])
    token.save()
    assert who("stray-token") is None


def test_a_token_without_the_scope_is_nobody(made: tuple[Gateway, str]) -> None:
    token = ask_token(*made).json()["access_token"]
    Token.objects.update(scopes="openid")
    assert who(token) is None


def test_finding_the_gateway_is_one_query(made: tuple[Gateway, str], django_assert_num_queries: Any) -> None:
    token = ask_token(*made).json()["access_token"]
    with django_assert_num_queries(1):
        assert who(token) is not None


@pytest.mark.parametrize(
    ("persona", "code"),
    [
        ("provider_staff", ""),
        ("provider_staff.stranger", "other_body"),
        ("administrator@provider", "wrong_role"),
        ("applicant", "wrong_role"),
        ("gateway", "wrong_role"),
    ],
)
def test_who_registers_a_gateway(world: World, persona: str, code: str) -> None:
    if not code:
        assert register_gateway(organisation=world.provider, name="A", by=world.actor(persona))[0].state == "active"
        return
    with pytest.raises(Refused) as caught:
        register_gateway(organisation=world.provider, name="A", by=world.actor(persona))
    assert caught.value.verdict.code == code


def test_only_providers_have_gateways_and_names_are_used_once(made: tuple[Gateway, str], world: World) -> None:
    with pytest.raises(Refused) as caught:
        register_gateway(organisation=world.institution, name="A", by=world.actor("system_administrator"))
    assert caught.value.verdict.code == "wrong_kind"
    with pytest.raises(Refused) as caught:
        register_gateway(organisation=world.provider, name=" Frankfurt ", by=world.actor("provider_staff"))
    assert caught.value.verdict.code == "name_taken"


def test_the_secret_is_shown_once_and_kept_nowhere(world: World) -> None:
    client = client_for(world.actor("provider_staff"))
    page = client.post("/gateways/register/", {"name": "Oslo"})
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    gateway = Gateway.objects.get(name="Oslo")
    assert secret not in client.get(f"/gateways/{gateway.pk}/").content.decode()
    assert secret not in str(OAuthClient.objects.values().get(pk=gateway.client_id))
    assert not Event.objects.filter(content__contains=secret).exists()
    assert ask_token(gateway, secret).status_code == 200


def test_the_identity_provider_says_what_it_offers() -> None:
    said = Client().get("/.well-known/openid-configuration").json()
    assert said["grant_types_supported"] == ["client_credentials"]
