"""The whole list of what happened, from the home page on."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.guards import signed_in
from portal.core.requests import PortalRequest
from portal.dashboards.happened.latest import page_of

PAGE = 50


@require_safe
@signed_in
def happened(request: PortalRequest) -> HttpResponse:
    """Deeds on what the reader may open, the newest first. `before` is the entry from which a page goes on."""
    said = request.GET.get("before", "")
    before = int(said) if said.isascii() and said.isdigit() and len(said) < 18 else None
    return render(request, "dashboards/happened.html", {"page": page_of(request.actor, size=PAGE, before=before)})
