"""Asking the institution, and declaring whether one has a conflict of interest."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners import presence
from partners.access import get_case
from partners.actions import case as case_deeds
from partners.admin.actions import desk_url
from partners.admin.deeds.page import ask, back
from partners.admin.deeds.table import DEEDS
from partners.admin.hints import about_people
from partners.admin.pages import DeclareFirst, open_case, page, to_declaration
from partners.forms import desk as forms_
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
from portal.ui.forms import refuse


@require_http_methods(["GET", "HEAD", "POST"])
def ask_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Asking: before signing it is a deed of its own."""
    try:
        case = open_case(request, pk)
    except DeclareFirst as first:
        return to_declaration(request, first.application)
    deed = DEEDS["ask"]
    if case.application.state == "awaiting_signatures":
        deed = replace(deed, verb="ask_before_signing")
    return ask(request, case, deed)


@require_http_methods(["GET", "HEAD", "POST"])
def declare_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The one page of a case that opens before the declaration."""
    actor: Actor = request.actor
    application, hands = get_case(actor=actor, pk=pk, declared=False)
    verdict = application.TABLE.verdict("declare", application, actor)
    if not verdict:
        raise Refused(verdict)
    form = forms_.ConflictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        conflict = form.cleaned_data["conflict"] == "yes"
        try:
            case_deeds.declare_conflict(
                application=application, conflict=conflict, detail=form.cleaned_data["detail"], by=actor
            )
        except Refused as error:
            refuse(form, error.verdict)
        else:
            if conflict:
                presence.leave(application.pk, actor.person_id)
                messages.success(
                    request, _("Thank you. The case is closed to you, and the case officer has been told.")
                )
                return redirect(desk_url("changelist"))
            return redirect(back(request) or desk_url("change", application.pk))
    context = {
        "title": _("Before you open this case"),
        "application": application,
        "form": form,
        "hints": about_people(application, [actor.user]),
        "cleared": actor.user_id in hands.clear,
    }
    return page(request, "admin/partners/deed_declare.html", context)
