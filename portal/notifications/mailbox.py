"""The mailbox of a demonstration: mail is kept in the database and read on a page."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import make_msgid, parsedate_to_datetime

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from portal.core import clock
from portal.notifications.models import Mail


class MailboxBackend(BaseEmailBackend):
    """Keeps mail instead of sending it. In the sender's transaction; the same Message-ID is kept once."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        mails = [_mail(message, address) for message in email_messages for address in message.recipients()]
        Mail.objects.bulk_create(mails, ignore_conflicts=True)
        return len(email_messages)


def _mail(message: EmailMessage, address: str) -> Mail:
    headers = {name.lower(): value for name, value in message.extra_headers.items()}
    others = [other for other in message.recipients() if other != address]
    own_id = str(headers.get("message-id") or make_msgid())
    return Mail(
        message_id=f"{own_id} {address}" if others else own_id,
        sender=message.from_email,
        to=address,
        subject=str(message.subject),
        text=str(message.body),
        html=_html(message),
        received_at=parsedate_to_datetime(headers["date"]) if "date" in headers else clock.now(),
    )


def _html(message: EmailMessage) -> str:
    if not isinstance(message, EmailMultiAlternatives):
        return ""
    parts = ((str(content), kind) for content, kind in message.alternatives)
    return next((content for content, kind in parts if kind == "text/html"), "")
