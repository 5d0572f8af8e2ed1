"""What is due about an incident, on the desk: writing and filing it, noting it, setting it aside, and reading it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _gettext
from django.views.decorators.http import require_safe

from audits.actions.deadlines import file_deadline, set_aside_deadline
from audits.admin.base import CaseAdmin, asks
from audits.forms.incident import FilingForm
from audits.forms.text import ReasonForm
from audits.models import Incident, IncidentDeadline
from audits.queries.incident import is_external
from audits.rules.incident import bound_body, may_file, may_report_on
from audits.views.filing import desk_document, filing_page
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.ui.forms import refuse
from portal.workflow import can


class WithReports(CaseAdmin):
    """Incidents have reports that are due by law."""

    def _file_url(self, subject: Incident, row: IncidentDeadline, actor: Actor) -> str:
        own = bound_body(row, subject) == actor.body_id
        verdict = may_report_on(row, subject, actor) if own else may_file(row, subject, actor)
        allowed = verdict and can(subject, "meet_deadline", actor)
        return reverse("admin:audits_incident_deadline", args=[subject.pk, row.pk]) if allowed else ""

    def _aside_url(self, subject: Incident, row: IncidentDeadline, actor: Actor) -> str:
        allowed = row.is_running and can(subject, "set_aside_deadline", actor)
        return reverse("admin:audits_incident_aside", args=[subject.pk, row.pk]) if allowed else ""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "<uuid:pk>/deadline/<uuid:deadline_pk>/",
                view(asks(self.deadline_view)),
                name="audits_incident_deadline",
            ),
            path(
                "<uuid:pk>/deadline/<uuid:deadline_pk>/aside/",
                view(asks(self.aside_view)),
                name="audits_incident_aside",
            ),
            path(
                "<uuid:pk>/reports/<uuid:report>/",
                view(require_safe(self.document_view)),
                name="audits_incident_document",
            ),
            *super().get_urls(),
        ]

    def deadline_view(self, request: PortalRequest, pk: Any, deadline_pk: Any) -> HttpResponse:
        """Write what the authority owes, or note for another what reached the recipient another way."""
        subject, actor = self.subject(request, pk), request.actor
        require(can(subject, "meet_deadline", actor))
        row = subject.deadlines.filter(pk=deadline_pk).first()
        if row is None:
            return redirect(self.url_of(subject))
        row.incident = subject
        if actor.body_id is not None and bound_body(row, subject) == actor.body_id:
            return filing_page(request, row, back=self.url_of(subject), show=partial(self._show_form, request, row))
        posted = request.POST if request.method == "POST" else None
        form = FilingForm(posted, deadline=row, external=is_external(row))
        if request.method == "POST" and form.is_valid():
            try:
                file_deadline(deadline=row, by=actor, **form.cleaned_data)
            except Refused as error:
                refuse(form, error.verdict)
            else:
                messages.success(request, _gettext("Noted as filed."))
                return redirect(self.url_of(subject))
        return self.ask(request, subject, form, subject.TABLE.move("meet_deadline"), lead=row.label)

    def _show_form(self, request: PortalRequest, row: IncidentDeadline, context: dict[str, Any]) -> HttpResponse:
        frame = {
            **self.frame(request, row.incident),
            "title": row.label,
            "move": row.incident.TABLE.move("meet_deadline"),
        }
        return render(request, "admin/audits/incident_filing.html", frame | context)

    def document_view(self, request: PortalRequest, pk: Any, report: Any) -> HttpResponse:
        """A sealed report on the incident."""
        return desk_document(self.subject(request, pk), report, request.actor)

    def aside_view(self, request: PortalRequest, pk: Any, deadline_pk: Any) -> HttpResponse:
        """Say why a rule does not bind here."""
        subject, actor = self.subject(request, pk), request.actor
        require(can(subject, "set_aside_deadline", actor))
        row = subject.deadlines.filter(pk=deadline_pk).first()
        if row is None:
            return redirect(self.url_of(subject))
        row.incident = subject
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                set_aside_deadline(deadline=row, reason=form.cleaned_data["reason"], by=actor)
            except Refused as error:
                refuse(form, error.verdict)
            else:
                messages.success(request, _gettext("Set aside, with its reason on record."))
                return redirect(self.url_of(subject))
        return self.ask(request, subject, form, subject.TABLE.move("set_aside_deadline"), lead=row.label)
