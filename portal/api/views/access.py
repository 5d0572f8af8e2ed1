"""The access question over HTTP: OpenID AuthZEN Authorization API 1.0. A plain view, because gateways wait for it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from pydantic import ValidationError

from grants.queries.decision import ask_as
from grants.rules.decision import Decision, Question
from portal.accounts.gateways import token_digest
from portal.api import tally
from portal.api.answers import answer, body_of, problem, unauthenticated
from portal.api.api import api
from portal.api.limits import wait_for
from portal.api.schema import QUESTION, EvaluationRequest
from portal.core import clock

RESOURCE = "model_release"
LANGUAGE = "en"
NOBODY = UUID(int=0)


@csrf_exempt
def evaluation(request: HttpRequest) -> HttpResponse:
    """May this happen? 200 with a decision; 400 for what is no question; 401 without a token; 429 for too many."""
    if request.method != "POST":
        return problem(request, 405, "method_not_allowed", "Ask with POST.", Allow="POST")
    token, asked = token_digest(request), _question_in(request)
    if token is None:
        return unauthenticated(request)
    question = None if isinstance(asked, HttpResponse) else _question(asked)
    known = ask_as(token, question)
    gateway = known.gateway
    if gateway is None or gateway.body_id is None:
        return unauthenticated(request)
    if seconds := wait_for((gateway.body_id, gateway.name)):
        return problem(request, 429, "too_many", "Too many questions. Wait a moment.", Retry_After=str(seconds))
    if isinstance(asked, HttpResponse) or question is None:
        return cast(HttpResponse, asked)
    if asked.resource.type != RESOURCE:
        reason = "Ask about resources of type model_release."
        return answer(request, {"decision": False, "context": _reasons("resource_type_unknown", reason)})
    question = replace(question, provider_id=gateway.body_id)
    decision = known.decide(question)
    tally.count(question, decision)
    return answer(request, {"decision": decision.permitted, "context": _context(decision)})


def _question_in(request: HttpRequest) -> EvaluationRequest | HttpResponse:
    """The question in the request's body, or the answer that says what is wrong with it."""
    body = body_of(request)
    if isinstance(body, HttpResponse):
        return body
    try:
        return QUESTION.validate_json(body)
    except ValidationError as error:
        return problem(request, 400, "malformed", _what_is_wrong(error))


def _question(asked: EvaluationRequest) -> Question:
    """The question in our words. Its provider is that of whoever asks."""
    context = asked.context
    return Question(
        provider_id=NOBODY,
        subject_type=asked.subject.type,
        subject_id=asked.subject.id,
        use_case=asked.action.name,
        release=asked.resource.id,
        environment=context.environment,
        data_class=context.data_class,
        access_route=context.access_route,
        requests=context.requests,
        tokens=context.tokens,
        seats=context.seats,
        today=clock.today(),
    )


def _context(decision: Decision) -> dict[str, Any]:
    if not decision.permitted or decision.line is None:
        content = _reasons(decision.code, decision.reason)
        if decision.changes_on is not None:
            content["changes_on"] = decision.changes_on.isoformat()
        return content
    line = decision.line
    return {
        "reason_code": decision.code,
        "grant": line.grant_reference,
        "line": str(line.id),
        "valid_until": line.ends_on.isoformat(),
        "obligations": list(decision.obligations),
        "limits": {
            "requests_per_day": line.requests_per_day,
            "tokens_per_day": line.tokens_per_day,
            "seats": line.seats,
        },
    }


def _reasons(code: str, reason: str) -> dict[str, Any]:
    return {"reason_code": code, "reason_user": {LANGUAGE: reason}}


def _what_is_wrong(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])


@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """What this decision point offers (AuthZEN 1.0 §9)."""
    base = settings.BASE_URL
    content = {"policy_decision_point": base, "access_evaluation_endpoint": f"{base}/access/v1/evaluation"}
    response = answer(request, content)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document of everything that machines may ask."""
    return HttpResponse(_document(), content_type="application/json")


@cache
def _document() -> bytes:
    return json.dumps(api.get_openapi_schema(), cls=DjangoJSONEncoder).encode()
