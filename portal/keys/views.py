"""The published keys, for machines: one set of all, and one for each purpose."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from allauth.core.internal import jwkkit
from allauth.idp.oidc.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from portal.keys.jose import jwks
from portal.keys.purposes import PUBLISHED_MAX_AGE, PURPOSES


@require_safe
def key_set(request: HttpRequest, purpose: str = "") -> HttpResponse:
    """Public keys (RFC 7517): of one purpose, or all with the identity provider's. 304 where nothing is new."""
    if purpose and purpose not in PURPOSES:
        raise Http404("There is no such purpose.")
    found: dict[str, list[Any]] = jwks(purpose) if purpose else {"keys": [*jwks()["keys"], *_identity_keys()]}
    body = json.dumps(found).encode()
    return cacheable(request, body, "application/jwk-set+json", int(PUBLISHED_MAX_AGE.total_seconds()))


def _identity_keys() -> list[dict[str, Any]]:
    """The keys that sign access tokens, which allauth publishes under the same address."""
    pems = [key.pem for key in get_adapter().list_private_keys(is_active=True)]
    return [{**jwkkit.load_jwk_from_pem(pem)[0], "use": "sig", "alg": "RS256"} for pem in pems]


def cacheable(request: HttpRequest, body: bytes, content_type: str, max_age: int) -> HttpResponse:
    """What anybody may fetch and keep for so many seconds: with an ETag, and 304 for whoever has it (RFC 9110 §13)."""
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    known = {item.strip().removeprefix("W/") for item in request.headers.get("If-None-Match", "").split(",")}
    response = HttpResponse(status=304) if {etag, "*"} & known else HttpResponse(body, content_type=content_type)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={max_age}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
