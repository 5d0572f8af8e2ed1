"""Checkpoints: the root of the record at a moment, kept in public, so that nobody can say later that it was another.

Each begins with an entry of its own, whose salt nobody knows beforehand, and its root is over the record up to and
with that entry. So the root of the next checkpoint cannot be known or chosen by whoever writes the entries before it,
and the entry's own time, which is hashed, says when it was. What is to be drawn by lot names a time that is still to
come; its lot is the root of the first checkpoint from then on.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.db import transaction

from portal.core import clock
from portal.core.ids import new_id
from portal.ledger.append import Deed, append, lock_head
from portal.ledger.models import Checkpoint, Head

VERB, NOUN = "record.checkpoint", "checkpoint"
KEPT_DAYS = 36_524
"""The event of a checkpoint says nothing that its entry does not; it is kept for a century."""


def first_since(moment: datetime) -> Checkpoint | None:
    """The first checkpoint taken at or after the moment. One query."""
    return Checkpoint.objects.filter(taken_at__gte=moment).order_by("size").first()


def ensure_checkpoint(*, since: datetime) -> Checkpoint:
    """The first checkpoint at or after the moment; taken now where there is none yet.

    Two at once take one: the head of the record lets them in one after the other. Not for use inside a deed, which
    would keep the head until its end. Raises ValueError for a moment that is still to come.
    """
    if (found := first_since(since)) is not None:
        return found
    if since > clock.now():
        raise ValueError("No checkpoint can be taken before its time.")
    with transaction.atomic(durable=True):
        lock_head()
        return first_since(since) or _take()


def ensure_daily_checkpoint() -> Checkpoint:
    """Today's (UTC) first checkpoint."""
    return ensure_checkpoint(since=datetime.combine(clock.today(), time.min, UTC))


def _take() -> Checkpoint:
    moment, key = clock.now(), new_id()
    retained = moment.date() + timedelta(days=KEPT_DAYS)
    append([Deed(VERB, NOUN, key, moment, "system", retained_until=retained, actor_name="", tier="public")])
    head = Head.objects.get(pk=1)
    return Checkpoint.objects.create(id=key, size=head.size, root=head.root, taken_at=moment)
