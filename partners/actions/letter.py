"""Decision letters as tagged PDF."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from partners import files
from partners.models import Application, Letter
from partners.queries.letter import letter_data
from portal.core import clock
from portal.ui.documents import render_pdf
from portal.workflow import require_deed


def make_letter(application: Application) -> Letter:
    """Make and keep the letter of the decision. Inside the deed that decided; its digest goes with the letter's row."""
    require_deed()
    kind = Letter.Kind.APPROVAL if application.state == "approved" else Letter.Kind.REFUSAL
    data: dict[str, Any] = letter_data(application)
    title = _("Letter of qualification") if kind == Letter.Kind.APPROVAL else _("Letter of refusal")
    content = render_pdf("decision_letter.typ", data, title=f"{title} {application.reference}")
    kept = files.keep(content, folder="letters")
    return Letter.objects.create(
        application=application,
        kind=kind,
        sha256=kept.sha256,
        size=kept.size,
        stored_name=kept.stored_name,
        made_at=clock.now(),
    )
