"""Calendar feeds: an address by which a person's own calendar reads their audits, without signing in."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audits.states.calendar import CALENDAR_FEED
from portal.workflow import LifecycleModel, lifecycle_triggers


def digest_of(token: str) -> str:
    """SHA-256 of a feed's token, as it is kept. Its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


class CalendarFeed(LifecycleModel):
    """The address of one person. Only the digest of its token is kept, so that nobody reads it out of the database."""

    TABLE = CALENDAR_FEED

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calendar_feeds")
    token_digest = models.CharField(_("SHA-256 of the token"), max_length=64, unique=True)
    issued_at = models.DateTimeField(_("issued"))
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        triggers = lifecycle_triggers(CALENDAR_FEED)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=models.Q(state="active"), name="calendarfeed_one_each"),
            models.CheckConstraint(
                condition=models.Q(state="active", revoked_at=None)
                | models.Q(state="revoked", revoked_at__isnull=False),
                name="calendarfeed_revoked_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.state}"
