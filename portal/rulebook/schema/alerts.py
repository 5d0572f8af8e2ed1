"""From what on reported use raises an alert, which a person then judges."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from portal.rulebook.schema.base import Positive, Rule


class Alerts(Rule):
    """Thresholds of alerts from reported use.

    An hour is judged once, `settle_hours` after its end. `surprise` is how rare use must be, as powers of ten: 6 is one
    chance in a million, by the series' own past; below `least_requests` in the hour nothing is told. A gateway or a use
    is dormant after `dormant_days` without use. What is older than `fresh_days` when it is found raises nothing.
    """

    settle_hours: Annotated[int, Field(ge=0, le=48, strict=True)] = 2
    surprise: Annotated[int, Field(ge=2, le=50, strict=True)] = 6
    least_requests: Positive = 100
    dormant_days: Positive = 30
    fresh_days: Annotated[int, Field(ge=1, le=35, strict=True)] = 14
