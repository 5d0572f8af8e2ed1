"""The model's audits: planned, moved, announced, drawn for, followed up and dropped, as the rulebook's text says.

Each rule is given the rulebook, a partner's life and the day, changes the life, and yields what the portal must do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.audits.time_travel.standing import Life, Lot, Visit
from tests.audits.time_travel.working_days import months_after

Rules = dict[str, Any]
Deed = tuple[Any, ...]
"""What the portal must do by itself, and about what."""
PLANNED_AHEAD = 365
PREPARED_AHEAD = 42
"""Days before an audit on which officers hear that nobody is assigned."""


def plan(rules: Rules, life: Life, today: date) -> Iterator[Deed]:
    """One open periodic audit at a time, planned a year before its day; a follow-up of what was grave.

    Who is not qualified any more is not audited, and what was planned does not take place.
    """
    closed, life.to_follow = life.to_follow, []
    if not life.live:
        yield from _drop(life)
        return
    for name in closed:
        yield from _follow(rules, life, name, today)
    periodic = [one for one in life.visits.values() if one.name.isdigit()]
    if any(one.state != "over" for one in periodic):
        return
    day = _falls_on(rules, life)
    if day - timedelta(days=PLANNED_AHEAD) <= today:
        name = str(len(periodic) + 1)
        life.visits[name] = _visit(rules, life, name, day, today)
        yield "audit planned", name, day


def _drop(life: Life) -> Iterator[Deed]:
    for visit in life.visits.values():
        if visit.state == "planned":
            visit.state = "over"
            yield "audit dropped", visit.name


def _visit(rules: Rules, life: Life, name: str, falls_on: date, today: date) -> Visit:
    """On a working day on or after that day, and no sooner than notice can be given; an unannounced one before that.

    Where the portal planned nothing, it is the day by the rules, and the difference shows.
    """
    soonest = life.calendar.plus(today, _tier(rules, life)["notice_working_days"])
    day = life.calendar.on_or_after(max(falls_on, soonest))
    lot = life.lots.get(name, Lot(day, announced=True))
    assert lot.day == day if lot.announced else today < lot.day <= day, (life.who.number, name, day, lot)
    return Visit(name, lot.day, lot.announced)


def _falls_on(rules: Rules, life: Life) -> date:
    """By the interval of the tier, or sooner where something critical was found in the last audit."""
    rule = _tier(rules, life)
    if life.last_closed is None:
        usual = life.who.joined + timedelta(days=rule["first_after_days"])
    else:
        usual = months_after(life.last_closed, rule["every_months"])
    (sooner,) = [one for one in rules["audits"]["sooner"] if one["on"] == "finding"]
    grave = [
        one.found_on + timedelta(days=sooner["within_days"])
        for one in life.faults.values()
        if one.severity in sooner["severities"] and one.found_on >= life.last_begun
    ]
    return min([usual, *grave])


def _follow(rules: Rules, life: Life, name: str, today: date) -> Iterator[Deed]:
    rule = rules["audits"]["follow_up"]
    grave = [one.remedy_due for one in life.faults.values() if one.audit == name and one.severity in rule["severities"]]
    if grave:
        falls_on = max(grave) + timedelta(days=rule["after_days"])
        visit = _visit(rules, life, f"after {name}", falls_on, today)
        visit.is_draw, life.visits[visit.name] = False, visit
        yield "audit planned", visit.name, falls_on


def prepare(rules: Rules, life: Life, today: date) -> Iterator[Deed]:
    """Announced with so many working days of notice, moved where that is too late; officers hear when nobody is
    assigned six weeks before; the sample is drawn on the day.
    """
    for visit in life.visits.values():
        if visit.state == "planned" and visit.assigned and visit.announced:
            yield from _announce(rules, life, visit, today)
        near = visit.day - timedelta(days=PREPARED_AHEAD) <= today
        if visit.state == "planned" and near and not visit.assigned and not visit.asked:
            visit.asked = True
            yield "auditor asked for", visit.name
        if visit.state in ("planned", "notified") and visit.is_draw and visit.day <= today and not visit.drawn:
            visit.drawn = True
            yield "sample drawn", visit.name


def _announce(rules: Rules, life: Life, visit: Visit, today: date) -> Iterator[Deed]:
    """On the last working day from which the partner has its notice, or later where nobody was assigned then."""
    notice, by = _tier(rules, life)["notice_working_days"], visit.day
    while not (life.calendar.works(by) and life.calendar.plus(by, notice) <= visit.day):
        by -= timedelta(days=1)
    if today < by:
        return
    soonest = life.calendar.plus(today, notice)
    if soonest > visit.day:
        visit.day = soonest
        yield "audit moved", visit.name, soonest
    visit.state = "notified"
    yield "audit announced", visit.name


def _tier(rules: Rules, life: Life) -> Rules:
    rule: Rules = rules["audits"]["intervals"][life.who.tier]
    return rule
