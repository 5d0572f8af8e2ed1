"""Years in minutes: every audit, report, reminder and lapse happens exactly once and on its day.

What sweeps is real: Celery's workers on a broker, killed at random and in the middle of deeds; the broker is gone for a
week; the clock is put forward and back, and two beats call everything twice. What must have happened is said by a naive
model that shares no query with the portal.

A short journey is part of the suite: some months in which everything happens at least once. The long one:

    TIME_TRAVEL_PARTNERS=200 TIME_TRAVEL_DAYS=1096 pytest tests/audits/test_time_travel.py -s
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import override_settings

from audits import programme
from portal import celery_app
from portal.ledger.verify import verify
from portal.notifications.models import SweepRun
from portal.notifications.notify import mail_held_back
from portal.sweeps import SWEEPS
from tests.audits.time_travel.house import TimeMachine
from tests.audits.time_travel.journey import Journey
from tests.audits.time_travel.told import notices_said_twice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("time_travel")]

SEED = int(os.environ.get("TIME_TRAVEL_SEED", "20280721"))
PARTNERS = int(os.environ.get("TIME_TRAVEL_PARTNERS", "14"))
DAYS = int(os.environ.get("TIME_TRAVEL_DAYS", "175"))
START = date(2027, 11, 15)
LOTS = "the key of the lots, so that the same audits come unannounced in each run"
LAPSES = ("partners.tasks.lapse_qualifications", "partners.tasks.remind_of_ends", "grants.tasks.expire_grants",
          "grants.tasks.end_lines", "grants.tasks.end_empty_grants", "grants.tasks.announce_ends")  # fmt: skip
IDLE = ("audits.tasks.import_catalogues", "audits.tasks.watch_use")
"""Sweeps over files and over reported use, of which there is none here."""
OURS = tuple(
    sweep.task
    for sweep in SWEEPS
    if sweep.task in LAPSES or (sweep.task.startswith("audits.") and sweep.task not in IDLE)
)
BY_ITSELF = {
    "acceptance ends", "audit announced", "audit dropped", "audit moved", "audit planned", "auditor asked for",
    "case opened", "checkpoint taken", "end of grant announced", "end of qualification announced",
    "fact joins the case", "finding open again", "grant ends", "qualification ends", "reminded of report",
    "report asked for", "sample drawn", "step about finding", "step about report",
}  # fmt: skip
"""All that the portal does by itself here. Each happens in the journey, or the journey proves too little."""
WRONG = {
    "clock put", "day of two beats", "day without a broker", "killed at random", "killed in the middle",
    "worker killed",
}  # fmt: skip
RUNGS = {"remind", "warn", "enforce"}


@pytest.fixture
def house(
    tmp_path: Path, process_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[TimeMachine]:
    celery_app.loader.import_default_modules()
    built = TimeMachine(tmp_path, {**process_environment, "SECRET_KEY": LOTS}, OURS)
    monkeypatch.setenv("CELERY_BROKER_URL", built.broker.url)
    _forget()
    with override_settings(SECRET_KEY=LOTS):
        yield built
    built.end()
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    vars(celery_app)["_pool"] = None
    vars(celery_app.amqp)["_producer_pool"] = None
    programme._key.cache_clear()


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def test_each_thing_happens_once_and_on_its_day(house: TimeMachine) -> None:
    print(f"seed {SEED}, {PARTNERS} partners, {DAYS} days from {START}, {len(OURS)} sweeps")
    with mail_held_back(delivered_before=datetime.max.replace(tzinfo=UTC)):
        journey = Journey(house, seed=SEED, partners=PARTNERS, start=START, days=DAYS)
        journey.travel()
    assert journey.differences == []
    assert notices_said_twice() == []
    assert _problems_of_the_record(journey) == []
    assert _failures(house) == []
    _assert_that_enough_happened(journey)


def _assert_that_enough_happened(journey: Journey) -> None:
    """Each kind of deed, of people's doings and of trouble, and a ladder to its last rung."""
    must = journey.model.expected
    by_itself, house = Counter(event[1] for event in must.elements()), journey.house
    print(f"by itself: {dict(by_itself)}\npeople: {dict(journey.lives.done)}")
    print(f"{dict(journey.wrong)}; {house.killed} processes killed, {house.held} in the middle of a deed")
    assert sorted(BY_ITSELF - by_itself.keys()) == []
    assert sorted(WRONG - journey.wrong.keys()) == []
    assert house.held > 0
    for ladder in ("step about finding", "step about report"):
        assert {event[-1] for event in must if event[1] == ladder} == RUNGS
    assert any(event[1] == "audit planned" and str(event[3]).startswith("after") for event in must), "a follow-up"
    assert date(2028, 2, 29) in journey.days


def _problems_of_the_record(journey: Journey) -> list[str]:
    """But that the copies, which no deed made, are not in it."""
    copies = {str(pk) for one in journey.partners for pk in one.ids.values()}
    return [str(problem) for problem in verify() if not any(pk in str(problem) for pk in copies)][:40]


def _failures(house: TimeMachine) -> list[str]:
    """Rows that a sweep could not do, and sweeps that broke off."""
    said = [line for one in house.started for line in one.log.read_text(errors="replace").splitlines()]
    assert not SweepRun.objects.filter(failed__gt=0).exists()
    return [line for line in said if "could not do" in line or "raised unexpected" in line][:40]
