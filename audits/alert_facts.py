"""The numbers of an alert's reason, as its kind has them. Rows are kept for years, and older versions wrote some."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from grants.models.usage import Scope

S = TypeVar("S", bound="Facts")


class Facts(BaseModel):
    """What is not named here is passed over; what has a default may be missing."""

    model_config = ConfigDict(frozen=True)


class OutOfScope(Facts):
    """Use that no grant covered, on one day."""

    requests: int
    denied: int
    why: Scope


class Limit(Facts):
    """What was used of a line on a day, and what it has."""

    requests: int
    requests_limit: int
    tokens: int
    tokens_limit: int


class Place(Facts):
    """A country (ISO 3166-1) or the key of an environment."""

    value: str
    requests: int


class Dormant(Facts):
    """Use after so many days without any."""

    days: int
    last: datetime
    requests: int


class Unusual(Facts):
    """An hour's requests beside what was usual (audits.detection.watch.Sound)."""

    requests: int
    most: int | None = None
    usual: int | None = None
    before: int | None = None
    level: float | None = None
    mean: float | None = None
    view: str = ""


def read(shape: type[S], facts: Any) -> S | None:
    """The facts in their shape; None where one that is needed is missing, or is not what it has to be."""
    try:
        return shape.model_validate(facts)
    except ValidationError:
        return None
