"""The processes that sweep, in simulated time: real workers on a real broker, which are killed and taken away."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.db import connection

from portal import celery_app
from portal.core import clock
from portal.notifications.notify import mail_held_back
from tests.jobs.processes import Celery, House, wait_until

APP = "tests.audits.time_travel.app"
PREFIX = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
PATIENCE = 120.0
"""Seconds until the sweeps of one moment must have run, on a busy machine."""


class TimeMachine(House):
    """A broker and one worker of two processes, whose clock the test sets.

    `sweeps` are the paths of the tasks that beat calls.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], sweeps: Sequence[str]) -> None:
        self.clock = folder / "now"
        super().__init__(folder, {**environment, "TIME_TRAVEL_CLOCK": str(self.clock)}, APP)
        self.sweeps = list(sweeps)
        self.crew: Celery | None = None
        self.client = redis.Redis.from_url(self.broker.url)
        self.killed = self.held = 0
        """Processes killed, and how many of them had a deed in hand that was not committed."""

    def open(self, moment: datetime | None = None) -> None:
        """Begin to work, at that moment, or at the one that it is."""
        if moment is not None:
            self.clock.write_text(moment.isoformat())
        self.crew = self.worker()
        self.crew.wait_ready("ready.")

    def beat_once(self, moment: datetime, chance: random.Random, *, beats: int = 1) -> None:
        """Call every sweep at this moment, each as often as there are beats, in any order."""
        self._call(self.sweeps * beats, moment, chance)

    def _call(self, names: list[str], moment: datetime, chance: random.Random) -> None:
        self.clock.write_text(moment.isoformat())
        chance.shuffle(names)
        for name in names:
            celery_app.send_task(name, retry=True, retry_policy={"max_retries": 3, "interval_start": 0})

    def sweep(self, moment: datetime, chance: random.Random, *, beats: int = 1) -> None:
        """As `beat_once`, and wait until all is done; what plans comes first, so that a day is over in one round."""
        for some in self._in_turn():
            self._call(some * beats, moment, chance)
            self._wait(f"the sweeps of {moment} are done")

    def sweep_here(self, moment: datetime, chance: random.Random, *, beats: int = 1) -> None:
        """The functions of the same tasks in this process, for days on which nothing goes wrong: far quicker.

        Where there are two beats, two threads do all of it at the same time.
        """
        for some in self._in_turn():
            calls = chance.sample(some, len(some))
            if beats == 1:
                _do(calls, moment)
                continue
            with ThreadPoolExecutor(beats) as pool:
                for done in [pool.submit(_and_hang_up, calls, moment) for _beat in range(beats)]:
                    done.result()

    def _in_turn(self) -> list[list[str]]:
        """What makes work for others on the same day, and then the others."""
        first = [name for name in self.sweeps if "plan_" in name or "announce_audits" in name]
        return [[name] for name in first] + [[name for name in self.sweeps if name not in first]]

    def is_idle(self) -> bool:
        """Whether no task waits and none runs: one that runs is acknowledged when it is done."""
        both = self.client.pipeline(transaction=True)
        both.llen(f"{PREFIX}{settings.CELERY_TASK_DEFAULT_QUEUE}")
        both.hlen(f"{PREFIX}unacked")
        return not any(both.execute())

    # --- what goes wrong ------------------------------------------------------------------------------

    def kill_at_random(self, moment: datetime, chance: random.Random) -> None:
        """The sweeps begin, and some milliseconds later those who do them are killed. What is left is done."""
        self.beat_once(moment, chance)
        time.sleep(chance.uniform(0, 0.12))
        self.killed += self._crew.kill_children()
        self._wait(f"new processes do the sweeps of {moment}")

    def kill_in_the_middle(self, moment: datetime, chance: random.Random) -> None:
        """The sweeps begin, and are killed when one has written something that it has not committed."""
        with self._deed_in_hand(moment, chance):
            self.killed += self._crew.kill_children()
        self._wait(f"new processes do the sweeps of {moment}")

    def kill_worker(self, moment: datetime, chance: random.Random) -> None:
        """The whole worker dies in the middle; another is started, which has what the first did not take."""
        with self._deed_in_hand(moment, chance):
            self._crew.kill()
        self.killed += 1
        self._forget_what_the_dead_held()
        self.open()
        self._wait("the new worker takes the rest")

    @contextmanager
    def _deed_in_hand(self, moment: datetime, chance: random.Random) -> Iterator[None]:
        """Whoever would write into the record waits: a deed is held between its writes and its commit."""
        values = connection.get_connection_params()
        names = ("dbname", "user", "host", "port", "password")
        with psycopg.connect(**{key: values[key] for key in names if values.get(key)}) as held:
            held.execute("LOCK TABLE ledger_entry IN EXCLUSIVE MODE")
            self.beat_once(moment, chance)
            with suppress(AssertionError):  # nothing may be due on this day
                wait_until(_waiting_for_the_record, "a deed in the middle", 3)
            self.held += _waiting_for_the_record()
            yield
            held.rollback()

    def lose_broker(self) -> None:
        """The broker goes, with all that it held. The worker goes on trying."""
        self.kill_broker()

    def find_broker(self) -> None:
        self.restart_broker()
        wait_until(self._listened_to, "the worker finds the broker", PATIENCE)

    def _listened_to(self) -> bool:
        with suppress(redis.ConnectionError):
            return any("brpop" in str(one.get("cmd", "")) for one in self.client.client_list())
        return False

    def _forget_what_the_dead_held(self) -> None:
        """It would be handed out again after the visibility timeout: long after the next call of each sweep."""
        self.client.delete(f"{PREFIX}unacked", f"{PREFIX}unacked_index", f"{PREFIX}unacked_mutex")

    def _wait(self, what: str) -> None:
        wait_until(self.is_idle, what, PATIENCE, every=0.01)

    @property
    def _crew(self) -> Celery:
        assert self.crew is not None
        return self.crew


def _do(names: Sequence[str], moment: datetime) -> None:
    with clock.at(moment), mail_held_back(delivered_before=moment + timedelta(days=1)):
        for name in names:
            run: Any = celery_app.tasks[name].run
            tally = run.__wrapped__()
            assert (tally.failed, tally.left) == (0, 0), f"{name}: {tally}"


def _and_hang_up(names: Sequence[str], moment: datetime) -> None:
    try:
        _do(names, moment)
    finally:
        connection.close()


def _waiting_for_the_record() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'ledger_entry'::regclass"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return int(cursor.fetchone()[0])
