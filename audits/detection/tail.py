"""How rare a statistic is in its own past: counts in bins of equal ratio, and an exponential tail above a quantile.

Bins as in DDSketch (Masson, Rim and Lee, VLDB 2019, §2.1); a tail fitted to what lies above a high quantile, as in
Siffer et al., “Anomaly Detection in Streams with Extreme Value Theory” (KDD 2017, §3), with the shape fixed at
0, for which the mean of the excesses is the maximum-likelihood scale. The past fades: counts are halved now and then.
"""

from __future__ import annotations

import math
import struct

_LOG_RATIO = math.log(1.2)
"""Values in one bin differ by at most a fifth."""
_NOTHING = -1000
"""The bin of values that are as good as none."""
_LEAST, _GONE = 1e-12, 0.1
_EVERY = 16
"""After so many values the quantile is looked up again."""
_HEAD = struct.Struct("<dddBH")


class Tail:
    """The past of one statistic (non-negative), and the surprise of the next value of it.

    `cut` is the quantile above which the tail begins, `mean` how far values above it lie beyond it on average.
    """

    __slots__ = ("_due", "counts", "cut", "mean", "total")

    def __init__(self) -> None:
        self.counts: dict[int, float] = {}
        self.total = 0.0
        self.cut = 0.0
        self.mean = 0.0
        self._due = 0

    def surprise(self, value: float, quantile: float, grain: float) -> float:
        """-log10 of the probability of a value as high; 0 where it is not above the quantile.

        `grain` is the least scale of the tail: differences below it are nothing to speak of.
        """
        if value <= self.cut and self._due > 0:
            return 0.0
        self._look_up(quantile)
        if value <= self.cut:
            return 0.0
        scale = max(self.mean, 0.02 * self.cut, grain)
        return -math.log10(1 - quantile) + (value - self.cut) / scale / math.log(10)

    def add(self, value: float, memory: int) -> None:
        """Take the value into the past, which weighs as much as `memory` values at most."""
        place = int(math.log(value) / _LOG_RATIO // 1) if value > _LEAST else _NOTHING
        counts = self.counts
        counts[place] = counts.get(place, 0.0) + 1.0
        self.total += 1.0
        self._due -= 1
        if self.total >= memory:
            self.counts = {place: half for place, count in counts.items() if (half := count / 2) > _GONE}
            self.total = sum(self.counts.values())

    def _look_up(self, quantile: float) -> None:
        """Find the quantile and the mean excess from the highest bin down."""
        self._due = _EVERY
        left, above, weighed = self.total * (1 - quantile), 0.0, 0.0
        for place in sorted(self.counts, reverse=True):
            count = self.counts[place]
            if above + count > left:
                self.cut = _middle(place)
                break
            above += count
            weighed += count * _middle(place)
        self.mean = weighed / above - self.cut if above else 0.0

    # --- kept ---
    def pack(self) -> bytes:
        """A few hundred bytes. Counts are halves of halves of whole numbers: single precision holds them exactly."""
        places = sorted(self.counts)
        size = len(places)
        head = _HEAD.pack(self.total, self.cut, self.mean, max(self._due, 0), size)
        return head + struct.pack(f"<{size}h{size}f", *places, *(self.counts[place] for place in places))

    @classmethod
    def unpack(cls, kept: bytes, start: int) -> tuple[Tail, int]:
        """The tail that is kept there, and where it ends."""
        tail = cls()
        tail.total, tail.cut, tail.mean, tail._due, size = _HEAD.unpack_from(kept, start)
        start += _HEAD.size
        found = struct.unpack_from(f"<{size}h{size}f", kept, start)
        tail.counts = dict(zip(found[:size], found[size:], strict=True))
        return tail, start + 6 * size


def _middle(place: int) -> float:
    return math.exp((place + 0.5) * _LOG_RATIO) if place != _NOTHING else 0.0
