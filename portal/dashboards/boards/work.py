"""The work on cases: how many lie where, and how long each stage takes at each authority."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.models import GrantRequest
from partners.models import Application
from portal.dashboards.boards.board import Board, by_column, by_group
from portal.dashboards.boards.words import than_then
from portal.dashboards.figures import Figure, cell, heat
from portal.dashboards.rollup.read import Spread
from portal.ui.templatetags.ui import working_days

NOUNS: tuple[tuple[str, Any], ...] = (("application", Application), ("request", GrantRequest))


def stages() -> dict[str, str]:
    """`application:under_review` → its words, in the order in which cases go through them."""
    words = {"application": _("Application: %(state)s"), "request": _("Grant request: %(state)s")}
    return {
        f"{noun}:{state.slug}": words[noun] % {"state": str(state.label).lower()}
        for noun, model in NOUNS
        for state in model.TABLE.states
        if not state.final and state.slug != "draft"
    }


def load(board: Board) -> Figure:
    """Cases that are not decided, by authority and stage."""
    now, called = board.now["cases"], stages()
    used = [stage for stage in called if by_column(now).get(stage)]
    bodies = sorted(by_group(now), key=lambda pk: (-by_group(now)[pk], board.bodies.get(pk, pk)))
    names = [board.bodies.get(pk, _("No authority")) for pk in bodies]
    total = sum(now.values())
    most = max(now.values(), default=0)
    return Figure(
        key="load",
        title=_load_title(total, names, [by_group(now)[pk] for pk in bodies], by_column(now), called),
        sub=_("Cases that are not decided, by the authority that runs them and the stage they are in."),
        head=[_("Authority"), *(called[stage] for stage in used), _("All")],
        rows=[
            [
                name,
                *(cell(now.get((pk, stage), 0), "cases", pk, stage) for stage in used),
                cell(by_group(now)[pk], "cases", pk),
            ]
            for pk, name in zip(bodies, names, strict=True)
        ],
        matrix={
            "columns": [called[stage] for stage in used],
            "rows": [
                {
                    "label": name,
                    "cells": [
                        {
                            "label": cell(now.get((pk, stage), 0), "cases", pk, stage) or "–",
                            "heat": heat(now.get((pk, stage), 0), most),
                        }
                        for stage in used
                    ],
                }
                for pk, name in zip(bodies, names, strict=True)
            ],
        },
        before=than_then(total, sum(board.then["cases"].values()), board.narrowed),
    )


def _load_title(
    total: int, names: list[str], counts: list[int], stage: Mapping[str, int], called: Mapping[str, str]
) -> str:
    if not total:
        return _("No case waits for a decision")
    said = ngettext("%(n)s case is not decided", "%(n)s cases are not decided", total) % {"n": total}
    if len(names) == 1:
        return _("%(said)s, all at %(name)s") % {"said": said, "name": names[0]}
    return _("%(said)s, most (%(m)s) at %(name)s") % {"said": said, "m": counts[0], "name": names[0]}


def stage_times(board: Board) -> Figure:
    """Working days that cases stayed in each stage, of stays that ended in the period, by authority."""
    spreads, called = board.spread["stage_days"], stages()
    by: dict[tuple[str, str], Spread] = {}
    for group, one in spreads.items():
        body, _colon, stage = group.partition(":")
        by[body, stage] = one
    used = [stage for stage in called if any(key[1] == stage for key in by)]
    bodies = sorted({body for body, _stage in by}, key=lambda pk: board.bodies.get(pk, pk).lower())
    names = [board.bodies.get(pk, _("No authority")) for pk in bodies]
    most = max((one.median for one in by.values()), default=0)
    return Figure(
        key="stages",
        title=_stage_title(by, board.bodies, called),
        sub=_(
            "Working days a case stays in a stage: the median, and below it the time within which nine in ten moved on."
        ),
        head=[
            _("Authority"),
            _("Stage"),
            _("Stays that ended"),
            _("Median, working days"),
            _("90th percentile, working days"),
        ],
        rows=[
            [
                name,
                called[stage],
                cell(by[pk, stage].count, "stage_days", f"{pk}:{stage}"),
                by[pk, stage].median,
                by[pk, stage].p90,
            ]
            for pk, name in zip(bodies, names, strict=True)
            for stage in used
            if (pk, stage) in by
        ],
        matrix={
            "columns": [called[stage] for stage in used],
            "rows": [
                {"label": name, "cells": [_stage_cell(by.get((pk, stage)), most) for stage in used]}
                for pk, name in zip(bodies, names, strict=True)
            ],
        },
        before=_stage_before(board),
    )


def _stage_cell(one: Spread | None, most: int) -> dict[str, Any]:
    if one is None:
        return {"label": "–", "heat": 0, "says": _("none")}
    return {"label": one.median, "heat": heat(one.median, most), "sub": _("90 %%: %(n)s") % {"n": one.p90}}


def _stage_title(by: Mapping[tuple[str, str], Spread], bodies: Mapping[str, str], called: Mapping[str, str]) -> str:
    if not by:
        return _("No case moved on in this period")
    body, stage = max(by, key=lambda key: (by[key].median, by[key].count))
    if not by[body, stage].median:
        return _("Half of all cases move on within a working day, at each authority and from each stage")
    return _("“%(stage)s” takes longest at %(name)s: half stay %(time)s or more") % {
        "stage": called.get(stage, stage),
        "name": bodies.get(body, body),
        "time": working_days(by[body, stage].median),
    }


def _stage_before(board: Board) -> str:
    """How many of the medians went up, and how many down."""
    now, before = board.spread["stage_days"], board.spread_before["stage_days"]
    both = [(now[key].median, before[key].median) for key in now if key in before]
    slower, faster = sum(a > b for a, b in both), sum(a < b for a, b in both)
    if not both:
        return ""
    return _("Of %(n)s medians that can be compared with the period before, %(a)s went up and %(b)s went down.") % {
        "n": len(both),
        "a": slower,
        "b": faster,
    }
