"""Mails to people without an account: the link of a third party, and the code that shows that the mailbox is theirs."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Referee
from portal.core import clock
from portal.notifications.notify import queue_mail


def referee_mail(referee: Referee, *, token: str) -> None:
    """The question with its link, to the address named and nowhere else."""
    link = settings.BASE_URL + reverse("partners:referee", kwargs={"token": token})
    _send(
        referee,
        "referee",
        _("A question to you about %(institution)s") % {"institution": referee.application.institution.name},
        key=f"referee-{referee.pk}-{referee.token_hash[:16]}",
        link=link,
    )


def referee_code_mail(referee: Referee, *, code: str) -> None:
    """The code that opens the link. Valid for a quarter of an hour."""
    key = f"referee-code-{referee.pk}-{clock.now().timestamp()}"
    _send(referee, "referee_code", _("Your code: %(code)s") % {"code": code}, key=key, code=code)


def _send(referee: Referee, template: str, subject: str, *, key: str, **context: str) -> None:
    shown = {"referee": referee, "institution": referee.application.institution, "BASE_URL": settings.BASE_URL}
    queue_mail(
        to=referee.email,
        subject=subject,
        text=render_to_string(f"partners/emails/{template}.txt", {**shown, **context}),
        html=render_to_string(f"partners/emails/{template}.html", {**shown, **context}),
        key=key,
        sensitive=True,
    )
