"""Assessing a case, section by section."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.actions import review as review_deeds
from partners.admin.actions import desk_url
from partners.admin.case import section_rows
from partners.admin.deeds.page import Deed, ask
from partners.admin.pages import DeclareFirst, open_case, to_declaration
from partners.forms import desk as forms_
from partners.queries.application import read_sections
from portal.core.actors import Actor
from portal.core.requests import PortalRequest


@require_http_methods(["GET", "HEAD"])
def assess_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The sections to assess; each has a page of its own. Leads to the first that waits."""
    try:
        case = open_case(request, pk)
    except DeclareFirst as first:
        return to_declaration(request, first.application)
    actor: Actor = request.actor
    rows = section_rows(case, actor)
    waiting = next((row for row in rows if row.mine is None or not case.is_current(row.mine)), None)
    first_row = waiting or (rows[0] if rows else None)
    return redirect(first_row.url if first_row else desk_url("change", pk))


@require_http_methods(["GET", "HEAD", "POST"])
def assess_section_page(request: PortalRequest, pk: UUID, section: str) -> HttpResponse:
    """Read a section and assess it."""
    try:
        case = open_case(request, pk)
    except DeclareFirst as first:
        return to_declaration(request, first.application)
    actor: Actor = request.actor
    rows = section_rows(case, actor)
    here = next((row for row in rows if row.key == section), None)
    if here is None:
        raise Http404("No such section.")
    following = next(
        (row for row in rows[rows.index(here) + 1 :] if row.mine is None or not case.is_current(row.mine)), None
    )
    initial = {"outcome": here.mine.outcome, "note": here.mine.note} if here.mine else {}
    deed = Deed(
        "assess",
        here.title,
        _("Save the assessment and go on") if following else _("Save the assessment"),
        _("“%(title)s” is assessed.") % {"title": here.title},
        lambda case, data: forms_.AssessForm(data, initial=initial),
        lambda case, data, actor: review_deeds.assess_section(
            application=case.application, section=section, outcome=data["outcome"], note=data["note"], by=actor
        ),
        template="admin/partners/deed_assess.html",
    )
    sections = read_sections(case.application, case.revision.answers) if case.revision else []
    response = ask(
        request,
        case,
        deed,
        here=here,
        section_rows=rows,
        read=next((item for item in sections if item.key == section), None),
        queries=[query for query in case.queries if query.section == section],
    )
    if response.status_code == 302 and following:
        return redirect(following.url)
    return response
