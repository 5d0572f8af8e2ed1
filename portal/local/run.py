"""`make run`: from servers to sign-ins, then watch until told to stop."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from types import FrameType

from . import assets
from .console import Stop, complain, say, step
from .environment import for_demo
from .locks import FileLock, held
from .paths import LOGS, ROOT, VAR, venv_bin
from .processes import command_line, dies_with_parent
from .servers import Servers
from .supervisor import Supervisor, end_leftovers

_RUN_LOCK = VAR / "run.lock"
_STATE = VAR / "run.json"
_FIRST_ANSWER_SECONDS = 90.0
_PATIENCE = 12.0


class Interrupted(BaseException):
    """A signal asked the run to end while it was setting up."""


def host() -> str:
    """The interface to listen on. Only this machine by default: the demo's sign-ins are public."""
    return os.environ.get("HOST") or "127.0.0.1"


def check_free(port: int) -> None:
    """No other run on this checkout, and nobody else on the port. Raises Stop."""
    if _RUN_LOCK.exists() and held(_RUN_LOCK):
        raise Stop(_already_running())
    end_leftovers(_STATE)
    family = socket.AF_INET6 if ":" in host() else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host(), port))
        except PermissionError:
            raise Stop(
                f"Port {port} is for the system's administrator only. Choose one above 1023: make run PORT=8001"
            ) from None
        except OSError as problem:
            if isinstance(problem, socket.gaierror) or problem.errno == 99:
                raise Stop(f"HOST={host()} is no address of this machine.") from None
            raise Stop(
                f"Port {port} is taken by another program. "
                f"Choose another: make run PORT={port + 1 if port < 65535 else 8001}"
            ) from None


def _already_running() -> str:
    try:
        state = json.loads(_STATE.read_text())
        at, pid = state["address"], state["pid"]
    except (OSError, ValueError, KeyError):
        return "Another `make run` on this checkout is starting. Wait for it, or end it with Ctrl-C."
    return f"The portal already runs at {at} (process {pid}). Open it there, or end it: kill {pid}"


class Run:
    """One run, from the lock that makes it the only one to the last process that it ends."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.address = f"http://localhost:{port}/"
        self.servers: Servers | None = None
        self.supervisor: Supervisor | None = None
        self.signals = 0
        self.ready = False
        self.parent = os.getppid()
        self.under_make = "make" in command_line(self.parent).split(" ")[0]

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Ctrl-C, SIGTERM, or a terminal that went away. During set-up it breaks off; afterwards the watch ends."""
        self.signals += 1
        if not self.ready and self.signals == 1:
            raise Interrupted

    def go(self) -> int:
        lock = FileLock(_RUN_LOCK)
        if not lock.take():
            raise Stop(_already_running())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_signal)
        try:
            environment = self._set_up()
            self._start(environment)
            self._await_answer()
            self.ready = True
            self._greet()
            self._watch()
        except Interrupted:
            say("")
        finally:
            self.ready = True
            self._stop()
            lock.release()
        return 0

    def _set_up(self) -> dict[str, str]:
        LOGS.mkdir(parents=True, exist_ok=True)
        assets.ensure()
        with step("Database and broker"):
            self.servers = Servers("demo")
            addresses = self.servers.lease()
        path = f"{venv_bin('python').parent}{os.pathsep}{os.environ.get('PATH', '')}"
        environment = {**os.environ, **for_demo(addresses, port=self.port), "PATH": path, "PYTHONUNBUFFERED": "1"}
        _prepare(environment)
        return environment

    def _start(self, environment: dict[str, str]) -> None:
        python = str(venv_bin("python"))
        celery = [python, "-m", "celery", "-A", "portal.celery"]
        bind = f"[{host()}]:{self.port}" if ":" in host() else f"{host()}:{self.port}"
        supervisor = self.supervisor = Supervisor(environment=environment, logs=LOGS, state=_STATE, cwd=ROOT)
        supervisor.address = self.address
        supervisor.add(
            "web",
            [
                *(python, "-m", "gunicorn", "portal.wsgi:application", "--bind", bind, "--workers", "2"),
                *(
                    "--no-control-socket",
                    "--worker-class",
                    "gthread",
                    "--threads",
                    "4",
                    "--timeout",
                    "60",
                    "--graceful-timeout",
                    "8",
                ),
                *("--preload", "--access-logfile", "-", "--name", "portal.web"),
            ],
        )
        supervisor.add(
            "worker",
            [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"],
        )
        supervisor.add("beat", [*celery, "beat", "--loglevel", "INFO", "--pidfile", ""])
        supervisor.add("transmitter", [python, "manage.py", "transmit"])

    def _await_answer(self) -> None:
        supervisor = self.supervisor
        assert supervisor is not None
        with step("Web, worker and scheduler"):
            until = time.monotonic() + _FIRST_ANSWER_SECONDS
            while not self._answers():
                web = supervisor.children[0]
                if time.monotonic() > until or (not web.running and web.failures >= 2):
                    raise Stop(f"The portal does not answer: {_last_error(supervisor)} Details: {supervisor.log(web)}")
                supervisor.look()
                time.sleep(0.1)

    def _answers(self) -> bool:
        at = "127.0.0.1" if host() in ("0.0.0.0", "::") else host()  # noqa: S104 -- compared, not listened on
        at = f"[{at}]" if ":" in at else at
        ask = urllib.request.Request(
            f"http://{at}:{self.port}/healthz", headers={"Host": "localhost", "X-Forwarded-Proto": "https"}
        )
        try:
            with _PLAIN.open(ask, timeout=5) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as error:
            return error.code in (301, 302)  # a BASE_URL with https sends plain requests there
        except OSError:
            return False

    def _greet(self) -> None:
        say(f"\nThe portal is ready: {self.address}\n")
        for line in sign_ins():
            say(line)
        say(f"\nLogs: {LOGS}/. Ctrl-C stops everything; the data is kept for the next `make run`.")

    def _watch(self) -> None:
        supervisor = self.supervisor
        assert supervisor is not None
        while not self.signals and not self._orphaned():
            supervisor.look()
            time.sleep(0.2)

    def _orphaned(self) -> bool:
        """Whether `make` was killed without a word to us."""
        return self.under_make and os.getppid() != self.parent

    def _stop(self) -> None:
        if self.supervisor is not None:
            say("\nStopping …")
            asked = self.signals
            self.supervisor.stop(patience=_PATIENCE, hurried=lambda: self.signals > asked)
        if self.servers is not None:
            self.servers.release()
            if not (self.servers.home / "keep").exists() and not self.servers.wait_stopped(40):
                complain(
                    "The embedded servers are still in use by another program of this checkout; they stop with it."
                )
        if self.supervisor is not None:
            say("Stopped. `make run` goes on where this left off, `make reset` starts over.")


def _preparing(part: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [venv_bin("python"), "-m", "portal.local.prepare", part],
        cwd=ROOT,
        env=environment,
        process_group=0,
        preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- no threads in this process
    )


def _prepare(environment: dict[str, str]) -> None:
    """Static files and data, side by side. Set-up does not wait for the disk at each commit: it can be done again.

    Ctrl-C reaches us alone, since each part has a process group of its own; then both are ended here.
    """
    environment = {**environment, "PGOPTIONS": "-c synchronous_commit=off"}
    parts: list[subprocess.Popen[bytes]] = []
    try:
        parts.append(_preparing("static", environment))
        parts.append(_preparing("data", environment))
        static, data = parts
        if data.wait() == 0 and static.poll() is None:
            with step("Static files"):
                static.wait()
    finally:
        for process in parts:
            process.kill()  # nothing happens to one that has ended
            process.wait()
    if data.returncode or static.returncode:
        raise Stop("The portal could not be prepared; the lines above say why.")


_PLAIN = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks this machine directly, whatever proxy the user's environment names."""


def _last_error(supervisor: Supervisor) -> str:
    try:
        lines = supervisor.log(supervisor.children[0]).read_text(errors="replace").splitlines()
    except OSError:
        return "no reason given."
    telling = [line.strip() for line in lines if "Error" in line or "error" in line]
    return f"{telling[-1].rstrip('.')}." if telling else "no reason given."


def sign_ins() -> list[str]:
    """The demo's sign-ins from var/demo.json, as a table."""
    try:
        people: list[dict[str, str]] = json.loads((VAR / "demo.json").read_text())
    except (OSError, ValueError):
        return []
    rows = [("Role", "Sign in as", "Password", "Second factor (TOTP secret)", "")]
    for person in people:
        name = person.get("email") or f"client {person.get('client_id', '')}"
        password = person.get("password") or person.get("client_secret") or ""
        rows.append(
            (person.get("role", ""), name, password, person.get("totp_secret") or "–", person.get("note") or "")
        )
    widths = [max(len(str(row[column])) for row in rows) for column in range(4)]
    return [
        "  "
        + "  ".join([*(f"{cell!s:<{width}}" for cell, width in zip(row, widths, strict=False)), str(row[4])]).rstrip()
        for row in rows
    ]


def run(port: int) -> int:
    """Run the portal until told to stop. Raises Stop when it cannot start."""
    return Run(port).go()
