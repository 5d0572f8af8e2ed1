"""How the sweeps stand, for the page of jobs. Two queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Q
from django_celery_beat.models import PeriodicTask

from grants.models import Stream
from grants.transmitter import BEAT
from portal.core import clock
from portal.core.verdicts import Text
from portal.notifications.models import SweepRun
from portal.sweeps import SWEEPS

GRACE = timedelta(seconds=90)
"""Beat looks every few seconds, and a worker may be busy: so much later is not late yet."""


@dataclass(frozen=True)
class SweepStatus:
    """One sweep: what it does, how often, its last run, and when the next is due. `next_at` is None while paused."""

    task: str
    says: Text
    every: timedelta
    paused: bool
    run: SweepRun | None
    next_at: datetime | None
    late: bool

    @property
    def state(self) -> str:
        """One word for a tag: paused, late, failing, waiting (has not run yet) or running as it should."""
        if self.paused:
            return "paused"
        if self.late:
            return "late"
        if self.run is None or self.run.finished_at is None:
            return "waiting"
        return "failing" if self.run.failed else "well"


@dataclass(frozen=True)
class SignalStatus:
    """How signals go out: when a transmitter was last seen (None: not within a minute), and what waits."""

    seen_at: datetime | None
    waiting: int
    failing: int


def signals() -> SignalStatus:
    """The transmitter, signals not acknowledged on enabled streams, and streams that fail. One query."""
    enabled = Q(state="enabled")
    found = Stream.objects.filter(enabled).aggregate(
        waiting=Count("deliveries", filter=Q(deliveries__acknowledged_at=None, deliveries__isnull=False)),
        failing=Count("pk", filter=Q(failing_since__isnull=False), distinct=True),
    )
    beat = cache.get(BEAT)
    seen = datetime.fromisoformat(beat["at"]) if beat else None
    return SignalStatus(seen, found["waiting"], found["failing"])


def sweeps() -> list[SweepStatus]:
    """Every sweep in the order of the table."""
    runs = SweepRun.objects.in_bulk()
    rows = {row.name: row for row in PeriodicTask.objects.select_related("interval")}
    return [
        _status(sweep.task, sweep.says, sweep.every, rows.get(sweep.task), runs.get(sweep.task)) for sweep in SWEEPS
    ]


def _status(task: str, says: Text, planned: timedelta, row: PeriodicTask | None, run: SweepRun | None) -> SweepStatus:
    every = timedelta(**{row.interval.period: row.interval.every}) if row and row.interval else planned
    paused = row is None or not row.enabled
    next_at = run.started_at + every if run and run.started_at and not paused else None
    late = next_at is not None and clock.now() > next_at + every + GRACE
    return SweepStatus(task, says, every, paused, run, next_at, late)
