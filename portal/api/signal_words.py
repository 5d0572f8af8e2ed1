"""How requests about streams of signals are let in, read and answered: in the words of the standards.

A status with `err` and `description`, as RFC 8935 §2.3 has it, for whatever goes wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from ninja.security.base import AuthBase
from pydantic import BaseModel, ValidationError

from portal.accounts.gateways import authenticate_gateway
from portal.api.answers import answer, object_in, what_is_wrong
from portal.api.limits import wait_for
from portal.core.actors import Actor
from portal.core.verdicts import Refused

SCOPE = "signals"
ROLE = "signal_receiver"
REF = "#/components/schemas/{model}"
S = TypeVar("S", bound=BaseModel)
View = Callable[..., HttpResponse]


class Troubled(Exception):
    """Answered with a status and `err`, `description`."""

    def __init__(self, status: int, err: str, description: str, **headers: str) -> None:
        self.status, self.err, self.description, self.headers = status, err, description, headers
        super().__init__(description)


class SignalsToken(AuthBase):
    """A bearer token from client credentials, of the scope `signals`."""

    openapi_type = "oauth2"
    openapi_flows = {"clientCredentials": {"tokenUrl": "/identity/o/api/token", "scopes": {SCOPE: "Hear of changes"}}}

    def __call__(self, request: HttpRequest) -> Actor:
        found = authenticate_gateway(request, SCOPE)
        if found is None:
            other = any(authenticate_gateway(request, scope) for scope in ("access", "catalogue", "usage"))
            challenge = 'Bearer realm="signals"' + (', error="insufficient_scope", scope="signals"' if other else "")
            text = "Get a token with your client credentials (scope signals), and send it as a bearer token."
            raise Troubled(403 if other else 401, "access_denied", text, WWW_Authenticate=challenge)
        if seconds := wait_for((found.body_id, found.name)):
            raise Troubled(429, "too_many", "Too many requests. Wait a moment.", Retry_After=str(seconds))
        return replace(found, roles=frozenset({ROLE}))


STATUSES = {"too_many_streams": 409, "too_often": 429, "wrong_role": 403, "wrong_state": 409, "conflict": 409}
"""Code of a refusal → status, where it is not 400."""


def spoken(view: Callable[..., Any]) -> View:
    """Decorator: what the view gives is answered as JSON (200, or 204 for None), and refusals by their status."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            found = view(request, *args, **kwargs)
        except Refused as refusal:
            code = refusal.verdict.code
            raise Troubled(STATUSES.get(code, 400), code, str(refusal.verdict.reason)) from refusal
        if isinstance(found, HttpResponse):
            return found
        return answer(request, found) if found is not None else HttpResponse(status=204)

    return answered


def sent_in(request: HttpRequest, shape: type[S]) -> S:
    """The object in the body. Raises Troubled (400, 413)."""
    found = object_in(request)
    if isinstance(found, HttpResponse):
        text = "Send one JSON object in UTF-8, of 64 kB at most."
        raise Troubled(found.status_code, "invalid_request", text)
    try:
        return shape.model_validate(found)
    except ValidationError as error:
        raise Troubled(400, "invalid_request", what_is_wrong(error)) from error


def body_of(shape: type[BaseModel]) -> dict[str, Any]:
    """What an operation takes, for the OpenAPI document."""
    schema = shape.model_json_schema(ref_template=REF)
    definitions = schema.pop("$defs", {})
    inlined = _inlined(schema, definitions)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": inlined}}}}


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
        return {name: _inlined(value, definitions) for name, value in schema.items()}
    return [_inlined(value, definitions) for value in schema] if isinstance(schema, list) else schema
