"""The clocks of a case: which stage it is in, who holds the pen, and how many working days the authority has used.

A working day counts for whoever held the pen when it began: so the day on which a stage begins does not count, the day
on which a question is sent does, and none counts twice. Rulebook: clocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from portal.rulebook.durations import add_working_days, working_days_between

Stage = Literal["screening", "assessment", "signatures"]
Holder = Literal["authority", "applicant"]
STAGES: tuple[Stage, ...] = ("screening", "assessment", "signatures")


class Pen(NamedTuple):
    """The stage that is being timed, and who holds the pen in it. Only the authority's time counts."""

    stage: Stage
    holder: Holder


def pen_of(state: str, *, questions_open: bool = False) -> Pen | None:
    """Who holds the pen in a state of an application; None where no clock runs. Only signing asks about questions."""
    match state:
        case "submitted":
            return Pen("screening", "authority")
        case "under_review":
            return Pen("assessment", "authority")
        case "awaiting_applicant":
            return Pen("assessment", "applicant")
        case "awaiting_signatures":
            return Pen("signatures", "applicant" if questions_open else "authority")
    return None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which one of them held the pen in one stage; `ended` None: still."""

    stage: str
    holder: str
    began: date
    ended: date | None = None


def used_days(stretches: Iterable[Stretch], stage: str, until: date, country: str = "") -> int:
    """Working days that the authority has used of a stage, up to and including that day."""
    return sum(
        working_days_between(one.began, min(one.ended or until, until), country)
        for one in stretches
        if one.stage == stage and one.holder == "authority"
    )


def day_used_up(used: int, limit: int, began: date, country: str = "") -> date:
    """The last day in time of a stretch that began then, with so many days used before.

    Where they were used up before, the day before it began: it is late from its first moment.
    """
    if used > limit:
        return date.fromordinal(began.toordinal() - 1)
    return add_working_days(began, limit - used, country)


def thresholds(limit: int, chase_after: Sequence[int]) -> tuple[int, ...]:
    """The counts of working days at which somebody is reminded: the rulebook's, and the first day too late."""
    return tuple(sorted({days for days in chase_after if 0 < days <= limit} | {limit + 1}))


def chase_due(used: int, chased: int, limit: int, chase_after: Sequence[int]) -> int | None:
    """The reminder that is due with so many days used and `chased` sent last: the latest that was reached."""
    reached = [days for days in thresholds(limit, chase_after) if chased < days <= used]
    return max(reached, default=None)


def next_chase(
    used: int, chased: int, limit: int, chase_after: Sequence[int], began: date, country: str = ""
) -> date | None:
    """The day on which the next reminder is due in a stretch that began then; None where none is left."""
    after = next((days for days in thresholds(limit, chase_after) if days > chased), None)
    return None if after is None else add_working_days(began, max(after - used, 0), country)


class Happened(NamedTuple):
    """One entry of the record: when, about which object, and the state that it then had."""

    at: datetime
    noun: str
    object_id: UUID
    state: str


class Turn(NamedTuple):
    """A stretch to the moment, as it is kept."""

    pen: Pen
    began: datetime
    ended: datetime | None


def turns(entries: Iterable[Happened]) -> Iterator[Turn]:
    """The stretches of a case by the record of its moves and of its questions', in their order."""
    state, open_questions = "", set[UUID]()
    pen: Pen | None = None
    since: datetime | None = None
    for entry in entries:
        if entry.noun == "application":
            state = entry.state
        elif entry.state == "open":
            open_questions.add(entry.object_id)
        else:
            open_questions.discard(entry.object_id)
        now = pen_of(state, questions_open=bool(open_questions))
        if now == pen:
            continue
        if pen is not None and since is not None:
            yield Turn(pen, since, entry.at)
        pen, since = now, entry.at
    if pen is not None and since is not None:
        yield Turn(pen, since, None)
