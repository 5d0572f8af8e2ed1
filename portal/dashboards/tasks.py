"""Sweeps of this app, for Celery."""

from __future__ import annotations

import time

from portal.core.actors import SYSTEM
from portal.core.verdicts import Conflict
from portal.dashboards.actions.monthly_report import make_monthly_report
from portal.dashboards.queries.monthly_report import due_months
from portal.dashboards.rollup.keep import keep_batch, renew_next
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


@sweep_task
def renew_rollups() -> Tally:
    """After an update: makes anew what the dashboards count otherwise than before, a source at a time."""
    tally, until = Tally(), time.monotonic() + SECONDS
    while time.monotonic() < until and renew_next():
        tally.done += 1
    return tally


@sweep_task
def make_monthly_reports() -> Tally:
    """Makes the report on every month that is over and has none, the earliest first; each is a deed of its own."""
    tally, until = Tally(), time.monotonic() + SECONDS
    months = due_months()
    for place, month in enumerate(months):
        if time.monotonic() > until:
            tally.left = len(months) - place
            break
        try:
            make_monthly_report(month=month, by=SYSTEM)
        except Conflict:
            continue  # another worker was first
        tally.done += 1
    return tally
