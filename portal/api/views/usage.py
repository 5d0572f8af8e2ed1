"""Reports of use over HTTP: CloudEvents 1.0 and OTLP/HTTP JSON. docs/usage.md says the same to gateways."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from grants.actions.usage import Report, Reporter, report_usage
from grants.rules.usage import PROBLEMS, Problem
from portal.accounts.gateways import authenticate_gateway, gateway_row
from portal.api.answers import answer
from portal.api.limits import wait_for
from portal.api.usage.events import NoBatch, read_batch, read_binary, read_one
from portal.api.usage.otlp import read_logs
from portal.api.usage.shape import SCHEMA_PATH, Read, json_schema
from portal.core.actors import Actor
from portal.core.bulk import seldom_collecting
from portal.core.verdicts import Conflict

SCOPE = "usage"
MOST_BYTES = 5 * 1024 * 1024
"""Of a body as it is sent."""
MOST_UNPACKED = 20 * 1024 * 1024
"""Of a body once it is unpacked."""
SINGLE, BATCH, JSON = "application/cloudevents+json", "application/cloudevents-batch+json", "application/json"


class Refusal(Exception):
    """A request that is answered before anything of it is kept."""

    def __init__(self, status: int, code: str, detail: str, **headers: str) -> None:
        self.status, self.code, self.detail, self.headers = status, code, detail, headers
        super().__init__(detail)


def source_of(client_id: str) -> str:
    """The `source` of events of a client."""
    return f"/gateways/{client_id}"


def _machine(view: Callable[[HttpRequest, Reporter, str], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Decorator: POST by a client whose token has the scope; refusals as problem details."""

    @csrf_exempt
    def wrapped(request: HttpRequest) -> HttpResponse:
        try:
            if request.method != "POST":
                raise Refusal(405, "method_not_allowed", "Report with POST.", Allow="POST")
            reporter, source = _reporter(request)
            with seldom_collecting():
                return view(request, reporter, source)
        except (Refusal, NoBatch) as refusal:
            headers = getattr(refusal, "headers", {})
            return _problem(request, refusal.status, refusal.code, refusal.detail, **headers)
        except Conflict:
            detail = "Another report touched the same rows. Nothing of this one was kept: send it again."
            return _problem(request, 503, "busy", detail, Retry_After="1")

    return wrapped


def _reporter(request: HttpRequest) -> tuple[Reporter, str]:
    gateway = authenticate_gateway(request, SCOPE)
    if gateway is None:
        raise _unknown(request)
    row = gateway_row(gateway)
    if row is None or gateway.body_id is None:
        raise _unknown(request)
    _within_rate(gateway, 1)
    return Reporter(row[0], gateway.body_id), source_of(row[1])


def _unknown(request: HttpRequest) -> Refusal:
    if authenticate_gateway(request) is not None or authenticate_gateway(request, "catalogue") is not None:
        challenge = 'Bearer realm="usage", error="insufficient_scope", scope="usage"'
        detail = "This token has another scope. Get one of the scope usage."
        return Refusal(403, "insufficient_scope", detail, WWW_Authenticate=challenge)
    shown = ', error="invalid_token"' if request.META.get("HTTP_AUTHORIZATION") else ""
    detail = "Get a token with your client credentials (scope usage), and send it as a bearer token."
    return Refusal(401, "invalid_token", detail, WWW_Authenticate=f'Bearer realm="usage"{shown}')


def _within_rate(gateway: Actor, cost: int) -> None:
    if seconds := wait_for(("usage", gateway.body_id, gateway.name), cost):
        raise Refusal(429, "too_many", "Too many reports. Wait a moment.", Retry_After=str(seconds))


# --- the body ---------------------------------------------------------------------------------------
def _body(request: HttpRequest) -> bytes:
    """The body, unpacked where it is packed. Never more than the bound, whatever it says of itself."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > MOST_BYTES:
        raise Refusal(413, "too_large", "A report has at most 5 MB.")
    packing = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if packing in ("", "identity"):
        return request.body
    if packing != "gzip":
        raise Refusal(415, "wrong_encoding", "Pack with gzip or not at all.", Accept_Encoding="gzip")
    return _unpacked(request.body)


def _unpacked(body: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    try:
        found = unpacking.decompress(body, MOST_UNPACKED + 1)
    except zlib.error as error:
        raise Refusal(400, "malformed", "This is not gzip.") from error
    if len(found) > MOST_UNPACKED:
        raise Refusal(413, "too_large", "A report has at most 20 MB once it is unpacked.")
    if not unpacking.eof or unpacking.unused_data:
        raise Refusal(400, "malformed", "This is not one whole gzip member.")
    return found


# --- the reports --------------------------------------------------------------------------------------
@_machine
def events(request: HttpRequest, reporter: Reporter, source: str) -> HttpResponse:
    """Windows as CloudEvents: a batch, one structured event, or one in binary mode."""
    kind = (request.content_type or "").lower()
    if kind == BATCH:
        return _of_batch(request, report(reporter, read_batch(_body(request), source)))
    if kind == SINGLE:
        return _of_one(request, report(reporter, read_one(_body(request), source)))
    if kind == JSON and "HTTP_CE_SPECVERSION" in request.META:
        return _of_one(request, report(reporter, read_binary(request.headers, _body(request), source)))
    raise Refusal(415, "wrong_content_type", f"Send {BATCH}, {SINGLE}, or {JSON} with ce- headers.")


@_machine
def logs(request: HttpRequest, reporter: Reporter, _source: str) -> HttpResponse:
    """Windows as OpenTelemetry logs. What is not taken is told as OTLP has it: 200 with `partialSuccess`."""
    if (request.content_type or "").lower() != JSON:
        raise Refusal(415, "wrong_content_type", f"Send OTLP as {JSON}.")
    found = report(reporter, read_logs(_body(request)))
    if not found.problems:
        return answer(request, {})
    told = [f"record {place}: {each.code}: {each.detail}" for place, each in sorted(found.problems.items())[:5]]
    partial = {"rejectedLogRecords": str(len(found.problems)), "errorMessage": " | ".join(told)}
    return answer(request, {"partialSuccess": partial})


def report(reporter: Reporter, read: Read) -> Report:
    """Take in what was read."""
    return report_usage(reporter=reporter, sent=read.sent, refused=read.problems)


# --- answers -------------------------------------------------------------------------------------------
def _of_batch(request: HttpRequest, found: Report) -> HttpResponse:
    taken = {"accepted": found.accepted, "duplicates": found.duplicates}
    if not found.problems:
        return answer(request, taken)
    problems = [{"index": place, **_details(each)} for place, each in sorted(found.problems.items())]
    detail = f"{len(problems)} of the windows were not taken. The others are kept: do not send them again."
    told = {"title": "Some windows were not taken", "detail": detail, **taken, "problems": problems}
    return _problem_document(request, 422, {"type": type_of("batch"), "status": 422, **told, "code": "batch"})


def _of_one(request: HttpRequest, found: Report) -> HttpResponse:
    if problem := found.problems.get(0):
        return _problem_document(request, problem.status, _details(problem))
    return answer(request, {"accepted": found.accepted, "duplicates": found.duplicates})


def type_of(code: str) -> str:
    """The problem type (RFC 9457 §3.1.1): where this code is described."""
    return f"{settings.BASE_URL}/usage/v1/problems#{code}"


def _details(problem: Problem) -> dict[str, Any]:
    return {
        "type": type_of(problem.code),
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
    }


def _problem(request: HttpRequest, status: int, code: str, detail: str, **headers: str) -> HttpResponse:
    title = {401: "No valid token", 403: "Another scope", 429: "Too many requests"}.get(status, "Not a report")
    told = {"type": type_of(code), "title": title, "status": status, "detail": detail, "code": code}
    return _problem_document(request, status, told, **headers)


def _problem_document(request: HttpRequest, status: int, told: dict[str, Any], **headers: str) -> HttpResponse:
    response = answer(request, told, status, **headers)
    response.headers["Content-Type"] = "application/problem+json"
    return response


# --- what is told to everybody ----------------------------------------------------------------------------
@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    """The kinds of problems that an event can have, by their code."""
    told = {code: {"status": kind.status, "title": str(kind.title)} for code, kind in PROBLEMS.items()}
    return _public(told)


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of a window."""
    return _public(json_schema(settings.BASE_URL + SCHEMA_PATH))


def _public(content: dict[str, Any]) -> HttpResponse:
    response = HttpResponse(json.dumps(content, indent=1), content_type="application/json")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
