"""Pages of fieldwork that belong to an audit on the desk: asking the partner to show something."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from audits.actions.evidence_request import ask_for_evidence
from audits.admin.base import CaseAdmin, asks
from audits.forms.evidence import AskForm
from audits.models import Audit, Check, EvidenceRequest, SampledWindow
from audits.queries.evidence_request import requests_of
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.ui.forms import refuse
from portal.workflow import can


class FieldworkPages(CaseAdmin):
    """What the desk's page of an audit gains while auditors work."""

    def fieldwork_urls(self) -> list[URLPattern]:
        """Addresses beneath the audit's."""
        view = self.admin_site.admin_view
        return [path("<uuid:pk>/ask/", view(asks(self.ask_view)), name="audits_audit_ask")]

    def fieldwork_parts(self, subject: Audit, actor: Actor) -> dict[str, Any]:
        """What the audit's page shows of it."""
        return {
            "requests": [
                (row, reverse("admin:audits_evidencerequest_change", args=[row.pk])) for row in requests_of(subject)
            ],
            "ask_url": reverse("admin:audits_audit_ask", args=[subject.pk])
            if can(_asked(subject), "ask", actor)
            else "",
        }

    def ask_view(self, request: PortalRequest, pk: Any) -> HttpResponse:
        """Ask the partner for evidence. `?control=` and `?window=` say what about, from the pages of those."""
        subject, actor = self.subject(request, pk), request.actor
        require(can(_asked(subject), "ask", actor))
        form = AskForm(
            request.POST if request.method == "POST" else None,
            checks=Check.objects.filter(audit=subject).select_related("control").order_by("position"),
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


def _asked(audit: Audit) -> EvidenceRequest:
    """A request that does not exist yet: for the question whether it may be made."""
    return EvidenceRequest(audit=audit, institution_id=audit.institution_id)
