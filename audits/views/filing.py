"""The page on which a report about an incident is written: kept as a draft, read as a working copy, filed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audits import access
from audits.actions.incident_report import file_incident_report, prepared, save_draft, working_copy
from audits.actions.marking import note_look
from audits.forms.incident_report import IncidentReportForm
from audits.models import IncidentDeadline, IncidentReport
from audits.queries.incident import is_external
from audits.queries.incident_report import Begun, begun, form_of, recipient_name
from audits.reports import checked_answers
from audits.rules.incident import may_report_on
from partners import files
from portal.accounts.guards import signed_in
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.rulebook.schema import ReportForm
from portal.ui.forms import refuse
from portal.workflow import can

Show = Callable[[dict[str, Any]], HttpResponse]


def filing_page(request: PortalRequest, deadline: IncidentDeadline, *, back: str, show: Show) -> HttpResponse:
    """Write a report: `go` says whether it is saved, shown as a working copy, or filed; then `back` to the incident."""
    actor: Actor = request.actor
    require(can(deadline.incident, "meet_deadline", actor))
    require(may_report_on(deadline, deadline.incident, actor))
    rule = form_of(deadline)
    start = begun(deadline, rule, actor.organisation_id)
    posted = request.POST if request.method == "POST" else None
    form = IncidentReportForm(
        posted, form=rule, begun=start, recipient=deadline.recipient, external=is_external(deadline)
    )
    if posted is not None and (done := _done(request, deadline, rule, form, start, back)):
        return done
    return show(
        {
            "deadline": deadline,
            "incident": deadline.incident,
            "rule": rule,
            "form": form,
            "begun": start,
            "recipient": recipient_name(deadline),
            "back": back,
        }
    )


def _done(
    request: PortalRequest,
    deadline: IncidentDeadline,
    rule: ReportForm,
    form: IncidentReportForm,
    start: Begun,
    back: str,
) -> HttpResponse | None:
    """Do what was asked. None where the page is shown again; the reasons are in the form then."""
    actor, go = request.actor, request.POST.get("go", "file")
    answers = form.answers()
    if not form.own(filing=go == "file"):
        return None
    try:
        # What was typed is kept first, whatever comes of the rest.
        draft = save_draft(deadline=deadline, answers=answers, marking=form.marking, seen=form.seen, by=actor)
    except Refused as error:
        refuse(form, error.verdict)
        form.shows(start.version)
        return None
    form.shows(draft.version)
    if go == "save":
        messages.success(request, _("Draft saved. Nothing was filed yet."))
        return redirect(request.get_full_path())
    found = checked_answers(rule.questions, answers)
    if go == "preview":
        copy = prepared(
            deadline, rule, found.answers, form.marking, actor,
            number=len(start.earlier) + 1, sent_at=form.sent_at or clock.now(),
        )  # fmt: skip
        return _as_pdf(working_copy(copy, rule), f"{slugify(deadline.incident.reference)}-working-copy.pdf")
    if not form.judge(found.problems):
        return None
    try:
        file_incident_report(deadline=deadline, answers=answers, marking=form.marking, sent_at=form.sent_at, by=actor)
    except Refused as error:
        refuse(form, error.verdict)
        return None
    messages.success(request, _("Filed. The sealed report is with the incident."))
    return redirect(back)


@require_safe
@signed_in
def incident_document(request: PortalRequest, pk: UUID, report: UUID) -> HttpResponse:
    """A sealed report, for who filed it and whom it is for."""
    found = access.get_incident_report(actor=request.actor, incident=pk, pk=report)
    return handed_out(found, request.actor)


def handed_out(report: IncidentReport, actor: Actor) -> HttpResponse:
    """The sealed PDF, for somebody who may read it. That they looked is kept where the incident is a restricted one."""
    note_look(incident=report.incident, by=actor)
    name = f"{slugify(report.incident.reference)}-{slugify(report.deadline.step)}-{report.number}.pdf"
    return cast(HttpResponse, files.attachment(report.stored_name, name=name, content_type="application/pdf"))


def desk_document(incident: Any, pk: UUID, actor: Actor) -> HttpResponse:
    """A report of that incident, for somebody who may see the incident on the desk."""
    rows = IncidentReport.objects.filter(incident=incident).select_related("incident", "deadline")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("No such report.")
    return handed_out(found, actor)


def _as_pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
