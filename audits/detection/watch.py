"""A watch over one series: three views of each value, each as rare as its own past makes it, and silence after a sound.

The views: how far the value is from the median of this time of the day on other days; how far it jumped from the one
before; how far the mean of the last ten is from what such means were. The most surprising one counts.
"""

from __future__ import annotations

import math
import struct
from collections import deque
from dataclasses import dataclass
from statistics import median_high

from audits.detection.tail import Tail

VERSION = 1
"""Of the state. A state of another version is not read: its series is learnt anew from what was reported."""
VIEWS = ("season", "jump", "level")
_RECENT = 10
_NO_GRAIN = 1e-9
_EARLIEST = 6
"""Values of this time of the day that are needed before they say anything."""
_SINGLE = struct.Struct("<f")
_HEAD = struct.Struct("<BHdddIBB")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a series is watched. Sizes are numbers of values.

    `slots` times of the day, each with its last `kept` values; `memory` is how much of the past weighs; nothing is said
    before `least` values; after a sound, only a louder one within `silence`; `grain` is the least that matters. Where
    `upward`, less than usual says nothing. Scores below `loud`, and values below `worth`, are not told.
    """

    slots: int = 24
    kept: int = 14
    memory: int = 1344
    least: int = 168
    quantile: float = 0.98
    silence: int = 24
    grain: float = 1.0
    upward: bool = True
    loud: float = 0.0
    worth: float = 0.0


HOURLY = Settings()
"""Two weeks of each hour of the day, and eight weeks in all; a week of learning, and a day of silence."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What a value was against its past. `score` is -log10 of how often chance alone would do it; 0: as usual.

    `heard` says whether it is worth telling: it is loud, and nothing as loud was told a moment ago. `most` and `usual`
    are the highest and the median value of this time of the day on other days (None where there are too few), `before`
    the value before, `level` the mean of the last ten and `mean` what such means were.
    """

    value: float
    score: float
    view: str
    heard: bool
    most: float | None
    usual: float | None
    before: float | None
    level: float
    mean: float


class Watch:
    """The past of one series. `hear` judges the next value by it, and only then takes it in."""

    __slots__ = ("_days", "_mean", "_recent", "_since", "_spread", "_tails", "_told", "count", "settings")

    def __init__(self, settings: Settings = HOURLY) -> None:
        self.settings = settings
        self.count = 0
        self._mean = self._spread = self._told = 0.0
        self._since = 0
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._days: dict[int, deque[float] | bytes] = {}  # as they were kept, until one is asked for
        self._tails = tuple(Tail() for _view in VIEWS)

    def hear(self, slot: int, given: float) -> Sound:
        """The next value, at that time of the day."""
        recent = self._recent
        value: float = _SINGLE.unpack(_SINGLE.pack(given))[0]  # as it will be kept
        day = self._day(slot)
        before = recent[-1] if recent else None
        usual = median_high(day) if len(day) >= _EARLIEST else None
        most = max(day) if usual is not None else None
        recent.append(value)
        level, mean = sum(recent) / len(recent), self._mean
        views = (
            value - usual if usual is not None else 0.0,
            value - before if before is not None else 0.0,
            self._off(level),
        )
        score, view = self._judge(views)
        self._learn(day, value, level, views)
        heard = self._tell(score, value)
        return Sound(value, score, view, heard, most, usual, before, level, mean)

    def _day(self, slot: int) -> deque[float]:
        """The last values at that time of the day."""
        kept = self._days.get(slot, b"")
        if isinstance(kept, bytes):
            kept = deque(struct.unpack(f"<{len(kept) // 4}f", kept), maxlen=self.settings.kept)
            self._days[slot] = kept
        return kept

    def _judge(self, views: tuple[float, float, float]) -> tuple[float, str]:
        """The highest surprise of the three views, and which it is of."""
        said, score, loudest = self.settings, 0.0, VIEWS[0]
        if self.count < said.least:
            return score, loudest
        for name, tail, off in zip(VIEWS, self._tails, views, strict=True):
            if said.upward and off <= 0:
                continue
            found = tail.surprise(abs(off), said.quantile, _NO_GRAIN if name == "level" else said.grain)
            if found > score:
                score, loudest = found, name
        return score, loudest

    def _off(self, level: float) -> float:
        """How many deviations the mean of the last ten is from what such means were."""
        if self.count < _RECENT * 3:
            return 0.0
        return (level - self._mean) / max(math.sqrt(self._spread), 0.01 * abs(self._mean), 1e-9)

    def _learn(self, day: deque[float], value: float, level: float, views: tuple[float, float, float]) -> None:
        day.append(value)
        for tail, view in zip(self._tails, views, strict=True):
            tail.add(abs(view), self.settings.memory)
        self.count += 1
        share = 1 / min(self.count, self.settings.memory)
        gone = level - self._mean
        self._mean += share * gone
        self._spread = (1 - share) * (self._spread + share * gone * gone)

    def _tell(self, score: float, value: float) -> bool:
        """Whether the score is worth telling, and louder than what was told last, or that is long ago."""
        said = self.settings
        self._since = min(self._since + 1, 65535)
        if score <= 0 or score < said.loud or value < said.worth:
            return False
        if score <= self._told and self._since <= said.silence:
            return False
        self._told = _SINGLE.unpack(_SINGLE.pack(score))[0]
        self._since = 0
        return True

    # --- kept ---
    def pack(self) -> bytes:
        """The state, in some two to three kilobytes."""
        parts = [
            _HEAD.pack(
                VERSION,
                self._since,
                self._mean,
                self._spread,
                self._told,
                self.count,
                len(self._recent),
                len(self._days),
            ),
            struct.pack(f"<{len(self._recent)}f", *self._recent),
        ]
        for slot, day in sorted(self._days.items()):
            kept = day if isinstance(day, bytes) else struct.pack(f"<{len(day)}f", *day)
            parts += (bytes((slot, len(kept) // 4)), kept)
        parts += [tail.pack() for tail in self._tails]
        return b"".join(parts)

    @classmethod
    def unpack(cls, kept: bytes, settings: Settings = HOURLY) -> Watch | None:
        """The watch with that state; None where it is of another version, and has to be made anew."""
        if not kept or kept[0] != VERSION:
            return None
        watch = cls(settings)
        _version, watch._since, watch._mean, watch._spread, watch._told, watch.count, recent, days = _HEAD.unpack_from(
            kept
        )
        start = _HEAD.size
        watch._recent.extend(struct.unpack_from(f"<{recent}f", kept, start))
        start += 4 * recent
        for _day in range(days):
            slot, size = kept[start], kept[start + 1]
            watch._days[slot] = kept[start + 2 : start + 2 + 4 * size]
            start += 2 + 4 * size
        tails = []
        for _view in VIEWS:
            tail, start = Tail.unpack(kept, start)
            tails.append(tail)
        watch._tails = tuple(tails)
        return watch
