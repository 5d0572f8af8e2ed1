"""The export of an audit at the desk."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from audits.admin.base import CaseAdmin
from audits.views.export import oscal_file
from portal.core.requests import PortalRequest


def export_urls(desk: CaseAdmin) -> list[URLPattern]:
    """The address of an audit's OSCAL documents, for whoever may open its page."""

    @require_safe
    def view(request: PortalRequest, pk: UUID) -> HttpResponse:
        return oscal_file(desk.subject(request, pk), inside=True)

    return [path("<uuid:pk>/oscal/", desk.admin_site.admin_view(view), name="audits_audit_oscal")]
