"""The first page: a few figures that tell how the scheme stands, and the findings that somebody should look at."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.dashboards.boards import ALL, PAGE_OF, pages_for, reads, told
from portal.dashboards.boards.board import Board, Monthly, by_column, whole
from portal.dashboards.boards.incidents import SERIOUS
from portal.dashboards.boards.words import than_before, than_then
from portal.dashboards.figures import Figure, months_between

READS = ALL | reads(by_month="lines holds incidents_open cases qualified")
URGENT = {"red": 0, "amber": 1}
HEIGHT, WIDTH = 22, 96


@dataclass(frozen=True)
class Key:
    """One figure: `page` and `figure` say where it is drawn, `line` are the points of its course over the period."""

    value: int
    label: str
    before: str
    page: str
    figure: str
    line: str = ""
    tone: str = ""


def key_figures(board: Board) -> list[Key]:
    """How much access there is, what went wrong, what is stopped, what is late. A provider reads of its models."""
    found = [_lines(board), _incidents(board), _open(board), _holds(board)]
    if not board.sight.provider and not board.narrowed.provider and not board.narrowed.release:
        found = [_partners(board), *found, _late(board), _cases(board)]
    return found


def to_look_at(figures: list[Figure]) -> list[tuple[Figure, str]]:
    """(figure, board) whose finding is an alarm, the urgent ones first."""
    alarming = sorted((one for one in figures if one.alarm), key=lambda one: URGENT[one.alarm])
    return [(one, PAGE_OF[one.key].key) for one in alarming]


def findings(board: Board) -> list[Figure]:
    """Every figure that the reader is told."""
    by_model = bool(board.narrowed.provider or board.narrowed.release)
    pages = pages_for(board.sight)
    return [one.make(board) for page in pages for one in told(page, board.sight, by_model=by_model)]


def _partners(board: Board) -> Key:
    now = sum(board.now["qualified"].values())
    return Key(
        now,
        ngettext("trusted partner", "trusted partners", now),
        than_then(now, sum(board.then["qualified"].values()), board.narrowed),
        "scope",
        "concentration",
        _course(board, board.by_month["qualified"]),
    )


def _lines(board: Board) -> Key:
    now = sum(board.now["lines"].values())
    return Key(
        now,
        ngettext("line of access in force", "lines of access in force", now),
        than_then(now, sum(board.then["lines"].values()), board.narrowed),
        "scope",
        "scope",
        _course(board, board.by_month["lines"]),
    )


def _incidents(board: Board) -> Key:
    serious, before = (
        {cell: count for cell, count in whole(found["incidents"]).items() if cell[0] in SERIOUS}
        for found in (board.happened, board.happened_before)
    )
    now = sum(serious.values())
    monthly = {cell: count for cell, count in board.happened["incidents"].items() if cell[1] in SERIOUS}
    return Key(
        now,
        ngettext("serious incident in the period", "serious incidents in the period", now),
        than_before(now, sum(before.values())),
        "incidents",
        "incidents",
        _course(board, monthly),
        "red" if now else "",
    )


def _open(board: Board) -> Key:
    late, then = (by_column(found["incidents_open"]).get("late", 0) for found in (board.now, board.then))
    return Key(
        late,
        ngettext("open incident past a deadline", "open incidents past a deadline", late),
        than_then(late, then, board.narrowed),
        "incidents",
        "incidents_open",
        _course(board, {cell: n for cell, n in board.by_month["incidents_open"].items() if cell[2] == "late"}),
        "red" if late else "",
    )


def _holds(board: Board) -> Key:
    now = sum(board.now["holds"].values())
    return Key(
        now,
        ngettext("hold that stops access", "holds that stop access", now),
        than_then(now, sum(board.then["holds"].values()), board.narrowed),
        "incidents",
        "holds",
        _course(board, board.by_month["holds"]),
        "amber" if now else "",
    )


def _late(board: Board) -> Key:
    now, then = (
        by_column(found["audits"]).get("late", 0)
        + by_column(found["findings"]).get("overdue", 0)
        + by_column(found["obligations"]).get("late", 0)
        for found in (board.now, board.then)
    )
    return Key(
        now,
        ngettext("audit, finding or report that is late", "audits, findings and reports that are late", now),
        than_then(now, then, board.narrowed),
        "assurance",
        "audits",
        tone="amber" if now else "",
    )


def _cases(board: Board) -> Key:
    now = sum(board.now["cases"].values())
    return Key(
        now,
        ngettext("case that is not decided", "cases that are not decided", now),
        than_then(now, sum(board.then["cases"].values()), board.narrowed),
        "work",
        "load",
        _course(board, board.by_month["cases"]),
    )


def _course(board: Board, monthly: Monthly) -> str:
    """The points of a line through the months, as an SVG has them; "" of fewer than two months or nothing at all."""
    months = dict.fromkeys(months_between(board.narrowed.since, board.narrowed.until), 0)
    for (month, _group, _column), count in monthly.items():
        if month in months:
            months[month] += count
    values = list(months.values())
    if len(values) < 2 or not any(values):
        return ""
    step, most = WIDTH / (len(values) - 1), max(values)
    return " ".join(
        f"{2 + place * step:.1f},{2 + HEIGHT - HEIGHT * value / most:.1f}" for place, value in enumerate(values)
    )


def as_at(board: Board) -> str:
    """The sentence under the title: which day, which period."""
    said = {
        "day": date_format(board.narrowed.until, "j F Y"),
        "since": date_format(board.narrowed.since, "j F Y"),
    }
    return _("As at %(day)s; what happened is counted from %(since)s on.") % said
