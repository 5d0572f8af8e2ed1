"""Guards of pages without an object: visitors are led to sign-in, sleeping roles to a second factor, others get 403."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.roles import BY_SLUG
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, refused

View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """Decorator: every account may open the page; a visitor is led to sign-in and back."""

    @functools.wraps(view)
    def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor: Actor = request.actor
        if not actor.is_signed_in:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        return view(request, *args, **kwargs)

    return guarded


def for_roles(*slugs: str) -> Callable[[View], View]:
    """Decorator: only these roles may open the page. Whose role sleeps is led to the second factor and back."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor: Actor = request.actor
            if actor.has(*slugs):
                return view(request, *args, **kwargs)
            if not actor.dormant.isdisjoint(slugs):
                return to_second_factor(request)
            raise Refused(refused(_reason(slugs), code="wrong_role", rule="roles"))

        return signed_in(guarded)

    return decorate


def to_second_factor(request: PortalRequest) -> HttpResponse:
    """To the page that wakes sleeping roles, and back to where the person was going (for a form: its page)."""
    there = request.get_full_path() if request.method in ("GET", "HEAD") else request.headers.get("Referer", "")
    query = urlencode({"next": there}) if there.startswith("/") else ""
    return redirect(f"{reverse('second_factor')}?{query}" if query else reverse("second_factor"))


def _reason(slugs: tuple[str, ...]) -> str:
    names = ", ".join(str(BY_SLUG[slug].label) for slug in slugs)
    return _("This page is for: %(roles)s. Your roles do not include any of these.") % {"roles": names}
