"""What must have happened, and when: the rules once more, in plain words of Python, from the rulebook's text alone.

It shares no code and no query with the portal. It knows who qualified, what people did, and on which days the sweeps
ran; from that it says each thing that the portal must have done by itself, and when. Nothing else may have happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import holidays

from tests.audits.time_travel.world import Partner

Event = tuple[Any, ...]
"""The day, what happened, and to whom and about what."""
PLANNED_AHEAD = 365


class Calendar:
    """Working days of a country, counted one by one."""

    def __init__(self, country: str) -> None:
        self.off = holidays.country_holidays(country, years=range(2026, 2036))

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.off

    def plus(self, day: date, count: int) -> date:
        while count:
            day += timedelta(days=1)
            count -= self.works(day)
        return day

    def on_or_after(self, day: date) -> date:
        while not self.works(day):
            day += timedelta(days=1)
        return day


def months_after(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    longest = [31, 29 if year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    return date(year, month, min(day.day, longest))


@dataclass
class Late:
    """Where on the ladder something is: the steps taken about each day that was missed, and the last day of one."""

    taken: set[tuple[str, date, str]] = field(default_factory=set)
    last: date = date.min


@dataclass
class Owed:
    """One report that the partner owes or filed."""

    kind: str
    grant: bool
    start: date
    end: date
    due: date
    owed: bool = True
    reminders: int = 0
    late: Late = field(default_factory=Late)


@dataclass
class Visit:
    """One audit of the programme. Its name is its number, or “after” and the number of the audit that it follows.

    `day` and `announced` are what the lot of the portal gave; where it is announced, the model says the day itself.
    """

    name: str
    latest: date
    day: date = date.max
    announced: bool = True
    is_draw: bool = True
    state: str = "planned"
    assigned: bool = False
    asked: bool = False
    drawn: bool = False


@dataclass
class Fault:
    """One finding. `owes` is what the partner owes about it and by when, if anything."""

    severity: str
    found_on: date
    audit: str
    owes: tuple[str, date] | None = None
    remedy_due: date = date.max
    accepted_until: date | None = None
    case_open: bool = False
    late: Late = field(default_factory=Late)


@dataclass
class Life:
    """One partner, as it must stand."""

    who: Partner
    calendar: Calendar
    live: bool = True
    granted: bool = False
    visits: dict[str, Visit] = field(default_factory=dict)
    last_begun: date = date.min
    last_closed: date | None = None
    to_follow: list[str] = field(default_factory=list)
    """Names of audits that were closed since the last sweep."""
    reports: dict[tuple[str, bool, date], Owed] = field(default_factory=dict)
    announced: dict[str, int] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    cases: set[tuple[str, date]] = field(default_factory=set)
    """Reports about which an enforcement case was proposed, and nobody has decided it."""


class Model:
    """Told of everything in the order in which it happened."""

    def __init__(self, rulebook: dict[str, Any]) -> None:
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
        if report := self.lives[number].reports.get((kind, grant, start)):
            report.owed = False

    def returned(self, number: int, kind: str, grant: bool, start: date, today: date) -> None:
        """It is due again some working days later; reminders that would be in the past already are not sent."""
        life = self.lives[number]
        if report := life.reports.get((kind, grant, start)):
            rule = self._rule(kind)
            report.owed, report.due = True, life.calendar.plus(today, rule.get("correction_working_days", 10))
            report.reminders = sum(day <= today for day in _reminder_days(rule, report.due))

    def found(self, number: int, audit: str, finding: str, severity: str, today: date) -> None:
        self.lives[number].faults[finding] = Fault(severity, today, audit)
        self._owes_anew(self.lives[number], self.lives[number].faults[finding], today)

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
        """What the portal's lot gave: an announced audit is on the day by the rules, an unannounced one before it."""
        visit = self.lives[number].visits[audit]
        assert day == visit.latest if announced else day <= visit.latest, (number, visit, day)
        visit.day, visit.announced = day, announced

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

    def swept(self, today: date) -> None:
        """Every sweep ran to its end on this day."""
        for life in self.lives.values():
            self._ends(life, today)
            self._programme(life, today)
            self._prepare(life, today)
            self._reports(life, today)
            self._reminders(life, today)
            self._acceptances(life, today)
            self._ladder(life, today)

    # --- what follows -------------------------------------------------------------------------------

    def _happens(self, today: date, what: str, life: Life, *about: Any) -> None:
        self.expected[today, what, life.who.number, *about] += 1

    def _ends(self, life: Life, today: date) -> None:
        """The last day is announced 90, 60, 30 and 7 days before it, and the day after it all is over."""
        who = life.who
        days = self.rules["qualification"]["notices_days"]
        for name, going, until in (("qualification", life.live, who.until), ("grant", life.granted, who.grant_until)):
            if not going or until is None:
                continue
            if today > until:
                self._happens(today, f"{name} ends", life)
                if name == "grant":
                    life.granted = False
                else:
                    life.live = False
                continue
            reached = [notice for notice in days if (until - today).days <= notice]
            if reached and min(reached) < life.announced.get(name, 10**6):
                life.announced[name] = min(reached)
                self._happens(today, f"end of {name} announced", life, min(reached))

    def _programme(self, life: Life, today: date) -> None:
        """One open periodic audit at a time, planned a year before its day; a follow-up of what was grave.

        Who is not qualified any more is not audited, and what was planned does not take place.
        """
        if not life.live:
            for visit in life.visits.values():
                if visit.state == "planned":
                    visit.state = "over"
                    self._happens(today, "audit dropped", life, visit.name)
            life.to_follow.clear()
            return
        for name in life.to_follow:
            self._follow(life, name, today)
        life.to_follow.clear()
        periodic = [one for one in life.visits.values() if one.name.isdigit()]
        if any(one.state != "over" for one in periodic):
            return
        day = self._falls_on(life)
        if day - timedelta(days=PLANNED_AHEAD) <= today:
            soonest = life.calendar.plus(today, self._tier(life)["notice_working_days"])
            name = str(len(periodic) + 1)
            life.visits[name] = Visit(name, life.calendar.on_or_after(max(day, soonest)))
            self._happens(today, "audit planned", life, name, day)

    def _falls_on(self, life: Life) -> date:
        """By the interval of the tier, or sooner where something critical was found in the last audit."""
        rule = self._tier(life)
        if life.last_closed is None:
            usual = life.who.joined + timedelta(days=rule["first_after_days"])
        else:
            usual = months_after(life.last_closed, rule["every_months"])
        (sooner,) = [one for one in self.rules["audits"]["sooner"] if one["on"] == "finding"]
        grave = [
            one.found_on + timedelta(days=sooner["within_days"])
            for one in life.faults.values()
            if one.severity in sooner["severities"] and one.found_on >= life.last_begun
        ]
        return min([usual, *grave])

    def _follow(self, life: Life, name: str, today: date) -> None:
        rule = self.rules["audits"]["follow_up"]
        grave = [
            one.remedy_due for one in life.faults.values() if one.audit == name and one.severity in rule["severities"]
        ]
        if grave:
            falls_on = max(grave) + timedelta(days=rule["after_days"])
            soonest = life.calendar.plus(today, self._tier(life)["notice_working_days"])
            visit = Visit(f"after {name}", life.calendar.on_or_after(max(falls_on, soonest)), is_draw=False)
            life.visits[visit.name] = visit
            self._happens(today, "audit planned", life, visit.name, falls_on)

    def _prepare(self, life: Life, today: date) -> None:
        """Announced with so many working days of notice, moved where that is too late; officers hear when nobody is
        assigned six weeks before; the sample is drawn on the day.
        """
        notice = self._tier(life)["notice_working_days"]
        for visit in life.visits.values():
            if visit.state == "planned" and visit.assigned and visit.announced:
                soonest = life.calendar.plus(today, notice)
                if life.calendar.plus(today + timedelta(days=1), notice) <= visit.day:
                    continue
                if soonest > visit.day:
                    visit.day = soonest
                    self._happens(today, "audit moved", life, visit.name, soonest)
                visit.state = "notified"
                self._happens(today, "audit announced", life, visit.name)
            near = visit.day - timedelta(days=42) <= today
            if visit.state == "planned" and near and not visit.assigned and not visit.asked:
                visit.asked = True
                self._happens(today, "auditor asked for", life, visit.name)
            if visit.state in ("planned", "notified") and visit.is_draw and visit.day <= today and not visit.drawn:
                visit.drawn = True
                self._happens(today, "sample drawn", life, visit.name)

    def _tier(self, life: Life) -> dict[str, Any]:
        rule: dict[str, Any] = self.rules["audits"]["intervals"][life.who.tier]
        return rule

    def _reports(self, life: Life, today: date) -> None:
        """Asked for on the day on which its period begins, one period after the other."""
        for rule in self.rules["obligations"]:
            of_grant = rule["per"] == "grant"
            if not life.live or (of_grant and not life.granted):
                continue
            mine = [one.end for one in life.reports.values() if one.kind == rule["key"]]
            begins = max(mine, default=life.who.joined)
            while begins <= today:
                end = months_after(begins, rule["every_months"][life.who.tier])
                due = life.calendar.plus(end, rule["due_working_days"])
                life.reports[rule["key"], of_grant, begins] = Owed(rule["key"], of_grant, begins, end, due)
                self._happens(today, "report asked for", life, rule["key"], begins, end, due)
                begins = end

    def _reminders(self, life: Life, today: date) -> None:
        """On so many days before the due day; several missed ones are one. What is late is the ladder's."""
        for report in life.reports.values():
            come = sum(day <= today for day in _reminder_days(self._rule(report.kind), report.due))
            if report.owed and today <= report.due and come > report.reminders:
                report.reminders = come
                self._happens(today, "reminded of report", life, report.kind, report.start, come)

    def _acceptances(self, life: Life, today: date) -> None:
        """A risk is accepted until a day; on it the partner owes a plan again, as if it were found anew."""
        for name, fault in life.faults.items():
            if fault.accepted_until and fault.accepted_until <= today:
                fault.accepted_until = None
                self._owes_anew(life, fault, today)
                self._happens(today, "finding open again", life, name)

    def _owes_anew(self, life: Life, fault: Fault, today: date) -> None:
        (rule,) = [one for one in self.rules["audits"]["findings"] if one["severity"] == fault.severity]
        fault.owes = ("plan", life.calendar.plus(today, rule["plan_working_days"]))
        fault.remedy_due = life.calendar.plus(today, rule["remedy_working_days"])

    def _ladder(self, life: Life, today: date) -> None:
        """Step by step while something stays overdue, one a day at most, each once for each day that was missed."""
        for report in life.reports.values():
            if report.owed:
                about = (report.kind, report.start)
                step = self._step(life, report.late, self._rule(report.kind)["escalation"], "report", report.due, today)
                if step:
                    self._happens(today, "step about report", life, *about, report.due, step)
                if step == "enforce" and about not in life.cases:
                    life.cases.add(about)
                    self._happens(today, "case opened", life)
        for name, fault in life.faults.items():
            if fault.owes:
                what, due = fault.owes
                step = self._step(life, fault.late, self.rules["audits"]["escalation"], what, due, today)
                if step:
                    self._happens(today, "step about finding", life, name, what, due, step)
                if step == "enforce" and not fault.case_open:
                    fault.case_open = True
                    self._happens(today, "case opened", life)

    def _step(self, life: Life, late: Late, ladder: Any, what: str, due: date, today: date) -> str | None:
        left = [step for step in ladder if (what, due, step["key"]) not in late.taken]
        if not left or today < life.calendar.plus(due, left[0]["after_working_days"]):
            return None
        if len(left) < len(ladder) and today <= late.last:
            return None
        key: str = left[0]["key"]
        late.taken.add((what, due, key))
        late.last = today
        return key

    def _rule(self, kind: str) -> dict[str, Any]:
        (rule,) = [one for one in self.rules["obligations"] if one["key"] == kind]
        return rule


def _reminder_days(rule: dict[str, Any], due: date) -> list[date]:
    return [due - timedelta(days=before) for before in rule.get("reminder_days", ())]
