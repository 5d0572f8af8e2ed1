"""Deeds on gateways: credentials of a provider's machine. The secret is returned once and kept as a hash."""

from __future__ import annotations

import secrets

from allauth.idp.oidc.models import Client, Token

from portal.accounts.models import Gateway, Organisation
from portal.accounts.rules import is_provider, name_is_free, takes_part
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import require
from portal.workflow import as_deed, create, lock, move, record

SCOPE = "access"
"""The one scope of a gateway's tokens: ask whether an access is allowed, for models of its own provider."""


@as_deed
def register_gateway(*, organisation: Organisation, name: str, by: Actor) -> tuple[Gateway, str]:
    """Register a gateway of the provider. Returns it with its secret, which nobody can read again."""
    lock(organisation)
    title = " ".join(name.split())
    require(takes_part(organisation))
    require(is_provider(organisation))
    require(name_is_free(taken=organisation.gateways.filter(state="active", name=title).exists()))
    secret = secrets.token_urlsafe(32)
    client = Client(
        name=title,
        scopes=SCOPE,
        default_scopes=SCOPE,
        type=Client.Type.CONFIDENTIAL,
        grant_types=Client.GrantType.CLIENT_CREDENTIALS,
        response_types="",
    )
    client.set_secret(secret)
    client.save()
    gateway = Gateway(organisation=organisation, client=client, name=title)
    create(
        gateway,
        "register",
        by=by,
        detail={"name": title, "client": client.pk},
        about=[organisation.pk],
    )
    return gateway, secret


@as_deed
def rotate_gateway(*, gateway: Gateway, by: Actor) -> str:
    """Replace the secret and end the tokens made with the old one. Returns the new secret."""
    record(gateway, "rotate", by=by, changes={"secret_set_at": clock.now()}, about=[gateway.organisation_id])
    secret = secrets.token_urlsafe(32)
    gateway.client.set_secret(secret)
    gateway.client.save(update_fields=["secret"])
    Token.objects.filter(client=gateway.client).delete()
    return secret


@as_deed
def revoke_gateway(*, gateway: Gateway, by: Actor, reason: str) -> Gateway:
    """Refuse the gateway from now on: its tokens end and its secret opens nothing."""
    move(gateway, "revoke", by=by, detail={"reason": reason}, about=[gateway.organisation_id])
    gateway.client.secret = f"!{secrets.token_hex(20)}"
    gateway.client.save(update_fields=["secret"])
    Token.objects.filter(client=gateway.client).delete()
    return gateway
