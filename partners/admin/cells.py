"""Cells of the queue: drawn in Python, because 25 rows of templates cost more than the query."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.queries.clock import Reading

NEAR = 80
"""Per cent of a stage's working days from which its bar is amber."""


def clock_cell(reading: Reading | None) -> SafeString | str:
    """The stage's bar, how many of its working days are used, and until when it is due or why it stands still."""
    if reading is None:
        return "–"
    share = min(100, round(100 * reading.used / reading.limit))
    tone = _tone(reading, share)
    return format_html(
        '<span class="tp-clock tp-clock--{}"><svg class="tp-bar tp-bar--small tp-bar--{}" aria-hidden="true"'
        ' focusable="false"><rect width="{}%" height="100%"></rect></svg><span class="tp-clock__words">{}</span>'
        '<span class="tp-clock__note">{}</span></span>',
        "late" if reading.late else "runs" if reading.running else "stopped",
        tone,
        share,
        reading.words,
        reading.note,
    )


def _tone(reading: Reading, share: int) -> str:
    if not reading.running:
        return "plain"
    if reading.late:
        return "red"
    return "amber" if share >= NEAR else "plain"


def people_cell(reviewers: list[str], others: list[str]) -> SafeString | str:
    """The reviewers of a case, and below them who has it open now."""
    names = ", ".join(reviewers) or "–"
    if not others:
        return names
    words = _("Open now: %(names)s") % {"names": ", ".join(others)}
    return format_html('<span class="tp-cell">{}<span class="tp-now">{}</span></span>', names, words)


def age_cell(days: int) -> SafeString:
    """A number of working days; the words are for those who hear the page."""
    words = ngettext("working day", "working days", days)
    return format_html('<span class="tp-number">{}</span><span class="usa-sr-only"> {}</span>', days, words)
