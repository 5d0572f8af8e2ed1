"""Machine clients: which gateway a bearer token belongs to. Used by the API."""

from __future__ import annotations

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.http import HttpRequest

from portal.accounts.actions.gateway import SCOPE
from portal.accounts.actor import machine
from portal.accounts.models import Gateway
from portal.core.actors import Actor


def authenticate_gateway(request: HttpRequest) -> Actor | None:
    """The gateway whose access token the request carries (RFC 6750 §2.1), or None. One query.

    The token must be of its own client, in time, and of the scope `access`; the gateway and its provider active.
    """
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        return None
    token = (
        Token.objects.valid()
        .filter(type=Token.Type.ACCESS_TOKEN, hash=get_adapter().hash_token(value.strip()), user=None)
        .select_related("client__gateway__organisation")
        .first()
    )
    gateway: Gateway | None = getattr(token.client, "gateway", None) if token and token.client else None
    if gateway is None or SCOPE not in token.get_scopes():
        return None
    if gateway.state != "active" or gateway.organisation.state != "active":
        return None
    return machine(gateway)
