"""A real S3-compatible server for tests: rclone, with files of a folder as its objects. It checks signatures."""

from __future__ import annotations

import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages

from portal.local.processes import dies_with_parent, end

PROGRAM = Path(sys.executable).with_name("rclone")
PATIENCE = 20.0
BUCKET = "evidence-of-tests"


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens, with which keys, and the folder that holds its objects."""

    address: str
    access_key: str
    secret_key: str
    folder: Path

    def options(self) -> dict[str, str]:
        """Settings of the portal's storage for it."""
        return {
            "bucket_name": BUCKET,
            "endpoint_url": self.address,
            "region_name": "us-east-1",
            "addressing_style": "path",
            "access_key": self.access_key,
            "secret_key": self.secret_key,
        }

    def objects(self) -> list[str]:
        """Names of everything in the bucket."""
        bucket = self.folder / BUCKET
        return sorted(str(path.relative_to(bucket)) for path in bucket.rglob("*") if path.is_file())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server, with one empty bucket."""
    folder = tmp_path_factory.mktemp("s3")
    (folder / "data" / BUCKET).mkdir(parents=True)
    port, access, secret = _free_port(), secrets.token_hex(8), secrets.token_hex(16)
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [
            str(PROGRAM),
            "serve",
            "s3",
            f"--config={folder / 'rclone.conf'}",
            f"--auth-key={access},{secret}",
            f"--addr=127.0.0.1:{port}",
            str(folder / "data"),
        ],
        stdout=log,
        stderr=log,
        preexec_fn=dies_with_parent(signal.SIGKILL),
    )
    try:
        _wait(process, port, folder / "log")
        yield Server(f"http://127.0.0.1:{port}", access, secret, folder / "data")
    finally:
        end(process.pid, patience=0.2)
        process.wait()
        log.close()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, "rclone did not start"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)


@pytest.fixture
def bucket(s3_server: Server, settings: Any) -> Iterator[Server]:
    """The portal keeps its files in the server's bucket."""
    kept = {"BACKEND": "partners.bucket.Bucket", "OPTIONS": s3_server.options()}
    settings.STORAGES = {**settings.STORAGES, "evidence": kept}
    yield s3_server
    for name in s3_server.objects():
        storages["evidence"].delete(name)
