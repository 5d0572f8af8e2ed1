"""The real ClamAV daemon for tests, on a database of hashes that is made here: no mirror of signatures is needed.

It knows EICAR's test file and the harmless files of `clamav-testfiles`, each by its SHA-256 (`.hsb`: hash:size:name).
"""

from __future__ import annotations

import hashlib
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from portal.local import machine
from portal.local.processes import dies_with_parent, end

EICAR = b"".join([b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$", b"EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!", b"$H+H*"])
"""EICAR's test file, in parts, so that no scanner takes this file for it."""
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running clamd: where it listens, and how to stop and go on again as a machine under load would."""

    address: str
    process: subprocess.Popen[bytes]

    def stall(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)


def harmless_files() -> list[Path]:
    """The harmless files by which scanners are tested."""
    return sorted(path for path in machine.CLAMAV_FILES.iterdir() if path.is_file())


def _signature(content: bytes, name: str) -> str:
    return f"{hashlib.sha256(content).hexdigest()}:{len(content)}:{name}:73\n"


def _database(folder: Path) -> Path:
    folder.mkdir()
    lines = [_signature(EICAR, "Test.EICAR")]
    lines += [_signature(path.read_bytes(), f"Test.{path.name}".replace(":", "_")) for path in harmless_files()]
    (folder / "tests.hsb").write_text("".join(lines))
    return folder


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """ClamAV's daemon on a socket of its own. Mark the test `clamav` too."""
    program = machine.clamav()
    if program is None:
        pytest.skip("ClamAV's daemon or its test files were not found")
    folder = tmp_path_factory.mktemp("av")
    socket = folder / "s"
    (folder / "clamd.conf").write_text(
        f"Foreground yes\nLocalSocket {socket}\nDatabaseDirectory {_database(folder / 'db')}\n"
        f"TemporaryDirectory {folder}\nLogFile {folder}/log\nStreamMaxLength 4M\nMaxThreads 2\nSelfCheck 0\n"
    )
    process = subprocess.Popen(
        [program, "--config-file", str(folder / "clamd.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=dies_with_parent(signal.SIGKILL),
    )
    try:
        until = time.monotonic() + PATIENCE
        while not socket.exists():
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, "clamd did not start"
            time.sleep(0.05)
        yield Daemon(str(socket), process)
    finally:
        process.send_signal(signal.SIGCONT)
        end(process.pid, patience=0.2)
        process.wait()


@pytest.fixture
def scanner(clamd: Daemon, settings: Any) -> Daemon:
    """The portal scans uploads by the daemon."""
    settings.CLAMD_ADDRESS = clamd.address
    return clamd


@pytest.fixture
def no_answer(settings: Any, tmp_path: Path) -> None:
    """The portal is to scan uploads, but nothing listens there."""
    settings.CLAMD_ADDRESS = str(tmp_path / "nobody")
