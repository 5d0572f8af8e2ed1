"""Jobs of notifications: delivering the outbox and keeping house."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

from celery import shared_task

from portal.core import clock
from portal.ledger.purge import purge_events as purge
from portal.notifications.actions.delivery import deliver
from portal.notifications.actions.housekeeping import clear_sent, remove_read_notices, remove_shown_mail
from portal.notifications.models import Message
from portal.notifications.sweeping import Tally, sweep_task

SECONDS = 150
"""How long one sweep of the outbox goes on before it leaves the rest to the next."""


@shared_task(name="portal.notifications.tasks.deliver_message", soft_time_limit=60, time_limit=90)
def deliver_message(pk: str) -> None:
    """Make one attempt at one message. Asked for when the deed's transaction is through."""
    deliver(UUID(pk))


@sweep_task
def deliver_due_messages() -> Tally:
    """Everything in the outbox that is due: what the broker lost, and what is to be tried again."""
    tally, until = Tally(), time.monotonic() + SECONDS
    due = Message.objects.filter(status=Message.Status.WAITING, next_attempt_at__lte=clock.now())
    for pk in list(due.order_by("next_attempt_at").values_list("pk", flat=True)[:1000]):
        if time.monotonic() > until:
            break
        tally.done += deliver(pk)
    late = Message.objects.filter(status=Message.Status.WAITING, next_attempt_at__lte=clock.now())
    tally.left = late.count()
    return tally


@sweep_task
def purge_events() -> Tally:
    """Events of the record whose retention has ended. Their entries and commitments stay."""
    return Tally(done=purge())


@sweep_task
def clear_old_mail() -> Tally:
    """The text of messages sent long ago, notices read long ago, and old mail of the demonstration."""
    moment = clock.now()
    done = clear_sent(before=moment - timedelta(days=90))
    done += remove_read_notices(before=moment - timedelta(days=730))
    done += remove_shown_mail(before=moment - timedelta(days=90))
    return Tally(done=done)
