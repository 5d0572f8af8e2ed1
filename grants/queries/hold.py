"""Reads about holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from grants.models import Hold
from grants.states import HOLD_STOPS


def active_holds(**on: Any) -> list[Hold]:
    """Holds that stop something now, on what the filter names. One query."""
    rows = Hold.objects.filter(state__in=HOLD_STOPS, **on)
    return list(rows.select_related("grant", "line__grant", "environment").order_by("id"))


def holds_by_target(institution_ids: Iterable[UUID]) -> dict[UUID, list[Hold]]:
    """Partner, grant, line or environment → what holds it now, of these institutions. One query."""
    found: dict[UUID, list[Hold]] = defaultdict(list)
    for hold in active_holds(institution_id__in=set(institution_ids)):
        found[hold.target_id].append(hold)
    return found
