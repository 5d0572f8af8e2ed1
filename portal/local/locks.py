"""Advisory file locks. The kernel releases them when their holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """One lock on one file, held by this process until released or until the process ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None

    def take(self, *, shared: bool = False, wait: float | None = 0) -> bool:
        """Take the lock within `wait` seconds (None: however long it takes). False when others hold it."""
        if self._fd is None:
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        if wait is None:
            fcntl.flock(self._fd, mode)
            return True
        until = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(self._fd, mode | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(0.05)

    def release(self) -> None:
        """Give the lock back; the file stays, since removing it would let two holders in."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def held(path: Path) -> bool:
    """Whether some process holds the lock exclusively just now."""
    probe = FileLock(path)
    try:
        return not probe.take(shared=True)
    finally:
        probe.release()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock for the block, waiting for it as long as it takes."""
    lock = FileLock(path)
    lock.take(wait=None)
    try:
        yield
    finally:
        lock.release()
