"""What deed pages of this app share: only the system administrator, one form, one deed, then a message and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts.forms.organisation import refuse_into
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, Text, refused

ADMINISTRATOR = frozenset({"system_administrator"})


def only_system_administrator(request: PortalRequest) -> None:
    """Raise Refused for every other role of the desk."""
    if not request.actor.roles & ADMINISTRATOR:
        raise Refused(refused(_("This page is for the system administrator."), code="wrong_role", rule="roles"))


def deed_page(
    request: PortalRequest, *, title: Text, lead: Text, button: Text, form: forms.Form, do: Callable[[], str], back: str
) -> HttpResponse:
    """Show the form; on a valid POST do the deed, say what `do` returns, and go `back` (a URL)."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    if request.method == "POST" and form.is_valid():
        try:
            said = do()
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(request, said)
            return redirect(back)
    shown: dict[str, Any] = {"title": title, "lead": lead, "button": button, "form": form, "back": back}
    return render(request, "admin/accounts/deed.html", {**admin.site.each_context(request), **shown})
