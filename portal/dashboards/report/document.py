"""The monthly report as a document: each figure's finding, its picture with words for it, and the table behind it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.letters.words import day, frame
from portal.dashboards.export import picture_of
from portal.dashboards.figures import Figure
from portal.dashboards.queries.monthly_report import Section
from portal.rulebook.durations import add_months

MOST_ROWS = 60
"""Rows of a table that are printed; the boards have all of them."""


def monthly_report(
    month: date, reference: str, sections: list[Section], *, digest: str, made: datetime, code: str
) -> dict[str, Any]:
    """The data of templates/documents/monthly_report.typ. No queries."""
    addressed = SimpleNamespace(
        reference=reference,
        institution=SimpleNamespace(name=_("The oversight board")),
        authority=SimpleNamespace(name=_("Trusted Partner Portal")),
    )
    said = frame(cast(Any, addressed), made=made, code=code)
    last = add_months(month, 1) - timedelta(days=1)
    return {
        **said,
        "title": _("The scheme in %(month)s") % {"month": date_format(month, "F Y")},
        "lead": _(
            "What stands is told as at the end of %(day)s, what happened for the twelve months up to it, both as the"
            " record knew them then. Partners are counted, not named. Under each picture are the figures behind it."
        )
        % {"day": day(last)},
        "sections": [
            {
                "title": str(section.title),
                "question": str(section.question),
                "figures": [_figure(one) for one in section.figures],
            }
            for section in sections
        ],
        "digest_text": _("Precisely this was reported, by the SHA-256 of its content:"),
        "digest": digest,
        "check": {**said["check"], "title": _("Is this document genuine?")},
    }


def _figure(figure: Figure) -> dict[str, Any]:
    left_out = len(figure.rows) - MOST_ROWS
    tells = figure.has_rows or figure.has_picture
    words = ngettext("%(n)s more row is on the board.", "%(n)s more rows are on the board.", left_out)
    return {
        "title": str(figure.title),
        "sub": " ".join(filter(None, (str(figure.sub), str(figure.before), str(figure.note)))),
        "picture": picture_of(figure, "svg", bare=True).decode() if figure.has_picture else "",
        "says": _("%(title)s. The figures are in the table below.") % {"title": figure.title},
        "head": [str(cell) for cell in figure.head],
        "rows": [[_cell(cell) for cell in row] for row in figure.rows[:MOST_ROWS]] if tells else [],
        "more": words % {"n": left_out} if left_out > 0 else "",
    }


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else str(value)
