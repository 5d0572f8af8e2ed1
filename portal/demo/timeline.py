"""Many stories told at once, each deed at its own moment, in the order of time.

A story is a generator: it does deeds, then yields the moment at which it goes on. The timeline always wakes the one
whose moment comes first, with the clock set to it, so that what is written straight down for one institution is in
the record among everybody else's. What would lie after the present is not told: it has not happened yet.

The deeds of one week are one transaction, and go into the record together at its end, in their order: the head of
the record is asked for a hundred times in place of some thousands. A deed that is refused leaves nothing of itself,
its story breaks off there, and the others go on. A step that needs the record as it is (a lot is drawn by its root)
is told alone: what was done before it is in the record first.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Self

from django.db import Error, connection
from django.db.transaction import set_rollback

from portal.core import clock
from portal.workflow import as_one, deed, tell_observers

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alone:
    """The moment at which a story goes on with deeds that are transactions of their own."""

    at: datetime


Story = Generator[datetime | Alone, None, None]


class Timeline:
    """Runs stories until the present. `progress` is called with the moment of the first deed of each week."""

    def __init__(self, present: datetime, progress: Callable[[datetime], None] | None = None) -> None:
        self.present = present
        self._progress = progress or (lambda moment: None)
        self.broken: list[str] = []
        """Stories that broke off, each with its moment and the reason: a deed refused leaves nothing of itself."""
        self._waiting: list[tuple[datetime, int, Story, bool]] = []
        self._last: datetime | None = None
        self._number = count()

    def tell(self, story: Story, at: datetime | Alone) -> None:
        """Begin the story at that moment, or go on with it; never where that lies after the present."""
        moment = at.at if isinstance(at, Alone) else at
        if moment <= self.present:
            heapq.heappush(self._waiting, (moment, next(self._number), story, isinstance(at, Alone)))

    def run(self) -> int:
        """Tell everything up to the present; returns how often a story went on."""
        steps = 0
        while self._waiting:
            self._progress(self._waiting[0][0])
            steps += self._alone() if self._waiting[0][3] else self._together()
        return steps

    def _together(self) -> int:
        """The rest of a week, up to a step that is told alone."""
        steps, week = 0, _week(self._waiting[0][0])
        with deed(), _Steps() as step:
            while self._waiting and not self._waiting[0][3] and _week(self._waiting[0][0]) <= week:
                story, at = self._next()
                if self._go_on(story, at, _joined):
                    step.done()
                else:
                    step.undo()
                steps += 1
        return steps

    def _alone(self) -> int:
        story, at = self._next()
        self._go_on(story, at, nullcontext)
        return 1

    def _next(self) -> tuple[Story, datetime]:
        at, _number, story, _alone = heapq.heappop(self._waiting)
        self._last = at if self._last is None or at > self._last else self._last
        return story, self._last

    def _go_on(self, story: Story, at: datetime, around: Callable[[], AbstractContextManager[None]]) -> bool:
        """Whether the step could be told. One that is refused ends its story."""
        try:
            with clock.at(at), around():
                following = next(story, None)
        except Error:
            raise  # without its database, or in a transaction that has failed, no story can be told
        except Exception as problem:
            logger.exception("A story of the demonstration broke off at %s", at)
            self.broken.append(f"{at:%d %B %Y}: {problem}")
            return False
        if following is not None:
            self.tell(story, following)
        return True


@contextmanager
def _joined() -> Iterator[None]:
    """A step in the transaction of its week."""
    with as_one(), deed():
        yield
        tell_observers()


class _Steps:
    """One savepoint that is set anew after each step: half as many statements as one for each."""

    NAME = "step_of_a_story"

    def __enter__(self) -> Self:
        self._say(f"SAVEPOINT {self.NAME}")
        return self

    def __exit__(self, *_error: object) -> None:
        """The transaction ends, and the savepoint with it."""

    def done(self) -> None:
        """What was done since the last step stays."""
        self._say(f"RELEASE SAVEPOINT {self.NAME}; SAVEPOINT {self.NAME}")

    def undo(self) -> None:
        """Nothing stays of what was done since the last step, and the transaction can go on."""
        set_rollback(False)
        self._say(f"ROLLBACK TO SAVEPOINT {self.NAME}")

    def _say(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _week(moment: datetime) -> tuple[int, int]:
    year, week, _day = moment.isocalendar()
    return year, week
