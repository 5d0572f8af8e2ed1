"""The owner of a set of embedded servers: starts them, restarts what dies, stops them when nobody needs them.

    python -m portal.local.warden demo|test

Its first line of output is {"ready": true} or {"stopped": "why"}. SIGTERM stops it.
"""

import json
import logging
import os
import signal
import sys
import time
from types import FrameType
from typing import cast

from .console import Stop
from .locks import FileLock
from .postgres import Postgres
from .servers import Kind, engines, home
from .valkey import Valkey

_log = logging.getLogger("portal.local.warden")
_LOOK_SECONDS = 0.2


class Warden:
    """Holds `warden.lock` for its lifetime, so there is one for each set."""

    def __init__(self, kind: Kind) -> None:
        self.home = home(kind)
        self.lock = FileLock(self.home / "warden.lock")
        self.users = FileLock(self.home / "users.lock")
        self.engines: tuple[Postgres, Valkey] = engines(kind)
        self.asked_to_stop = False

    def run(self) -> int:
        """Start, tell, watch, stop."""
        if not self.lock.take(wait=5):
            _tell(stopped="The embedded servers of this checkout are being started by somebody else. Try again.")
            return 1
        (self.home / "warden.pid").write_text(str(os.getpid()))
        try:
            for engine in self.engines:
                engine.start()
            self._publish()
        except (Stop, OSError) as problem:
            self._stop_engines()
            _tell(stopped=_plainly(problem))
            return 1
        _tell(ready=True)
        self._watch()
        self._retire()
        return 0

    def _publish(self) -> None:
        postgres, valkey = self.engines
        draft = self.home / "addresses.json.new"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({"database_url": postgres.url, "redis_url": valkey.url}))
        draft.replace(self.home / "addresses.json")

    def _watch(self) -> None:
        wait = 0.0
        while not self.asked_to_stop and not self._unused():
            time.sleep(_LOOK_SECONDS + wait)
            wait = 0.0
            for engine in self.engines:
                if engine.process is None or engine.process.poll() is not None:
                    _log.warning("%s has died; starting it again", engine.name)
                    wait = self._restart(engine)

    def _restart(self, engine: Postgres | Valkey) -> float:
        """Start a server again; the seconds to hold off before the next look."""
        try:
            engine.start()
            self._publish()
        except (Stop, OSError) as problem:
            _log.error("%s", problem)
            return 5.0
        return 0.0

    def _unused(self) -> bool:
        """Whether the last lease is gone. The lock is then ours, and newcomers wait until we have ended."""
        return not (self.home / "keep").exists() and self.users.take()

    def _retire(self) -> None:
        """Take the addresses back, stop the servers, and let go of the set before the newcomers.

        Left to the kernel, the newcomers' lock may go first: somebody would then find the set owned by a warden that
        is as good as gone.
        """
        (self.home / "addresses.json").unlink(missing_ok=True)
        self._stop_engines()
        self.lock.release()
        self.users.release()

    def _stop_engines(self) -> None:
        for engine in reversed(self.engines):
            engine.stop()

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """SIGTERM: leave the watch at the next look."""
        self.asked_to_stop = True


def _plainly(problem: Exception) -> str:
    if isinstance(problem, OSError) and problem.errno == 28:
        return f"The disk is full ({problem.filename or 'no space left'}). Free some space and try again."
    return str(problem)


def _tell(**message: object) -> None:
    """Answer the starter, once, and let go of its pipe."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)


def main() -> int:
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    warden = Warden(cast(Kind, sys.argv[1]))
    signal.signal(signal.SIGTERM, warden.on_signal)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return warden.run()


if __name__ == "__main__":
    sys.exit(main())
