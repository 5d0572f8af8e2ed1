"""Counting answers without slowing them: in memory, written once in a while, lost at most with a killed process.

It is for the pages that show how access is used. What decides and what is recorded never rests on it.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import Counter
from datetime import datetime
from uuid import UUID

from django.db import Error

from grants.models import AccessTally
from grants.rules.decision import Decision, Question
from portal.accounts.gateways import used
from portal.core import clock
from portal.core.actors import Actor

logger = logging.getLogger(__name__)

SECONDS = 10.0
"""How long a process counts before it writes."""
MOST_KEYS = 2000
USE_CASES = 50
Key = tuple[datetime, UUID, UUID | None, UUID | None, UUID | None, str, bool, str]

_counts: Counter[Key] = Counter()
_seen: dict[tuple[UUID | None, str], tuple[Actor, datetime]] = {}
_lock = threading.Lock()
_written = time.monotonic()


def count(question: Question, decision: Decision, gateway: Actor) -> None:
    """Count one answer to the gateway; now and then, write what was counted."""
    now = clock.now()
    key: Key = (
        now.replace(second=0, microsecond=0),
        gateway.organisation_id,
        decision.institution_id,
        decision.release_id,
        decision.line.id if decision.line else None,
        question.use_case.replace("\x00", "")[:USE_CASES],
        decision.permitted,
        "" if decision.permitted else decision.code,
    )
    with _lock:
        _counts[key] += 1
        _seen[gateway.body_id, gateway.name] = gateway, now
        due = time.monotonic() - _written > SECONDS or len(_counts) > MOST_KEYS
    if due:
        write()


def write() -> int:
    """Write what was counted in one statement, and in one each when a gateway was last used.

    A database that does not take it loses these counts, and no answer.
    """
    global _written
    with _lock:
        rows, seen, _written = dict(_counts), list(_seen.values()), time.monotonic()
        _counts.clear()
        _seen.clear()
    made = [
        AccessTally(
            window=window,
            provider_id=provider,
            institution_id=institution,
            release_id=release,
            line_id=line,
            use_case=use_case,
            permitted=permitted,
            reason_code=code,
            count=number,
        )
        for (window, provider, institution, release, line, use_case, permitted, code), number in rows.items()
    ]
    try:
        AccessTally.objects.bulk_create(made)
        for gateway, at in seen:
            used(gateway, at)
    except Error as error:
        logger.warning("Counts of %s access answers were not written: %s", sum(rows.values()), error)
    return len(made)


def forget() -> None:
    """Drop what was counted and not yet written."""
    with _lock:
        _counts.clear()
        _seen.clear()


@atexit.register
def _at_exit() -> None:
    if _counts:
        write()
