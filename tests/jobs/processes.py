"""Real processes for the tests of jobs: a broker of their own, workers and beat, to be killed at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from portal.local.valkey import Valkey

PATIENCE = 60.0
"""Seconds until something that must happen counts as not happening: workers start slowly on a busy machine."""


def wait_until(true: Callable[[], object], what: str, seconds: float = PATIENCE, *, every: float = 0.05) -> None:
    """Poll until it is true. Fails with `what` when it does not come true."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise AssertionError(f"Not within {seconds:.0f} seconds: {what}")
        time.sleep(every)


class Celery:
    """One process group: `worker` or `beat`."""

    def __init__(self, kind: str, environment: Mapping[str, str], log: Path, app: str = "portal") -> None:
        options = {
            "worker": ["--concurrency=2", "--without-gossip", "--without-mingle", "--without-heartbeat"],
            "beat": ["--pidfile=", "--max-interval=1"],
        }[kind]
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", app, kind, "-l", "INFO", *options],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def wait_ready(self, words: str) -> None:
        def ready() -> bool:
            said = self.log.read_text(errors="replace")
            assert self.process.poll() is None, f"It ended: {said[-2000:]}"
            return words in said

        wait_until(ready, f"“{words}” in {self.log}")

    def kill(self) -> None:
        """SIGKILL to all of it: no handler runs, nothing is put away."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def kill_children(self) -> int:
        """SIGKILL to the processes that do the work, not to the one that hands it out; returns how many."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        return len(children)


class House:
    """A broker, and the workers and beats of `app` started on it. Everything ends with the test."""

    def __init__(self, folder: Path, environment: Mapping[str, str], app: str = "portal") -> None:
        self.folder, self.app = folder, app
        self.broker = Valkey(folder, durable=False, password="for-one-test")
        self.broker.start()
        self.environment = {
            **environment,
            "REDIS_URL": self.broker.url,
            "MAIL_RETRY_SECONDS": "1",
            "MAIL_ATTEMPTS": "30",
            "LOG_LEVEL": "INFO",
        }
        self.started: list[Celery] = []

    def worker(self) -> Celery:
        return self._start("worker")

    def beat(self) -> Celery:
        return self._start("beat")

    def _start(self, kind: str) -> Celery:
        celery = Celery(kind, self.environment, self.folder / f"{kind}{len(self.started)}.log", self.app)
        self.started.append(celery)
        return celery

    def kill_broker(self) -> None:
        process = self.broker.process
        assert process is not None
        process.kill()
        process.wait(10)
        self.broker.process = None

    def restart_broker(self) -> None:
        """On the same port, and empty: it kept nothing."""
        port = self.broker.port
        self.broker.start()
        assert self.broker.port == port

    def end(self) -> None:
        for celery in self.started:
            celery.kill()
        self.broker.stop()
