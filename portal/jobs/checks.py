"""Start-up checks of jobs and mail."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

MAILBOX = "portal.notifications.mailbox.MailboxBackend"


@register
def mail_leaves_the_house(**_kwargs: Any) -> list[CheckMessage]:
    """The demonstration's mailbox keeps every mail to itself."""
    if settings.EMAIL_BACKEND != MAILBOX or settings.DEMO:
        return []
    return [
        Error(
            "Nobody would get any mail: EMAIL_URL is not set.",
            hint="Set EMAIL_URL, as in smtp+tls://user:password@mail.example:587. Only DEMO=1 keeps mail here.",
            id="portal.E010",
        )
    ]


@register
def redelivery_waits_for_the_limit(**_kwargs: Any) -> list[CheckMessage]:
    """A task waits behind at most one other and then runs: both within the time after which it is handed out again."""
    visible_again = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    if visible_again > 2 * settings.CELERY_TASK_TIME_LIMIT:
        return []
    return [
        Error(
            "Running tasks would be handed to a second worker.",
            hint=f"Set CELERY_VISIBILITY_TIMEOUT above {2 * settings.CELERY_TASK_TIME_LIMIT} seconds.",
            id="portal.E011",
        )
    ]
