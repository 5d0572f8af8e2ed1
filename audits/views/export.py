"""An audit as a file: its OSCAL documents in a ZIP, for those who audit and for the institution."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audits import access
from audits.models import Audit
from audits.oscal import bundle
from audits.queries.exports import audit_facts
from portal.accounts.guards import signed_in
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, refused

REPORTED = ("partner_response", "closed")
"""States in which the institution has the report: what the checklist showed is known to it from then on."""


def oscal_file(audit: Audit, *, inside: bool) -> HttpResponse:
    """The ZIP as a download. Refused before fieldwork has begun: there is no checklist yet."""
    if audit.catalogue_id is None or audit.began_at is None:
        reason = _("There is nothing to export yet: fieldwork has not begun.")
        raise Refused(refused(reason, code="not_begun", rule="audit.export"))
    response = HttpResponse(bundle(audit_facts(audit, inside=inside)), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{audit.reference}-oscal.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@signed_in
def audit_oscal(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The institution's own audit, once its report was sent: without the auditors' notes."""
    audit = access.get_own_audit(actor=request.actor, pk=pk)
    if audit.state not in REPORTED:
        reason = _("You can export the audit once its report was sent to you.")
        raise Refused(refused(reason, code="not_sent", rule="audit.export"))
    return oscal_file(audit, inside=False)
