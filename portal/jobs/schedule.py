"""The table of sweeps, laid out as rows of Celery's beat; and what an administrator changes there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.translation import override
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from portal.sweeps import SWEEPS, Sweep

PLANNED = "planned_seconds"
"""Key in a row's headers: the interval of the table when it was laid out. Where they differ, it was changed by hand."""


@dataclass(frozen=True)
class Laid:
    """What laying out the schedule did, by task."""

    added: tuple[str, ...]
    adjusted: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]


@transaction.atomic
def lay_out_schedule(sweeps: tuple[Sweep, ...] = SWEEPS) -> Laid:
    """Bring beat's rows in line with the table. Twice is once.

    New sweeps are added, those no longer in the table removed. An interval or a pause that an administrator
    set is kept; an interval that nobody touched follows the table.
    """
    rows = {row.name: row for row in PeriodicTask.objects.select_for_update(of=("self",)).select_related("interval")}
    wanted = {sweep.task: sweep for sweep in sweeps}
    removed = tuple(sorted(rows.keys() - wanted.keys()))
    PeriodicTask.objects.filter(name__in=removed).delete()
    added: list[str] = []
    adjusted: list[str] = []
    kept: list[str] = []
    for task, sweep in wanted.items():
        row = rows.get(task)
        if row is None:
            _save(PeriodicTask(name=task, task=task), sweep, sweep.every)
            added.append(task)
        elif _is_by_hand(row):
            _save(row, sweep, _every(row))
            kept.append(task)
        else:
            changed = _every(row) != sweep.every
            _save(row, sweep, sweep.every)
            (adjusted if changed else kept).append(task)
    PeriodicTasks.update_changed()
    return Laid(tuple(added), tuple(adjusted), removed, tuple(kept))


def set_interval(row: PeriodicTask, *, every: timedelta, enabled: bool) -> PeriodicTask:
    """What an administrator sets by hand: how often, and whether at all. Beat takes it up within seconds."""
    row.interval, row.enabled = interval(every), enabled
    row.expire_seconds = _expiry(every)
    row.save()
    return row


def interval(every: timedelta) -> IntervalSchedule:
    """The interval's row, made where there is none."""
    schedule, _made = IntervalSchedule.objects.get_or_create(
        every=max(1, int(every.total_seconds())), period=IntervalSchedule.SECONDS
    )
    return schedule


def _save(row: PeriodicTask, sweep: Sweep, every: timedelta) -> None:
    with override("en-gb"):
        row.description = str(sweep.says)
    row.task = sweep.task
    row.interval = interval(every)
    row.expire_seconds = _expiry(every)
    row.headers = json.dumps({PLANNED: int(sweep.every.total_seconds())})
    row.save()


def _expiry(every: timedelta) -> int:
    """A call that waited longer than until the next one is dropped: a worker that was away finds one, not hundreds."""
    return max(10, int(every.total_seconds()))


def _every(row: PeriodicTask) -> timedelta:
    return timedelta(**{row.interval.period: row.interval.every}) if row.interval else timedelta()


def _is_by_hand(row: PeriodicTask) -> bool:
    planned = json.loads(row.headers or "{}").get(PLANNED)
    return planned is not None and _every(row) != timedelta(seconds=planned)
