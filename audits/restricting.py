"""What a restriction narrows, as it is said when notice is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grants.models import Environment, Grant, GrantLine
from partners.models import Person

Closed = Grant | GrantLine | Environment | Person
"""What a restriction can close: a grant, one line of it, an environment with the place where it is, or a person."""


@dataclass(frozen=True)
class Limited:
    """A line of which a restriction lowers limits: by name, those that it lowers."""

    line: GrantLine
    limits: Mapping[str, int] = field(default_factory=dict)
