"""Starting, finding and ending processes, on Linux and macOS, with the standard library."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def dies_with_parent(signal_number: int) -> Callable[[], None] | None:
    """A `preexec_fn` that makes the kernel signal the child when its parent is gone, even by `kill -9`.

    Linux only; elsewhere leftovers are found and ended at the next start.
    """
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def ask_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:  # the parent died before the request reached the kernel
            os._exit(1)

    return ask_kernel


def alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return command_line(pid) != ""


def command_line(pid: int) -> str:
    """The command that a process was started with; empty for a zombie or when there is none."""
    if _LIBC is not None:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "" if "<defunct>" in listed.stdout else listed.stdout.strip()


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait until a process that is not ours to reap has gone. False when it is still there."""
    until = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def end(pid: int, *, first: int = signal.SIGTERM, patience: float = 10, group: bool = False) -> None:
    """Ask a process to end and, when it has not within `patience` seconds, kill it (with its group if asked)."""
    send = os.killpg if group else os.kill
    with suppress(ProcessLookupError, PermissionError):
        send(pid, first)
    if not wait_gone(pid, patience):
        with suppress(ProcessLookupError, PermissionError):
            send(pid, signal.SIGKILL)
        wait_gone(pid, 5)
    if group:  # the leader has gone; what it left behind in its group goes too
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
