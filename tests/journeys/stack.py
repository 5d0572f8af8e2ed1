"""The portal as it really runs: gunicorn, a Celery worker and beat as processes, over a database of their own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def free_port() -> int:
    """A port that nobody listens on just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Stack:
    """A running portal. `url` is its address; `manage()` runs a command against the same database."""

    environment: dict[str, str]
    folder: Path
    url: str
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def manage(self, *words: str) -> str:
        """Run a management command; its output. AssertionError with the output where it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, (
            f"manage.py {' '.join(words)}\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout

    def start(self, name: str, *command: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def stop(self) -> None:
        """Stop every process, the last one started first."""
        for process in reversed(self.processes.values()):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def logs(self) -> str:
        """The end of each process's output, for a failure's message."""
        parts = (
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in sorted(self.folder.glob("*.log"))
        )
        return "\n".join(parts)

    def wait_until_up(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with (
                suppress(OSError),
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer,
            ):
                if answer.status == 200:
                    return
            time.sleep(0.2)
        raise AssertionError(f"The portal did not come up.\n{self.logs()}")


def _own_database(name: str) -> str:
    """Make an empty database beside the one of this test run; its URL."""
    base = os.environ["DATABASE_URL"]
    maintenance = re.sub(r"(://[^/]*)/[^?]*", r"\1/postgres", base, count=1)
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    return re.sub(r"(://[^/]*)/[^?]*", rf"\1/{name}", base, count=1)


def build(folder: Path, name: str) -> Stack:
    """Prepare database and static files; nothing runs yet."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": _own_database(name),
        "BASE_URL": f"http://localhost:{port}",
        "MEDIA_ROOT": str(folder / "files"),
        "STATIC_ROOT": str(folder / "static"),
        "CELERY_KEY_PREFIX": f"{name}:",
        "CACHE_PREFIX": name,
        "SWEEP_SECONDS": "1",
        "DEMO": "1",
        "PYTHONUNBUFFERED": "1",
    }
    stack = Stack(environment, folder, f"http://localhost:{port}")
    stack.manage("migrate", "--verbosity=0")
    stack.manage("collectstatic", "--noinput", "--verbosity=0")
    return stack


def run(stack: Stack) -> None:
    """Start web, worker and scheduler, and wait until the portal answers."""
    port = stack.url.rsplit(":", 1)[1]
    stack.manage("setup_schedule")
    stack.start(
        "web",
        str(BIN / "gunicorn"),
        "portal.wsgi",
        f"--bind=127.0.0.1:{port}",
        "--workers=2",
        "--threads=4",
        "--timeout=60",
    )
    stack.start(
        "worker",
        str(BIN / "celery"),
        "-A",
        "portal",
        "worker",
        "--concurrency=1",
        "--loglevel=INFO",
        "--without-gossip",
        "--without-mingle",
    )
    stack.start(
        "beat",
        str(BIN / "celery"),
        "-A",
        "portal",
        "beat",
        "--loglevel=INFO",
        f"--pidfile={stack.folder / 'beat.pid'}",
        "--max-interval=1",
    )
    stack.wait_until_up()
