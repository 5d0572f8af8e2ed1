"""Day after day: who qualifies, what the sweeps find, what goes wrong, what people do."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic

from portal.core import clock
from tests.audits.time_travel.house import TimeMachine
from tests.audits.time_travel.lives import Lives
from tests.audits.time_travel.model import Model
from tests.audits.time_travel.told import happened
from tests.audits.time_travel.world import drawn_partners, join, made_world
from tests.factories.rulebook import document

CLOCKS_CHANGE = (
    date(2028, 3, 12), date(2028, 3, 26), date(2028, 10, 29), date(2028, 11, 5), date(2029, 3, 11), date(2029, 3, 25),
    date(2029, 10, 28), date(2029, 11, 4), date(2030, 3, 10), date(2030, 3, 31), date(2030, 10, 27),
)  # fmt: skip
"""Days on which clocks are put forward or back, in Europe or America."""
BROKER_GONE, TWO_BEATS = 7, 20
"""Days."""
COMPARED = 40
"""Days after which what happened is held against the model, so that a long journey fails where it went wrong."""


class Journey:
    """A number of partners, a number of days, and all the chance in them from one seed."""

    def __init__(self, house: TimeMachine, *, seed: int, partners: int, start: date, days: int) -> None:
        self.house, self.chance = house, random.Random(seed)
        self.days = [start + timedelta(days=number) for number in range(days)]
        self.partners = drawn_partners(partners, start, days, random.Random(seed + 1))
        self.model = Model(document())
        with clock.at(_moment(start, minute=1)):
            self.world = made_world(self.partners)
        self.lives = Lives(self.world, self.model, seed)
        self.wrong: Counter[str] = Counter()
        """How often what went wrong."""
        self.differences: list[str] = []
        self._began, self._compared = monotonic(), 0
        """How many of the days were held against the model."""
        self._draw_what_goes_wrong()

    def _draw_what_goes_wrong(self) -> None:
        days, calm = self.days, self.days[1:]
        gone = len(days) * 45 // 100
        self.broker_gone = set(days[gone : gone + BROKER_GONE])
        self.two_beats = set(days[len(days) // 4 :][:TWO_BEATS])
        calm = [day for day in calm if day not in self.broker_gone]
        self.worker_killed = set(self._some(calm, 2))
        self.killed_at_random = set(self._some(calm, 2 + len(calm) // 40))
        joins = sorted({one.joined for one in self.partners} & set(calm))
        self.killed_in_the_middle = set(self._some(joins, 2 + len(calm) // 40))
        """Days on which somebody qualifies, so that an audit and reports are planned."""

    def _some(self, days: Sequence[date], count: int) -> list[date]:
        return self.chance.sample(days, min(len(days), count))

    def travel(self) -> None:
        """All days, or those until something differs from the model."""
        self.house.open(_moment(self.days[0], minute=1))
        for number, day in enumerate(self.days, start=1):
            self.pass_day(day)
            if number % COMPARED == 0 or number == len(self.days):
                self.compare(number)
                if self.differences:
                    return

    def pass_day(self, day: date) -> None:
        new = [one for one in self.partners if one.joined == day]
        with clock.at(_moment(day, minute=2)):
            join(self.world, [one for one in new if one.number])
        self.model.joined(new)
        self.lives.joined(new)
        self.sweep(day)
        with clock.at(_moment(day, hour=self.chance.randrange(14, 23))):
            self.lives.pass_day()

    def compare(self, until: int) -> None:
        """Hold what happened since the last comparison against what must have."""
        first, last = self.days[self._compared], self.days[until - 1]
        did = happened(self.world, first, last)
        must = Counter({event: often for event, often in self.model.expected.items() if first <= event[0] <= last})
        for said, events in (("happened, and should not have", did - must), ("did not happen", must - did)):
            self.differences += [f"{said}: {event}" for event in sorted(events.elements(), key=str)[:40]]
        took = monotonic() - self._began
        print(f"{last} after {took:.0f} s: {must.total()} deeds", *self.differences, sep="\n  ", flush=True)
        self._compared = until

    def sweep(self, day: date) -> None:
        """What beat and the workers do on a day, whatever happens to them."""
        if day in self.broker_gone:
            if day - timedelta(days=1) not in self.broker_gone:
                self.house.lose_broker()
            self.wrong["day without a broker"] += 1
            return
        if back := day - timedelta(days=1) in self.broker_gone:
            self.house.find_broker()
        hour = self.chance.randrange(1, 12)
        troubled = self.go_wrong(day, hour)
        moment, beats = _moment(day, hour + 1), 2 if day in self.two_beats else 1
        if back or troubled or (beats == 2 and day.day % 7 == 0):
            self.house.sweep(moment - timedelta(minutes=30), self.chance, beats=beats)
            self.house.sweep(moment, self.chance, beats=beats)
        else:
            self.house.sweep_here(moment, self.chance, beats=beats)
        self.wrong["day of two beats"] += beats - 1
        self.lives.plans(day)
        self.model.swept(day)

    def go_wrong(self, day: date, hour: int) -> bool:
        """Whether something went wrong. An hour later all is well again."""
        if day in CLOCKS_CHANGE:
            self.put_clocks(day)
        elif day in self.worker_killed:
            self.house.kill_worker(_moment(day, hour), self.chance)
            self.wrong["worker killed"] += 1
        elif day in self.killed_in_the_middle:
            self.house.kill_in_the_middle(_moment(day, hour), self.chance)
            self.wrong["killed in the middle"] += 1
        elif day in self.killed_at_random:
            self.house.kill_at_random(_moment(day, hour), self.chance)
            self.wrong["killed at random"] += 1
        else:
            return False
        return True

    def put_clocks(self, day: date) -> None:
        """The machine's clock follows the clock on the wall: past midnight, back an hour across it, and on again."""
        for moment in (
            _moment(day, minute=20), _moment(day, minute=20) - timedelta(hours=1), _moment(day, minute=20),
            _moment(day, hour=1, minute=59), _moment(day, hour=1), _moment(day, hour=3),
        ):  # fmt: skip
            self.house.sweep(moment, self.chance, beats=2)
        self.wrong["clock put"] += 1


def _moment(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=UTC)
