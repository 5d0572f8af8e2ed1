"""Pages of fieldwork that belong to an audit on the desk: evidence, working notes, the comparison with last time."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audits.actions.evidence_request import ask_for_evidence
from audits.actions.fieldwork import add_note
from audits.admin.base import asks
from audits.admin.usage import UsagePages
from audits.forms.evidence import AskForm
from audits.forms.notes import WorkingNoteForm
from audits.models import Audit, Check, EvidenceRequest, SampledWindow
from audits.queries.comparison import comparison, counted, open_findings
from audits.queries.evidence_request import requests_of
from audits.queries.notes import notes_of
from audits.rules.parties import assigned
from audits.views.documents import report_attachment
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.ui.forms import refuse
from portal.workflow import can


class FieldworkPages(UsagePages):
    """What the desk's page of an audit gains while auditors work."""

    def fieldwork_urls(self) -> list[URLPattern]:
        """Addresses beneath the audit's."""
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/ask/", view(asks(self.ask_view)), name="audits_audit_ask"),
            path("<uuid:pk>/notes/", view(asks(self.notes_view)), name="audits_audit_notes"),
            path("<uuid:pk>/comparison/", view(require_safe(self.comparison_view)), name="audits_audit_comparison"),
            path(
                "<uuid:pk>/documents/<uuid:report>/",
                view(require_safe(self.document_view)),
                name="audits_audit_document",
            ),
            *self.checklist_urls(),
            *self.usage_urls(),
        ]

    def fieldwork_parts(self, subject: Audit, actor: Actor) -> dict[str, Any]:
        """What the audit's page shows of it."""
        begun = subject.began_at is not None
        return {
            "requests": [
                (row, reverse("admin:audits_evidencerequest_change", args=[row.pk])) for row in requests_of(subject)
            ],
            "ask_url": self._at("ask", subject) if can(_asked(subject), "ask", actor) else "",
            "notes_url": self._at("notes", subject) if begun and assigned(subject, actor) else "",
            "comparison_url": self._at("comparison", subject) if begun else "",
            "use_url": self._at("use", subject) if begun else "",
            "documents": [
                (row, reverse("admin:audits_audit_document", args=[subject.pk, row.pk]))
                for row in subject.documents.order_by("-version")
            ]
            if subject.summary
            else [],
        }

    def _at(self, slug: str, subject: Audit) -> str:
        return reverse(f"admin:audits_audit_{slug}", args=[subject.pk])

    def ask_view(self, request: PortalRequest, pk: Any) -> HttpResponse:
        """Ask the partner for evidence. `?control=` and `?window=` say what about, from the pages of those."""
        subject, actor = self.subject(request, pk), request.actor
        require(can(_asked(subject), "ask", actor))
        form = AskForm(
            request.POST if request.method == "POST" else None,
            checks=_checks(subject),
            windows=SampledWindow.objects.filter(sample__audit=subject).order_by("place"),
            initial={"tested": request.GET.get("control"), "window": request.GET.get("window")},
        )
        if request.method == "POST" and form.is_valid():
            try:
                ask_for_evidence(audit=subject, by=actor, **form.cleaned_data)
            except Refused as error:
                refuse(form, error.verdict)
            else:
                messages.success(request, _("The partner was asked, and hears of it now."))
                return redirect(self.url_of(subject))
        return self.ask(request, subject, form, EvidenceRequest.TABLE.move("ask"))

    def notes_view(self, request: PortalRequest, pk: Any) -> HttpResponse:
        """The working notes, for the auditors of the audit alone."""
        subject, actor = self.subject(request, pk), request.actor
        require(assigned(subject, actor))
        form = None
        if can(subject, "note", actor):
            posted = request.POST if request.method == "POST" else None
            form = WorkingNoteForm(posted, checks=_checks(subject), initial={"tested": request.GET.get("control")})
            if posted is not None and form.is_valid():
                add_note(audit=subject, by=actor, **form.cleaned_data)
                messages.success(request, _("Noted."))
                return redirect(self._at("notes", subject))
        elif request.method == "POST":
            require(can(subject, "note", actor))
        shown = {"title": _("Working notes"), "subject": subject, "form": form, "notes": notes_of(subject)}
        return render(request, "admin/audits/notes.html", self.frame(request, subject) | shown)

    def comparison_view(self, request: PortalRequest, pk: Any) -> HttpResponse:
        """The checklist beside last time, control by control. `?change=` shows some alone."""
        subject = self.subject(request, pk)
        compared = comparison(subject)
        wanted = request.GET.get("change", "")
        shown = {
            "title": _("Compared with last time"),
            "subject": subject,
            "counted": counted(compared),
            "compared": [item for item in compared if wanted in ("", item.change)],
            "findings": [finding for found in open_findings(subject).values() for finding in found],
        }
        return render(request, "admin/audits/comparison.html", self.frame(request, subject) | shown)

    def document_view(self, request: PortalRequest, pk: Any, report: Any) -> HttpResponse:
        """The report as a sealed PDF, as it was sent or as the audit was closed."""
        return report_attachment(self.subject(request, pk), report)


def _asked(audit: Audit) -> EvidenceRequest:
    """A request that does not exist yet: for the question whether it may be made."""
    return EvidenceRequest(audit=audit, institution_id=audit.institution_id)


def _checks(audit: Audit) -> QuerySet[Check]:
    return Check.objects.filter(audit=audit).select_related("control").order_by("position")
