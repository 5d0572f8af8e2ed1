"""Deeds on gateways: credentials of a provider's machine. The secret is returned once and kept as a digest."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from allauth.idp.oidc.models import Client, Token

from portal.accounts.models import Gateway, Organisation
from portal.accounts.rules import freshly_confirmed, is_provider, known_scopes, name_is_free, takes_part
from portal.accounts.secrets import kept, kept_beside, may_overlap, new_secret, without_former
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import require
from portal.workflow import as_deed, create, lock, move, record

SCOPE = Gateway.Scope.ACCESS.value
"""Ask whether an access is allowed, for models of its own provider."""
AT_ONCE = timedelta()
OVERLAPS = (AT_ONCE, timedelta(hours=1), timedelta(days=1), timedelta(days=7))
"""For how long the old secret may hold beside a new one. At once where it may have leaked."""


@as_deed
def register_gateway(
    *, organisation: Organisation, name: str, by: Actor, scopes: Sequence[str] = (SCOPE,)
) -> tuple[Gateway, str]:
    """Register a gateway of the provider. Returns it with its secret, which nobody can read again.

    A person has shown their second factor within the last minutes, or it is Refused.
    """
    require(freshly_confirmed(by))
    lock(organisation)
    title = " ".join(name.split())
    require(takes_part(organisation))
    require(is_provider(organisation))
    require(known_scopes(scopes))
    require(name_is_free(taken=organisation.gateways.filter(state="active", name=title).exists()))
    secret, allowed = new_secret(), [scope for scope in Gateway.Scope.values if scope in scopes]
    client = Client(
        name=title,
        type=Client.Type.CONFIDENTIAL,
        grant_types=Client.GrantType.CLIENT_CREDENTIALS,
        response_types="",
        secret=kept(secret),
    )
    client.set_scopes(allowed)
    client.set_default_scopes(allowed)
    client.save()
    gateway = Gateway(organisation=organisation, client=client, name=title, scopes=allowed)
    create(
        gateway,
        "register",
        by=by,
        detail={"name": title, "client": client.pk, "scopes": allowed},
        about=[organisation.pk],
    )
    return gateway, secret


@as_deed
def rotate_gateway(*, gateway: Gateway, by: Actor, overlap: timedelta = AT_ONCE) -> str:
    """Replace the secret. Returns the new one; the old one holds for the overlap, which is one of OVERLAPS.

    At once: the old one and every token made with it end with this deed.
    """
    require(freshly_confirmed(by))
    if overlap not in OVERLAPS:
        raise ValueError("overlap is one of OVERLAPS")
    now, before = clock.now(), _secret_of(gateway)
    until = now + overlap if overlap and may_overlap(before) else None
    record(
        gateway,
        "rotate",
        by=by,
        changes={"secret_set_at": now, "former_until": until},
        detail={"former_until": until},
        about=[gateway.organisation_id],
    )
    secret = new_secret()
    _keep(gateway, kept_beside(secret, before, until) if until else kept(secret))
    if until is None:
        Token.objects.filter(client=gateway.client_id).delete()
    return secret


@as_deed
def end_former_secret(*, gateway: Gateway, by: Actor) -> Gateway:
    """Refuse the secret before the present one from now on, and end every token: each is got anew with the new one."""
    record(gateway, "end_former", by=by, changes={"former_until": None}, about=[gateway.organisation_id])
    _keep(gateway, without_former(_secret_of(gateway)))
    Token.objects.filter(client=gateway.client_id).delete()
    return gateway


@as_deed
def revoke_gateway(*, gateway: Gateway, by: Actor, reason: str) -> Gateway:
    """Refuse the gateway from now on: its tokens end and its secret opens nothing."""
    changes = {"former_until": None}
    move(gateway, "revoke", by=by, changes=changes, detail={"reason": reason}, about=[gateway.organisation_id])
    _keep(gateway, f"!{secrets.token_hex(20)}")
    Token.objects.filter(client=gateway.client_id).delete()
    return gateway


def _secret_of(gateway: Gateway) -> str:
    """How its secret is kept now. Waits for whoever else is changing it."""
    return str(Client.objects.select_for_update().values_list("secret", flat=True).get(pk=gateway.client_id))


def _keep(gateway: Gateway, encoded: str) -> None:
    Client.objects.filter(pk=gateway.client_id).update(secret=encoded)
