"""The embedded servers of this checkout: one set for the demo, another for tests.

A set is owned by one small process, the warden. Whoever needs the servers holds a lease (a shared
file lock, which the kernel gives back even after `kill -9`); when the last lease is gone, the warden
stops the servers and ends. So two test runs share one set, and nothing is left behind.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .console import Stop
from .keys import keys
from .locks import FileLock, held, locked
from .paths import ROOT, TAG, VAR, in_venv, venv_bin
from .postgres import Postgres
from .processes import end
from .valkey import Valkey

Kind = Literal["demo", "test"]
_STATE_FOLDER = Path("/var/lib/trusted-partner-portal")


@dataclass(frozen=True)
class Addresses:
    """Where the servers answer."""

    database_url: str
    redis_url: str


def _open_to_all(folder: Path) -> bool:
    """Whether every account of the machine may pass through the folder and all above it."""
    return all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))


def home(kind: Kind) -> Path:
    """The folder of a set: under var/, or where root's PostgreSQL account gets to without a mode being changed."""
    VAR.mkdir(exist_ok=True)
    base = VAR / "servers"
    if os.geteuid() == 0 and not _open_to_all(VAR):
        base = _STATE_FOLDER / TAG
        for folder in (_STATE_FOLDER, base):
            folder.mkdir(mode=0o711, exist_ok=True)
            if folder.is_symlink() or folder.stat().st_uid != 0:
                raise Stop(f"{folder} does not belong to root. Remove it and try again.")
    for folder in (base, base / kind):
        folder.mkdir(mode=0o711, exist_ok=True)
        if os.geteuid() == 0 and not folder.stat().st_mode & 0o001:  # a strict umask; the folder is our own
            folder.chmod(0o711)
    return base / kind


def engines(kind: Kind) -> tuple[Postgres, Valkey]:
    """The two servers of a set. Only the warden starts them."""
    place = home(kind)
    durable = kind == "demo"
    return Postgres(place, durable=durable), Valkey(place, durable=durable, password=keys()["REDIS_PASSWORD"])


class Servers:
    """A set of embedded servers, as its users see it."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.home = home(kind)
        self._lease = FileLock(self.home / "users.lock")

    @property
    def up(self) -> bool:
        """Whether the warden of the set is there."""
        return held(self.home / "warden.lock")

    def lease(self) -> Addresses:
        """Have the servers running for as long as this process lives or until `release`. Raises Stop."""
        with locked(self.home / "start.lock"):
            self._lease.take(shared=True, wait=None)  # waits out a warden that stops since nobody is left
            if not self._answering():
                self._start_warden()
            return Addresses(**json.loads((self.home / "addresses.json").read_text()))

    def keep(self) -> Addresses:
        """Have the servers running until `stop`, whoever uses them."""
        (self.home / "keep").touch()
        addresses = self.lease()
        self.release()
        return addresses

    def release(self) -> None:
        """Give the lease back."""
        self._lease.release()

    def stop(self) -> bool:
        """Stop the servers, in use or not. False when they were not running."""
        (self.home / "keep").unlink(missing_ok=True)
        self.release()
        if not self.up:
            return False
        end(int((self.home / "warden.pid").read_text()), patience=60)
        return True

    def wait_stopped(self, seconds: float) -> bool:
        """After `release`: wait until the warden has stopped the servers. False when others still use them."""
        lock = FileLock(self.home / "warden.lock")
        try:
            return lock.take(shared=True, wait=seconds)
        finally:
            lock.release()

    def _answering(self) -> bool:
        """Whether there is a warden that stays; one told to stop has taken its addresses back and is waited out.

        Only whoever holds `start.lock` starts a warden, so one without addresses is not one that is just beginning.
        """
        while self.up:
            if (self.home / "addresses.json").exists():
                return True
            time.sleep(0.05)
        return False

    def _start_warden(self) -> None:
        python = sys.executable if in_venv() else str(venv_bin("python"))
        warden = subprocess.Popen(
            [python, "-m", "portal.local.warden", self.kind],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=(self.home / "warden.log").open("ab"),
            start_new_session=True,
            env={**os.environ, "PORTAL_VAR": str(VAR)},
        )
        assert warden.stdout is not None
        told: dict[str, Any] = json.loads(warden.stdout.readline() or "{}")
        warden.stdout.close()
        if "ready" not in told:
            self.release()
            raise Stop(told.get("stopped", f"The embedded servers did not start; see {self.home / 'warden.log'}"))
