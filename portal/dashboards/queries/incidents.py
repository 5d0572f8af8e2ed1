"""What went wrong and what stops access: incidents over time, holds in force, positions on the ladder."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.models import Severity
from audits.queries.ladder import LADDER
from grants.models import Hold
from grants.states import HOLD_STOPS
from portal.core import clock
from portal.dashboards.figures import Figure, months_between
from portal.dashboards.queries.counts import Board

SERIOUS = ("high", "critical")
TONES = {"low": "neutral", "moderate": "amber", "high": "red", "critical": "black"}
SHOWN_HOLDS = 100


def incidents_over_time(board: Board) -> Figure:
    """Incidents by the month in which they were reported and by severity; duplicates and unfounded ones left out."""
    months = months_between(board.narrowed.since, clock.today())
    counted = {(date.fromisoformat(month), key): count for (month, key), count in board.counts["incidents"].items()}
    severities = list(Severity.choices)
    labels = [date_format(month, "M Y") for month in months]
    series = [[counted.get((month, key), 0) for month in months] for key, _label in severities]
    return Figure(
        key="incidents",
        title=_incident_title(counted, months),
        sub=_("By month of the report and severity, %(first)s to %(last)s.") % {"first": labels[0], "last": labels[-1]},
        head=[_("Month"), *(label for _key, label in severities)],
        rows=[[label, *(values[place] for values in series)] for place, label in enumerate(labels)],
        chart={
            "kind": "stacked",
            "whole": True,
            "labels": [date_format(month, "M") for month in months],
            "series": [
                {"name": str(label), "values": values, "tone": TONES[key]}
                for (key, label), values in zip(severities, series, strict=True)
            ],
        },
    )


def _incident_title(counted: dict[Any, int], months: list[Any]) -> str:
    everything = sum(counted.values())
    if not everything:
        return _("No incident was reported in this period")
    half = months[len(months) // 2]
    serious = {key: count for key, count in counted.items() if key[1] in SERIOUS}
    before = sum(count for (month, _severity), count in serious.items() if month < half)
    after = sum(count for (month, _severity), count in serious.items() if month >= half)
    if before == after:
        return ngettext(
            "%(n)s incident, %(m)s of them serious", "%(n)s incidents, %(m)s of them serious", everything
        ) % {
            "n": everything,
            "m": before + after,
        }
    words = (
        _("Serious incidents rose from %(a)s to %(b)s")
        if after > before
        else _("Serious incidents fell from %(a)s to %(b)s")
    )
    return words % {"a": before, "b": after}


def holds_in_force(board: Board) -> Figure:
    """What is stopped right now, by what it is on; the newest hundred by name. One query besides the counts."""
    rows = list(
        Hold.objects.filter(board.narrowed.of_institution(), state__in=HOLD_STOPS)
        .select_related("institution__organisation")
        .order_by("-placed_at")[:SHOWN_HOLDS]
    )
    kinds = {
        "partner": _("Partner"),
        "grant": _("Grant"),
        "line": _("Line"),
        "environment": _("Environment"),
        "person": _("Person"),
    }
    counted = board.counts["holds"]
    confirmed = [counted.get((kind, "confirmed"), 0) for kind in kinds]
    waiting = [counted.get((kind, "waiting"), 0) for kind in kinds]
    return Figure(
        key="holds",
        title=_hold_title(sum(confirmed) + sum(waiting), sum(waiting)),
        sub=_("What is stopped now, and whether a second body has confirmed it."),
        head=[_("Partner"), _("On"), _("Since"), _("State"), _("Lifted when")],
        rows=[
            [
                str(row.institution),
                kinds[row.target_kind],
                date_format(row.placed_at, "j M Y"),
                row.state_label,
                row.lifted_when,
            ]
            for row in rows
        ],
        chart={
            "kind": "stacked",
            "whole": True,
            "labels": list(kinds.values()),
            "series": [
                {"name": _("Confirmed"), "values": confirmed, "tone": "red"},
                {"name": _("Waits to be confirmed"), "values": waiting, "tone": "amber"},
            ],
        },
    )


def _hold_title(count: int, waiting: int) -> str:
    if not count:
        return _("Nothing is on hold")
    said = ngettext("%(n)s hold is in force", "%(n)s holds are in force", count) % {"n": count}
    if not waiting:
        return said
    return ngettext("%(said)s; %(m)s waits for a second body", "%(said)s; %(m)s wait for a second body", waiting) % {
        "said": said,
        "m": waiting,
    }


def ladder_positions(board: Board) -> Figure:
    """How many partners a decision holds on each rung today, and of how many a case is being heard."""
    counts = {column: count for (_group, column), count in board.counts["ladder"].items()}
    labels = [str(rung.label) for rung in LADDER]
    values = [counts.get(rung.value, 0) for rung in LADDER]
    return Figure(
        key="ladder",
        title=_ladder_title(counts),
        sub=_("Partners by the enforcement decision that is in effect."),
        head=[_("Rung"), _("Partners")],
        rows=[
            *([label, count] for label, count in zip(labels, values, strict=True)),
            [_("Being heard"), counts.get("running", 0)],
        ],
        chart={
            "kind": "bar",
            "labels": labels,
            "whole": True,
            "series": [{"name": _("Partners"), "values": values, "tone": "red"}],
        },
    )


def _ladder_title(counts: dict[str, int]) -> str:
    highest = next((rung for rung in reversed(LADDER) if counts.get(rung.value)), None)
    running = counts.get("running", 0)
    if highest is None:
        none = _("No partner is on the enforcement ladder")
        heard = ngettext("%(none)s; %(m)s is being heard", "%(none)s; %(m)s are being heard", running)
        return heard % {"none": none, "m": running} if running else none
    count = counts[highest.value]
    return ngettext("%(n)s partner stands at “%(rung)s”", "%(n)s partners stand at “%(rung)s”", count) % {
        "n": count,
        "rung": highest.label,
    }
