"""How the API answers: JSON, problems in one shape, the asker's request id given back."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from pydantic import ValidationError

MOST_BYTES = 64 * 1024
"""A question is a few hundred bytes; more is none."""
MOST_ID = 1000
_ENCODER = json.JSONEncoder(separators=(",", ":"))


def answer(request: HttpRequest, content: Any, status: int = 200, **headers: str) -> HttpResponse:
    """The content as JSON. `X-Request-ID` is given back as it came (AuthZEN 1.0 §10.1.3). Never cached."""
    response = HttpResponse(_ENCODER.encode(content), content_type="application/json", status=status)
    response.headers["Cache-Control"] = "no-store"
    asked = request.META.get("HTTP_X_REQUEST_ID", "")
    if asked and len(asked) <= MOST_ID and asked.isascii() and asked.isprintable():
        response.headers["X-Request-ID"] = asked
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def problem(request: HttpRequest, status: int, code: str, detail: str, **headers: str) -> HttpResponse:
    """A refusal to answer: a stable code and a sentence that says what to do."""
    return answer(request, {"code": code, "detail": detail}, status, **headers)


def unauthenticated(request: HttpRequest) -> HttpResponse:
    """401 with the challenge of RFC 6750 §3; the error is named only where a token was shown."""
    shown = bool(request.META.get("HTTP_AUTHORIZATION"))
    challenge = 'Bearer realm="access"' + (', error="invalid_token"' if shown else "")
    detail = "Get a token with your client credentials (scope access), and send it as a bearer token."
    return problem(request, 401, "invalid_token", detail, WWW_Authenticate=challenge)


def object_in(request: HttpRequest) -> dict[str, Any] | HttpResponse:
    """The JSON object in the body, or the answer that says what is wrong with it (400, or 413 where it is too long)."""
    if request.content_type != "application/json":
        return problem(request, 400, "wrong_content_type", "Send the question as application/json.")
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > MOST_BYTES:
        return problem(request, 413, "too_long", "A question has at most 64 kB.")
    try:
        found = _DECODER.decode(request.body.decode())
    except (ValueError, RecursionError) as error:
        return problem(request, 400, "malformed", _why_no_json(error))
    if not isinstance(found, dict):
        return problem(request, 400, "malformed", "Send one JSON object.")
    return found


class TwiceTheSame(ValueError):
    """A name occurs twice in one object: two readers could take different values."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise TwiceTheSame
    return found


def _no_number(_word: str) -> Any:
    raise ValueError


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)
"""JSON as RFC 8259 has it: no NaN, and no object whose meaning depends on who reads it."""


def _why_no_json(error: ValueError | RecursionError) -> str:
    if isinstance(error, TwiceTheSame):
        return "A name occurs twice in one object. Send each once."
    if isinstance(error, RecursionError):
        return "The question is nested too deeply."
    return "Send the question as JSON in UTF-8."


def what_is_wrong(error: ValidationError) -> str:
    """The first thing that does not fit the shape, and where."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])
