"""The typed API and its OpenAPI document. The access API is of plain views; portal.api.document writes them in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError
from ninja.security.base import AuthBase

from grants.models import Release
from portal.accounts.gateways import authenticate_gateway
from portal.api.answers import unauthenticated
from portal.api.catalogue import install
from portal.api.credentials_document import add_credentials
from portal.api.document import add_access
from portal.api.signals import install_signals
from portal.api.usage.document import add_usage
from portal.core.actors import Actor


class GatewayToken(AuthBase):
    """A bearer token from the client credentials of a gateway."""

    openapi_type = "oauth2"
    openapi_flows = {
        "clientCredentials": {"tokenUrl": "/identity/o/api/token", "scopes": {"access": "Ask about access"}}
    }

    def __call__(self, request: HttpRequest) -> Actor | None:
        return authenticate_gateway(request)


class PortalAPI(NinjaAPI):
    """The API, with the plain views in its document."""

    def get_openapi_schema(self, **options: Any) -> Any:
        options.setdefault("path_prefix", "/api/v1/")
        schema = super().get_openapi_schema(**options)
        add_usage(schema)
        add_credentials(schema)
        add_access(schema)
        return schema


api = PortalAPI(
    title="Trusted Partner Portal",
    version="1",
    description="For providers' machines. Tokens: OAuth 2.0 client credentials, each for its scopes.",
    urls_namespace="api_v1",
    docs_url=None,
    openapi_url=None,
    auth=GatewayToken(),
)


class ReleaseOut(Schema):
    """A release of the gateway's own provider."""

    id: UUID
    key: str
    model: str
    version: str
    state: str
    capability_tier: str
    access_routes: list[str]


@api.get("/releases", response=list[ReleaseOut], tags=["catalogue"], summary="Releases of your own models")
def releases(request: HttpRequest, state: str = "") -> list[dict[str, Any]]:
    """Every release of the gateway's provider, the newest first; `state` narrows to announced, released or retired."""
    gateway: Actor = request.auth  # type: ignore[attr-defined]
    rows = Release.objects.filter(provider_id=gateway.body_id).select_related("model").order_by("-id")
    if state:
        rows = rows.filter(state=state.replace("\x00", "")[:40])
    return [
        {
            "id": row.pk,
            "key": row.key,
            "model": row.model.name,
            "version": row.version,
            "state": row.state,
            "capability_tier": row.capability_tier,
            "access_routes": row.access_routes,
        }
        for row in rows[:500]
    ]


@api.exception_handler(AuthenticationError)
def _no_token(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return unauthenticated(request)


install(api)
install_signals(api)
