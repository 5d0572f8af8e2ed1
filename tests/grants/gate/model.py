"""A naive model of access, written from the design (§2.6) and from nothing in the code that decides.

> Access is a conjunction, evaluated at use: partner qualified and not held, grant in force, line covers model release ×
> use case × environment × data class, limits not passed, the person's vetting current, agreement signed. If any part
> ends, the answer is no, at once.

Besides: the provider's consent stands, an authority may have narrowed a line, a line may name its people, a line may be
given back, and a hold may be on partner, grant, line, environment or person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass
class Line:
    """What was granted, as it stands now."""

    grant: str
    use_case: str
    starts: date
    ends: date
    requests: int
    people: frozenset[str] = frozenset()
    given_back: bool = False
    no_consent_from: date | None = None


@dataclass
class Somebody:
    """A person of the partner: named, and until when each check holds."""

    named: bool
    checks: dict[str, date | None]


@dataclass
class Model:
    """One partner, one release, one environment, one class of data."""

    today: date
    qualified: bool
    qualified_until: date
    accredited: bool
    accredited_until: date
    released: bool
    grants: dict[str, str]
    """By name: signed (waits for the agreement), in force, or ended."""
    lines: dict[str, Line]
    people: dict[str, Somebody]
    holds: dict[object, tuple[str, str]] = field(default_factory=dict)
    """By whatever identifies a hold: the kind of what it is on, and its name."""

    def permits(self, who: str, use_case: str, requests: int) -> bool:
        """Whether it may happen today. `who` is "partner", "workload" or a person's name."""
        held = set(self.holds.values())
        if not self.qualified or self.today > self.qualified_until or ("partner", "") in held:
            return False
        if not self.released:
            return False
        if not self.accredited or self.today > self.accredited_until or ("environment", "") in held:
            return False
        if who in self.people and not self._vetted(who, held):
            return False
        return any(self._covers(name, who, use_case, requests, held) for name in self.lines)

    def _vetted(self, who: str, held: set[tuple[str, str]]) -> bool:
        somebody = self.people[who]
        if not somebody.named or ("person", who) in held:
            return False
        return all(until is not None and self.today <= until for until in somebody.checks.values())

    def _covers(self, name: str, who: str, use_case: str, requests: int, held: set[tuple[str, str]]) -> bool:
        line = self.lines[name]
        if line.use_case != use_case or self.grants[line.grant] != "in force" or line.given_back:
            return False
        if not line.starts <= self.today <= line.ends or requests > line.requests:
            return False
        if line.no_consent_from is not None and self.today >= line.no_consent_from:
            return False
        if who in self.people and line.people and who not in line.people:
            return False
        return ("grant", line.grant) not in held and ("line", name) not in held
