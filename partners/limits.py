"""How often visitors may ask a public page that answers about something secret, counted by network address."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in so long a time, from one address. A window begins with its first."""

    name: str
    most: int
    every: timedelta

    def takes(self, request: HttpRequest) -> bool:
        """Count one more; False once there were too many. The address is kept only as a hash, and not for longer."""
        address = str(get_adapter().get_client_ip(request))
        key = f"limit:{self.name}:{hashlib.sha256(address.encode()).hexdigest()[:32]}"
        if cache.add(key, 1, timeout=int(self.every.total_seconds())):
            return True
        try:
            return int(cache.incr(key)) <= self.most
        except ValueError:  # it ended in between
            return True
