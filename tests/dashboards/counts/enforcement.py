"""The second half of the board of incidents: holds, the ladder, appeals."""

from __future__ import annotations

from collections import Counter

from audits.models import Measure
from tests.dashboards.counts.seen import Count, Naive, Row, Seen, share

ON = {
    "partner": "All access of a partner",
    "grant": "A grant",
    "line": "A line",
    "environment": "An environment",
    "person": "A person",
}


def holds(seen: Seen) -> Count:
    now = seen.now("holds")
    rows: list[Row] = [
        {
            "On what": label,
            "Confirmed": now[kind, "confirmed"],
            "Waits to be confirmed": now[kind, "waiting"],
            "All": now[kind, "confirmed"] + now[kind, "waiting"],
        }
        for kind, label in ON.items()
    ]
    waiting = sum(count for (_kind, column), count in now.items() if column == "waiting")
    title = (f"{now.total()} hold", *([f"{waiting} wait"] if waiting else []))
    return Count(rows, title if now else ("Nothing is on hold",))


def ladder(seen: Seen) -> Count:
    """What stood at the end of the period before is held to what was shown on that day."""
    then = "At the end of the period before"
    now = Counter({rung: count for (_group, rung), count in seen.now("ladder").items()})
    rungs = ["warning", "restriction", "suspension", "removal"]
    rows: list[Row] = [{"Rung": str(Measure(rung).label), "Partners": now[rung]} for rung in rungs]
    highest = [rung for rung in rungs if now[rung]][-1:]
    title = [f"{now[rung]} partner" for rung in highest] or ["No partner is on the enforcement ladder"]
    return Count([*rows, {"Rung": "Being heard", "Partners": now["running"]}], tuple(title), apart=(then,))


GOING = {"lodged": "Lodged", "admitted": "Admitted", "heard": "Heard"}
ENDED = {"upheld": "Upheld", "varied": "Varied", "dismissed": "Dismissed", "withdrawn": "Withdrawn"}


def appeals(seen: Seen) -> Count:
    states = Counter({state: count for (_group, state), count in seen.now("appeals").items()})
    now, before = (
        Counter(one.column for one in rows)
        for rows in (seen.happened("appeals_decided"), seen.happened_before("appeals_decided"))
    )
    count, part, earlier = "Now or in the period", "Share of those that ended", "In the period before"
    rows: list[Row] = [{"State": label, count: states[key], part: "–", earlier: "–"} for key, label in GOING.items()]
    for key, label in ENDED.items():
        rows.append({"State": label, count: now[key], part: share(now[key], now.total()), earlier: before[key]})
    decided = now["upheld"] + now["varied"] + now["dismissed"]
    title = f"{now['upheld'] + now['varied']} of {decided} appeal" if decided else "No appeal was decided"
    return Count(rows, (title,), before.total())


COUNTS: dict[str, Naive] = {"holds": holds, "ladder": ladder, "appeals": appeals}
