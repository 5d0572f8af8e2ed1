"""Timing by pairs: this machine is shared, so two things are measured in turns and only their ratio is told."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes, by the clock."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def compare(ours: Callable[[], object], bare: Callable[[], object], *, pairs: int = 25) -> tuple[float, float, float]:
    """Call both in turns; (ratio of the medians, our median in ms, the bare one's median in ms)."""
    for work in (ours, bare):
        work()
        work()
    times = [(seconds(ours), seconds(bare)) for _ in range(pairs)]
    mine, other = (statistics.median(column) for column in zip(*times, strict=True))
    return mine / other, mine * 1000, other * 1000
