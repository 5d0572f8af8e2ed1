"""What follows when a person sets a second factor up or removes one. Connected to the sign-in library's signals."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from django.urls import reverse

POSSESSED = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Factors whose set-up proves that the person has them at hand. Making recovery codes proves nothing."""


def confirm_address(user: Any, back: str) -> str:
    """Where the person shows a second factor that they have, and is led back to `back`. One query."""
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    page = "mfa_reauthenticate" if app else "mfa_reauthenticate_webauthn"
    return f"{reverse(page)}?{urlencode({'next': back})}"


def count_at_once(request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any) -> None:
    """Setting a factor up takes a valid answer from it, so this session has been confirmed with it."""
    if authenticator.type in POSSESSED:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def forget_at_once(request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any) -> None:
    """A removed factor confirms nothing any more: not in this session, and the person's others are closed.

    The row is gone and has no id by now; a factor of the same kind that is left can be confirmed again.
    """
    records = get_authentication_records(request, user)
    kept = [record for record in records if record.get("method") != "mfa" or record.get("type") != authenticator.type]
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = kept
    for session in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key):
        session.end()


def connect() -> None:
    authenticator_added.connect(count_at_once, dispatch_uid="accounts.second_factor.added")
    authenticator_removed.connect(forget_at_once, dispatch_uid="accounts.second_factor.removed")
