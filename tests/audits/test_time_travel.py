"""Years in minutes: every audit, report, reminder and lapse happens exactly once and on its day.

What sweeps is real: Celery's workers on a broker, killed at random and in the middle of deeds; the broker is gone for a
week; the clock is put forward and back, and two beats call everything twice. What must have happened is said by a naive
model that shares no query with the portal.

A short journey is part of the suite. The long one:

    TIME_TRAVEL_PARTNERS=200 TIME_TRAVEL_DAYS=1096 pytest tests/audits/test_time_travel.py
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from portal import celery_app
from portal.core import clock
from portal.ledger.verify import verify
from portal.notifications.models import SweepRun
from portal.notifications.notify import mail_held_back
from portal.sweeps import SWEEPS
from tests.audits.time_travel.house import TimeMachine
from tests.audits.time_travel.lives import Lives
from tests.audits.time_travel.model import Model
from tests.audits.time_travel.told import happened, notices_said_twice
from tests.audits.time_travel.world import drawn_partners, join, made_world
from tests.factories.rulebook import document

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("time_travel")]

SEED = int(os.environ.get("TIME_TRAVEL_SEED", "20280229"))
PARTNERS = int(os.environ.get("TIME_TRAVEL_PARTNERS", "10"))
DAYS = int(os.environ.get("TIME_TRAVEL_DAYS", "100"))
START = date(2027, 10, 4)
LAPSES = ("partners.tasks.lapse_qualifications", "partners.tasks.remind_of_ends", "grants.tasks.expire_grants",
          "grants.tasks.end_lines", "grants.tasks.end_empty_grants", "grants.tasks.announce_ends")  # fmt: skip
IDLE = ("audits.tasks.import_catalogues", "audits.tasks.watch_use")
"""Sweeps over files and over reported use, of which there is none here."""
OURS = tuple(
    sweep.task
    for sweep in SWEEPS
    if sweep.task in LAPSES or (sweep.task.startswith("audits.") and sweep.task not in IDLE)
)
CLOCKS_CHANGE = (date(2028, 3, 12), date(2028, 3, 26), date(2028, 10, 29), date(2029, 3, 25), date(2029, 11, 4))
"""Days on which clocks are put forward or back, in Europe or America."""
BROKER_GONE = 7
"""Days."""


@pytest.fixture
def house(
    tmp_path: Path, process_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[TimeMachine]:
    celery_app.loader.import_default_modules()
    built = TimeMachine(tmp_path, process_environment, OURS)
    monkeypatch.setenv("CELERY_BROKER_URL", built.broker.url)
    _forget_connections()
    yield built
    built.end()
    monkeypatch.undo()
    _forget_connections()


def _forget_connections() -> None:
    vars(celery_app)["_pool"] = None
    vars(celery_app.amqp)["_producer_pool"] = None


class Journey:
    """Day after day: who qualifies, what the sweeps find, what goes wrong, what people do."""

    def __init__(self, house: TimeMachine) -> None:
        self.house, self.chance = house, random.Random(SEED)
        self.partners = drawn_partners(PARTNERS, START, random.Random(SEED + 1))
        self.model = Model(document())
        with clock.at(_moment(START, minute=1)):
            self.world = made_world(self.partners)
        self.lives = Lives(self.world, self.model, SEED)
        self.days = [START + timedelta(days=number) for number in range(DAYS)]
        gone = len(self.days) * 45 // 100
        self.broker_gone = set(self.days[gone : gone + BROKER_GONE])
        self.two_beats = set(self.days[len(self.days) // 4 : len(self.days) * 2 // 5])
        calm = [day for day in self.days[1:] if day not in self.broker_gone]
        self.worker_killed = set(self.chance.sample(calm, 2))
        self.killed_at_random = set(self.chance.sample(calm, min(len(calm), 12)))
        joins = sorted({one.joined for one in self.partners} & set(calm))
        self.killed_in_the_middle = set(self.chance.sample(joins, min(len(joins), 12)))
        """Days on which somebody qualifies, so that an audit and reports are planned."""
        self.wrong: Counter[str] = Counter()
        """How often what went wrong."""

    def travel(self) -> None:
        for day in self.days:
            new = [one for one in self.partners if one.joined == day]
            with clock.at(_moment(day, minute=2)):
                join(self.world, [one for one in new if one.number])
            self.model.joined(new)
            self.lives.joined(new)
            self.sweep(day)
            with clock.at(_moment(day, hour=self.chance.randrange(14, 23))):
                self.lives.pass_day()

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
        self.model.swept(day)
        self.lives.plans(day)

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


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def test_each_thing_happens_once_and_on_its_day(house: TimeMachine) -> None:
    print(f"seed {SEED}, {PARTNERS} partners, {DAYS} days from {START}, {len(OURS)} sweeps")
    with mail_held_back(delivered_before=datetime.max.replace(tzinfo=UTC)):
        journey = Journey(house)
        house.open()
        journey.travel()
    print(f"{dict(journey.wrong)}; {house.killed} processes killed, {house.held} in the middle of a deed")
    print(f"people: {dict(journey.lives.done)}")
    did, must = happened(journey.world), journey.model.expected
    print(f"by itself: {dict(Counter(event[1] for event in must.elements()))}")
    extra, missing = _told(did - must), _told(must - did)
    print("extra:", *extra, "missing:", *missing, sep="\n  ")
    assert extra == [], "happened, and should not have"
    assert missing == [], "should have happened, and did not"
    assert notices_said_twice() == []
    assert _problems_of_the_record(journey) == []
    assert _failures(house) == []


def _told(events: Counter[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return sorted(events.elements(), key=str)[:40]


def _problems_of_the_record(journey: Journey) -> list[str]:
    """But that the copies, which no deed made, are not in it."""
    copies = {str(pk) for one in journey.partners for pk in one.ids.values()}
    return [str(problem) for problem in verify() if not any(pk in str(problem) for pk in copies)][:40]


def _failures(house: TimeMachine) -> list[str]:
    """Rows that a sweep could not do, and sweeps that broke off."""
    said = [line for one in house.started for line in one.log.read_text(errors="replace").splitlines()]
    assert not SweepRun.objects.filter(failed__gt=0).exists()
    return [line for line in said if "could not do" in line or "raised unexpected" in line][:40]
