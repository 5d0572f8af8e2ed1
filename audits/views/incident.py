"""The portal's pages of incidents: reporting one, the page of one, and filing what is due about it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audits import access
from audits.actions.deadlines import file_deadline
from audits.actions.incident import Concerns, report_incident
from audits.actions.marking import note_look
from audits.forms.incident import FilingForm, IncidentForm
from audits.models import Incident, IncidentDeadline
from audits.queries.incident import is_external, shown_deadlines
from audits.rules.incident import bound_body, may_file
from audits.views.partner import deed_addresses
from grants.models import Environment, GrantLine
from partners.models import Institution
from partners.queries.timeline import tiers_for, timeline
from portal.accounts.guards import for_roles, signed_in
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.rulebook.queries import rules
from portal.ui.forms import refuse
from portal.ui.panel import actions_for
from portal.workflow import can

asks = require_http_methods(["GET", "HEAD", "POST"])


@asks
@for_roles("applicant")
def incident_report(request: PortalRequest) -> HttpResponse:
    """Report an incident."""
    actor: Actor = request.actor
    institution = Institution.objects.select_related("organisation").filter(pk=actor.body_id).first()
    if institution is None:
        return render(request, "audits/no_institution.html", status=409)
    form = IncidentForm(
        request.POST or None,
        rulebook=rules(),
        lines=GrantLine.objects.filter(institution=institution).select_related("grant").order_by("grant", "number"),
        environments=Environment.objects.filter(institution=institution).order_by("name"),
        initial={"aware_at": clock.now()},
    )
    if request.method == "POST" and form.is_valid() and (done := _reported(request, institution, form)):
        return done
    return render(request, "audits/incident_report.html", {"form": form})


def _reported(request: PortalRequest, institution: Institution, form: IncidentForm) -> HttpResponse | None:
    """Report it. None where it was refused; the reason is in the form then."""
    said = dict(form.cleaned_data)
    concerns = Concerns(line=said.pop("line"), environment=said.pop("environment"))
    try:
        incident = report_incident(institution=institution, concerns=concerns, by=request.actor, **said)
    except Refused as error:
        refuse(form, error.verdict)
        return None
    messages.success(request, _("Incident reported. What has to be filed by when is listed here."))
    return redirect(incident.get_absolute_url())


@require_safe
@signed_in
def incident_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One incident: what happened, what is due by when, what was done."""
    actor: Actor = request.actor
    found = access.get_incident(actor=actor, pk=pk)
    party = actor.body_id == found.institution_id
    book = rules(found.rulebook).incidents
    running, set_aside = shown_deadlines(found)
    note_look(incident=found, by=actor)
    context = {
        "incident": found,
        "kind": next((item.label for item in book.kinds if item.key == found.kind), found.kind),
        "harms": [item.label for item in book.harms if item.key in found.harms],
        "party": party,
        "recipients": {item.key: item.label for item in book.recipients},
        "deadlines": [(row, _file_url(row, found, actor), "") for row in running],
        "set_aside": set_aside,
        "updates": found.updates.select_related("body", "deadline").order_by("-written_at") if party else [],
        "actions": actions_for(found, actor, deed_addresses("incident", pk)) if party else [],
        "events": timeline(found.pk, tiers=tiers_for(actor, own=party), viewer=actor, limit=50),
    }
    return render(request, "audits/incident.html", context)


def _file_url(row: IncidentDeadline, found: Incident, actor: Actor) -> str:
    """Where the actor's organisation files it; nothing where it is another's to file, or not now."""
    mine = actor.body_id is not None and bound_body(row, found) == actor.body_id
    allowed = mine and may_file(row, found, actor) and can(found, "meet_deadline", actor)
    return reverse("audits:deadline", args=[row.pk]) if allowed else ""


@asks
@signed_in
def deadline(request: PortalRequest, pk: UUID) -> HttpResponse:
    """File what is due about an incident."""
    actor: Actor = request.actor
    found = access.get_deadline(actor=actor, pk=pk)
    require(can(found.incident, "meet_deadline", actor))
    require(may_file(found, found.incident, actor))
    form = FilingForm(request.POST or None, deadline=found, external=is_external(found))
    if request.method == "POST" and form.is_valid():
        try:
            file_deadline(deadline=found, by=actor, **form.cleaned_data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("Filed."))
            return redirect(found.incident.get_absolute_url())
    return render(request, "audits/deadline.html", {"deadline": found, "incident": found.incident, "form": form})
