"""What surrounds every request: who asks, refusals as pages, and the content security policy of the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from csp.constants import NONCE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from portal.accounts.actor import actor_of
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Conflict, Refused
from portal.workflow import one_page

DESK = "/admin/"
"""Where the desk's Alpine components run. Only there are eval and inline styles allowed."""


class ContentSecurityPolicy(CSPMiddleware):
    """django-csp, with the relaxations that the desk's interface needs confined to the desk."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith(DESK) and not hasattr(response, "_csp_update"):
            response._csp_replace = {  # type: ignore[attr-defined]
                "script-src": [SELF, NONCE, UNSAFE_EVAL],
                "style-src": [SELF, UNSAFE_INLINE],
            }
        return super().process_response(request, response)


class CleanAddress:
    """Refuses addresses with a NUL character, which PostgreSQL cannot look for, before anything is asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return self.get_response(request)


class CurrentActor:
    """Sets `request.actor`, worked out when first asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cast(PortalRequest, request).actor = cast(Actor, SimpleLazyObject(lambda: actor_of(request)))
        return self.get_response(request)


class OnePage:
    """What a page remembers is read once while it is made. Deeds keep what they read by themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with one_page():
            return self.get_response(request)


class Refusals:
    """A refusal that no page caught becomes a page with its reason: 403, or 409 where someone else was first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        status = 409 if isinstance(exception, Conflict) else 403
        verdict = exception.verdict
        if request.path.startswith(("/api/", "/access/")):
            return JsonResponse(
                {"code": verdict.code, "detail": str(verdict.reason), "rule": verdict.rule}, status=status
            )
        return render(request, f"errors/{status}.html", {"verdict": verdict}, status=status)
