"""How many questions one gateway may ask: counted by each web process in its own memory, so that it costs nothing."""

from __future__ import annotations

import math
import time

from django.conf import settings

PER_SECOND: float = getattr(settings, "ACCESS_QUESTIONS_PER_SECOND", 2000)
"""Questions a second of one gateway, for each web process; twice as many in a burst."""
BURST = 2.0


class Bucket:
    """A bucket of questions that fills by the second."""

    __slots__ = ("at", "left")

    def __init__(self, now: float) -> None:
        self.left, self.at = PER_SECOND * BURST, now

    def take(self, now: float) -> float:
        """Take one. Returns 0, or the seconds to wait where the bucket is empty."""
        self.left = min(PER_SECOND * BURST, self.left + (now - self.at) * PER_SECOND)
        self.at = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) / PER_SECOND


_buckets: dict[object, Bucket] = {}


def wait_for(asker: object) -> int:
    """0 where the gateway may ask now, else the whole seconds after which it may try again."""
    now = time.monotonic()
    bucket = _buckets.get(asker)
    if bucket is None:
        bucket = _buckets[asker] = Bucket(now)
    return math.ceil(bucket.take(now))
