"""The mailbox of a demonstration: mail is kept in the database and read on a page."""

from __future__ import annotations

from django.core.mail.backends.base import BaseEmailBackend


class MailboxBackend(BaseEmailBackend):
    """Keeps messages instead of sending them."""
