"""Sweeps of this app, for Celery."""

from __future__ import annotations

import time

from portal.dashboards.rollup.keep import keep_batch
from portal.notifications.sweeping import Tally, sweep_task

SECONDS = 120
"""After so long the next run goes on where this one stopped."""


@sweep_task
def keep_rollups() -> Tally:
    """Takes what the record says since the last time into what the dashboards count."""
    tally, until = Tally(), time.monotonic() + SECONDS
    while time.monotonic() < until and (taken := keep_batch()):
        tally.done += taken
    return tally
