"""Reports of audits as sealed documents."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from audits.access import get_own_audit
from audits.models import Audit, AuditReport
from partners import files
from portal.accounts.guards import signed_in
from portal.core.requests import PortalRequest


@require_safe
@signed_in
def audit_report(request: PortalRequest, pk: UUID, report: UUID) -> HttpResponse:
    """The report on the actor's own institution, as it was sent or as the audit was closed."""
    return report_attachment(get_own_audit(actor=request.actor, pk=pk), report)


def report_attachment(audit: Audit, pk: UUID) -> HttpResponse:
    """A sealed report of the audit, for somebody who may see it. Http404 where there is none of that id."""
    kept = AuditReport.objects.filter(audit=audit, pk=pk).first()
    if kept is None:
        raise Http404("No such report.")
    name = f"{slugify(audit.reference)}-report-{kept.version}.pdf"
    return cast(HttpResponse, files.attachment(kept.stored_name, name=name, content_type="application/pdf"))
