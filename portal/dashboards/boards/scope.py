"""Where access is granted: the matrix of releases and uses, and what ends when."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core import clock
from portal.dashboards.boards.board import Board, Counted, by_column, by_group
from portal.dashboards.boards.words import in_words, month_name, percent, than_then
from portal.dashboards.figures import BEFORE, Figure, cell, cell_in_words, heat, months_between
from portal.rulebook.durations import add_months

SOON, AHEAD = 3, 12
"""Months within which an end is soon, and those that are looked ahead."""


def scope_in_force(board: Board) -> Figure:
    """How many lines let who do what with which release, and how many of them something stops."""
    lines, held = board.now["lines"], board.now["lines_held"]
    uses = _uses(board, lines)
    called = board.offered.called()
    releases = sorted(by_group(lines), key=lambda pk: str(called.get(pk, pk)).lower())
    names = [called.get(pk, _("A release that is not listed")) for pk in releases]
    return Figure(
        key="scope",
        title=_scope_title(lines, held, called, uses),
        sub=_(
            "Lines of grants in force, by model release and use. A line lets one partner put one release to one use."
        ),
        head=[_("Release"), *uses.values(), _("All uses")],
        rows=[
            [name, *(_words(lines, held, pk, use) for use in uses), cell(by_group(lines)[pk], "lines", pk)]
            for pk, name in zip(releases, names, strict=True)
        ],
        matrix={
            "columns": list(uses.values()),
            "rows": [
                {"label": name, "cells": [_cell(board, lines, held, pk, use) for use in uses]}
                for pk, name in zip(releases, names, strict=True)
            ],
        },
        before=than_then(sum(lines.values()), sum(board.then["lines"].values()), board.narrowed),
        alarm="amber" if held else "",
    )


def _uses(board: Board, lines: Counted) -> dict[str, str]:
    """The uses of the rulebook, and those of earlier ones that a line still names."""
    named = {item.key: str(item.label) for item in board.book.scope.use_cases}
    return named | {key: key.replace("_", " ") for _release, key in sorted(lines) if key not in named}


def _scope_title(lines: Counted, held: Counted, called: dict[str, str], uses: dict[str, str]) -> str:
    total, stopped, releases = sum(lines.values()), sum(held.values()), len(by_group(lines))
    if not total:
        return _("No access is in force")
    said = ngettext("%(n)s line is in force", "%(n)s lines are in force", total) % {"n": total}
    said = ngettext("%(lines)s on %(m)s release", "%(lines)s on %(m)s releases", releases) % {
        "lines": said,
        "m": releases,
    }
    if not stopped:
        return _("%(said)s; nothing is held") % {"said": said}
    if total == stopped:
        return _("%(said)s; all of it is held") % {"said": said}
    release, use = max(held, key=lambda cell: held[cell])
    words = ngettext(
        "%(said)s; %(m)s is held, most on %(use)s with %(release)s",
        "%(said)s; %(m)s are held, most on %(use)s with %(release)s",
        stopped,
    )
    return words % {
        "said": said,
        "m": stopped,
        "use": in_words(uses.get(use, use)),
        "release": called.get(release, release),
    }


def _words(lines: Counted, held: Counted, release: str, use: str) -> int | str:
    count, stopped = lines.get((release, use), 0), held.get((release, use), 0)
    if not stopped:
        return cell(count, "lines", release, use)
    return cell_in_words(_("%(n)s, %(held)s held") % {"n": count, "held": stopped}, "lines", release, use)


def _cell(board: Board, lines: Counted, held: Counted, release: str, use: str) -> dict[str, Any]:
    count, stopped = lines.get((release, use), 0), held.get((release, use), 0)
    if not count:
        return {"label": "–", "heat": 0, "says": _("no line")}
    made = {
        "label": cell(count, "lines", release, use),
        "heat": heat(count, max(lines.values())),
        "url": _lines_url(board, release, use),
    }
    if stopped:
        return made | {
            "label": _("%(held)s held") % {"held": stopped},
            "held": True,
            "counts": cell(stopped, "lines_held", release, use),
            "says": _("of %(n)s lines") % {"n": count},
        }
    return made | {"says": ngettext("line", "lines", count)}


def _lines_url(board: Board, release: str, use: str) -> str:
    """The lines behind a cell as they are today, with their last days; "" for a past day, which has its rows alone."""
    if board.narrowed.until != clock.today():
        return ""
    return f"{reverse('dashboards:lines')}?{board.narrowed.query(release=release, use_case=use)}"


def expiry_ahead(board: Board) -> Figure:
    """How much of what is granted is still in force at the end of each month to come, if nothing is renewed."""
    now = sum(board.now["lines"].values())
    months = months_between(board.narrowed.until, add_months(board.narrowed.until.replace(day=1), AHEAD))
    until = board.now["lines_until"]
    values = [_still_in_force(until, f"{month:%Y-%m}") for month in months]
    ending, beginning = by_group(until), by_column(until)
    labels = [month_name(month) for month in months]
    return Figure(
        key="expiry",
        title=_expiry_title(now, values),
        sub=_("Lines that are in force at the end of each month if none is renewed, from %(day)s on.")
        % {"day": date_format(board.narrowed.until, "j F Y")},
        head=[_("Month"), _("Still in force at its end"), _("End in the month"), _("Begin in the month")],
        rows=[
            [
                label,
                cell(value, "lines_until", month=month.isoformat()),
                cell(ending.get(f"{month:%Y-%m}", 0), "lines_until", f"{month:%Y-%m}"),
                cell(beginning.get(f"{month:%Y-%m}", 0), "lines_until", None, f"{month:%Y-%m}"),
            ]
            for month, label, value in zip(months, labels, values, strict=True)
        ],
        chart={
            "kind": "bar",
            "whole": True,
            "labels": labels,
            "series": [{"name": _("Still in force"), "values": values, "tone": "green"}],
        },
        alarm="amber" if now and values[SOON] < now else "",
    )


def _still_in_force(until: Counted, month: str) -> int:
    """Lines that begin by the end of a month and whose first day without access, as known, comes after it."""
    return sum(count for (off, begins), count in until.items() if off > month >= begins)


def _expiry_title(now: int, values: list[int]) -> str:
    if not now:
        return _("Nothing is in force that could end")
    soon = values[SOON]
    gone = max(0, now - soon)
    if not gone:
        return _("Nothing ends within the next three months")
    words = ngettext(
        "%(n)s of %(all)s lines ends within three months unless it is renewed",
        "%(n)s of %(all)s lines end within three months unless they are renewed",
        gone,
    )
    return words % {"n": gone, "all": now}


def taken_back(board: Board) -> Figure:
    """What of granted access ended or shrank before its day in the period, by who did it."""
    kinds = {
        "narrowed": _("Lines narrowed by authorities"),
        "revoked": _("Grants revoked by authorities"),
        "withdrawn": _("Consents withdrawn by providers"),
        "given_back": _("Lines given back by partners"),
        "surrendered": _("Grants given back by partners"),
    }
    counted, before = (dict.fromkeys(kinds, 0) for _time in range(2))
    for found, happened in ((counted, board.happened), (before, board.happened_before)):
        for (_month, _group, column), count in happened["taken_back"].items():
            found[column] = found.get(column, 0) + count
    values = [counted[kind] for kind in kinds]
    total = sum(values)
    return Figure(
        key="taken_back",
        title=_taken_title(counted, total),
        sub=_("What ended or shrank before its day. A withdrawal counts from its notice on, unless it was taken back."),
        head=[_("What"), _("How many"), _("In the period before"), _("Share")],
        rows=[
            [
                label,
                cell(counted[key], "taken_back", None, key),
                cell(before[key], "taken_back", None, key, **BEFORE),
                percent(counted[key], total),
            ]
            for key, label in kinds.items()
        ],
        chart={
            "kind": "across",
            "labels": list(kinds.values()),
            "whole": True,
            "series": [{"name": _("How many"), "values": values, "tone": "amber"}],
        },
    )


def _taken_title(counted: dict[str, int], total: int) -> str:
    if not total:
        return _("Nothing that was granted was taken back")
    by_authority = counted["narrowed"] + counted["revoked"]
    said = ngettext("%(n)s grant or line ended or shrank early", "%(n)s grants or lines ended or shrank early", total)
    words = ngettext("%(said)s, %(m)s by an authority", "%(said)s, %(m)s by authorities", by_authority)
    return words % {"said": said % {"n": total}, "m": by_authority}
