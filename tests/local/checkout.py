"""A copy of this checkout as it stands, and the real commands run on it, for tests of portal/local."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from portal.local.environment import settings_variables
from portal.local.paths import ROOT, VENV
from portal.local.processes import dies_with_parent

_LEFT_OUT = ("PYTEST_", "PORTAL_TEST", "REQUIRE_ALL", "TEST_DB", "MAKE", "CACHE_PREFIX")


def environment(**more: str) -> dict[str, str]:
    """The user's environment without what the test run has set, sharing this checkout's packages."""
    unwanted = settings_variables()
    plain = {key: value for key, value in os.environ.items() if key not in unwanted and not key.startswith(_LEFT_OUT)}
    return {**plain, "PORTAL_VENV": str(VENV), **more}


def copy_checkout(target: Path) -> Path:
    """Every file that is, or would be, in the repository, and what is built from them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    built = ROOT / "portal" / "ui" / "static" / "build"
    if built.exists():
        shutil.copytree(built, target / "portal" / "ui" / "static" / "build", dirs_exist_ok=True)
    if (ROOT / "node_modules").exists():
        (target / "node_modules").symlink_to(ROOT / "node_modules")
    return target


def verb(folder: Path, *args: str, python: str = sys.executable, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m portal.local …` in a checkout."""
    return subprocess.run(
        [python, "-m", "portal.local", *args],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def servers_home(folder: Path) -> Path:
    """Where the demo's servers of a checkout are."""
    near = folder / "var" / "servers" / "demo"
    tag = hashlib.sha256(str(folder / "var").encode()).hexdigest()[:12]
    return near if near.exists() else Path("/var/lib/trusted-partner-portal") / tag / "demo"


def processes_of(folder: Path) -> list[str]:
    """What still runs in or for the folder, as `pid command`."""
    places = (str(folder), str(servers_home(folder).parent))
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            where = os.readlink(entry / "cwd")  # noqa: PTH115 -- also of folders that are gone
        except OSError:
            continue
        if command and (any(place in command for place in places) or where.startswith(places)):
            found.append(f"{entry.name} {command}")
    return found


def eventually(what: Callable[[], object], *, seconds: float, why: str) -> None:
    """Wait until it holds; fail with `why` otherwise."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"{why} (waited {seconds:.0f} s)"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MakeRun:
    """A real `make run` in a session of its own, as a terminal gives it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "make-run.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                ["make", "run", f"PORT={self.port}", f"PYTHON={sys.executable}"],
                cwd=folder,
                env=environment(DEMO_INSTITUTIONS="1"),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # a test run that is killed takes it along
            )

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def await_ready(self, seconds: float = 480) -> None:
        """Wait until the address is shown."""
        until = time.monotonic() + seconds
        while "The portal is ready" not in self.output:
            assert self.process.poll() is None, f"make run ended:\n{self.output}"
            assert time.monotonic() < until, f"make run is not ready:\n{self.output}"
            time.sleep(0.1)

    def press_ctrl_c(self) -> None:
        """What a terminal does: SIGINT to every process of the foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def wait(self, seconds: float = 60) -> int:
        return self.process.wait(seconds)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.press_ctrl_c()
            try:
                self.wait()
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.wait()
