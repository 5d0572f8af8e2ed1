"""Downloads: authorised, and as attachments only."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from partners import files
from partners.access import get_evidence, get_letter
from portal.core.requests import PortalRequest


@require_safe
@login_required
def evidence(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """A document, for its institution and for those who work on a case in which it was sent."""
    found = get_evidence(actor=request.actor, pk=pk)
    return files.attachment(found.stored_name, name=found.name, content_type=found.content_type)


@require_safe
@login_required
def letter(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """A decision letter."""
    found = get_letter(actor=request.actor, pk=pk)
    name = f"{found.application.reference}-{found.kind}.pdf"
    return files.attachment(found.stored_name, name=name, content_type="application/pdf")
