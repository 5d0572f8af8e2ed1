"""What must have happened, and when: the rules once more, in plain words of Python, from the rulebook's text alone.

It shares no code and no query with the portal. It knows who qualified, what people did, and on which days the sweeps
ran; from that it says each thing that the portal must have done by itself, and when. Nothing else may have happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from tests.audits.time_travel import owing, programme
from tests.audits.time_travel.programme import PLANNED_AHEAD, Deed, Rules
from tests.audits.time_travel.standing import Fault, Life, Lot
from tests.audits.time_travel.working_days import Calendar
from tests.audits.time_travel.world import Partner

Event = tuple[Any, ...]
"""The day, what happened, and to whom and about what."""


class Model:
    """Told of everything in the order in which it happened."""

    def __init__(self, rulebook: Rules) -> None:
        assert rulebook["audits"]["plan_ahead_days"] == PLANNED_AHEAD
        self.rules = rulebook
        self.lives: dict[int, Life] = {}
        self.expected: Counter[Event] = Counter()
        self._calendars: dict[str, Calendar] = {}

    # --- what it is told ----------------------------------------------------------------------------

    def joined(self, partners: Iterable[Partner]) -> None:
        for one in partners:
            calendar = self._calendars.setdefault(one.country, Calendar(one.country))
            self.lives[one.number] = Life(one, calendar, granted=one.grant_until is not None)

    def filed(self, number: int, kind: str, grant: bool, start: date) -> None:
        self.lives[number].reports[kind, grant, start].owed = False

    def returned(self, number: int, kind: str, grant: bool, start: date, today: date) -> None:
        """It is due again some working days later; reminders that would be in the past already are not sent."""
        life, rule = self.lives[number], owing.rule_of(self.rules, kind)
        report = life.reports[kind, grant, start]
        report.owed, report.due = True, life.calendar.plus(today, rule.get("correction_working_days", 10))
        report.reminders = owing.reminders_come(self.rules, kind, report.due, today)

    def found(self, number: int, audit: str, finding: str, severity: str, today: date) -> None:
        life = self.lives[number]
        life.faults[finding] = Fault(severity, today, audit)
        owing.owe_anew(self.rules, life, life.faults[finding], today)

    def planned(self, number: int, finding: str) -> None:
        """A plan was proposed and agreed on the same day."""
        fault = self.lives[number].faults[finding]
        fault.owes = ("remedy", fault.remedy_due)

    def remedied(self, number: int, finding: str) -> None:
        self.lives[number].faults[finding].owes = None

    def accepted(self, number: int, finding: str, until: date) -> None:
        fault = self.lives[number].faults[finding]
        fault.owes, fault.accepted_until = None, until

    def lot(self, number: int, audit: str, day: date, announced: bool) -> None:
        """What the portal's lot gives an audit that is planned today."""
        self.lives[number].lots[audit] = Lot(day, announced)

    def assigned(self, number: int, audit: str) -> None:
        self.lives[number].visits[audit].assigned = True

    def begun(self, number: int, audit: str, today: date) -> None:
        life = self.lives[number]
        life.visits[audit].state, life.last_begun = "running", today

    def closed(self, number: int, audit: str, day: date) -> None:
        life = self.lives[number]
        life.visits[audit].state, life.last_closed = "over", day
        life.to_follow.append(audit)

    def cancelled(self, number: int, audit: str) -> None:
        self.lives[number].visits[audit].state = "over"

    # --- what follows -------------------------------------------------------------------------------

    def swept(self, today: date) -> None:
        """Every sweep ran to its end on this day."""
        self.expected[today, "checkpoint taken"] += 1
        for life in self.lives.values():
            for what, *about in self._day(life, today):
                self.expected[today, what, life.who.number, *about] += 1

    def _day(self, life: Life, today: date) -> Iterator[Deed]:
        yield from self._ends(life, today)
        yield from programme.plan(self.rules, life, today)
        yield from programme.prepare(self.rules, life, today)
        yield from owing.ask(self.rules, life, today)
        yield from owing.remind(self.rules, life, today)
        yield from owing.reopen(self.rules, life, today)
        yield from owing.escalate(self.rules, life, today)

    def _ends(self, life: Life, today: date) -> Iterator[Deed]:
        """The last day is announced 90, 60, 30 and 7 days before it, and the day after it all is over."""
        who = life.who
        days = self.rules["qualification"]["notices_days"]
        for name, going, until in (("qualification", life.live, who.until), ("grant", life.granted, who.grant_until)):
            if not going or until is None:
                continue
            if today > until:
                yield (f"{name} ends",)
                if name == "grant":
                    life.granted = False
                else:
                    life.live = False
                continue
            reached = [notice for notice in days if (until - today).days <= notice]
            if reached and min(reached) < life.announced.get(name, 10**6):
                life.announced[name] = min(reached)
                yield f"end of {name} announced", min(reached)
