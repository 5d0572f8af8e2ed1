"""What went wrong: incidents over time, those that are open, and how long they took to contain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.models import Severity
from portal.dashboards.boards.board import Board, by_group, whole
from portal.dashboards.boards.words import duration, month_name, slower, than_before, than_then
from portal.dashboards.figures import BEFORE, Figure, cell, months_between
from portal.dashboards.rollup.read import Spread

SERIOUS = ("high", "critical")
TONES = {"low": "neutral", "moderate": "amber", "high": "red", "critical": "black"}


def incidents_over_time(board: Board) -> Figure:
    """Incidents by the month in which they were reported and by severity; duplicates and unfounded ones left out."""
    months = months_between(board.narrowed.since, board.narrowed.until)
    counted: dict[tuple[date, str], int] = {}
    for (month, severity, _kind), count in board.happened["incidents"].items():
        counted[month, severity] = counted.get((month, severity), 0) + count
    severities = list(Severity.choices)
    labels = [month_name(month) for month in months]
    series = [[counted.get((month, key), 0) for month in months] for key, _label in severities]
    before = by_group(whole(board.happened_before["incidents"]))
    return Figure(
        key="incidents",
        title=_over_time_title(by_group(whole(board.happened["incidents"])), before),
        sub=_("By month of the report and severity, %(first)s to %(last)s. Duplicates and unfounded ones are left out.")
        % {"first": labels[0], "last": labels[-1]},
        head=[_("Month"), *(label for _key, label in severities), _("All")],
        rows=[
            [
                label,
                *(
                    cell(values[place], "incidents", key, month=month.isoformat())
                    for (key, _label), values in zip(severities, series, strict=True)
                ),
                cell(sum(values[place] for values in series), "incidents", month=month.isoformat()),
            ]
            for place, (month, label) in enumerate(zip(months, labels, strict=True))
        ],
        chart={
            "kind": "stacked",
            "whole": True,
            "labels": labels,
            "series": [
                {"name": str(label), "values": values, "tone": TONES[key]}
                for (key, label), values in zip(severities, series, strict=True)
            ],
        },
        before=than_before(sum(counted.values()), sum(before.values())),
    )


def _over_time_title(now: Mapping[str, int], before: Mapping[str, int]) -> str:
    everything, serious = sum(now.values()), sum(now.get(key, 0) for key in SERIOUS)
    earlier = sum(before.get(key, 0) for key in SERIOUS)
    if not everything:
        return _("No incident was reported in this period")
    if serious == earlier:
        words = ngettext("%(n)s incident, %(m)s of them serious", "%(n)s incidents, %(m)s of them serious", everything)
        return words % {"n": everything, "m": serious}
    words = (
        _("Serious incidents rose from %(a)s to %(b)s, of %(n)s in all")
        if serious > earlier
        else _("Serious incidents fell from %(a)s to %(b)s, of %(n)s in all")
    )
    return words % {"a": earlier, "b": serious, "n": everything}


def open_incidents(board: Board) -> Figure:
    """Incidents that are not closed, by severity, and whether a report about them is overdue."""
    now = board.now["incidents_open"]
    severities = list(Severity.choices)
    labels = [str(label) for _key, label in severities]
    values = {column: [now.get((key, column), 0) for key, _label in severities] for column in ("in_time", "late")}
    late, total = sum(values["late"]), sum(now.values())
    return Figure(
        key="incidents_open",
        title=_open_title(total, late),
        sub=_("Incidents that are not closed. Late: something that the rules ask to be reported was not, in time."),
        head=[_("Severity"), _("Within its deadlines"), _("Late"), _("All")],
        rows=[
            [
                label,
                *(cell(values[column][place], "incidents_open", key, column) for column in ("in_time", "late")),
                cell(values["in_time"][place] + values["late"][place], "incidents_open", key),
            ]
            for place, (key, label) in enumerate(zip(dict(severities), labels, strict=True))
        ],
        chart={
            "kind": "stacked",
            "whole": True,
            "labels": labels,
            "series": [
                {"name": _("Within its deadlines"), "values": values["in_time"], "tone": "blue"},
                {"name": _("Late"), "values": values["late"], "tone": "red"},
            ],
        },
        before=than_then(total, sum(board.then["incidents_open"].values()), board.narrowed),
        alarm="red" if late else "",
    )


def _open_title(total: int, late: int) -> str:
    if not total:
        return _("No incident is open")
    said = ngettext("%(n)s incident is open", "%(n)s incidents are open", total) % {"n": total}
    if not late:
        return _("%(said)s, all within their deadlines") % {"said": said}
    words = ngettext("%(said)s, and %(m)s is late", "%(said)s, and %(m)s are late", late)
    return words % {"said": said, "m": late}


def time_to_contain(board: Board) -> Figure:
    """Hours from the report of an incident until it was contained, of those that were contained in the period."""
    spreads, before = board.spread["time_to_contain"], board.spread_before["time_to_contain"]
    known = [(key, str(label), spreads[key]) for key, label in Severity.choices if spreads.get(key)]
    worst = next((one for one in reversed(known) if one[0] in SERIOUS), known[-1] if known else None)
    return Figure(
        key="contain",
        title=_contain_title(worst),
        sub=_("Hours from the report to containment, of incidents contained in the period."),
        head=[_("Severity"), _("Contained"), _("Median, hours"), _("90th percentile, hours"), _("Median before")],
        rows=[
            [label, cell(one.count, "time_to_contain", key), one.median, one.p90, _median(before.get(key))]
            for key, label, one in known
        ],
        chart={
            "kind": "across",
            "unit": _("hours"),
            "whole": True,
            "labels": [label for _key, label, _one in known],
            "series": [
                {
                    "name": _("Half were contained within"),
                    "values": [one.median for *_rest, one in known],
                    "tone": "blue",
                },
                {"name": _("Nine in ten within"), "values": [one.p90 for *_rest, one in known], "tone": "neutral"},
            ],
        },
        before=slower(worst[2], before.get(worst[0]), "hours") if worst else "",
    )


def _median(one: Spread | None) -> Any:
    return one.median if one else "–"


def _contain_title(worst: tuple[str, str, Spread] | None) -> str:
    if worst is None:
        return _("No incident was contained in this period")
    _key, label, spread = worst
    said = {"severity": label, "half": duration(spread.median, "hours"), "most": duration(spread.p90, "hours")}
    if said["half"] == said["most"]:
        return _("Nine in ten incidents of severity “%(severity)s” were contained within %(most)s") % said
    words = _(
        "Half of the incidents of severity “%(severity)s” were contained within %(half)s, nine in ten within %(most)s"
    )
    return words % said


def _acknowledged_title(one: Spread | None) -> str:
    if one is None:
        return _("No gateway was told of a hold in this period")
    said = {"half": duration(one.median, "seconds"), "most": duration(one.p90, "seconds")}
    if said["half"] == said["most"]:
        return _("Gateways acknowledged nine in ten signals of holds within %(most)s") % said
    return _("Gateways acknowledged half of the signals of holds within %(half)s, nine in ten within %(most)s") % said


def acknowledgements(board: Board) -> Figure:
    """Seconds from a hold's signal until a provider's gateway acknowledged it."""
    now, before = (_only(found["holds_acknowledged"]) for found in (board.spread, board.spread_before))
    rows = [
        [
            label,
            cell(one.count, "holds_acknowledged", **which) if one else 0,
            duration(one.median if one else None, "seconds"),
            duration(one.p90 if one else None, "seconds"),
        ]
        for label, one, which in ((_("This period"), now, {}), (_("The period before"), before, BEFORE))
    ]
    return Figure(
        key="acknowledged",
        title=_acknowledged_title(now),
        sub=_("From the moment a hold was signalled until the gateway’s acknowledgement, for each gateway’s stream."),
        head=[_("Period"), _("Signals acknowledged"), _("Median"), _("90th percentile")],
        rows=rows,
        before=slower(now, before, "seconds"),
    )


def _only(found: Mapping[str, Spread]) -> Spread | None:
    return max(found.values(), key=lambda one: one.count, default=None)
