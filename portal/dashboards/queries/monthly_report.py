"""Monthly reports: which are due, what they tell, and the sealed ones for whoever checks one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from partners.queries.verify import Document
from portal.core import clock
from portal.core.canonical import digest, plain
from portal.core.verdicts import Text
from portal.dashboards.boards import ALL, PAGES, Board
from portal.dashboards.figures import Figure
from portal.dashboards.filters import Narrowed
from portal.dashboards.models import MonthlyReport
from portal.dashboards.queries.kept import kept
from portal.dashboards.queries.offered import offered
from portal.dashboards.sights import Sight
from portal.ledger.models import Entry
from portal.rulebook.durations import add_months
from portal.rulebook.queries import rules

MONTHS = 12
"""Months that the figures tell of: the one that ended, and those before it."""
BEGINS_WITH = 3
"""Where none was ever made, the first are of so many months back: nobody is sent the reports of years at once."""


@dataclass(frozen=True)
class Section:
    """One board: its name, the question that it answers, and its figures."""

    title: Text
    question: Text
    figures: list[Figure]


def due_months() -> list[date]:
    """First days of the months that are over and have no report, the earliest first; from the first that has one on.

    A month waits until what the record says of it has been taken into the sums, as they are counted now. Up to four
    queries.
    """
    first = Entry.objects.order_by("seq").values_list("time", flat=True).first()
    if first is None:
        return []
    done, this = set(MonthlyReport.objects.values_list("month", flat=True)), clock.today().replace(day=1)
    month = min(done) if done else max(first.date().replace(day=1), add_months(this, -BEGINS_WITH))
    over = []
    while month < this:
        over.append(month)
        month = add_months(month, 1)
    sums = kept()
    return [month for month in over if month not in done and sums.whole(add_months(month, 1) - timedelta(days=1))]


def sections_of(month: date) -> list[Section]:
    """Every board for the whole scheme, as at the last day of the month and over the year up to it."""
    last = add_months(month, 1) - timedelta(days=1)
    narrowed = Narrowed(since=add_months(month, 1 - MONTHS), until=last)
    board = Board(narrowed, rules(), ALL, Sight(), offered())
    return [Section(page.label, page.question, [one.make(board) for one in page.figures]) for page in PAGES]


def digest_of(month: date, sections: list[Section]) -> str:
    """SHA-256 over what is reported: titles and tables."""
    told = [
        [one.key, one.title, [str(cell) for cell in one.head], plain(one.rows)]
        for section in sections
        for one in section.figures
    ]
    return digest({"month": month.isoformat(), "figures": told})


def reports() -> QuerySet[MonthlyReport]:
    """All of them, the latest first."""
    return MonthlyReport.objects.order_by("-month")


def document_of(**known: Any) -> Document | None:
    """The sealed report of that code or digest, for the page that says whether it is genuine. One query."""
    found = MonthlyReport.objects.filter(**known).first()
    if found is None:
        return None
    return Document(
        kind=_("Monthly report to the oversight board"),
        institution=_("None: it tells of the whole scheme"),
        authority=_("Trusted Partner Portal"),
        made_at=found.made_at,
        holds=True,
        note=_("It tells of %(month)s as the record knew it then.") % {"month": date_format(found.month, "F Y")},
    )
