"""Reports of use in the OpenAPI document. Their views are plain ones, so what they take and answer is written here."""

from __future__ import annotations

from typing import Any

from portal.api.usage.shape import EVENT_ID, MOST, SCHEMA_PATH, TYPE, json_schema

PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "accepted": {"type": "integer"},
        "duplicates": {"type": "integer"},
        "problems": {"type": "array", "items": {"type": "object", "required": ["index", "type", "code", "detail"]}},
    },
    "required": ["type", "title", "status", "detail", "code"],
}
"""Problem details (RFC 9457); of a batch, with a problem for each item that was not taken."""
TAKEN = {
    "type": "object",
    "properties": {"accepted": {"type": "integer"}, "duplicates": {"type": "integer"}},
    "required": ["accepted", "duplicates"],
}
PROBLEMS = {
    "400": "No JSON, or not packed as it says",
    "401": "No valid token",
    "403": "A token of another scope",
    "405": "Another method",
    "413": "Too long, or too many events",
    "415": "Another content type or encoding",
    "429": "Too many reports; see Retry-After",
    "503": "Another report touched the same rows: send it again",
}
_ATTRIBUTE = {"type": "object", "properties": {"key": {"type": "string"}, "value": {"type": "object"}}}
_ATTRIBUTES = {"type": "array", "items": _ATTRIBUTE}
_RECORD = {
    "type": "object",
    "properties": {
        "timeUnixNano": {"type": "string", "pattern": "^[0-9]{1,20}$"},
        "traceId": {"type": "string", "pattern": "^[0-9a-fA-F]{32}$"},
        "spanId": {"type": "string", "pattern": "^[0-9a-fA-F]{16}$"},
        "attributes": _ATTRIBUTES,
    },
}
_SCOPE = {"type": "object", "properties": {"logRecords": {"type": "array", "items": _RECORD}}}
LOGS = {
    "type": "object",
    "properties": {
        "resourceLogs": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "resource": {"type": "object", "properties": {"attributes": _ATTRIBUTES}},
                    "scopeLogs": {"type": "array", "items": _SCOPE},
                },
            },
        }
    },
}
"""As far as it is read: opentelemetry-proto, ExportLogsServiceRequest in its JSON encoding."""
EXPORTED = {
    "type": "object",
    "properties": {
        "partialSuccess": {
            "type": "object",
            "properties": {"rejectedLogRecords": {"type": "string"}, "errorMessage": {"type": "string"}},
        }
    },
}


def event() -> dict[str, Any]:
    """One event, as a JSON Schema."""
    window = {key: value for key, value in json_schema("").items() if not key.startswith("$")}
    return {
        "type": "object",
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "pattern": EVENT_ID},
            "source": {"type": "string"},
            "type": {"const": TYPE},
            "datacontenttype": {"const": "application/json"},
            "dataschema": {"type": "string"},
            "time": {"type": "string", "format": "date-time"},
            "data": window,
        },
        "required": ["specversion", "id", "source", "type", "data"],
    }


def add_usage(schema: dict[str, Any]) -> None:
    """Write the reports into the document."""
    components = schema["components"]
    components.setdefault("schemas", {}).update(
        UsageEvent=event(), UsageProblem=PROBLEM, UsageTaken=TAKEN, UsageLogs=LOGS, UsageExported=EXPORTED
    )
    flow = {"tokenUrl": "/identity/o/api/token", "scopes": {"usage": "Report use of your models"}}
    components.setdefault("securitySchemes", {})["UsageToken"] = {
        "type": "oauth2", "flows": {"clientCredentials": flow}
    }  # fmt: skip
    single = _ref("UsageEvent")
    batch = {"type": "array", "items": single, "maxItems": MOST}
    bodies = {
        "application/cloudevents-batch+json": {"schema": batch},
        "application/cloudevents+json": {"schema": single},
    }
    wrong = {"409": "The id was used for another window", "422": "Some or all of it was not taken; which, and why"}
    schema["paths"]["/usage/v1/events"] = {
        "post": _operation("usage_events", "Report windows of use (CloudEvents)", bodies, "UsageTaken", wrong)
    }
    logs = {"application/json": {"schema": _ref("UsageLogs")}}
    schema["paths"]["/usage/v1/otlp/v1/logs"] = {
        "post": _operation("usage_logs", "Report windows of use (OTLP/HTTP JSON logs)", logs, "UsageExported", {})
    }
    for path, name, summary in (
        ("/usage/v1/problems", "usage_problems", "Kinds of problems that an event can have"),
        (SCHEMA_PATH, "usage_schema", "The JSON Schema of a window"),
    ):
        told = {"200": {"description": summary, "content": {"application/json": {"schema": {"type": "object"}}}}}
        operation = {"operationId": name, "summary": summary, "tags": ["usage"], "security": [], "responses": told}
        schema["paths"][path] = {"get": operation}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _operation(name: str, summary: str, bodies: dict[str, Any], answer: str, wrong: dict[str, str]) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": _ref("UsageProblem")}}
    refused = {status: {"description": text, "content": problem} for status, text in {**PROBLEMS, **wrong}.items()}
    taken = {"description": "What became of it", "content": {"application/json": {"schema": _ref(answer)}}}
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["usage"],
        "security": [{"UsageToken": ["usage"]}],
        "requestBody": {"required": True, "content": bodies},
        "responses": {"200": taken, **refused},
    }
