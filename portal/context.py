"""What every page's template may use: the actor, the navigation for their roles, and the demo's marker."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.navigation import entries_for
from portal.notifications.queries.inbox import unread_count


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context for all templates. Costs no query on pages that show nobody."""
    actor = getattr(request, "actor", None)
    return {
        "actor": actor,
        "nav": entries_for(actor, request.path) if actor is not None else [],
        "memberships": getattr(request, "memberships", []),
        "membership": getattr(request, "membership", None),
        "unread": SimpleLazyObject(lambda: unread_count(actor.user_id if actor is not None else None)),
        "DEMO": settings.DEMO,
        "SITE_NAME": settings.SITE_NAME,
    }
