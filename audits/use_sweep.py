"""The sweep over reported use: hours are summed, then judged, some institutions at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from uuid import UUID

from django.db import InterfaceError, OperationalError

from audits.actions.alert import alert_of_limit, alert_of_scope
from audits.actions.watching import begin_watches, watch_use
from audits.queries.watching import due_watches, limits_reached, out_of_scope
from grants.actions.rollup import roll_up
from grants.models import UsageBucket
from grants.queries.reported import due_buckets
from portal.core.actors import Actor
from portal.notifications.sweeping import Tally, sweep_rows
from portal.rulebook.queries import rules

logger = logging.getLogger(__name__)
TOGETHER = 100
"""Institutions that are judged in one deed: each has little, and a deed costs the same for one and for many."""
SECONDS = 180


def sweep_use(*, by: Actor) -> Tally:
    """Sum what came, judge what is settled; alerts also for use that no grant covered, and limits that were reached."""
    said = rules().alerts
    summed = sweep_rows(due_buckets(UsageBucket.Grain.HOUR), lambda row: roll_up(bucket=row, by=by))
    begin_watches()
    judged = _judge_all(by)
    scope = sweep_rows(out_of_scope(said), lambda row: alert_of_scope(use=row, by=by))
    limits = sweep_rows(limits_reached(said), lambda row: alert_of_limit(used=row, by=by))
    parts = (judged, scope, limits, Tally(0, summed.failed, 0, summed.error))
    error = next((part.error for part in parts if part.error), "")
    done, failed, left = (sum(getattr(part, name) for part in parts) for name in ("done", "failed", "left"))
    return Tally(done, failed, left, error)


def _judge_all(by: Actor) -> Tally:
    """Each institution once in a run, or until nothing of it is left; one that fails does not stop the others."""
    tally, until, last = Tally(), time.monotonic() + SECONDS, None
    due = due_watches(rules().alerts)
    while time.monotonic() < until:
        rest = due if last is None else due.filter(pk__gt=last)
        some = list(rest.order_by("pk").values_list("pk", flat=True)[:TOGETHER])
        if not some:
            break
        _judge(some, by, tally)
        last = some[-1]
    tally.left = due.count()
    return tally


def _judge(ids: Sequence[UUID], by: Actor, tally: Tally) -> None:
    try:
        tally.done += watch_use(institution_ids=ids, by=by)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if len(ids) > 1:  # one of them fails: each by itself
            for one in ids:
                _judge([one], by, tally)
            return
        logger.exception("The use of institution %s could not be judged", ids[0])
        tally.failed += 1
        tally.error = f"{ids[0]}: {type(error).__name__}: {error}"[:500]
