"""Reads for the pages of one audit, finding or incident. Each is a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from audits.models import Audit, Check, Result


@dataclass(frozen=True)
class Family:
    """A group of the catalogue with its controls on the checklist, and how far they are."""

    group: Any
    checks: list[Check]

    @property
    def count(self) -> int:
        return len(self.checks)

    @property
    def done(self) -> int:
        return sum(1 for check in self.checks if check.result)


def checklist(audit: Audit) -> list[Family]:
    """The checklist by groups, in the order of the catalogue. One query."""
    rows = Check.objects.filter(audit=audit).select_related("control__group").order_by("position")
    families: dict[UUID, Family] = {}
    for check in rows:
        families.setdefault(check.control.group_id, Family(check.control.group, [])).checks.append(check)
    return list(families.values())


def results_of(families: list[Family]) -> list[tuple[str, int]]:
    """How many controls have which result, the untested last. No query."""
    counted = Counter(check.result for family in families for check in family.checks)
    found = [(str(label), counted[value]) for value, label in Result.choices]
    return [*found, ("", counted[""])]
