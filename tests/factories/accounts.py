"""Organisations and people for tests, made by the real actions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Token

from portal.accounts.actions.appointment import appoint_system_administrator
from portal.accounts.actions.gateway import SCOPE, register_gateway
from portal.accounts.actions.membership import join_organisation
from portal.accounts.actions.organisation import register_organisation
from portal.accounts.actor import machine, person, person_in
from portal.accounts.models import Gateway, Organisation, User
from portal.core import clock
from portal.core.actors import SYSTEM, Actor

_number = itertools.count(1)


def make_user(email: str = "", name: str = "", password: str = "a-long-test-passphrase") -> User:
    """An account with a verified address. Hashing is real, so make few."""
    count = next(_number)
    user = User.objects.create_user(email or f"person{count}@example.org", password, name=name or f"Person {count}")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_organisation(kind: str = "institution", name: str = "", jurisdiction: str = "NO") -> Organisation:
    """A registered body."""
    title = name or f"{kind.title()} {next(_number)}"
    return register_organisation(kind=kind, name=title, jurisdiction=jurisdiction, by=SYSTEM)


def make_member(organisation: Organisation, *roles: str, user: User | None = None) -> Actor:
    """A person acting in the organisation with these roles, second factor given."""
    account = user or make_user()
    join_organisation(user=account, organisation=organisation, roles=roles, by=SYSTEM)
    return person_in(account, organisation)


def newcomer() -> Actor:
    """Somebody signed in who belongs to no organisation."""
    return person(make_user(), None, second_factor=False)


def appointed(user: User | None = None) -> Actor:
    """A system administrator, second factor given."""
    account = user or make_user()
    appoint_system_administrator(user=account, by=SYSTEM)
    return person(account, None, second_factor=True)


def make_gateway(provider: Organisation | None = None, name: str = "", scopes: Sequence[str] = (SCOPE,)) -> Actor:
    """A provider's gateway as an actor; `actor.user_id` is None, its row is found by name and body."""
    body = provider or make_organisation("provider")
    gateway, _ = register_gateway(organisation=body, name=name or f"Gateway {next(_number)}", by=SYSTEM, scopes=scopes)
    return machine(name=gateway.name, provider_id=gateway.organisation_id, provider=gateway.organisation.name)


def bearer_of(gateway: Actor, *scopes: str) -> str:
    """An Authorization header for the gateway, with a token as the token endpoint would have made it."""
    row = Gateway.objects.select_related("client").get(organisation_id=gateway.body_id, name=gateway.name)
    value = f"test-token-{next(_number)}"
    token = Token(client=row.client, type=Token.Type.ACCESS_TOKEN, expires_at=clock.now() + timedelta(minutes=15))
    token.set_value(value)
    token.set_scopes(list(scopes) or [SCOPE])
    token.save()
    return f"Bearer {value}"
