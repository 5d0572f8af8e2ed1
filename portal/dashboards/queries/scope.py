"""Scope in force: releases × uses. One query, however many grants there are."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.models import ConsentWithdrawal, GrantLine, Hold, LineVersion
from grants.queries.effective import LIVE_WITHDRAWALS
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
    """Lines as they hold today, by the day to which authorities narrowed them; withdrawn and given back are out."""
    today = clock.today()
    holds = Hold.objects.filter(state__in=HOLD_STOPS)
    stopped = (
        Exists(holds.filter(partner=OuterRef("institution")))
        | Exists(holds.filter(grant=OuterRef("grant")))
        | Exists(holds.filter(line=OuterRef("pk")))
        | Exists(holds.filter(environment=OuterRef("environment")))
        | ~Exists(Qualification.objects.filter(institution=OuterRef("institution"), state__in=USABLE))
    )
    version = LineVersion.objects.filter(line=OuterRef("pk")).order_by("-number").values("ends_on")[:1]
    withdrawn = ConsentWithdrawal.objects.filter(
        line=OuterRef("pk"), state__in=LIVE_WITHDRAWALS, effective_on__lte=today
    )
    return (
        GrantLine.objects.filter(
            narrowed.of_institution(),
            narrowed.of_release(),
            grant__state="in_force",
            starts_on__lte=today,
            ends_on__gte=today,
        )
        .filter(~Exists(withdrawn), surrender__isnull=True)
        .annotate(last_day=Coalesce(Subquery(version), F("ends_on")))
        .filter(last_day__gte=today)
        .order_by()
        .annotate(is_stopped=stopped)
        .values("release", "release__model__name", "release__version", "use_case")
        .annotate(lines=Count("pk"), stopped=Count("pk", filter=Q(is_stopped=True)))
    )


def taken_back(board: Board) -> Figure:
    """What of granted access ended or shrank before its day in the period, by who did it."""
    kinds = {
        "narrowed": _("Lines narrowed by authorities"),
        "revoked": _("Grants revoked by authorities"),
        "withdrawn": _("Consents withdrawn by providers"),
        "given_back": _("Lines given back by partners"),
        "surrendered": _("Grants given back by partners"),
    }
    counted = {column: count for (_group, column), count in board.counts["taken_back"].items()}
    values = [counted.get(kind, 0) for kind in kinds]
    return Figure(
        key="taken_back",
        title=_taken_title(dict(zip(kinds, values, strict=True))),
        sub=_("What ended or shrank before its day. A withdrawal counts from its notice on, unless it was taken back."),
        head=[_("What"), _("How many")],
        rows=[[label, count] for label, count in zip(kinds.values(), values, strict=True)],
        chart={
            "kind": "across",
            "labels": list(kinds.values()),
            "whole": True,
            "series": [{"name": _("How many"), "values": values, "tone": "amber"}],
        },
    )


def _taken_title(counted: dict[str, int]) -> str:
    narrowed, withdrawn = counted["narrowed"], counted["withdrawn"]
    if not sum(counted.values()):
        return _("Nothing that was granted was taken back")
    if not narrowed and not withdrawn:
        count = sum(counted.values())
        return ngettext("%(n)s grant or line ended early", "%(n)s grants or lines ended early", count) % {"n": count}
    said = ngettext("%(n)s line was narrowed", "%(n)s lines were narrowed", narrowed) % {"n": narrowed}
    return ngettext(
        "%(said)s, and %(m)s consent was withdrawn", "%(said)s, and %(m)s consents were withdrawn", withdrawn
    ) % {"said": said, "m": withdrawn}


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
