"""Whether a token was seen before: the ids of tokens, kept in Valkey for as long as they could be used again."""

from __future__ import annotations

import hashlib
from datetime import datetime
from math import ceil

from django.core.cache import cache

from portal.core import clock


def first_use(jti: str, until: datetime) -> bool:
    """Whether nobody used the token before, on any process. For `jose.verify`. Raises without Valkey: no is safer."""
    name = hashlib.sha256(jti.encode()).hexdigest()  # whatever it holds, and however long it is
    seconds = max(1, ceil((until - clock.now()).total_seconds()))
    return bool(cache.add(f"jti:{name}", 1, timeout=seconds))
