"""Downloads: authorised, and as attachments only."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from partners import files
from partners.access import get_evidence, get_letter


@require_safe
@login_required
def evidence(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A document, for its institution and for those who work on a case in which it was sent."""
    found = get_evidence(actor=request.actor, pk=pk)  # type: ignore[attr-defined]
    return files.attachment(found.stored_name, name=found.name, content_type=found.content_type)


@require_safe
@login_required
def letter(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A decision letter."""
    found = get_letter(actor=request.actor, pk=pk)  # type: ignore[attr-defined]
    name = f"{found.application.reference}-{found.kind}.pdf"
    return files.attachment(found.stored_name, name=name, content_type="application/pdf")
