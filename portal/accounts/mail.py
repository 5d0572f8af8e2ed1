"""Mails that carry a link which opens something: queued with the deed, their text removed once they are sent."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import Invitation
from portal.notifications.notify import queue_mail


def invitation_mail(invitation: Invitation, *, token: str) -> None:
    """The invitation with its link, to the mailbox named."""
    link = settings.BASE_URL + reverse("invitation_open", kwargs={"token": token})
    shown = {"invitation": invitation, "link": link, "BASE_URL": settings.BASE_URL}
    queue_mail(
        to=invitation.email,
        subject=_("Invitation to join %(organisation)s in the Trusted Partner Portal")
        % {"organisation": invitation.organisation},
        text=render_to_string("accounts/emails/invitation.txt", shown),
        html=render_to_string("accounts/emails/invitation.html", shown),
        key=f"invitation-{invitation.pk}-{invitation.token_hash[:16]}",
        sensitive=True,
    )
