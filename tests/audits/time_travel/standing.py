"""How each partner must stand, in the model: what it owes, what is planned, and what was said already."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.audits.time_travel.working_days import Calendar
from tests.audits.time_travel.world import Partner


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


@dataclass(frozen=True)
class Lot:
    """What the portal's lot gave: whether an audit is announced; where it is not, the day is by lot too."""

    day: date
    announced: bool


@dataclass
class Visit:
    """One audit of the programme. Its name is its number, or “after” and the number of the audit that it follows."""

    name: str
    day: date
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
    late: Late = field(default_factory=Late)


@dataclass
class Life:
    """One partner, as it must stand."""

    who: Partner
    calendar: Calendar
    live: bool = True
    granted: bool = False
    visits: dict[str, Visit] = field(default_factory=dict)
    lots: dict[str, Lot] = field(default_factory=dict)
    last_begun: date = date.min
    last_closed: date | None = None
    to_follow: list[str] = field(default_factory=list)
    """Names of audits that were closed since the last sweep."""
    reports: dict[tuple[str, bool, date], Owed] = field(default_factory=dict)
    announced: dict[str, int] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    case: set[object] = field(default_factory=set)
    """What the one enforcement case is about that the portal proposed: reports and findings."""
