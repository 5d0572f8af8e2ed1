"""Machine clients: which gateway a bearer token belongs to. Used by the API."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpRequest

from portal.accounts.actions.gateway import SCOPE
from portal.accounts.actor import machine
from portal.accounts.models import Gateway
from portal.core.actors import Actor
from portal.core.prepared import Prepared

GATEWAYS = Prepared(
    lambda digest: Gateway.objects.filter(
        Q(client__token__expires_at=None) | Q(client__token__expires_at__gt=Now()),
        client__token__hash=digest,
        client__token__type=Token.Type.ACCESS_TOKEN,
        client__token__user=None,
        state="active",
        organisation__state="active",
    ).values_list("client__token__scopes", "name", "organisation_id", "organisation__name")
)

"""By the digest of a token: its scopes, the gateway's name, and its provider's id and name."""


def token_digest(request: HttpRequest) -> str | None:
    """The digest of the access token that the request carries (RFC 6750 §2.1), or None."""
    scheme, _, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        return None
    digest: str = get_adapter().hash_token(value.strip())
    return digest


def gateway_among(rows: Iterable[tuple[Any, ...]], scope: str = SCOPE) -> Actor | None:
    """The gateway of the first of these rows of GATEWAYS whose token has the scope."""
    for scopes, name, provider_id, provider in rows:
        if scope in scopes.split():
            return machine(name=name, provider_id=provider_id, provider=provider)
    return None


def authenticate_gateway(request: HttpRequest, scope: str = SCOPE) -> Actor | None:
    """The gateway whose access token the request carries, or None. One query, planned once.

    The token must be of its own client, in time, and of the scope (Gateway.Scope); the gateway and its provider active.
    """
    digest = token_digest(request)
    return gateway_among(GATEWAYS(digest), scope) if digest else None


def gateway_row(gateway: Actor) -> tuple[UUID, str] | None:
    """The id of the gateway's row and of its client. One query."""
    rows = Gateway.objects.filter(organisation_id=gateway.organisation_id, name=gateway.name, state="active")
    found: tuple[UUID, str] | None = rows.values_list("pk", "client_id").first()
    return found


def used(gateway: Actor, at: datetime) -> None:
    """Write when a gateway last asked something, for the page that shows it. Only ever later than it was."""
    rows = Gateway.objects.filter(organisation_id=gateway.organisation_id, name=gateway.name, state="active")
    rows.filter(Q(last_used_at=None) | Q(last_used_at__lt=at)).update(last_used_at=at)
