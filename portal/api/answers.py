"""How the API answers: JSON, problems in one shape, the asker's request id given back."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

MOST_BYTES = 64 * 1024
"""A question is a few hundred bytes; more is none."""
MOST_ID = 200


def answer(request: HttpRequest, content: Any, status: int = 200, **headers: str) -> HttpResponse:
    """The content as JSON. `X-Request-ID` is given back as it came (AuthZEN 1.0 §10.1.3). Never cached."""
    response = HttpResponse(json.dumps(content, separators=(",", ":")), content_type="application/json", status=status)
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


def body_of(request: HttpRequest) -> bytes | HttpResponse:
    """The JSON body's bytes, or the answer that says what is wrong with it (400, or 413 where it is too long)."""
    if request.content_type != "application/json":
        return problem(request, 400, "wrong_content_type", "Send the question as application/json.")
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > MOST_BYTES:
        return problem(request, 413, "too_long", "A question has at most 64 kB.")
    return request.body
