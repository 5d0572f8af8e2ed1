"""Pages that belong to no app: health, and what Django shows when something is wrong."""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from portal.core.verdicts import refused


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """For the supervisor and load balancers: 200 when database and broker answer, 503 when one does not."""
    parts = {
        "database": _answers(_ask_database),
        "redis": _answers(lambda: cache.get("healthz")),
    }
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def _ask_database() -> None:
    """A question, since an open connection says nothing about the server at its other end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (DatabaseError, RedisError, OSError):
        return False
    return True


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token does not fit: nothing was saved, and the page says how to go on."""
    return render(request, "errors/csrf.html", status=403)


def _of_machines(request: HttpRequest) -> bool:
    """Whether whoever asked reads JSON: the addresses of the API."""
    return request.path.startswith(("/api/", "/access/"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _of_machines(request):
        return JsonResponse({"code": "malformed", "detail": "The request was not understood."}, status=400)
    return render(request, "errors/400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What the desk's own pages refuse without a verdict still gets its reason."""
    verdict = refused(
        _("Your roles do not include this page. Ask an administrator of your organisation if you need it."),
        code="wrong_role",
        rule="roles",
    )
    return render(request, "errors/403.html", {"verdict": verdict}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _of_machines(request):
        return JsonResponse({"code": "not_found", "detail": "There is nothing at this address."}, status=404)
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/500.html", status=500)
