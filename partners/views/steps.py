"""Where an application stands, as steps."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from partners.models import Application

REACHED = {
    "draft": 0,
    "submitted": 1,
    "under_review": 2,
    "awaiting_applicant": 2,
    "awaiting_signatures": 3,
    "approved": 5,
    "declined": 3,
    "withdrawn": 0,
}


def steps_of(application: Application) -> list[dict[str, Any]]:
    """Items for `<c-steps>`."""
    names = [_("Filling in"), _("Screening"), _("Assessment"), _("Signatures"), _("In force")]
    now = REACHED[application.state]
    if application.state == "withdrawn":
        now = 3 if application.sent_at else 2 if application.screened_at else 1 if application.submitted_at else 0
    ended = application.state in ("declined", "withdrawn")
    return [
        {"label": name, "state": "done" if index < now else ("ended" if ended else "now") if index == now else ""}
        for index, name in enumerate(names)
    ]
