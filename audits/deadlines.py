"""What must reach whom by when about an incident: worked out from the rulebook's deadline rules. Pure.

A deadline exists once its clock has started; what starts later (a final report after the resolution, an update
after the notification) comes into being with that event. Recurring steps bring up the next one when one is filed.
Rules of several laws hold at once, each by the country that it looks at and by its own way of counting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from portal.rulebook.periods import end_of
from portal.rulebook.schema import Applies, Deadline, DeadlineRule, Duration, Rulebook, Shorter

AUTHORITY, PROVIDER, OVERSIGHT = "home_authority", "provider", "oversight"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at.

    `places` are the countries (ISO 3166-1) of "partner", "environment", "provider" and "recipient", as far as known.
    `moments` are the clocks that have started: occurred, aware, reported, triaged, …; `filed` maps (rule, step) to
    when it was last filed, and how often.
    """

    severity: str
    kind: str
    places: Mapping[str, str]
    moments: Mapping[str, datetime]
    harms: frozenset[str] = frozenset()
    filed: Mapping[tuple[str, str], tuple[datetime, int]] = field(default_factory=dict)

    def in_one_of(self, countries: Collection[str], where: str) -> bool:
        """Whether the place that is meant lies in one of the countries."""
        if not countries:
            return True
        meant = ("partner", "environment", "provider") if where == "any" else (where,)
        return any(self.places.get(place) in countries for place in meant)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One deadline that the facts call for. `zone` is where its last day ends."""

    rule: str
    step: str
    occurrence: int
    label: str
    recipient: str
    duty: str
    source: str
    zone: str
    starts_at: datetime
    due_at: datetime

    @property
    def key(self) -> tuple[str, str, int]:
        return self.rule, self.step, self.occurrence


@dataclass(frozen=True, slots=True)
class _Days:
    """Whose days a rule counts, and how."""

    rule: DeadlineRule
    zone: str
    holidays: str

    def after(self, moment: datetime, length: Duration) -> datetime:
        return end_of(moment, length, zone=self.zone, holidays=self.holidays, counting=self.rule.counting)


def wanted(rules: Rulebook, facts: Facts) -> list[Wanted]:
    """Every deadline whose clock has started, the soonest first."""
    zones = rules.incidents.zones
    found = [item for rule in rules.incidents.deadlines for item in _of_rule(rule, facts, zones)]
    return sorted(found, key=lambda item: item.due_at)


def _of_rule(rule: DeadlineRule, facts: Facts, zones: Mapping[str, str]) -> Iterator[Wanted]:
    duty = _duty(rule)
    if not _applies(rule.applies, facts) or (PROVIDER in (rule.recipient, duty) and "provider" not in facts.places):
        return
    days = _days(rule, facts, zones)
    for step in rule.steps:
        starts = _starts(rule, step, facts)
        if starts is not None and _applies(step.applies, facts) and not _over(step, facts):
            yield from _of_step(days, step, starts, facts, duty)


def _of_step(days: _Days, step: Deadline, starts: datetime, facts: Facts, duty: str) -> Iterator[Wanted]:
    rule = days.rule
    length, source = _length(rule, step, facts)
    due = days.after(starts, length) if length else starts
    first = Wanted(
        rule=rule.key,
        step=step.key,
        occurrence=1,
        label=f"{rule.title}: {step.label}",
        recipient=rule.recipient,
        duty=duty,
        source=source,
        zone=days.zone,
        starts_at=starts,
        due_at=due,
    )
    if step.if_ongoing is not None:
        yield from _while_ongoing(days, step, first, facts)
        return
    yield first
    if step.every is None:
        return
    _last, times = facts.filed.get((rule.key, step.key), (None, 0))
    for occurrence in range(2, times + 2):
        first = replace(first, occurrence=occurrence, starts_at=due, due_at=(due := days.after(due, step.every)))
        yield first


def _while_ongoing(days: _Days, step: Deadline, item: Wanted, facts: Facts) -> Iterator[Wanted]:
    """The step itself where the incident is over by then; else what is due instead, and the step once it is over."""
    assert step.if_ongoing is not None
    resolved = facts.moments.get("resolved")
    if resolved is not None and resolved <= item.due_at:
        yield item
        return
    yield replace(item, step=step.if_ongoing.key, label=f"{days.rule.title}: {step.if_ongoing.label}")
    if resolved is not None:
        yield replace(item, starts_at=resolved, due_at=days.after(resolved, step.if_ongoing.length))


def _length(rule: DeadlineRule, step: Deadline, facts: Facts) -> tuple[Duration | None, str]:
    """How long the step has, and by which source: the shortest that the harms call for."""
    fitting = [item for item in step.shorter if facts.harms & set(item.harms)]
    if not fitting:
        return step.length, rule.source
    shortest: Shorter = min(fitting, key=lambda item: _hours(item.length))
    return shortest.length, shortest.source or rule.source


def _hours(length: Duration) -> int:
    """For comparing lengths only."""
    each = {"hours": 1, "days": 24, "working_days": 24, "weeks": 168, "months": 730, "years": 8760}
    return length.amount * each[length.unit]


def _days(rule: DeadlineRule, facts: Facts, zones: Mapping[str, str]) -> _Days:
    places = facts.places
    country = {
        "plain": "",
        "recipient": places.get("recipient", ""),
        "reporter": places.get("partner", ""),
        "place": places.get("environment") or places.get("partner", ""),
    }[rule.calendar]
    return _Days(rule, rule.zone or zones.get(country, "UTC"), rule.holidays or country)


def _duty(rule: DeadlineRule) -> str:
    """Who files it: the partner where the rule binds it, else the first that it names."""
    bound = rule.applies.duty_of
    return "partner" if not bound or "partner" in bound else bound[0]


def _starts(rule: DeadlineRule, step: Deadline, facts: Facts) -> datetime | None:
    if step.starts == "step":
        filed = facts.filed.get((rule.key, step.after or ""))
        return filed[0] if filed else None
    return facts.moments.get(step.starts)


def _over(step: Deadline, facts: Facts) -> bool:
    """A recurring step ends with the event that its `until` names; what was filed before stays."""
    return step.every is not None and step.until in facts.moments


def _applies(applies: Applies, facts: Facts) -> bool:
    return (
        _in(facts.severity, applies.severities)
        and _in(facts.kind, applies.kinds)
        and facts.in_one_of(applies.countries, applies.where)
        and (not applies.harms or bool(facts.harms & set(applies.harms)))
    )


def _in(value: str, allowed: Collection[str]) -> bool:
    """An empty list fits all."""
    return not allowed or value in allowed
