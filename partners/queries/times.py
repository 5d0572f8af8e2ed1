"""How long decisions take now."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F

from partners.models import Application
from portal.core import clock

WINDOW = timedelta(days=365)
ENOUGH = 5
"""Fewer decisions than this say nothing about the next one, and could give away how long a named one took."""


@dataclass(frozen=True, slots=True)
class DecisionTime:
    """Of one kind of application: how many were decided in the window, and within how many days half and nine in ten.

    Days from submission to decision, begun ones counted whole, with the time that applicants took to answer questions.
    None where there were fewer than ENOUGH.
    """

    kind: str
    label: str
    decided: int
    half: int | None
    most: int | None


class _Percentile(Aggregate):
    """PostgreSQL's `percentile_cont`: the value below which that share lies, interpolated."""

    function = "percentile_cont"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: Any, share: float) -> None:
        super().__init__(expression, share=float(share), output_field=DurationField())


def decision_times() -> tuple[DecisionTime, ...]:
    """The times of every kind of application over the last twelve months. One query."""
    took = ExpressionWrapper(F("decided_at") - F("submitted_at"), output_field=DurationField())
    rows = (
        Application.objects.filter(state__in=["approved", "declined"], decided_at__gte=clock.now() - WINDOW)
        .values("kind")
        .annotate(decided=Count("pk"), half=_Percentile(took, 0.5), most=_Percentile(took, 0.9))
        .order_by()
    )
    found = {row["kind"]: row for row in rows}
    return tuple(_time(str(kind), str(label), found.get(kind, {})) for kind, label in Application.Kind.choices)


def _time(kind: str, label: str, row: Mapping[str, Any]) -> DecisionTime:
    decided = row.get("decided", 0)
    if decided < ENOUGH:
        return DecisionTime(kind, label, decided, None, None)
    return DecisionTime(kind, label, decided, _days(row["half"]), _days(row["most"]))


def _days(length: timedelta) -> int:
    return max(1, math.ceil(length / timedelta(days=1)))
