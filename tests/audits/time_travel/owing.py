"""What partners owe in the model: reports and their reminders, findings, and the ladder for what stays overdue.

Each rule is given the rulebook, a partner's life and the day, changes the life, and yields what the portal must do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.audits.time_travel.programme import Deed, Rules
from tests.audits.time_travel.standing import Fault, Late, Life, Owed
from tests.audits.time_travel.working_days import months_after


def ask(rules: Rules, life: Life, today: date) -> Iterator[Deed]:
    """A report is asked for on the day on which its period begins, one period after the other."""
    for rule in rules["obligations"]:
        of_grant = rule["per"] == "grant"
        if not life.live or (of_grant and not life.granted):
            continue
        mine = [one.end for one in life.reports.values() if one.kind == rule["key"]]
        begins = max(mine, default=life.who.joined)
        while begins <= today:
            end = months_after(begins, rule["every_months"][life.who.tier])
            due = life.calendar.plus(end, rule["due_working_days"])
            life.reports[rule["key"], of_grant, begins] = Owed(rule["key"], of_grant, begins, end, due)
            yield "report asked for", rule["key"], begins, end, due
            begins = end


def remind(rules: Rules, life: Life, today: date) -> Iterator[Deed]:
    """On so many days before the due day; several missed ones are one. What is late is the ladder's."""
    for report in life.reports.values():
        if not report.owed or today > report.due:
            continue
        come = reminders_come(rules, report.kind, report.due, today)
        if come > report.reminders:
            report.reminders = come
            yield "reminded of report", report.kind, report.start, come


def reminders_come(rules: Rules, kind: str, due: date, today: date) -> int:
    """How many reminders have had their day."""
    return sum(due - timedelta(days=before) <= today for before in rule_of(rules, kind).get("reminder_days", ()))


def rule_of(rules: Rules, kind: str) -> Rules:
    """What the rulebook says of reports of a kind."""
    (rule,) = [one for one in rules["obligations"] if one["key"] == kind]
    found: Rules = rule
    return found


def reopen(rules: Rules, life: Life, today: date) -> Iterator[Deed]:
    """A risk is accepted until a day; on it the partner owes a plan again, as if it were found anew."""
    for name, fault in life.faults.items():
        if fault.accepted_until and fault.accepted_until <= today:
            fault.accepted_until = None
            owe_anew(rules, life, fault, today)
            yield ("acceptance ends",)
            yield "finding open again", name


def owe_anew(rules: Rules, life: Life, fault: Fault, today: date) -> None:
    """A plan and a remedy are owed by the days that the severity gives."""
    (rule,) = [one for one in rules["audits"]["findings"] if one["severity"] == fault.severity]
    fault.owes = ("plan", life.calendar.plus(today, rule["plan_working_days"]))
    fault.remedy_due = life.calendar.plus(today, rule["remedy_working_days"])


def escalate(rules: Rules, life: Life, today: date) -> Iterator[Deed]:
    """Step by step while something stays overdue, one a day at most, each once for each day that was missed."""
    for report in life.reports.values():
        if report.owed and today > report.due:
            about = (report.kind, report.start)
            step = _step(life, report.late, rule_of(rules, report.kind)["escalation"], "report", report.due, today)
            if step:
                yield "step about report", *about, report.due, step
            if step == "enforce":
                yield from _case(life, about)
    for name, fault in life.faults.items():
        if fault.owes:
            what, due = fault.owes
            step = _step(life, fault.late, rules["audits"]["escalation"], what, due, today)
            if step:
                yield "step about finding", name, what, due, step
            if step == "enforce":
                yield from _case(life, name)


def _case(life: Life, about: object) -> Iterator[Deed]:
    """Nobody gives notice here: the first thing opens the case, each further one joins it once."""
    if about not in life.case:
        yield ("fact joins the case",) if life.case else ("case opened",)
        life.case.add(about)


def _step(life: Life, late: Late, ladder: Any, what: str, due: date, today: date) -> str | None:
    left = [step for step in ladder if (what, due, step["key"]) not in late.taken]
    if not left or today < life.calendar.plus(due, left[0]["after_working_days"]):
        return None
    if len(left) < len(ladder) and today <= late.last:
        return None
    key: str = left[0]["key"]
    late.taken.add((what, due, key))
    late.last = today
    return key
