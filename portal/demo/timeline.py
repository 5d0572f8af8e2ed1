"""Many stories told at once, each deed at its own moment, in the order of time.

A story is a generator: it does deeds, then yields the moment at which it goes on. The timeline always wakes the one
whose moment comes first, with the clock set to it, so that what is written straight down for one institution is in
the record among everybody else's. What would lie after the present is not told: it has not happened yet.

The deeds of one week are one transaction, and go into the record together at its end, in their order: the head of
the record is asked for a hundred times in place of some thousands. A deed that is refused leaves nothing of itself,
its story breaks off there, and the others go on.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Generator
from datetime import datetime
from itertools import count
from typing import Self

from django.db import Error, connection
from django.db.transaction import set_rollback

from portal.core import clock
from portal.workflow import as_one, deed, tell_observers

logger = logging.getLogger(__name__)

Story = Generator[datetime, None, None]


class Timeline:
    """Runs stories until the present. `progress` is called with the moment of the first deed of each week."""

    def __init__(self, present: datetime, progress: Callable[[datetime], None] | None = None) -> None:
        self.present = present
        self._progress = progress or (lambda moment: None)
        self.broken: list[str] = []
        """Stories that broke off, each with its moment and the reason: a deed refused leaves nothing of itself."""
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._number = count()

    def tell(self, story: Story, at: datetime) -> None:
        """Begin the story at that moment, or never where it lies after the present."""
        if at <= self.present:
            heapq.heappush(self._waiting, (at, next(self._number), story))

    def run(self) -> int:
        """Tell everything up to the present; returns how often a story went on."""
        steps, last = 0, None
        while self._waiting:
            week = _week(self._waiting[0][0])
            self._progress(self._waiting[0][0])
            with deed(), _Steps() as step:
                while self._waiting and _week(self._waiting[0][0]) <= week:
                    at, _number, story = heapq.heappop(self._waiting)
                    last = at if last is None or at > last else last
                    following = self._go_on(story, last, step)
                    steps += 1
                    if following is not None:
                        self.tell(story, following)
        return steps

    def _go_on(self, story: Story, at: datetime, step: _Steps) -> datetime | None:
        try:
            with clock.at(at), as_one(), deed():
                following = next(story, None)
                tell_observers()
            step.done()
            return following
        except Error:
            raise  # without its database, or in a transaction that has failed, no story can be told
        except Exception as problem:
            step.undo()
            logger.exception("A story of the demonstration broke off at %s", at)
            self.broken.append(f"{at:%d %B %Y}: {problem}")
            return None


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
