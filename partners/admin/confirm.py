"""Signing needs a second factor that was shown just now: where the page leads to show it again."""

from __future__ import annotations

from partners.rules.binding import is_fresh
from portal.accounts.second_factor import confirm_address
from portal.core import clock
from portal.core.requests import PortalRequest
from portal.rulebook.queries import rules


def confirming(request: PortalRequest) -> dict[str, object]:
    """For a page on which somebody signs: `confirm_url` where they confirm first and are led back, else empty."""
    minutes = rules().second_factor.fresh_minutes
    if is_fresh(request.actor.confirmed_at, clock.now(), minutes):
        return {"confirm_url": ""}
    return {"confirm_url": confirm_address(request.actor.user, request.get_full_path()), "minutes": minutes}
