"""The reminder that a qualification ends soon."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.letters.words import day, facts, frame
from partners.models import Application, Qualification


def ending(
    application: Application, qualification: Qualification, *, left: int, made: datetime, code: str
) -> dict[str, Any]:
    """When it ends, and that only a decision extends it."""
    verdict = ngettext(
        "Your qualification ends in %(n)s day, on %(day)s.", "Your qualification ends in %(n)s days, on %(day)s.", left
    )
    return {
        **frame(application, made=made, code=code),
        "number": qualification.reference,
        "title": _("Reminder: your qualification ends soon"),
        "tone": "amber",
        "verdict": verdict % {"n": left, "day": day(qualification.valid_until)},
        "facts": facts(
            [
                (_("Qualification"), qualification.reference),
                (_("Valid from"), day(qualification.valid_from)),
                (_("Valid until"), day(qualification.valid_until)),
                (_("Rulebook"), qualification.rulebook),
            ]
        ),
        "paragraphs": [
            _("From the day after, nothing can be accessed under it, and grants that rest on it give no access."),
            _(
                "Apply for a renewal in the portal. Asking in time does not extend the qualification: only a decision"
                " does, so leave enough time for one."
            ),
        ],
    }
