"""What stops access: holds in force, positions on the ladder, appeals and their outcomes."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.queries.ladder import LADDER
from audits.states.appeal import APPEAL
from portal.dashboards.boards.board import Board, by_column, whole
from portal.dashboards.boards.words import percent, than_before, than_then
from portal.dashboards.figures import BEFORE, Figure, cell

OUTCOMES = ("upheld", "varied", "dismissed", "withdrawn")


def holds_in_force(board: Board) -> Figure:
    """What is stopped, by what it is on, and whether a second body has confirmed it."""
    now = board.now["holds"]
    kinds = {
        "partner": _("All access of a partner"),
        "grant": _("A grant"),
        "line": _("A line"),
        "environment": _("An environment"),
        "person": _("A person"),
    }
    confirmed = [now.get((kind, "confirmed"), 0) for kind in kinds]
    waiting = [now.get((kind, "waiting"), 0) for kind in kinds]
    return Figure(
        key="holds",
        title=_hold_title(sum(confirmed) + sum(waiting), sum(waiting)),
        sub=_("What is stopped, and whether a second body has confirmed it."),
        head=[_("On what"), _("Confirmed"), _("Waits to be confirmed"), _("All")],
        rows=[
            [
                label,
                cell(sure, "holds", kind, "confirmed"),
                cell(open_, "holds", kind, "waiting"),
                cell(sure + open_, "holds", kind),
            ]
            for (kind, label), sure, open_ in zip(kinds.items(), confirmed, waiting, strict=True)
        ],
        chart={
            "kind": "across",
            "stack": True,
            "whole": True,
            "labels": list(kinds.values()),
            "series": [
                {"name": _("Confirmed"), "values": confirmed, "tone": "red"},
                {"name": _("Waits to be confirmed"), "values": waiting, "tone": "amber"},
            ],
        },
        before=than_then(sum(now.values()), sum(board.then["holds"].values()), board.narrowed),
        alarm="red" if any(waiting) else "amber" if any(confirmed) else "",
        note=_placed(sum(whole(board.happened["holds_placed"]).values())),
    )


def _placed(count: int) -> str:
    return ngettext("%(n)s hold was placed in the period.", "%(n)s holds were placed in the period.", count) % {
        "n": count
    }


def _hold_title(count: int, waiting: int) -> str:
    if not count:
        return _("Nothing is on hold")
    said = ngettext("%(n)s hold is in force", "%(n)s holds are in force", count) % {"n": count}
    if not waiting:
        return said
    words = ngettext("%(said)s; %(m)s waits for a second body", "%(said)s; %(m)s wait for a second body", waiting)
    return words % {"said": said, "m": waiting}


def ladder_positions(board: Board) -> Figure:
    """How many partners a decision holds on each rung, and of how many a case is being heard."""
    now, then = by_column(board.now["ladder"]), by_column(board.then["ladder"])
    rungs = [(rung.value, str(rung.label)) for rung in LADDER]
    return Figure(
        key="ladder",
        title=_ladder_title(now),
        sub=_("Partners by the enforcement decisions that are in effect; one may be on several rungs."),
        head=[_("Rung"), _("Partners"), _("At the end of the period before")],
        rows=[
            [label, cell(now.get(key, 0), "ladder", None, key), cell(then.get(key, 0), "ladder", None, key, **BEFORE)]
            for key, label in [*rungs, ("running", _("Being heard"))]
        ],
        chart={
            "kind": "bar",
            "labels": [label for _key, label in rungs] + [_("Being heard")],
            "whole": True,
            "series": [
                {
                    "name": _("Partners"),
                    "values": [now.get(key, 0) for key, _label in rungs] + [now.get("running", 0)],
                    "tone": "red",
                }
            ],
        },
    )


def _ladder_title(now: dict[str, int]) -> str:
    highest = next((rung for rung in reversed(LADDER) if now.get(rung.value)), None)
    running = now.get("running", 0)
    if highest is None:
        none = _("No partner is on the enforcement ladder")
        heard = ngettext("%(none)s; %(m)s is being heard", "%(none)s; %(m)s are being heard", running)
        return heard % {"none": none, "m": running} if running else none
    count = now[highest.value]
    return ngettext("%(n)s partner stands at “%(rung)s”", "%(n)s partners stand at “%(rung)s”", count) % {
        "n": count,
        "rung": highest.label,
    }


def appeals(board: Board) -> Figure:
    """Appeals that are not decided, by where they are, and how those of the period ended."""
    states = {state.slug: str(state.label) for state in APPEAL.states}
    going = {state.slug: 0 for state in APPEAL.states if not state.final}
    for state, count in by_column(board.now["appeals"]).items():
        if state in going:
            going[state] = count
    ended = by_column(whole(board.happened["appeals_decided"]))
    before = by_column(whole(board.happened_before["appeals_decided"]))
    outcomes = [key for key in states if key not in going and (key in OUTCOMES or ended.get(key))]
    total = sum(ended.values())
    return Figure(
        key="appeals",
        title=_appeal_title(ended, sum(going.values())),
        sub=_("How appeals of the period ended. Upheld: the decision was set aside; varied: it was changed."),
        head=[_("State"), _("Now or in the period"), _("Share of those that ended"), _("In the period before")],
        rows=[
            *([states[key], cell(count, "appeals", None, key), "–", "–"] for key, count in going.items()),
            *(
                [
                    states[key],
                    cell(ended.get(key, 0), "appeals_decided", None, key),
                    percent(ended.get(key, 0), total),
                    cell(before.get(key, 0), "appeals_decided", None, key, **BEFORE),
                ]
                for key in outcomes
            ),
        ],
        chart={
            "kind": "across",
            "labels": [states[key] for key in outcomes],
            "whole": True,
            "series": [{"name": _("Appeals"), "values": [ended.get(key, 0) for key in outcomes], "tone": "blue"}],
        },
        before=than_before(total, sum(before.values())),
    )


def _appeal_title(ended: dict[str, int], going: int) -> str:
    decided = sum(ended.get(key, 0) for key in ("upheld", "varied", "dismissed"))
    for_partner = ended.get("upheld", 0) + ended.get("varied", 0)
    waits = ngettext("%(m)s appeal waits", "%(m)s appeals wait", going) % {"m": going}
    if not decided:
        return _("No appeal was decided; %(waits)s") % {"waits": waits} if going else _("No appeal was decided")
    said = ngettext(
        "%(k)s of %(n)s appeal changed the decision", "%(k)s of %(n)s appeals changed the decision", decided
    ) % {"k": for_partner, "n": decided}
    return _("%(said)s; %(waits)s") % {"said": said, "waits": waits} if going else said
