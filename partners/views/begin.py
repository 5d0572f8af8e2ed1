"""The applicant's first pages: what is applied for, and what of an institution has changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.access import NOT_YOUR_ROLE, get_own_application, own_institution
from partners.actions.application import begin_application, report_more
from partners.forms.application import ChangeForm, StartForm
from partners.models import Application
from partners.queries.institution import applications_of, live_qualification
from partners.queries.rulebook import rules_of
from partners.rules.application import rights_after_refusal
from portal.core import clock
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.rulebook.queries import rules as rules_in_force
from portal.rulebook.questionnaire import visible
from portal.rulebook.schema import Rulebook
from portal.ui.forms import refuse
from portal.workflow import can


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def start(request: PortalRequest) -> HttpResponse:
    """What to expect, then begin."""
    actor = request.actor
    institution = own_institution(actor)
    if not actor.has("applicant"):
        raise Refused(NOT_YOUR_ROLE)
    if institution is None:
        return redirect("partners:institution")
    live = live_qualification(institution.pk)
    kinds = [Application.Kind.RENEWAL, Application.Kind.CHANGE] if live else [Application.Kind.INITIAL]
    earlier = {row.pk: row for row in applications_of(institution.pk).exclude(state="draft")[:20]}
    form = StartForm(
        request.POST or None,
        kinds=kinds,
        earlier=earlier.values(),
        taken_over=live is not None,
        initial={"kind": kinds[0]},
    )
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["kind"] == Application.Kind.CHANGE:
            return redirect("partners:report_change")
        chosen = form.cleaned_data.get("copy_from")
        copied = earlier.get(chosen) if chosen else None
        try:
            application = begin_application(
                institution=institution, kind=form.cleaned_data["kind"], copy_from=copied, by=actor
            )
        except Refused as error:
            refuse(form, error.verdict)
        else:
            return redirect("partners:application", application.pk)
    in_force = rules_in_force()
    rights = rights_after_refusal(clock.now(), institution.organisation.jurisdiction, in_force)
    context = {
        "form": form,
        "institution": institution,
        "sections": [str(section.title) for section in visible(in_force.questionnaire, {}, institution.kind)],
        "appeal_days": rights.appeal_days,
        "cooling_off_days": rights.cooling_off_days,
    }
    return render(request, "partners/start.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report_change(request: PortalRequest) -> HttpResponse:
    """What changed and when; then the sections that it touches, with the answers as they were."""
    actor = request.actor
    institution = own_institution(actor)
    if not actor.has("applicant"):
        raise Refused(NOT_YOUR_ROLE)
    if institution is None:
        return redirect("partners:institution")
    form = _change_form(request, rules_in_force())
    if request.method == "POST" and form.is_valid():
        try:
            begun = begin_application(institution=institution, kind="change", by=actor, **form.cleaned_data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            return redirect("partners:application", begun.pk)
    return render(request, "partners/report_change.html", {"form": form, "institution": institution})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: PortalRequest, pk: UUID) -> HttpResponse:
    """What else changed, while the report is still a draft."""
    found = get_own_application(actor=request.actor, pk=pk, write=True)
    require(can(found, "report_change", request.actor))
    if found.kind != Application.Kind.CHANGE:
        return redirect("partners:application", found.pk)
    form = _change_form(request, rules_of(found), circumstances=found.circumstances, happened_on=found.happened_on)
    if request.method == "POST" and form.is_valid():
        try:
            report_more(application=found, by=request.actor, **form.cleaned_data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("Saved. The sections that it touches are open."))
            return redirect("partners:application", found.pk)
    context = {"form": form, "institution": found.institution, "application": found}
    return render(request, "partners/report_change.html", context)


def _change_form(request: PortalRequest, book: Rulebook, **initial: Any) -> ChangeForm:
    part = book.qualification
    return ChangeForm(
        request.POST or None,
        known=part.circumstances,
        working_days=part.change_notice_working_days,
        initial=initial,
    )
