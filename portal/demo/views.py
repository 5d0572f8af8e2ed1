"""The page of the demonstration's sign-ins: with the second factor's present code, for who has no app at hand."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.demo import signins
from portal.notifications.views.mailbox import demo_only


def code_now(secret: str, *, ahead: int = 0) -> str:
    """What an authenticator app with this secret shows now, or so many steps of thirty seconds later."""
    # The second factor runs on the machine's clock, not on the scheme's: that is what the sign-in library compares with.
    step = int(time.time()) // app_settings.TOTP_PERIOD
    return str(format_hotp_value(hotp_value(secret, step + ahead)))


@require_safe
@never_cache
@demo_only
def sign_ins(request: HttpRequest) -> HttpResponse:
    """Everybody whom a visitor can be, and the gateways' credentials."""
    rows: list[dict[str, Any]] = signins.read()
    people = [
        {**row, "code": code_now(row["totp_secret"]) if row["totp_secret"] else ""} for row in rows if row["email"]
    ]
    left = app_settings.TOTP_PERIOD - int(time.time()) % app_settings.TOTP_PERIOD
    shown = {"people": people, "machines": [row for row in rows if row["client_id"]], "left": left}
    return render(request, "demo/sign_ins.html", shown)
