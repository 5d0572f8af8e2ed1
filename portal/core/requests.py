"""The request as the portal's own code gets it."""

from __future__ import annotations

from django.http import HttpRequest

from portal.core.actors import Actor


class PortalRequest(HttpRequest):
    """A request that `CurrentActor` (portal/middleware.py) has seen: it says who asks.

    For annotations. What arrives is Django's own request with the attribute set on it, so `isinstance` would not hold.
    """

    actor: Actor
