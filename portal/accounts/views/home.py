"""The front door: what the scheme is for a visitor, and what needs them now for everybody else."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.guards import signed_in
from portal.accounts.happened import latest
from portal.accounts.needs import needs_of
from portal.accounts.queries.invitations import open_invitations_for
from portal.accounts.roles import ROLES
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.notifications.queries.inbox import notices_of

LATEST = 5
"""How many notices the home page shows."""


@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """The page for a visitor, for a newcomer without an organisation, or the role's dashboard."""
    actor: Actor = request.actor
    if not actor.is_signed_in:
        return render(request, "accounts/welcome.html")
    if not actor.body_id and not actor.has("system_administrator") and not actor.dormant:
        return render(request, "accounts/newcomer.html", {"invitations": open_invitations_for(actor)})
    needs = needs_of(actor)
    shown = {
        "needs": [need for need in needs if need.count],
        "quiet": [need for need in needs if not need.count],
        "happened": latest(actor),
        "notices": list(notices_of(actor.user_id)[:LATEST]),
    }
    return render(request, "accounts/home.html", shown)


@require_safe
@signed_in
def roles(request: PortalRequest) -> HttpResponse:
    """Every role, by the words of the code that grants it."""
    return render(request, "accounts/roles.html", {"roles": ROLES})
