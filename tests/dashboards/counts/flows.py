"""Decisions and answers between countries."""

from __future__ import annotations

from collections import Counter

from portal.accounts.models.organisation import jurisdiction_name
from tests.dashboards.counts.facts import within
from tests.dashboards.counts.seen import Count, Naive, Row, Seen, share
from tests.dashboards.rollup.naive_happened import Happening


def _by_direction(rows: list[Happening]) -> dict[tuple[str, str], Counter[str]]:
    """(country that decides, the partner's) → column → how many."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for one in rows:
        by, to = one.group.split(">")
        found.setdefault((by, to), Counter())[one.column] += 1
    return found


def _arrow(by: str, to: str) -> str:
    return f"{jurisdiction_name(by)} → {jurisdiction_name(to)}"


def _refused(columns: Counter[str]) -> int:
    return sum(count for column, count in columns.items() if column.startswith("refused:"))


def flows(seen: Seen) -> Count:
    found = _by_direction(seen.happened("decisions"))
    return Count(
        [
            {
                "Decided by": jurisdiction_name(by),
                "For partners of": jurisdiction_name(to),
                "Lines decided on": columns.total(),
                "Granted": columns["granted"],
                "Refused": _refused(columns),
                "Share refused": share(_refused(columns), columns.total()),
            }
            for (by, to), columns in found.items()
        ],
        _flows_title(found),
        before=len(seen.happened_before("decisions")),
    )


def _flows_title(found: dict[tuple[str, str], Counter[str]]) -> tuple[str, ...]:
    total = sum(columns.total() for columns in found.values())
    abroad = sum(columns.total() for (by, to), columns in found.items() if by != to)
    if not total:
        return ("Nothing was decided in this period",)
    both = [pair for pair in found if pair[0] != pair[1] and pair[::-1] in found]
    if not abroad:
        return ("No authority decided on a partner of another country",)
    return () if both else (f"{abroad} of {total} line",)


def pace(seen: Seen) -> Count:
    return Count(
        [
            {
                "Decided by → for": _arrow(*group.split(">")),
                "Decisions": len(days),
                "Median, working days": within(0.5, days),
                "90th percentile, working days": within(0.9, days),
            }
            for group, days in seen.took("time_to_decide").items()
        ]
    )


def refusals(seen: Seen) -> Count:
    labels = {item.key: str(item.label) for item in seen.book.refusals.grant_line} | {
        "declined": "Declined by the provider",
        "no_consent": "No consent in time",
        "": "No reason given",
    }
    rows: list[Row] = []
    for (by, to), columns in _by_direction(seen.happened("decisions")).items():
        if count := _refused(columns):
            reasons = {column.removeprefix("refused:"): n for column, n in columns.items() if column != "granted"}
            row: dict[str, object] = {
                "Decided by → for": _arrow(by, to),
                "Refused": count,
                "Share refused": share(count, columns.total()),
            }
            rows.append(row | {labels.get(key, key.replace("_", " ")): n for key, n in reasons.items()})
    total = sum(one.column != "granted" for one in seen.happened("decisions"))
    before = sum(one.column != "granted" for one in seen.happened_before("decisions"))
    return Count(rows, (f"{total} line",) if total else ("No line was refused",), before)


def consents(seen: Seen) -> Count:
    rows: list[Row] = [
        {
            "Provider of → partner of": _arrow(by, to),
            "Answered": columns.total(),
            "Consented": columns["consented"],
            "Declined": columns["declined"],
            "Share declined": share(columns["declined"], columns.total()),
        }
        for (by, to), columns in _by_direction(seen.happened("consents")).items()
    ]
    answered = len(seen.happened("consents"))
    declined = sum(one.column == "declined" for one in seen.happened("consents"))
    title = (f"declined {declined} of {answered} line",) if declined else ()
    return Count(rows, title if answered else ("No provider answered",), len(seen.happened_before("consents")))


COUNTS: dict[str, Naive] = {"flows": flows, "pace": pace, "refusals": refusals, "consents": consents}
