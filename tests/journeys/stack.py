"""The portal as it really runs: gunicorn, a Celery worker and beat as processes, over a database of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from portal.local import template
from portal.local.environment import with_database
from portal.local.locks import locked
from portal.local.paths import VAR

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PREPARE = "from tests.journeys.staff import prepare; prepare()"
STATIC = VAR / "test" / "journey-static"
"""Collected files, kept between runs while they are fresh: collecting them takes a while."""


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
    staff: dict[str, dict[str, str]] = field(default_factory=dict)
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
        assert done.returncode == 0, f"manage.py {' '.join(words)}\n{done.stdout}\n{done.stderr}"
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
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in sorted(self.folder.glob("*.log"))
        )
        return "\n".join(parts)

    def wait_until_up(self, seconds: float = 240) -> None:
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


def own_database(name: str) -> str:
    """A database of its own for the portal, copied from the migrated template of the tests; its URL."""
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        template_name = template.ensure(connection)
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_name}"')
    return with_database(os.environ["DATABASE_URL"], name)


def build(folder: Path, name: str, database_url: str) -> Stack:
    """Prepare the static files; nothing runs yet."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "BASE_URL": f"http://localhost:{port}",
        "MEDIA_ROOT": str(folder / "files"),
        "STATIC_ROOT": str(STATIC),
        "CELERY_KEY_PREFIX": f"{name}:",
        "CACHE_PREFIX": name,
        "SWEEP_SECONDS": "5",
        "DEMO": "1",
        "PYTHONUNBUFFERED": "1",
    }
    environment.pop("PYTEST_CURRENT_TEST", None)
    stack = Stack(environment, folder, f"http://localhost:{port}")
    (folder / "files").mkdir(exist_ok=True)
    STATIC.mkdir(parents=True, exist_ok=True)
    with locked(STATIC.parent / "journey-static.lock"):
        subprocess.run([sys.executable, "-m", "portal.local.prepare", "static"], cwd=ROOT, env=environment, check=True)
    return stack


def drop_database(name: str) -> None:
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def fill(stack: Stack) -> None:
    """Put the rulebook in force, and make the bodies of the scheme and their staff."""
    stack.manage("load_rulebook")
    stack.manage("setup_schedule")
    stack.staff = json.loads(stack.manage("shell", "--no-imports", "-c", PREPARE).splitlines()[-1])


def running(file: Path) -> Stack:
    """A stack that runs already, as its file describes it."""
    known = json.loads(file.read_text())
    return Stack(known["environment"], Path(known["folder"]), known["url"], staff=known["staff"])


def run(stack: Stack) -> None:
    """Start web, worker and scheduler, and wait until the portal answers."""
    port = stack.url.rsplit(":", 1)[1]
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


def keep(file: Path) -> None:
    """Build a stack, write to `file` how it is reached, and keep it until Ctrl-C."""
    import django

    from portal.local import testing

    testing._prepare()
    django.setup()
    name = f"journey_kept_{os.getpid()}"
    with tempfile.TemporaryDirectory() as folder:
        stack = build(Path(folder), name, own_database(name))
        try:
            fill(stack)
            run(stack)
            known = {"environment": stack.environment, "folder": folder, "url": stack.url, "staff": stack.staff}
            file.write_text(json.dumps(known))
            print(f"{stack.url} runs. JOURNEY_STACK={file} has journeys use it. Ctrl-C ends it.", flush=True)
            signal.pause()
        except KeyboardInterrupt:
            pass
        finally:
            stack.stop()
            drop_database(name)
            file.unlink(missing_ok=True)


if __name__ == "__main__":
    keep(Path(sys.argv[1] if len(sys.argv) > 1 else VAR / "test" / "journey-stack.json").resolve())
