"""The page of a deed: it asks, calls its one action, and says what happened or why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from partners.admin.actions import desk_url
from partners.admin.confirm import confirming
from partners.admin.pages import DeclareFirst, open_case, page, to_declaration
from partners.queries.case import Case
from partners.queries.verdicts import further_verdict
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Conflict, Refused, Text, first_refusal
from portal.ui.forms import refuse

Page = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Deed:
    """A deed's page. `form` makes its form, `act` calls the action, `shows` adds what the template needs."""

    verb: str
    title: Text
    button: Text
    done: Text
    form: Callable[[Case, Any], forms.Form]
    act: Callable[[Case, dict[str, Any], Actor], object]
    shows: Callable[[Case, Actor], dict[str, Any]] = lambda case, actor: {}
    template: str = "admin/partners/deed.html"
    lead: Text = ""
    dangerous: bool = False
    binding: bool = False
    """Whether it is a signature, for which one confirms just before who one is."""


def deed_page(deed: Deed) -> Page:
    """The view of a deed."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: PortalRequest, pk: UUID) -> HttpResponse:
        try:
            case = open_case(request, pk)
        except DeclareFirst as first:
            return to_declaration(request, first.application)
        return ask(request, case, deed)

    return view


def ask(request: PortalRequest, case: Case, deed: Deed, **more: Any) -> HttpResponse:
    """Show the form, or do the deed and go back to the case."""
    actor: Actor = request.actor
    application = case.application
    verdict = first_refusal(
        application.TABLE.verdict(deed.verb, application, actor), lambda: further_verdict(deed.verb, case, actor)
    )
    if not verdict:
        raise Refused(verdict)
    form = deed.form(case, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            deed.act(case, {**form.cleaned_data, **more}, actor)
        except Refused as error:
            refuse(form, error.verdict)
            status = 409 if isinstance(error, Conflict) else 200
        else:
            messages.success(request, str(deed.done))
            return redirect(back(request) or desk_url("change", application.pk))
    context = {
        "title": deed.title,
        "application": application,
        "case": case,
        "deed": deed,
        "form": form,
        **deed.shows(case, actor),
        **(confirming(request) if deed.binding else {}),
        **more,
    }
    return page(request, deed.template, context, status=status)


def back(request: PortalRequest) -> str:
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""
