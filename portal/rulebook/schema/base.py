"""What every part of a rulebook document shares: frozen models, the words for bodies and tiers, and durations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Generic, Literal, Protocol, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Value = TypeVar("Value")

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
"""A stable name: lower-case letters, digits and underscores. Decisions cite it, so it never changes its meaning."""
Line = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
BodyKind = Literal["institution", "authority", "provider", "oversight"]
RiskTier = Literal["standard", "elevated", "high"]
RISK_TIERS: tuple[RiskTier, ...] = get_args(RiskTier)
"""From the lightest to the strictest."""
Disclosure = Literal["public", "scheme", "case", "authority", "restricted"]
DISCLOSURE_TIERS: tuple[Disclosure, ...] = get_args(Disclosure)
"""The ledger's tiers, from the widest audience to the narrowest; the document's `disclosure` says who is in each."""
Severity = Literal["low", "moderate", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
Count = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
Positive = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]


class HasKey(Protocol):
    """Anything with a slug of its own in a list."""

    @property
    def key(self) -> str: ...


Keyed = TypeVar("Keyed", bound=HasKey)


class Part(BaseModel):
    """A part of the document: cannot be changed once read, and accepts no field that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)


class Rule(Part):
    """A part that decisions cite. `why` is shown wherever the rule is applied; `source` names what it rests on."""

    why: Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True)] = ""
    source: Annotated[str, StringConstraints(max_length=300, strip_whitespace=True)] = ""


class Term(Part):
    """One word of a vocabulary: its slug, what pages call it, and what it means."""

    key: Slug
    label: Line
    meaning: Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True)] = ""


class Duration(Part):
    """A length of time. Working days follow the calendar of the body that the rule names; the rest is plain."""

    amount: Positive
    unit: Literal["hours", "days", "working_days", "weeks", "months", "years"]

    def __str__(self) -> str:
        unit = self.unit.replace("_", " ")
        return f"{self.amount} {unit.removesuffix('s') if self.amount == 1 else unit}"


class ByTier(Part, Generic[Value]):
    """One value for each risk tier; none may be left out."""

    standard: Value
    elevated: Value
    high: Value

    def __getitem__(self, tier: str) -> Value:
        """The value of that tier; KeyError for a word that is no tier."""
        if tier not in RISK_TIERS:
            raise KeyError(f"No risk tier {tier!r}: use one of {', '.join(RISK_TIERS)}.")
        value: Value = getattr(self, tier)
        return value

    def items(self) -> tuple[tuple[RiskTier, Value], ...]:
        """The tiers with their values, from the lightest."""
        return tuple((tier, self[tier]) for tier in RISK_TIERS)


def find(items: Iterable[Keyed], key: str) -> Keyed:
    """The item of that key; KeyError names those that there are."""
    known = []
    for item in items:
        if item.key == key:
            return item
        known.append(item.key)
    raise KeyError(f"No {key!r} here; there are: {', '.join(known) or 'none'}.")
