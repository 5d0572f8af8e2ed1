"""Gateways: client credentials at the real token endpoint, and tokens that end with their gateway."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.test import Client, RequestFactory
from django.utils import timezone

from portal.accounts.actions.gateway import end_former_secret, register_gateway, revoke_gateway, rotate_gateway
from portal.accounts.actions.organisation import close_organisation
from portal.accounts.gateways import authenticate_gateway, used
from portal.accounts.models import Gateway
from portal.core import clock
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
        {"scope": "catalogue"},
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


def test_with_an_overlap_the_old_secret_and_its_tokens_hold_until_it_is_over(
    made: tuple[Gateway, str], world: World
) -> None:
    gateway, old = made
    token = ask_token(gateway, old).json()["access_token"]
    new = rotate_gateway(gateway=gateway, by=world.actor("provider_staff"), overlap=timedelta(days=1))
    assert who(token) is not None
    assert [ask_token(gateway, secret).status_code for secret in (old, new)] == [200, 200]
    with clock.at(clock.now() + timedelta(days=1, seconds=1)):
        assert [ask_token(gateway, secret).status_code for secret in (old, new)] == [401, 200]
        assert not Gateway.objects.get(pk=gateway.pk).former_holds


def test_two_secrets_hold_at_most(made: tuple[Gateway, str], world: World) -> None:
    gateway, first = made
    by, day = world.actor("provider_staff"), timedelta(days=1)
    second, third = (rotate_gateway(gateway=gateway, by=by, overlap=day) for _ in range(2))
    assert [ask_token(gateway, secret).status_code for secret in (first, second, third)] == [401, 200, 200]


def test_the_old_secret_can_be_ended_before_its_time(made: tuple[Gateway, str], world: World) -> None:
    gateway, old = made
    by = world.actor("administrator@provider")
    new = rotate_gateway(gateway=gateway, by=by, overlap=timedelta(days=1))
    token = ask_token(gateway, old).json()["access_token"]
    end_former_secret(gateway=gateway, by=by)
    assert who(token) is None
    assert [ask_token(gateway, secret).status_code for secret in (old, new)] == [401, 200]


def test_revoking_ends_both_secrets(made: tuple[Gateway, str], world: World) -> None:
    gateway, old = made
    by = world.actor("provider_staff")
    new = rotate_gateway(gateway=gateway, by=by, overlap=timedelta(days=1))
    revoke_gateway(gateway=gateway, by=by, reason="Leaked.")
    assert [ask_token(gateway, secret).status_code for secret in (old, new)] == [401, 401]


@pytest.mark.parametrize("deed", ["register", "rotate"])
def test_a_secret_is_shown_to_whoever_has_just_shown_a_second_factor(
    made: tuple[Gateway, str], world: World, deed: str
) -> None:
    stale = replace(world.actor("administrator@provider"), confirmed_at=clock.now() - timedelta(minutes=16))
    with pytest.raises(Refused) as caught:
        if deed == "register":
            register_gateway(organisation=world.provider, name="B", by=stale)
        else:
            rotate_gateway(gateway=made[0], by=stale)
    assert caught.value.verdict.code == "stale_factor"
    revoke_gateway(gateway=made[0], by=stale, reason="Leaked.")


def test_the_page_asks_for_the_second_factor_before_it_shows_a_secret(world: World) -> None:
    client = client_for(world.actor("administrator@provider"))
    with clock.at(clock.now() + timedelta(minutes=16)):
        for page in (client.get("/gateways/register/"), client.post("/gateways/register/", {"name": "X"})):
            assert "Confirm that it is you" in page.content.decode()
            assert "secret" not in page.context
    assert not Gateway.objects.filter(name="X").exists()


def test_a_token_reaches_what_its_gateway_may_do_and_nothing_else(world: World) -> None:
    by = world.actor("provider_staff")
    gateway, secret = register_gateway(organisation=world.provider, name="Both", by=by, scopes=["catalogue", "access"])
    assert gateway.scopes == ["access", "catalogue"]
    narrow = ask_token(gateway, secret, scope="catalogue").json()["access_token"]
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {narrow}"})
    assert authenticate_gateway(request, "catalogue") is not None
    assert authenticate_gateway(request) is None


@pytest.mark.parametrize("scopes", [[], ["openid"], ["access", "everything"]])
def test_only_known_scopes_are_given(world: World, scopes: list[str]) -> None:
    with pytest.raises(Refused) as caught:
        register_gateway(organisation=world.provider, name="C", by=world.actor("provider_staff"), scopes=scopes)
    assert caught.value.verdict.code == "wrong_scope"


def test_when_a_gateway_was_last_used_is_on_its_page(made: tuple[Gateway, str], world: World) -> None:
    client = client_for(world.actor("provider_staff"))
    assert "Never" in client.get("/gateways/").content.decode()
    actor = who(ask_token(*made).json()["access_token"])
    assert actor is not None
    at = clock.now()
    used(actor, at)
    used(actor, at - timedelta(hours=1))
    assert Gateway.objects.get(pk=made[0].pk).last_used_at == at
    assert "Never" not in client.get("/gateways/").content.decode()


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
        ("administrator@provider", ""),
        ("administrator@institution", "other_body"),
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
    page = client.post("/gateways/register/", {"name": "Oslo", "scopes": "access"})
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
