"""Runs the portal's processes: starts them, restarts what dies, stops all of them together.

Each child leads a process group of its own, so that Ctrl-C reaches the supervisor alone and what a child
forks ends with it. On Linux the kernel ends the children should the supervisor be killed; `var/run.json` names
them for the next start to clear up after anything else.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .console import say
from .processes import command_line, dies_with_parent, end

_LARGEST_LOG = 10 * 1024 * 1024
_LONGEST_WAIT = 30.0
_STEADY_SECONDS = 60.0


@dataclass
class Child:
    """One process that should always run."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = field(default=0.0)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Keeps a set of processes running, in order of start; stops them in the opposite order."""

    def __init__(self, *, environment: dict[str, str], logs: Path, state: Path, cwd: Path) -> None:
        self.environment = environment
        self.logs = logs
        self.state = state
        self.cwd = cwd
        self.children: list[Child] = []
        self.address = ""

    def add(self, name: str, command: Sequence[str]) -> None:
        """Have a process run from now on, logging to `<logs>/<name>.log`."""
        child = Child(name, command)
        self.children.append(child)
        self._start(child)

    def log(self, child: Child) -> Path:
        return self.logs / f"{child.name}.log"

    def _start(self, child: Child) -> None:
        log = self.log(child)
        with suppress(FileNotFoundError):
            if log.stat().st_size > _LARGEST_LOG:
                log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as out:
            child.process = subprocess.Popen(
                child.command,
                cwd=self.cwd,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                process_group=0,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- no threads in this process
            )
        child.started = time.monotonic()
        self.note()

    def look(self) -> None:
        """Start again what has died, later and later the more often it happens."""
        now = time.monotonic()
        for child in self.children:
            if child.running:
                if now - child.started > _STEADY_SECONDS:
                    child.failures = 0
                continue
            if child.process is not None:
                status = child.process.returncode
                end(child.process.pid, patience=0, group=True)  # what it forked
                wait = min(_LONGEST_WAIT, 2.0**child.failures)
                child.failures += 1
                child.process, child.due = None, now + wait
                say(f"  {child.name} has ended ({_status(status)}); again in {wait:.0f} s. See {self.log(child)}")
            elif now >= child.due:
                self._start(child)

    def note(self) -> None:
        """Write down what runs, for the next start to find after a crash."""
        running = {child.name: child.process.pid for child in self.children if child.process}
        draft = self.state.with_suffix(".new")
        draft.write_text(json.dumps({"pid": os.getpid(), "address": self.address, "children": running}))
        draft.replace(self.state)

    def stop(self, *, patience: float, hurried: Callable[[], bool] = lambda: False) -> None:
        """Ask every child to finish, wait, then kill what is left, with all that it forked."""
        running = [child for child in reversed(self.children) if child.process is not None]
        for child in running:
            assert child.process is not None
            with suppress(ProcessLookupError):
                child.process.terminate()
        until = time.monotonic() + patience
        while any(child.running for child in running) and time.monotonic() < until and not hurried():
            time.sleep(0.05)
        for child in running:
            assert child.process is not None
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        self.state.unlink(missing_ok=True)


def _status(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


def end_leftovers(state: Path) -> list[str]:
    """End what a killed supervisor left running; the names of it."""
    try:
        children: dict[str, int] = json.loads(state.read_text())["children"]
    except (OSError, ValueError, KeyError):
        return []
    left = {name: pid for name, pid in children.items() if "portal." in command_line(pid)}
    for pid in left.values():
        end(pid, patience=5, group=True)
    state.unlink(missing_ok=True)
    return sorted(left)
