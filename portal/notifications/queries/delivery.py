"""Reads of the outbox: what waits, what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from portal.core import clock
from portal.notifications.models import Message


@dataclass(frozen=True)
class Outbox:
    """How delivery stands. `oldest_due` is when the longest overdue message should have been tried, if one is."""

    waiting: int
    tried: int
    failed: int
    oldest_due: datetime | None


def outbox() -> Outbox:
    """One query over the waiting and failed messages."""
    waiting = Q(status=Message.Status.WAITING)
    due = waiting & Q(next_attempt_at__lte=clock.now())
    figures = Message.objects.exclude(status=Message.Status.SENT).aggregate(
        waiting=Count("pk", filter=waiting),
        tried=Count("pk", filter=waiting & Q(attempts__gt=0)),
        failed=Count("pk", filter=Q(status=Message.Status.FAILED)),
        oldest_due=Min("next_attempt_at", filter=due),
    )
    return Outbox(**figures)


def failed_messages() -> QuerySet[Message]:
    """Messages that failed for good, the latest first."""
    return Message.objects.filter(status=Message.Status.FAILED).order_by("-created_at")
