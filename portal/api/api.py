"""The typed API and its OpenAPI document. The access question is a plain view and is written into the document here."""

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
from portal.api.schema import EvaluationRequest, EvaluationResponse
from portal.core.actors import Actor

REF = "#/components/schemas/{model}"


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
        schema["components"].setdefault("schemas", {}).update(_schemas(EvaluationRequest, EvaluationResponse))
        schema["paths"]["/access/v1/evaluation"] = {"post": _evaluation()}
        return schema


def _schemas(*models: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for model in models:
        written = model.model_json_schema(ref_template=REF)
        found |= written.pop("$defs", {})
        found[model.__name__] = written
    return found


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REF.format(model=name)}}}


_PROBLEM = {"type": "object", "properties": {"code": {"type": "string"}, "detail": {"type": "string"}}}


def _evaluation() -> dict[str, Any]:
    problems = {
        "400": "Not a question",
        "401": "No valid token",
        "413": "Too long",
        "429": "Too many questions; see Retry-After",
    }
    return {
        "operationId": "access_evaluation",
        "summary": "May this happen?",
        "description": "OpenID AuthZEN Authorization API 1.0, access evaluation. X-Request-ID is given back.",
        "tags": ["access"],
        "security": [{"GatewayToken": []}],
        "requestBody": {"required": True, "content": _json("EvaluationRequest")},
        "responses": {
            "200": {"description": "The decision", "content": _json("EvaluationResponse")},
            **{
                status: {"description": text, "content": {"application/json": {"schema": _PROBLEM}}}
                for status, text in problems.items()
            },
        },
    }


api = PortalAPI(
    title="Trusted Partner Portal",
    version="1",
    description="For providers' gateways. Tokens: OAuth 2.0 client credentials, scope `access`.",
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
