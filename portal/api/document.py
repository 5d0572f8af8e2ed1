"""The access API in the OpenAPI document. Its views are plain ones, so what they take and answer is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from portal.api.schema import (
    ActionSearch,
    ActionsResponse,
    Configuration,
    EntitiesResponse,
    EvaluationRequest,
    EvaluationResponse,
    EvaluationsRequest,
    EvaluationsResponse,
    Problem,
    ResourceSearch,
    SubjectSearch,
)

REF = "#/components/schemas/{model}"
PROBLEMS = {
    "400": "Not a question",
    "401": "No valid token",
    "405": "Another method",
    "413": "Too long",
    "429": "Too many questions; see Retry-After",
}
REQUEST_ID = {
    "name": "X-Request-ID",
    "in": "header",
    "required": False,
    "description": "Given back as it came.",
    "schema": {"type": "string", "maxLength": 1000, "pattern": "^[ -~]*$"},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One address of the access API."""

    path: str
    name: str
    summary: str
    description: str
    takes: type[BaseModel]
    gives: tuple[type[BaseModel], ...]


OPERATIONS = (
    Operation(
        "/access/v1/evaluation", "access_evaluation", "May this happen?",
        "OpenID AuthZEN Authorization API 1.0, access evaluation.",
        EvaluationRequest, (EvaluationResponse,),
    ),
    Operation(
        "/access/v1/evaluations", "access_evaluations", "May each of these happen?",
        "Up to 100 questions at once. Parts on top are defaults; without items it is one question.",
        EvaluationsRequest, (EvaluationsResponse, EvaluationResponse),
    ),
    Operation(
        "/access/v1/search/subject", "search_subject", "Who may do this?",
        "Partners, people or workloads for which the question is permitted now.",
        SubjectSearch, (EntitiesResponse,),
    ),
    Operation(
        "/access/v1/search/resource", "search_resource", "With which releases may they do this?",
        "Your own releases for which the question is permitted now.",
        ResourceSearch, (EntitiesResponse,),
    ),
    Operation(
        "/access/v1/search/action", "search_action", "What may they do with it?",
        "Uses for which the question is permitted now.",
        ActionSearch, (ActionsResponse,),
    ),
)  # fmt: skip


def add_access(schema: dict[str, Any]) -> None:
    """Write the access API into the document, and for every address that a broken request is told so."""
    components = schema["components"].setdefault("schemas", {})
    for operation in OPERATIONS:
        components.update(_schemas(operation.takes, *operation.gives))
        schema["paths"][operation.path] = {"post": _operation(operation)}
    components.update(_schemas(Problem, Configuration))
    schema["paths"]["/.well-known/authzen-configuration"] = {"get": _configuration()}
    for path in schema["paths"].values():
        for operation in path.values():
            answers = operation["responses"]
            if 400 not in answers:  # statuses of typed operations are numbers
                answers.setdefault("400", {"description": "Not a request", "content": _json(Problem)})


def _schemas(*models: type[BaseModel]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for model in models:
        written = model.model_json_schema(ref_template=REF)
        found |= written.pop("$defs", {})
        found[model.__name__] = written
    return found


def _json(*models: type[BaseModel]) -> dict[str, Any]:
    refs = [{"$ref": REF.format(model=model.__name__)} for model in models]
    return {"application/json": {"schema": refs[0] if len(refs) == 1 else {"anyOf": refs}}}


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "tags": ["access"],
        "security": [{"GatewayToken": ["access"]}],
        "parameters": [REQUEST_ID],
        "requestBody": {"required": True, "content": _json(operation.takes)},
        "responses": {
            "200": {"description": "The answer", "content": _json(*operation.gives)},
            **{status: {"description": text, "content": _json(Problem)} for status, text in PROBLEMS.items()},
        },
    }


def _configuration() -> dict[str, Any]:
    return {
        "operationId": "authzen_configuration",
        "summary": "What this decision point offers",
        "tags": ["access"],
        "security": [],
        "responses": {"200": {"description": "Its endpoints", "content": _json(Configuration)}},
    }
