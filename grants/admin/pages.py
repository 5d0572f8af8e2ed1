"""What pages of the desk share: their frame, and the page of a deed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from grants.forms.fields import refuse_into
from portal.core.verdicts import Conflict, Refused, Text, Verdict, require

Crumbs = list[tuple[Any, str]]


def desk_url(model: str, page: str, *args: Any) -> str:
    """The address of a page of the desk: `desk_url("hold", "change", hold.pk)`."""
    return reverse(f"admin:grants_{model}_{page}", args=args)


def wanted(request: HttpRequest, otherwise: str) -> str:
    """The page of ours that the person was on the way to, as the address says (`?next=`)."""
    address = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if ours else otherwise


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page in the desk's frame."""
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)


def ask(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
    *,
    title: Text,
    button: Text,
    done: Text,
    back: str,
    crumbs: Crumbs,
    allowed: Verdict | None = None,
    then: str = "",
    lead: Text = "",
    dangerous: bool = False,
    template: str = "admin/grants/deed.html",
    **more: Any,
) -> HttpResponse:
    """Show the form, or do the deed and go on to `then` (or `back`). A refusal is shown in the form."""
    if allowed is not None:
        require(allowed)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
            status = 409 if isinstance(error, Conflict) else 200
        else:
            messages.success(request, str(done))
            return redirect(then or back)
    context = {
        "title": title,
        "button": button,
        "form": form,
        "back": back,
        "crumbs": crumbs,
        "lead": lead,
        "dangerous": dangerous,
    }
    return page(request, template, {**context, **more}, status=status)


def confirmation(request: HttpRequest) -> forms.Form:
    """A form without fields; the marker makes an empty POST count as sent."""
    return forms.Form({"sent": "1"} if request.method == "POST" else None)
