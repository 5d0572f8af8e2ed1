"""What pages of the desk share: who may open the case, and the frame around it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from partners.access import get_case, needs_declaration
from partners.admin.actions import desk_url
from partners.models import Application
from partners.queries.case import Case, case_of
from partners.rules.hands import no_conflict
from portal.core.requests import PortalRequest
from portal.core.verdicts import require


class DeclareFirst(Exception):
    """The person has to declare on conflicts of interest before the case opens."""

    def __init__(self, application: Application) -> None:
        super().__init__(application.reference)
        self.application = application


def open_case(request: PortalRequest, pk: object) -> Case:
    """The case for somebody who may see it and has declared. Http404, Refused, or DeclareFirst."""
    try:
        key = UUID(str(pk))
    except ValueError as error:
        raise Http404("No such case.") from error
    application, hands = get_case(actor=request.actor, pk=key, declared=False)
    verdict = no_conflict(hands, request.actor)
    if needs_declaration(verdict) and application.state in application.TABLE.move("declare").sources:
        raise DeclareFirst(application)
    require(verdict)
    return case_of(application, hands)


def to_declaration(request: PortalRequest, application: Application) -> HttpResponse:
    """Lead to the declaration, and back afterwards."""
    from urllib.parse import urlencode

    return redirect(f"{desk_url('declare', application.pk)}?{urlencode({'next': request.get_full_path()})}")


def page(request: PortalRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page in the desk's frame."""
    application: Application = context["application"]
    frame = {
        **admin.site.each_context(request),
        "opts": Application._meta,
        "crumbs": [
            (_("Applications"), desk_url("changelist")),
            (application.reference, desk_url("change", application.pk)),
        ],
    }
    return render(request, template, {**frame, **context}, status=status)
