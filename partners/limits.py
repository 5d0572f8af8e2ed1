"""How often visitors may ask a public page that answers about something secret, counted by network address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in so long a time, from one address. A window begins with its first."""

    name: str
    most: int
    every: timedelta

    def takes(self, request: HttpRequest) -> bool:
        """Count one more; False once there were too many.

        The address is kept only as a hash under the portal's key, which nobody else can try addresses against, and not
        for longer than the window.
        """
        address = str(get_adapter().get_client_ip(request))
        hashed = salted_hmac("partners.limits", f"{self.name}:{address}", algorithm="sha256").hexdigest()
        key = f"limit:{self.name}:{hashed[:32]}"
        if cache.add(key, 1, timeout=int(self.every.total_seconds())):
            return True
        try:
            return int(cache.incr(key)) <= self.most
        except ValueError:  # it ended in between
            return True
