"""What must reach whom by when about an incident: worked out from the rulebook's deadline rules. Pure.

A deadline exists once its clock has started; what starts later (a final report after the resolution, an update
after the notification) comes into being with that event. Recurring steps bring up the next one when one is filed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.rulebook.durations import after
from portal.rulebook.schema import DeadlineRule, Rulebook

AUTHORITY, PROVIDER, OVERSIGHT = "home_authority", "provider", "oversight"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. `moments` are the clocks that have started: occurred, aware, reported, triaged, …;
    `filed` maps (rule, step) to when it was last filed, and how often.
    """

    severity: str
    kind: str
    country: str
    recipient_country: str
    has_provider: bool
    moments: Mapping[str, datetime]
    filed: Mapping[tuple[str, str], tuple[datetime, int]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One deadline that the facts call for."""

    rule: str
    step: str
    occurrence: int
    label: str
    recipient: str
    duty: str
    source: str
    starts_at: datetime
    due_at: datetime

    @property
    def key(self) -> tuple[str, str, int]:
        return self.rule, self.step, self.occurrence


def wanted(rules: Rulebook, facts: Facts) -> list[Wanted]:
    """Every deadline whose clock has started, the soonest first."""
    found = [item for rule in rules.incidents.deadlines for item in _of_rule(rule, facts)]
    return sorted(found, key=lambda item: item.due_at)


def _of_rule(rule: DeadlineRule, facts: Facts) -> Iterator[Wanted]:
    if not _applies(rule.applies, facts) or (rule.recipient == PROVIDER and not facts.has_provider):
        return
    country = facts.recipient_country if rule.calendar == "recipient" else facts.country
    for step in rule.steps:
        if not _applies(step.applies, facts):
            continue
        starts = _starts(rule, step, facts)
        if starts is None or _over(step, facts):
            continue
        _last, times = facts.filed.get((rule.key, step.key), (None, 0))
        for occurrence in range(1, (1 if step.every is None else times + 1) + 1):
            yield _wanted(rule, step, occurrence, starts, country)


def _wanted(rule: DeadlineRule, step: Any, occurrence: int, starts: datetime, country: str) -> Wanted:
    due = after(starts, step.length, country) if step.length else starts
    begins = starts
    for _again in range(occurrence - 1):
        begins, due = due, after(due, step.every, country)
    return Wanted(
        rule=rule.key,
        step=step.key,
        occurrence=occurrence,
        label=f"{rule.title}: {step.label}",
        recipient=rule.recipient,
        duty=_duty(rule),
        source=rule.source,
        starts_at=begins,
        due_at=due,
    )


def _duty(rule: DeadlineRule) -> str:
    """Who files it: the partner where the rule binds it, else the first that it names."""
    bound = rule.applies.duty_of
    return "partner" if not bound or "partner" in bound else bound[0]


def _starts(rule: DeadlineRule, step: Any, facts: Facts) -> datetime | None:
    if step.starts == "step":
        filed = facts.filed.get((rule.key, step.after))
        return filed[0] if filed else None
    return facts.moments.get(step.starts)


def _over(step: Any, facts: Facts) -> bool:
    """A recurring step ends with the event that its `until` names; what was filed before stays."""
    return step.every is not None and step.until in facts.moments


def _applies(applies: Any, facts: Facts) -> bool:
    return (
        _in(facts.severity, applies.severities)
        and _in(facts.kind, applies.kinds)
        and _in(facts.country, applies.countries)
        and not applies.harms
    )


def _in(value: str, allowed: Collection[str]) -> bool:
    """An empty list fits all."""
    return not allowed or value in allowed
