"""Reads of a person's inbox."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from portal.core.compiled import compiled
from portal.notifications.models import Notice

MOST = 100
"""Unread notices are counted up to here."""


def notices_of(user_id: UUID | None) -> QuerySet[Notice]:
    """Everything that the person was told."""
    return Notice.objects.filter(recipient_id=user_id)


def unread_count(user_id: UUID | None) -> int:
    """How many notices the person has not opened, up to 100. One query on a partial index; none for nobody."""
    if user_id is None:
        return 0
    return len(_unread(user_id))


@compiled
def _unread(user_id: UUID) -> QuerySet[Notice, UUID]:
    return notices_of(user_id).filter(read_at__isnull=True).order_by().values_list("pk", flat=True)[:MOST]
