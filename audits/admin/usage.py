"""Use sampled from what gateways reported: the draw, the windows, and asking the partner about one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from audits.actions.usage_sample import draw_usage_sample
from audits.admin.base import asks
from audits.admin.checklist import ChecklistPages
from audits.models import Audit, EvidenceRequest, UsageSample
from audits.queries.usage_sample import is_as_drawn
from portal.core.requests import PortalRequest
from portal.core.verdicts import require
from portal.workflow import can


class UsagePages(ChecklistPages):
    """The windows of use that were drawn for an audit."""

    def usage_urls(self) -> list[URLPattern]:
        """Addresses beneath the audit's."""
        return [path("<uuid:pk>/use/", self.admin_site.admin_view(asks(self.use_view)), name="audits_audit_use")]

    def use_view(self, request: PortalRequest, pk: Any) -> HttpResponse:
        """The draw, for everybody who sees the audit. `?again=yes` draws once more and compares."""
        subject, actor = self.subject(request, pk), request.actor
        here = reverse("admin:audits_audit_use", args=[subject.pk])
        if request.method == "POST":
            draw_usage_sample(audit=subject, by=actor)
            messages.success(request, _("The windows are drawn, and kept with the audit."))
            return redirect(here)
        sample = UsageSample.objects.filter(audit=subject).select_related("checkpoint", "audit", "drawn_by").first()
        may_ask = can(_question(subject), "ask", actor)
        if sample is None and subject.state == "fieldwork":
            require(can(subject, "draw_use", actor))
        shown = {
            "title": _("Sample of use"),
            "subject": subject,
            "sample": sample,
            "windows": _windows(sample) if sample else [],
            "may_draw": sample is None and bool(can(subject, "draw_use", actor)),
            "ask_url": reverse("admin:audits_audit_ask", args=[subject.pk]) if may_ask else "",
            "again": is_as_drawn(sample) if sample and request.GET.get("again") else None,
            "checks": bool(request.GET.get("again")),
        }
        return render(request, "admin/audits/use.html", self.frame(request, subject) | shown)


def _windows(sample: UsageSample) -> list[tuple[Any, list[tuple[EvidenceRequest, str]]]]:
    """Each window with what the partner was asked about it. Two queries."""
    asked: dict[Any, list[tuple[EvidenceRequest, str]]] = {}
    for row in EvidenceRequest.objects.filter(window__sample=sample).order_by("asked_at"):
        url = reverse("admin:audits_evidencerequest_change", args=[row.pk])
        asked.setdefault(row.window_id, []).append((row, url))
    return [(window, asked.get(window.pk, [])) for window in sample.windows.order_by("place")]


def _question(audit: Audit) -> EvidenceRequest:
    return EvidenceRequest(audit=audit, institution_id=audit.institution_id)
