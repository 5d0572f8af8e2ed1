"""How many questions one gateway may ask: counted by each web process in its own memory, so that it costs nothing."""

from __future__ import annotations

import math
import time

from django.conf import settings

PER_SECOND: float = settings.ACCESS_QUESTIONS_PER_SECOND
"""Questions a second of one gateway, for each web process; twice as many in a burst."""
BURST = 2.0


class Bucket:
    """A bucket of questions that fills by the second."""

    __slots__ = ("at", "left")

    def __init__(self, now: float) -> None:
        self.left, self.at = PER_SECOND * BURST, now

    def take(self, now: float, cost: int) -> float:
        """Take so many. Returns 0, or the seconds to wait where fewer are left."""
        self.left = min(PER_SECOND * BURST, self.left + (now - self.at) * PER_SECOND)
        self.at = now
        wanted = min(cost, PER_SECOND * BURST)
        if self.left >= wanted:
            self.left -= wanted
            return 0.0
        return (wanted - self.left) / PER_SECOND


_buckets: dict[object, Bucket] = {}


def wait_for(asker: object, cost: int = 1) -> int:
    """0 where the gateway may ask now, else the whole seconds after which it may try again.

    `cost` is how many questions the request is worth: an item of a batch one, a search ten.
    """
    now = time.monotonic()
    bucket = _buckets.get(asker)
    if bucket is None:
        bucket = _buckets[asker] = Bucket(now)
    return math.ceil(bucket.take(now, cost))
