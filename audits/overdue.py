"""What is owed by when, how late it is, and the steps that follow while it stays overdue. Pure: no queries.

Days are working days where the institution is (rulebook: audits.escalation, obligations.<key>.escalation). Time in
which somebody else had the pen is not counted against the partner.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from portal.core import clock
from portal.rulebook.durations import add_working_days, working_days_between
from portal.rulebook.schema.oversight import Escalation

PLAN, REMEDY, REPORT = "plan", "remedy", "report"
"""What a partner can owe: the plan for a finding, its remedy, a periodic report."""


def country_of(subject: Any) -> str:
    """Whose working days count: those of the institution's country."""
    country: str = subject.institution.organisation.jurisdiction
    return country


def owed(subject: Any) -> tuple[str, date] | None:
    """What the partner owes now about a finding or a report, and by when. None while somebody else has the pen."""
    match subject.TABLE.noun, subject.state:
        case "finding", "open":
            return None if subject.plan else (PLAN, subject.plan_due)
        case "finding", "plan_agreed":
            return REMEDY, subject.remedy_due
        case "obligation", "due" | "returned":
            return REPORT, subject.due
    return None


def is_late(subject: Any) -> bool:
    """Whether what the partner owes now was due before today."""
    now = owed(subject)
    return now is not None and now[1] < clock.today()


def late_by(subject: Any) -> int:
    """Working days for which what the partner owes has been overdue; 0 where it is not."""
    now = owed(subject)
    return working_days_between(now[1], clock.today(), country_of(subject)) if now else 0


def next_step(ladder: Sequence[Escalation], taken: Collection[str]) -> Escalation | None:
    """The first step of the ladder that was not taken yet."""
    return next((step for step in ladder if step.key not in taken), None)


def step_day(ladder: Sequence[Escalation], taken: Collection[str], due: date, country: str) -> date | None:
    """The day on which the next step is due where nothing is done until then; None where there is none left.

    After an outage steps follow one day apart: nobody is proposed for enforcement on the day of the first reminder.
    """
    step = next_step(ladder, taken)
    if step is None:
        return None
    day = add_working_days(due, step.after_working_days, country)
    return max(day, clock.today() + timedelta(days=1)) if taken else day


def resumed(due: date, since: date | None, country: str) -> date:
    """The due day when the partner gets the pen back that it gave away on the day `since`.

    It has as many working days as it had left then. What was overdue then stays so.
    """
    today = clock.today()
    if since is None or since > due or since >= today:
        return due
    return max(due, add_working_days(today, working_days_between(since, due, country), country))
