"""Telling people: one row in the inbox and one in the outbox for each recipient, in the deed's own transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from portal.core import clock
from portal.core.verdicts import Text
from portal.notifications.models import Message, Notice
from portal.notifications.tasks import deliver_message
from portal.workflow import at_the_end, require_deed

logger = logging.getLogger(__name__)

ONCE_MORE = {"max_retries": 1, "interval_start": 0}
"""One more try at the broker, over a new connection: the pooled one may be from before a restart."""
PLAIN_MAIL = "mail"
"""The kind of messages that are no notice: sign-in mails and invitations."""
_held_back: ContextVar[bool] = ContextVar("mail_held_back", default=False)
_delivered_before: ContextVar[datetime | None] = ContextVar("mail_delivered_before", default=None)


@contextmanager
def mail_held_back(*, delivered_before: datetime | None = None) -> Iterator[None]:
    """Within the block, messages are queued and no worker is asked to deliver them. For telling the past.

    Messages of a moment before `delivered_before` are written as they are long after their delivery: sent at once,
    and their text cleared, so it is not made either.
    """
    tokens = _held_back.set(True), _delivered_before.set(delivered_before)
    try:
        yield
    finally:
        _held_back.reset(tokens[0])
        _delivered_before.reset(tokens[1])


@dataclass(frozen=True)
class NoticeKind:
    """One thing that people are told, declared in an app's `notices.py`.

    `subject` and `body` are translatable format strings with {placeholders} of the context; an empty line
    in the body parts paragraphs. `action` is the label of the button that leads to the notice's page.
    `urgent` notices stand first in the inbox and say so in the mail. With `email` False only the inbox hears.
    """

    slug: str
    subject: Text
    body: Text
    action: Text
    email: bool = True
    urgent: bool = False


def notify(
    kind: NoticeKind,
    *,
    to: Iterable[Any],
    context: Mapping[str, object],
    url: str,
    key: str,
    about: UUID | None = None,
) -> None:
    """Tell these accounts, each in their own language, once for each (kind, key, recipient).

    Inside a deed only: what it tells is true when, and only when, the deed is. `url` is a path of the
    portal; `about` the id of the object. The rows are written at the end of the deed, with those of all others that
    were told in it: two queries. Raises TypeError outside a deed and KeyError where the context lacks a placeholder.
    """
    require_deed()
    people = {user.pk: user for user in to if user.is_active}
    if not people:
        return
    notices = [_notice(kind, user, context, url, key, about) for user in people.values()]
    at_the_end(_write_notices, notices)
    if kind.email:
        at_the_end(_queue, [_message(notice) for notice in notices])


def queue_mail(*, to: str, subject: Text, text: str, html: str = "", key: str, sensitive: bool = False) -> None:
    """Queue one e-mail to an address, with or without an account, once for each (key, address).

    For sign-in mails and invitations. Inside a deed it goes with the deed; outside, at once. The text of a
    `sensitive` one (it carries a link or code that opens something) is removed when it was sent or has failed.
    """
    message = Message(
        to=to.strip(),
        kind=PLAIN_MAIL,
        key=key,
        subject=_one_line(subject),
        text=text,
        html=html,
        sensitive=sensitive,
        created_at=clock.now(),
        next_attempt_at=clock.now(),
    )
    _queue([message])


def _notice(
    kind: NoticeKind, user: Any, context: Mapping[str, object], url: str, key: str, about: UUID | None
) -> Notice:
    with translation.override(user.language):
        return Notice(
            recipient=user,
            kind=kind.slug,
            key=key,
            title=_one_line(str(kind.subject).format_map(context)),
            body=str(kind.body).format_map(context),
            action=str(kind.action),
            url=url,
            about=about,
            urgent=kind.urgent,
            created_at=clock.now(),
        )


def _message(notice: Notice) -> Message:
    text, html = ("", "") if _is_delivered(notice.created_at) else _written(notice)
    return Message(
        recipient=notice.recipient,
        to=notice.recipient.email,
        kind=notice.kind,
        key=notice.key,
        subject=notice.title,
        text=text,
        html=html,
        urgent=notice.urgent,
        created_at=notice.created_at,
        next_attempt_at=notice.created_at,
    )


def _written(notice: Notice) -> tuple[str, str]:
    """The mail's text and HTML, in the recipient's language."""
    user = notice.recipient
    with translation.override(user.language):
        shown = {"notice": notice, "user": user, "link": settings.BASE_URL + notice.url, "BASE_URL": settings.BASE_URL}
        return render_to_string("emails/notice.txt", shown), render_to_string("emails/notice.html", shown)


def _is_delivered(moment: datetime) -> bool:
    until = _delivered_before.get()
    return until is not None and moment < until


def _as_delivered(message: Message) -> None:
    message.status, message.next_attempt_at = Message.Status.SENT, None
    message.sent_at = message.cleared_at = message.created_at
    message.text = message.html = ""


def _write_notices(notices: list[Notice]) -> None:
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def _queue(messages: list[Message]) -> None:
    """Write the rows that are not there yet, and ask for their delivery once the transaction is through."""
    for message in messages:
        if _is_delivered(message.created_at):
            _as_delivered(message)
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    if _held_back.get():
        return
    transaction.on_commit(lambda: ask_for_delivery([message.pk for message in messages]), robust=True)


def ask_for_delivery(ids: Iterable[UUID]) -> None:
    """Hand the ids to the workers. A broker that does not answer delays them until the next sweep, and loses none."""
    for pk in ids:
        try:
            deliver_message.apply_async(args=(str(pk),), retry=True, retry_policy=ONCE_MORE)
        except Exception as error:  # noqa: BLE001 -- the deed has been done, and must not fail for the transport
            logger.warning("The broker did not take message %s (%s); the sweep will.", pk, error)
            return


def _one_line(text: Text) -> str:
    """A subject: no line breaks (they would begin another header), at most 250 characters."""
    line = " ".join(str(text).split())
    return line if len(line) <= 250 else f"{line[:249]}…"
