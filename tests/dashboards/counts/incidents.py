"""The first half of the board of incidents: how many, how many are open, how fast they were contained and heard of."""

from __future__ import annotations

from collections import Counter

from audits.models import Severity
from portal.ui.templatetags.ui import seconds_in_words
from tests.dashboards.counts.facts import within
from tests.dashboards.counts.seen import Count, Naive, Row, Seen, month_called, months_on

SEVERITIES = {key: str(label) for key, label in Severity.choices}


def over_time(seen: Seen) -> Count:
    found = Counter((one.at.date().replace(day=1), one.group) for one in seen.happened("incidents"))
    rows: list[Row] = []
    month = seen.asked.since
    while month <= seen.asked.until:
        own = {label: found[month, key] for key, label in SEVERITIES.items()}
        rows.append({"Month": month_called(month), **own, "All": sum(own.values())})
        month = months_on(month, 1)
    now, before = seen.happened("incidents"), seen.happened_before("incidents")
    serious, earlier = (sum(one.group in ("high", "critical") for one in rows_) for rows_ in (now, before))
    title: tuple[str, ...] = (f"{len(now)} incident", f"{serious} of them serious")
    if serious != earlier:
        title = (f"from {earlier} to {serious}, of {len(now)} in all",)
    return Count(rows, title if now else ("No incident was reported",), len(before))


def still_open(seen: Seen) -> Count:
    now = seen.now("incidents_open")
    rows: list[Row] = [
        {
            "Severity": label,
            "Within its deadlines": now[key, "in_time"],
            "Late": now[key, "late"],
            "All": now[key, "in_time"] + now[key, "late"],
        }
        for key, label in SEVERITIES.items()
    ]
    return Count(rows, (f"{now.total()} incident",) if now else ("No incident is open",))


def contain(seen: Seen) -> Count:
    took, before = seen.took("time_to_contain"), seen.took_before("time_to_contain")
    return Count(
        [
            {
                "Severity": SEVERITIES[key],
                "Contained": len(hours),
                "Median, hours": within(0.5, hours),
                "90th percentile, hours": within(0.9, hours),
                "Median before": within(0.5, before[key]) if key in before else "–",
            }
            for key, hours in took.items()
        ],
        () if took else ("No incident was contained",),
    )


def _said(seconds: int) -> str:
    return str(seconds_in_words(seconds)) if seconds else "less than a second"


def acknowledged(seen: Seen) -> Count:
    periods = {
        "This period": seen.took("holds_acknowledged").get("", []),
        "The period before": seen.took_before("holds_acknowledged").get("", []),
    }
    return Count(
        [
            {
                "Period": label,
                "Signals acknowledged": len(seconds),
                "Median": _said(within(0.5, seconds)) if seconds else "–",
                "90th percentile": _said(within(0.9, seconds)) if seconds else "–",
            }
            for label, seconds in periods.items()
        ],
        () if periods["This period"] else ("No gateway was told",),
    )


COUNTS: dict[str, Naive] = {
    "incidents": over_time,
    "incidents_open": still_open,
    "contain": contain,
    "acknowledged": acknowledged,
}
