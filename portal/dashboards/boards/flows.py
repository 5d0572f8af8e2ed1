"""Whether the countries treat each other alike: who grants to whom, how long it takes, how often and why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.models.organisation import jurisdiction_name
from portal.dashboards.boards.board import Board, whole
from portal.dashboards.boards.words import duration, percent, slower, than_before
from portal.dashboards.figures import Figure, cell, heat
from portal.dashboards.rollup.read import Spread
from portal.rulebook.schema import Rulebook

ARROW = " → "
LOPSIDED = 0.2
"""Difference between the shares of refusals of two directions from which on somebody should look."""
SHOWN_PAIRS = 10
"""Directions in a chart; the table behind it has all of them."""


@dataclass(frozen=True)
class Flow:
    """Decisions of one country's authorities on what another's partners asked for."""

    by: str
    to: str
    granted: int
    refused: Mapping[str, int]

    @property
    def no(self) -> int:
        return sum(self.refused.values())

    @property
    def all(self) -> int:
        return self.granted + self.no

    @property
    def group(self) -> str:
        return f"{self.by}>{self.to}"

    @property
    def name(self) -> str:
        return f"{jurisdiction_name(self.by)}{ARROW}{jurisdiction_name(self.to)}"


def flows_of(counted: Mapping[tuple[str, str], int], yes: str, no: str) -> list[Flow]:
    """Directions as they are read: the two between a pair of countries next to each other, the busiest pair first."""
    found: dict[tuple[str, str], tuple[int, dict[str, int]]] = {}
    for (group, column), count in counted.items():
        by, _sign, to = group.partition(">")
        granted, refused = found.setdefault((by, to), (0, {}))
        word, _colon, reason = column.partition(":")
        if word == yes:
            found[by, to] = (granted + count, refused)
        elif word == no:
            refused[reason] = refused.get(reason, 0) + count
    flows = [Flow(by, to, granted, refused) for (by, to), (granted, refused) in found.items()]
    busy: dict[frozenset[str], int] = {}
    for flow in flows:
        pair = frozenset({flow.by, flow.to})
        busy[pair] = busy.get(pair, 0) + flow.all
    order = {pair: place for place, pair in enumerate(sorted(busy, key=lambda one: (-busy[one], sorted(one))))}
    return sorted(flows, key=lambda flow: (order[frozenset({flow.by, flow.to})], flow.by))


def who_grants_to_whom(board: Board) -> Figure:
    """Decisions on lines: rows are the deciding authority's country, columns the partner's."""
    flows = flows_of(whole(board.happened["decisions"]), "granted", "refused")
    before = sum(whole(board.happened_before["decisions"]).values())
    total = sum(flow.all for flow in flows)
    return Figure(
        key="flows",
        title=_flow_title(flows),
        sub=_("Lines decided on in the period: the authority’s country down the side, the partner’s along the top."),
        head=[
            _("Decided by"),
            _("For partners of"),
            _("Lines decided on"),
            _("Granted"),
            _("Refused"),
            _("Share refused"),
        ],
        rows=[
            [
                jurisdiction_name(one.by),
                jurisdiction_name(one.to),
                cell(one.all, "decisions", one.group),
                cell(one.granted, "decisions", one.group, "granted"),
                cell(one.no, "decisions", one.group, "refused:"),
                percent(one.no, one.all),
            ]
            for one in flows
        ],
        matrix=_square(flows),
        before=than_before(total, before),
        alarm="amber" if _is_lopsided(flows) else "",
    )


def _is_lopsided(flows: list[Flow]) -> bool:
    pair = _most_unlike(flows)
    return pair is not None and pair[0].no / pair[0].all - pair[1].no / pair[1].all >= LOPSIDED


def _flow_title(flows: list[Flow]) -> str:
    total, abroad = sum(one.all for one in flows), sum(one.all for one in flows if one.by != one.to)
    if not total:
        return _("Nothing was decided in this period")
    if not abroad:
        return _("No authority decided on a partner of another country")
    pair = _most_unlike(flows)
    if pair is None:
        words = ngettext(
            "%(n)s of %(all)s line was decided across a border",
            "%(n)s of %(all)s lines were decided across a border",
            total,
        )
        return words % {"n": abroad, "all": total}
    there, back = pair
    return _("%(a)s refused %(x)s of what partners of %(b)s asked for, %(b)s refused %(y)s the other way") % {
        "a": jurisdiction_name(there.by),
        "b": jurisdiction_name(there.to),
        "x": percent(there.no, there.all),
        "y": percent(back.no, back.all),
    }


def _most_unlike(flows: list[Flow]) -> tuple[Flow, Flow] | None:
    """The two directions between a pair of countries whose shares of refusals differ most, the harder one first."""
    by = {(one.by, one.to): one for one in flows if one.by != one.to and one.all}
    pairs = [(one, by[one.to, one.by]) for one in by.values() if (one.to, one.by) in by]
    unlike = [(one, other) for one, other in pairs if one.no / one.all > other.no / other.all]
    return max(unlike, key=lambda pair: pair[0].no / pair[0].all - pair[1].no / pair[1].all, default=None)


def _square(flows: list[Flow]) -> dict[str, Any]:
    sides = sorted({one.by for one in flows}, key=jurisdiction_name)
    tops = sorted({one.to for one in flows}, key=jurisdiction_name)
    found = {(one.by, one.to): one for one in flows}
    most = max((one.all for one in flows), default=0)
    return {
        "columns": [jurisdiction_name(code) for code in tops],
        "rows": [
            {"label": jurisdiction_name(side), "cells": [_flow_cell(found.get((side, top)), most) for top in tops]}
            for side in sides
        ],
    }


def _flow_cell(flow: Flow | None, most: int) -> dict[str, Any]:
    if flow is None or not flow.all:
        return {"label": "–", "heat": 0, "says": _("none")}
    refused = ngettext("%(n)s refused", "%(n)s refused", flow.no) % {"n": flow.no}
    return {
        "label": cell(flow.all, "decisions", flow.group),
        "heat": heat(flow.all, most),
        "says": refused,
        "sub": refused if flow.no else "",
    }


def how_long_it_takes(board: Board) -> Figure:
    """Working days from the request to the decision, both ways between countries."""
    spreads = board.spread["time_to_decide"]
    flows = [one for one in _ordered(spreads) if spreads[one].count]
    names = [_direction(one) for one in flows]
    medians = [spreads[one].median for one in flows]
    return Figure(
        key="pace",
        title=_pace_title(spreads),
        sub=_("Working days from sending a request to its decision, by the country that decides and the partner’s."),
        head=[_("Decided by → for"), _("Decisions"), _("Median, working days"), _("90th percentile, working days")],
        rows=[
            [name, cell(spreads[one].count, "time_to_decide", one), spreads[one].median, spreads[one].p90]
            for name, one in zip(names, flows, strict=True)
        ],
        chart={
            "kind": "across",
            "unit": _("working days"),
            "labels": names[:SHOWN_PAIRS],
            "series": [
                {"name": _("Half were decided within"), "values": medians[:SHOWN_PAIRS], "tone": "blue"},
                {
                    "name": _("Nine in ten within"),
                    "values": [spreads[one].p90 for one in flows][:SHOWN_PAIRS],
                    "tone": "neutral",
                },
            ],
        },
        before=_pace_before(board),
        note=_drawn(len(flows)),
    )


def _drawn(directions: int) -> str:
    """That there are more than a chart has room for; "" where all are drawn."""
    if directions <= SHOWN_PAIRS:
        return ""
    said = {"n": SHOWN_PAIRS, "all": directions}
    return _("%(n)s directions are drawn, those between the busiest countries; the table has all %(all)s.") % said


def _ordered(spreads: Mapping[str, Spread]) -> list[str]:
    """Directions with their way back beside them, the busiest pair first."""
    counted = {(group, "granted"): spread.count for group, spread in spreads.items()}
    return [f"{one.by}>{one.to}" for one in flows_of(counted, "granted", "refused")]


def _direction(group: str) -> str:
    by, _sign, to = group.partition(">")
    return f"{jurisdiction_name(by)}{ARROW}{jurisdiction_name(to)}"


def _pace_title(spreads: Mapping[str, Spread]) -> str:
    known = {group: one for group, one in spreads.items() if one.count}
    if not known:
        return _("Nothing was decided in this period")
    pairs = [(group, "{2}{1}{0}".format(*group.partition(">"))) for group in known]
    both = [(there, back) for there, back in pairs if there != back and back in known]
    unlike = [pair for pair in both if known[pair[0]].median > known[pair[1]].median]
    if unlike:
        there, back = max(unlike, key=lambda pair: known[pair[0]].median - known[pair[1]].median)
        by, _sign, to = there.partition(">")
        return _("Partners of %(b)s wait %(x)s in %(a)s; partners of %(a)s wait %(y)s in %(b)s") % {
            "a": jurisdiction_name(by),
            "b": jurisdiction_name(to),
            "x": duration(known[there].median, "working_days"),
            "y": duration(known[back].median, "working_days"),
        }
    if both:
        return _("Countries that decide for each other take equally long")
    slowest = max(known, key=lambda group: known[group].median)
    return _("Decisions take longest from %(direction)s: a median of %(time)s") % {
        "direction": _direction(slowest),
        "time": duration(known[slowest].median, "working_days"),
    }


def _pace_before(board: Board) -> str:
    """The busiest direction, held against the period before."""
    now, before = board.spread["time_to_decide"], board.spread_before["time_to_decide"]
    busiest = max(now, key=lambda group: now[group].count, default="")
    said = slower(now.get(busiest), before.get(busiest), "working_days")
    return _("%(direction)s: %(said)s") % {"direction": _direction(busiest), "said": said} if said else ""


def reasons_of(book: Rulebook) -> dict[str, str]:
    """Why a line was refused, in words: the reasons of the rules, and what came from the provider."""
    return {item.key: str(item.label) for item in book.refusals.grant_line} | {
        "declined": _("Declined by the provider"),
        "no_consent": _("No consent in time"),
    }


def why_refused(board: Board) -> Figure:
    """Lines that were refused, by direction and reason."""
    flows = [one for one in flows_of(whole(board.happened["decisions"]), "granted", "refused") if one.no]
    named = reasons_of(board.book)
    reasons = _by_weight(flow.refused for flow in flows)
    labels = {key: named.get(key, key.replace("_", " ") or _("No reason given")) for key in reasons}
    return Figure(
        key="refusals",
        title=_refusal_title(flows, reasons, labels),
        sub=_("Refused lines by the reason that was given, by the country that decides and the partner’s."),
        head=[_("Decided by → for"), _("Refused"), _("Share refused"), *labels.values()],
        rows=[
            [
                one.name,
                cell(one.no, "decisions", one.group, "refused:"),
                percent(one.no, one.all),
                *(cell(one.refused.get(key, 0), "decisions", one.group, f"refused:{key}") for key in reasons),
            ]
            for one in flows
        ],
        chart={
            "kind": "across",
            "stack": True,
            "whole": True,
            "labels": [one.name for one in flows][:SHOWN_PAIRS],
            "series": [
                {"name": labels[key], "values": [one.refused.get(key, 0) for one in flows][:SHOWN_PAIRS]}
                for key in reasons
            ],
        },
        before=than_before(
            sum(one.no for one in flows),
            sum(one.no for one in flows_of(whole(board.happened_before["decisions"]), "granted", "refused")),
        ),
        note=_drawn(len(flows)),
    )


def _by_weight(counts: Iterable[Mapping[str, int]]) -> list[str]:
    found: dict[str, int] = {}
    for one in counts:
        for key, count in one.items():
            found[key] = found.get(key, 0) + count
    return sorted(found, key=lambda key: (-found[key], key))


def _refusal_title(flows: list[Flow], reasons: list[str], labels: Mapping[str, str]) -> str:
    total = sum(one.no for one in flows)
    if not total:
        return _("No line was refused")
    first = sum(one.refused.get(reasons[0], 0) for one in flows)
    words = ngettext(
        "%(n)s line was refused; the commonest reason (%(m)s) is “%(reason)s”",
        "%(n)s lines were refused; the commonest reason (%(m)s) is “%(reason)s”",
        total,
    )
    return words % {"n": total, "m": first, "reason": labels[reasons[0]]}


def who_consents(board: Board) -> Figure:
    """Providers' answers to lines: their country, and the partner's."""
    flows = flows_of(whole(board.happened["consents"]), "consented", "declined")
    yes, no = ([getattr(one, name) for one in flows] for name in ("granted", "no"))
    names = [one.name for one in flows]
    total, declined = sum(one.all for one in flows), sum(no)
    return Figure(
        key="consents",
        title=_consent_title(total, declined),
        sub=_("Lines that providers answered, by the provider’s country and the partner’s."),
        head=[_("Provider of → partner of"), _("Answered"), _("Consented"), _("Declined"), _("Share declined")],
        rows=[
            [
                one.name,
                cell(one.all, "consents", one.group),
                cell(one.granted, "consents", one.group, "consented"),
                cell(one.no, "consents", one.group, "declined"),
                percent(one.no, one.all),
            ]
            for one in flows
        ],
        chart={
            "kind": "across",
            "stack": True,
            "whole": True,
            "labels": names[:SHOWN_PAIRS],
            "series": [
                {"name": _("Consented"), "values": yes[:SHOWN_PAIRS], "tone": "green"},
                {"name": _("Declined"), "values": no[:SHOWN_PAIRS], "tone": "red"},
            ],
        },
        before=than_before(total, sum(whole(board.happened_before["consents"]).values())),
        note=_drawn(len(flows)),
    )


def _consent_title(total: int, declined: int) -> str:
    if not total:
        return _("No provider answered in this period")
    if not declined:
        return ngettext(
            "Providers consented to the one line they were asked about",
            "Providers consented to all %(n)s lines they were asked about",
            total,
        ) % {"n": total}
    words = ngettext("Providers declined %(m)s of %(n)s line", "Providers declined %(m)s of %(n)s lines", total)
    return words % {"m": declined, "n": total}
