"""What all sweeps share: each due row in a deed of its own, and a note of how the run went.

A sweep lives in an app's `tasks.py`, and has a row in portal/sweeps.py:

    @sweep_task
    def lapse_qualifications() -> Tally:
        return sweep_rows(due_qualifications(), lambda row: lapse_qualification(qualification=row, by=SYSTEM))
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet

from portal.core import clock
from portal.core.verdicts import Conflict, Refused
from portal.notifications.models import SweepRun

logger = logging.getLogger(__name__)

registered: set[str] = set()
"""Paths of all sweeps that were imported, to be held against the table."""


@dataclass
class Tally:
    """How a run went: rows done, rows that failed, rows still due, and the last thing that went wrong."""

    done: int = 0
    failed: int = 0
    left: int = 0
    error: str = ""


def sweep_task(function: Callable[[], Tally]) -> Any:
    """Decorator: a Celery task under the function's own path that notes its run and returns its tally."""
    name = f"{function.__module__}.{function.__name__}"
    registered.add(name)

    @shared_task(name=name)
    @functools.wraps(function)
    def run() -> dict[str, Any]:
        SweepRun.objects.update_or_create(task=name, defaults={"started_at": clock.now()})
        try:
            tally = function()
        except Exception as error:
            _note(name, Tally(failed=1, error=_said(error)), ended=False)
            raise
        _note(name, tally, ended=True)
        return asdict(tally)

    return run


def sweep_rows(rows: QuerySet[Any], act: Callable[[Any], object], *, batch: int = 200, seconds: float = 180) -> Tally:
    """Do `act` to each row, each in its own deed (the action opens it).

    `rows` is the query of what is due, unsliced: a row that was acted upon no longer matches it. A second
    worker on the same row is refused by the row's lock and its state, and that is no failure here. A row that
    fails is logged and left for the next run; it does not stop the others. After `seconds` the rest is left too.
    """
    tally, until, last = Tally(), time.monotonic() + seconds, None
    while time.monotonic() < until:
        rest = rows.all() if last is None else rows.filter(pk__gt=last)
        some = list(rest.order_by("pk")[:batch])
        if not some and last is None:
            return tally  # as most runs end: one query
        for row in some:
            _do(row, act, tally)
            if time.monotonic() > until:
                break
        if len(some) < batch:
            break
        last = some[-1].pk
    tally.left = rows.all().count()
    return tally


def _do(row: Any, act: Callable[[Any], object], tally: Tally) -> None:
    try:
        act(row)
    except (SoftTimeLimitExceeded, OperationalError, InterfaceError):
        raise
    except Exception as error:
        if _was_first(error):
            return
        logger.exception("A sweep could not do %s %s", type(row).__name__, row.pk)
        tally.failed += 1
        tally.error = f"{type(row).__name__} {row.pk}: {_said(error)}"[:500]
        return
    tally.done += 1


def _was_first(error: Exception) -> bool:
    """Whether someone else did it between our reading and our deed."""
    return isinstance(error, Conflict) or (isinstance(error, Refused) and error.verdict.code == "wrong_state")


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _note(name: str, tally: Tally, *, ended: bool) -> None:
    values: dict[str, Any] = {"done": tally.done, "failed": tally.failed, "left": tally.left, "error": tally.error}
    if ended:
        values["finished_at"] = clock.now()
    if tally.failed:
        values["failed_at"] = clock.now()
    SweepRun.objects.filter(task=name).update(**values)
