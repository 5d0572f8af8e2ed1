"""The way to a second factor: which roles wait for it, how to set one up, how to confirm with it."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from portal.accounts.guards import signed_in
from portal.accounts.roles import BY_SLUG
from portal.accounts.second_factor import confirm_address
from portal.core.actors import Actor
from portal.core.requests import PortalRequest

AFTERWARDS = "second_factor_next"
"""Session key: where the person was going. Setting an app up leads over the recovery codes and forgets `next`."""


@require_safe
@signed_in
def second_factor(request: PortalRequest) -> HttpResponse:
    """Says which roles wait, and leads to setting a second factor up or confirming with it, then back to `next`."""
    actor: Actor = request.actor
    there = safe_next(request) or request.session.get(AFTERWARDS, "")
    if not actor.dormant:
        request.session.pop(AFTERWARDS, None)
        return redirect(there or "home")
    request.session[AFTERWARDS] = there
    back = f"{reverse('second_factor')}?{urlencode({'next': there})}" if there else reverse("second_factor")
    steps = urlencode({"next": back})
    return render(
        request,
        "accounts/second_factor.html",
        {
            "waiting": [BY_SLUG[slug].label for slug in sorted(actor.dormant)],
            "enabled": Authenticator.objects.filter(user=actor.user).exists(),
            "second_factor_page": True,
            "confirm_url": confirm_address(actor.user, back),
            "app_url": f"{reverse('mfa_activate_totp')}?{steps}",
            "key_url": f"{reverse('mfa_add_webauthn')}?{steps}",
        },
    )


def safe_next(request: PortalRequest) -> str:
    """The `next` address when it is one of this portal's own, else nothing."""
    there = request.GET.get("next") or request.POST.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        there, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return there if allowed else ""
