"""What is kept no longer than it is of use. Rows of the outbox stay, without their text: they make a message once."""

from __future__ import annotations

from datetime import datetime

from portal.core import clock
from portal.notifications.models import Mail, Message, Notice

MOST = 5000
"""Rows that one call works on, so that no transaction grows long; the next sweep takes the rest."""


def clear_sent(*, before: datetime) -> int:
    """Remove the text of messages sent before that moment; returns how many."""
    old = Message.objects.filter(status=Message.Status.SENT, cleared_at__isnull=True, sent_at__lt=before)
    some = old.order_by("sent_at").values("pk")[:MOST]
    return Message.objects.filter(pk__in=some).update(text="", html="", cleared_at=clock.now())


def remove_read_notices(*, before: datetime) -> int:
    """Remove notices that were read before that moment; returns how many. Unread ones stay."""
    some = Notice.objects.filter(read_at__lt=before).values("pk")[:MOST]
    return Notice.objects.filter(pk__in=some).delete()[0]


def remove_shown_mail(*, before: datetime) -> int:
    """Remove mail from the demonstration's mailbox that came before that moment; returns how many."""
    some = Mail.objects.filter(received_at__lt=before).values("pk")[:MOST]
    return Mail.objects.filter(pk__in=some).delete()[0]
