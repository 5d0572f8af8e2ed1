"""Scope in force: releases × uses. One query, however many grants there are."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.models import GrantLine, Hold
from grants.states import HOLD_STOPS
from partners.models import Qualification
from portal.core import clock
from portal.dashboards.figures import Figure, heat
from portal.dashboards.filters import Narrowed
from portal.dashboards.queries.counts import Board

USABLE = ("in_force", "restricted")
"""Qualifications under which lines can be used."""


def scope_in_force(board: Board) -> Figure:
    """How many lines let who do what with which release today, and how many of them something stops."""
    uses = [(item.key, item.label) for item in board.book.scope.use_cases]
    counted: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in _lines(board.narrowed):
        name = f"{row['release__model__name']} {row['release__version']}"
        counted[name][row["use_case"]] = (row["lines"], row["stopped"])
    return Figure(
        key="scope",
        title=_title(counted, dict(uses)),
        sub=_("Lines of grants in force today, by model release and use. Held: every request is refused now."),
        head=[_("Release"), *(label for _key, label in uses)],
        rows=[[name, *(_words(by_use.get(key)) for key, _label in uses)] for name, by_use in sorted(counted.items())],
        matrix=_matrix(counted, uses),
    )


def _lines(narrowed: Narrowed) -> Any:
    today = clock.today()
    holds = Hold.objects.filter(state__in=HOLD_STOPS)
    stopped = (
        Exists(holds.filter(partner=OuterRef("institution")))
        | Exists(holds.filter(grant=OuterRef("grant")))
        | Exists(holds.filter(line=OuterRef("pk")))
        | Exists(holds.filter(environment=OuterRef("environment")))
        | ~Exists(Qualification.objects.filter(institution=OuterRef("institution"), state__in=USABLE))
    )
    return (
        GrantLine.objects.filter(
            narrowed.of_institution(), grant__state="in_force", starts_on__lte=today, ends_on__gte=today
        )
        .order_by()
        .annotate(is_stopped=stopped)
        .values("release", "release__model__name", "release__version", "use_case")
        .annotate(lines=Count("pk"), stopped=Count("pk", filter=Q(is_stopped=True)))
    )


def _title(counted: dict[str, dict[str, tuple[int, int]]], uses: dict[str, str]) -> str:
    cells = [(name, use, pair) for name, by_use in counted.items() for use, pair in by_use.items()]
    lines = sum(pair[0] for _name, _use, pair in cells)
    if not lines:
        return _("No access is in force")
    said = ngettext("%(n)s line is in force", "%(n)s lines are in force", lines) % {"n": lines}
    said = ngettext("%(lines)s on %(m)s release", "%(lines)s on %(m)s releases", len(counted)) % {
        "lines": said,
        "m": len(counted),
    }
    name, use, (_count, stopped) = max(cells, key=lambda cell: cell[2][1])
    if not stopped:
        return _("%(said)s; nothing is held") % {"said": said}
    return _("%(said)s; %(use)s of %(release)s is on hold") % {
        "said": said,
        "use": str(uses.get(use, use)).lower(),
        "release": name,
    }


def _words(pair: tuple[int, int] | None) -> str:
    lines, stopped = pair or (0, 0)
    return _("%(n)s, %(held)s held") % {"n": lines, "held": stopped} if stopped else str(lines)


def _matrix(counted: dict[str, dict[str, tuple[int, int]]], uses: list[tuple[str, str]]) -> dict[str, Any]:
    most = max((pair[0] for by_use in counted.values() for pair in by_use.values()), default=0)
    return {
        "columns": [label for _key, label in uses],
        "rows": [
            {"label": name, "cells": [_cell(by_use.get(key), most) for key, _label in uses]}
            for name, by_use in sorted(counted.items())
        ],
    }


def _cell(pair: tuple[int, int] | None, most: int) -> dict[str, Any]:
    lines, stopped = pair or (0, 0)
    if stopped:
        label = _("%(held)s held") % {"held": stopped}
        return {"label": label, "held": True, "says": _("of %(n)s lines") % {"n": lines}}
    return {"label": lines or "–", "heat": heat(lines, most), "says": _("lines in force") if lines else ""}
