"""What machines read and fetch of credentials, in the OpenAPI document. Its views are plain (views.credentials)."""

from __future__ import annotations

from typing import Any

from grants.rules.proof import LIFE
from portal.api.document import REF

_PROBLEM = {"application/json": {"schema": {"$ref": REF.format(model="Problem")}}}
_NOTHING_HERE = {**_PROBLEM, "text/html": {"schema": {"type": "string"}}}
_OBJECT = {"application/json": {"schema": {"type": "object"}}}
_PROOF = {
    "type": "object",
    "required": ["c_nonce", "proof"],
    "properties": {
        "c_nonce": {"type": "string", "description": "From /credentials/nonce."},
        "proof": {"type": "string", "description": "A JWT of type openid4vci-proof+jwt that answers the c_nonce."},
    },
}
_HANDED_OUT = {
    "type": "object",
    "required": ["credentials"],
    "properties": {
        "credentials": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["grant", "credential"],
                "properties": {"grant": {"type": "string"}, "credential": {"type": "string"}},
            },
        }
    },
}
_NONCE = {
    "type": "object",
    "required": ["c_nonce", "c_nonce_expires_in"],
    "properties": {
        "c_nonce": {"type": "string"},
        "c_nonce_expires_in": {"type": "integer", "const": int(LIFE.total_seconds())},
    },
}
_LIST = {"name": "list", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}


def add_credentials(schema: dict[str, Any]) -> None:
    """Write the addresses of credentials into the document."""
    read = {
        "/.well-known/jwt-vc-issuer": _get("credential_issuer", "Where the keys are that sign credentials", _OBJECT),
        "/credentials/types/access-grant": _get("credential_type", "What the type of credential means", _OBJECT),
        "/credentials/status/{list}": _get(
            "status_list",
            "A status list, as it was published last",
            {"application/statuslist+jwt": {"schema": {"type": "string"}}},
            parameters=[_LIST],
            missing=True,
        ),
    }
    nonce = _operation("credential_nonce", "A challenge to sign", {"application/json": {"schema": _NONCE}})
    fetch = _operation(
        "credential_fetch",
        "The credentials of whoever proves to have their key",
        {"application/json": {"schema": _HANDED_OUT}},
        requestBody={"required": True, "content": {"application/json": {"schema": _PROOF}}},
    )
    for status, text in {"400": "No proof", "413": "Too long", "429": "Too often; see Retry-After"}.items():
        fetch["responses"][status] = {"description": text, "content": _PROBLEM}
    schema["paths"] |= {path: {"get": operation} for path, operation in read.items()}
    schema["paths"] |= {"/credentials/nonce": {"post": nonce}, "/credentials/credential": {"post": fetch}}


def _get(name: str, summary: str, content: dict[str, Any], *, missing: bool = False, **more: Any) -> dict[str, Any]:
    operation = _operation(name, summary, content, **more)
    if missing:
        operation["responses"]["404"] = {"description": "There is no such list", "content": _NOTHING_HERE}
    return operation


def _operation(name: str, summary: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["credentials"],
        "security": [],
        "responses": {"200": {"description": "The answer", "content": content}},
        **more,
    }
