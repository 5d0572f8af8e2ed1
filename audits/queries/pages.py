"""Reads for the pages of one audit. Each is a fixed number of queries, and reads no more text than its page shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Min

from audits.models import Audit, Check, ControlGroup, Result
from audits.queries.comparison import with_before

TEXTS = ("statement", "guidance", "props", "params", "links")
"""What a control says at length: a list of controls does without."""


@dataclass(frozen=True)
class Family:
    """A group of the catalogue with its controls on the checklist."""

    group: ControlGroup
    checks: list[Check]

    @property
    def results(self) -> Counter[str]:
        """How many of its controls have which result."""
        return Counter(check.result for check in self.checks)


@dataclass(frozen=True)
class Tally:
    """A group of the catalogue in numbers: how many of its controls on the checklist have which result."""

    group_id: UUID
    title: str
    results: Counter[str]

    @property
    def count(self) -> int:
        return self.results.total()

    @property
    def done(self) -> int:
        return self.count - self.results[""]


def checklist(audit: Audit) -> list[Family]:
    """The checklist by groups, in the order of the catalogue, without the controls' texts and notes. One query."""
    rows = (
        Check.objects.filter(audit=audit)
        .select_related("control__group")
        .defer("note", "control__group__overview", *(f"control__{name}" for name in TEXTS))
        .order_by("position")
    )
    families: dict[UUID, Family] = {}
    for check in rows:
        families.setdefault(check.control.group_id, Family(check.control.group, [])).checks.append(check)
    return list(families.values())


def tallies(audit: Audit) -> list[Tally]:
    """How far the checklist is, group by group, in the order of the catalogue. One query."""
    rows: Any = (
        Check.objects.filter(audit=audit)
        .values_list("control__group_id", "control__group__title", "result")
        .annotate(first=Min("position"), count=Count("pk"))
        .order_by("first")
    )
    found: dict[UUID, Tally] = {}
    for group_id, title, result, _first, count in rows:
        found.setdefault(group_id, Tally(group_id, title, Counter())).results[result] += count
    return list(found.values())


def family_of(audit: Audit, group_id: UUID) -> Family:
    """One group of the checklist with the whole text of its controls, and how each fared before (`before`). One query.

    There is at least one control.
    """
    rows = Check.objects.filter(audit=audit, control__group_id=group_id).select_related("control__group")
    checks = list(with_before(rows, audit).order_by("position"))
    return Family(checks[0].control.group, checks)


def results_of(groups: Iterable[Family | Tally]) -> list[tuple[str, int]]:
    """How many controls have which result, the untested last. No query."""
    counted = sum((group.results for group in groups), Counter[str]())
    found = [(str(label), counted[value]) for value, label in Result.choices]
    return [*found, ("", counted[""])]
