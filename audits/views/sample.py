"""The sample of an audit: how it was drawn, the file by which anybody draws it again, and the script that does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from audits import access
from audits.models import Audit, Control, SampleDraw
from audits.queries.sample import draw_file
from portal.accounts.guards import signed_in
from portal.core import sampling
from portal.core.requests import PortalRequest

SCRIPT = Path(sampling.__file__)


@require_safe
@signed_in
def sample(request: PortalRequest, pk: UUID) -> HttpResponse:
    """For the partner, once fieldwork has begun: before that nobody of it knows what is looked at."""
    draw = _own_draw(request, pk)
    shown = shown_of(draw, reverse("audits:sample_file", args=[pk]))
    return render(request, "audits/sample.html", shown)


@require_safe
@signed_in
def sample_file(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The file of the draw."""
    return as_file(_own_draw(request, pk))


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The script, for everybody: it is the very file by which the portal draws."""
    response = HttpResponse(SCRIPT.read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="redraw.py"'
    return response


def as_file(draw: SampleDraw) -> HttpResponse:
    """The draw as JSON."""
    text = json.dumps(draw_file(draw), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="draw-{draw.audit.reference}.json"'
    return response


def draw_of(audit: Audit) -> SampleDraw:
    """The audit's draw, or Http404 where nothing was drawn yet."""
    found = SampleDraw.objects.select_related("catalogue", "checkpoint").filter(audit=audit).first()
    if found is None:
        raise Http404("Nothing was drawn yet.")
    found.audit = audit
    return found


def shown_of(draw: SampleDraw, file_url: str) -> dict[str, Any]:
    """What a page of the draw shows. One query."""
    controls = {
        control.oscal_id: control
        for control in Control.objects.filter(catalogue=draw.catalogue, oscal_id__in=draw.drawn).only(
            "oscal_id", "label", "title"
        )
    }
    root, reference = draw.checkpoint.root, draw.audit.reference
    return {
        "audit": draw.audit,
        "draw": draw,
        "drawn": [(controls[key], sampling.lot_of(root, reference, key)) for key in draw.drawn if key in controls],
        "file_url": file_url,
        "script_url": reverse("audits:redraw"),
    }


def _own_draw(request: PortalRequest, pk: UUID) -> SampleDraw:
    audit = access.get_own_audit(actor=request.actor, pk=pk)
    if audit.began_at is None:
        raise Http404("Nobody of the partner knows what is looked at before fieldwork begins.")
    return draw_of(audit)
