"""The board of work: where cases lie, and how long they lay there."""

from __future__ import annotations

from grants.models import GrantRequest
from partners.models import Application
from tests.dashboards.counts.facts import within
from tests.dashboards.counts.seen import Count, Naive, Row, Seen, by_age

_OF = {"application": ("Application", Application), "request": ("Grant request", GrantRequest)}


def _stage(key: str) -> str:
    """`application:under_review` in words."""
    noun, state = key.split(":")
    words, model = _OF[noun]
    label = next(one.label for one in model.TABLE.states if one.slug == state)
    return f"{words}: {str(label).lower()}"


def load(seen: Seen) -> Count:
    now = seen.now("cases")
    rows: list[Row] = []
    for body in {body for body, _stage_ in now}:
        own = {_stage(stage): count for (one, stage), count in now.items() if one == body}
        rows.append({"Authority": seen.facts.names[body], **own, "All": sum(own.values())})
    return Count(rows, (f"{now.total()} case",) if now else ("No case waits",))


def stages(seen: Seen) -> Count:
    rows: list[Row] = []
    for group, days in seen.took("stage_days").items():
        body, _colon, stage = group.partition(":")
        rows.append(
            {
                "Authority": seen.facts.names[body],
                "Stage": _stage(stage),
                "Stays that ended": len(days),
                "Median, working days": within(0.5, days),
                "90th percentile, working days": within(0.9, days),
            }
        )
    return Count(rows, () if rows else ("No case moved on",))


def ages(seen: Seen) -> Count:
    found: dict[str, dict[int, int]] = {}
    for (group, first), count in seen.now("case_ages").items():
        found.setdefault(group, {})[int(first)] = count
    rows: list[Row] = []
    for group, bands in found.items():
        body, _colon, stage = group.partition(":")
        own = by_age(bands, (0, 7, 14, 30, 60, 90, 180))
        rows.append({"Authority": seen.facts.names[body], "Stage": _stage(stage), **own})
    return Count(rows, () if rows else ("No case waits",))


COUNTS: dict[str, Naive] = {"load": load, "ages": ages, "stages": stages}
