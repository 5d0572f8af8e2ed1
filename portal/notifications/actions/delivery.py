"""Sending what is in the outbox. Two workers on one message, or a worker that dies in the middle, do no harm.

An attempt has two transactions. The first counts it and plans the next one; the second locks the row,
hands the mail over and marks it sent. With the demonstration's mailbox the second holds the mail itself, so
a message arrives exactly once. A mail server stands outside the transaction: if the worker dies between its
"accepted" and our commit, the mail goes out again, under the same Message-ID (docs/jobs.md).
"""

from __future__ import annotations

import logging
import random
import smtplib
from datetime import datetime, timedelta
from email.utils import format_datetime, parseaddr
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from portal.core import clock
from portal.notifications.models import Message

logger = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(hours=6)


def deliver(pk: UUID) -> bool:
    """Make one attempt at the message, if it is due. True when this call sent it."""
    message = _begin_attempt(pk)
    if message is None:
        return False
    try:
        return _send(message)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever a mail server or its library raises
        _note_failure(message, error)
        return False


def try_again(*, pk: UUID) -> bool:
    """Put a message that failed for good back into the outbox. False where it has not failed."""
    rows = Message.objects.filter(pk=pk, status=Message.Status.FAILED, cleared_at__isnull=True)
    return bool(rows.update(status=Message.Status.WAITING, attempts=0, next_attempt_at=clock.now()))


def pause(attempts: int) -> timedelta:
    """The wait after that many attempts: doubled each time, at most six hours, ± 20 % to spread the load."""
    seconds = min(settings.MAIL_RETRY_SECONDS * 2 ** (attempts - 1), LONGEST_PAUSE.total_seconds())
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 -- spreads load, keeps no secret


def _begin_attempt(pk: UUID) -> Message | None:
    """Count the attempt and plan the next. None where the message is not due, or another worker is at it."""
    with transaction.atomic():
        due = Message.objects.filter(pk=pk, status=Message.Status.WAITING, next_attempt_at__lte=clock.now())
        message = due.select_for_update(skip_locked=True).first()
        if message is None:
            return None
        if message.attempts >= settings.MAIL_ATTEMPTS:
            _give_up(message, message.last_error or "Every attempt was cut off before it ended.")
            return None
        message.attempts += 1
        message.next_attempt_at = clock.now() + pause(message.attempts)
        message.save(update_fields=["attempts", "next_attempt_at"])
    return message


def _send(message: Message) -> bool:
    with transaction.atomic():
        mine = Message.objects.filter(pk=message.pk, status=Message.Status.WAITING, attempts=message.attempts)
        if not mine.select_for_update(skip_locked=True).exists():
            return False
        _mail(message).send()
        sent = {"status": Message.Status.SENT, "sent_at": clock.now(), "next_attempt_at": None, "last_error": ""}
        mine.update(**sent, **_blanks(message))
    return True


def _mail(message: Message) -> EmailMultiAlternatives:
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {
        "Message-ID": f"<{message.pk}@{host}>",
        "Date": format_datetime(message.created_at),
        "Auto-Submitted": "auto-generated",
    }
    if message.urgent:
        headers["Importance"] = "high"
    mail = EmailMultiAlternatives(message.subject, message.text, to=[message.to], headers=headers)
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    return mail


def _note_failure(message: Message, error: Exception) -> None:
    said = f"{type(error).__name__}: {error}"[:500]
    if message.attempts >= settings.MAIL_ATTEMPTS or is_permanent(error):
        _give_up(message, said)
        return
    logger.warning("Message %s was not delivered (attempt %s): %s", message.pk, message.attempts, said)
    Message.objects.filter(pk=message.pk, status=Message.Status.WAITING, attempts=message.attempts).update(
        last_error=said
    )


def is_permanent(error: Exception) -> bool:
    """Whether trying again is of no use: the server refused it with a 5xx, or it cannot be written as a mail."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    return isinstance(error, ValueError)


def _give_up(message: Message, said: str) -> None:
    logger.error("Message %s failed for good after %s attempts: %s", message.pk, message.attempts, said)
    failed = {"status": Message.Status.FAILED, "next_attempt_at": None, "last_error": said}
    rows = Message.objects.filter(pk=message.pk, status=Message.Status.WAITING, attempts=message.attempts)
    rows.update(**failed, **_blanks(message))


def _blanks(message: Message) -> dict[str, str | datetime]:
    return {"text": "", "html": "", "cleared_at": clock.now()} if message.sensitive else {}
