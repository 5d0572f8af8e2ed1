"""Which authority runs the cases of an institution."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

EU_MEMBERS = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)
"""Member states of the European Union, for whose institutions an authority of the Union can stand in."""


@dataclass(frozen=True, slots=True)
class AuthorityLoad:
    """An active authority, since when it takes part, and how many cases it has open."""

    id: UUID
    jurisdiction: str
    since: datetime
    open_cases: int


def home_authority(jurisdiction: str, authorities: Iterable[AuthorityLoad]) -> UUID | None:
    """The authority that runs the cases of an institution of that jurisdiction, or None where there is none at all.

    That of the jurisdiction itself; where it has none, one of the European Union for its members; else the one
    with the fewest open cases. Among equals the one that takes part the longest.
    """
    known = list(authorities)
    own = [item for item in known if item.jurisdiction == jurisdiction]
    union = [item for item in known if item.jurisdiction == "EU" and jurisdiction in EU_MEMBERS]
    if own or union:
        return min(own or union, key=lambda item: (item.since, item.id)).id
    return min(known, key=lambda item: (item.open_cases, item.since, item.id)).id if known else None
