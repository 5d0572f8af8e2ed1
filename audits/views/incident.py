"""The portal's pages of incidents: reporting one, the page of one, and filing what is due about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audits import access
from audits.actions.incident import Concerns, report_incident
from audits.actions.marking import note_look
from audits.forms.incident import IncidentForm
from audits.models import Incident, IncidentDeadline
from audits.queries.incident import shown_deadlines, updates_of
from audits.queries.incident_family import merged_into
from audits.queries.incident_report import reports_of
from audits.queries.lessons import findings_of
from audits.queries.stopping import Held, held_for, placed_for
from audits.rules.incident import bound_body, may_report_on
from audits.views.filing import filing_page
from audits.views.partner import deed_addresses
from grants.access import holds_for
from grants.models import Environment, GrantLine
from partners.models import Institution
from partners.queries.timeline import tiers_for, timeline
from portal.accounts.guards import for_roles, signed_in
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
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
    merged = list(access.visible_incidents(merged_into(found), actor))
    family = {one.pk: one for one in (found, *merged)}
    running, set_aside = shown_deadlines(found, family)
    note_look(incident=found, by=actor)
    context = {
        "incident": found,
        "kind": next((item.label for item in book.kinds if item.key == found.kind), found.kind),
        "harms": [item.label for item in book.harms if item.key in found.harms],
        "party": party,
        "recipients": {item.key: item.label for item in book.recipients},
        "deadlines": [(row, _file_url(row, row.incident, actor), "") for row in running],
        "set_aside": set_aside,
        "reports": [
            (report, reverse("audits:incident_document", args=[report.incident_id, report.pk]))
            for report in reports_of(family, actor)
        ],
        "updates": updates_of(family) if party else [],
        "original_url": found.duplicate_of.get_absolute_url() if found.duplicate_of and party else "",
        "merged": [(one, one.get_absolute_url()) for one in merged],
        "held": _held(list(family.values()), actor),
        "knows": party,
        "lessons_made": [(row, reverse("audits:finding", args=[row["pk"]])) for row in findings_of(found)]
        if party
        else [],
        "actions": actions_for(found, actor, deed_addresses("incident", pk)) if party else [],
        "events": timeline(found.pk, tiers=tiers_for(actor, own=party), viewer=actor, limit=50),
    }
    return render(request, "audits/incident.html", context)


def _held(family: list[Incident], actor: Actor) -> list[tuple[Held, str]]:
    """Holds placed because of it that the actor may know of: a provider with what its own gateways acknowledged."""
    holds = placed_for(family, holds_for(actor))
    own = actor.body_id if actor.has("provider_staff") else None
    shown = held_for(holds, own) if own else [Held(hold) for hold in holds]
    return [(item, reverse("grants:hold", args=[item.hold.pk])) for item in shown]


def _file_url(row: IncidentDeadline, found: Incident, actor: Actor) -> str:
    """Where the actor's organisation files it; nothing where it is another's to file, or not now."""
    mine = actor.body_id is not None and bound_body(row, found) == actor.body_id
    allowed = mine and may_report_on(row, found, actor) and can(found, "meet_deadline", actor)
    return reverse("audits:deadline", args=[row.pk]) if allowed else ""


@asks
@signed_in
def deadline(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Write and file what is due about an incident."""
    found = access.get_deadline(actor=request.actor, pk=pk)

    def show(context: dict[str, Any]) -> HttpResponse:
        return render(request, "audits/deadline.html", context)

    return filing_page(request, found, back=found.incident.get_absolute_url(), show=show)
