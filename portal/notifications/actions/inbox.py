"""What a person does with their own notices."""

from __future__ import annotations

from uuid import UUID

from portal.core import clock
from portal.notifications.models import Notice


def open_notice(*, notice: Notice) -> str:
    """Mark it read (the first time counts), and return the path of its page."""
    Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=clock.now())
    return notice.url


def read_all(*, user_id: UUID | None) -> int:
    """Mark everything in the person's inbox read; returns how many were not."""
    return Notice.objects.filter(recipient_id=user_id, read_at__isnull=True).update(read_at=clock.now())
