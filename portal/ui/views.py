"""Keeping a session, and the gallery of components (in a demonstration only)."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.core import clock
from portal.ui import gallery as samples


@never_cache
@require_POST
def session_keep(request: HttpRequest) -> HttpResponse:
    """Gives the session its full length again, and says how many seconds that is."""
    if not request.user.is_authenticated:
        return JsonResponse({"reason": _("You are signed out. Sign in again to go on.")}, status=401)
    request.session["renewed"] = int(clock.now().timestamp())
    return JsonResponse({"seconds": request.session.get_expiry_age()})


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component with sample data: 404 outside a demonstration."""
    if not settings.DEMO:
        raise Http404
    return render(request, "gallery.html", samples.context(request))
