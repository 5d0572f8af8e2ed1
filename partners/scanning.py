"""The malware scan: content in, what ClamAV's daemon says of them out.

Speaks clamd's own protocol (clamd(8): `zINSTREAM`, `zVERSION`, `zPING`) over its socket. Nothing is decided here: a
scan found the bytes clean, found something, or could not be made, and whoever asked acts on that.
"""

from __future__ import annotations

import logging
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from django.conf import settings

logger = logging.getLogger(__name__)

CHUNK = 256 * 1024
MOST_REPLY = 4096
UPLOAD_SECONDS = 10.0
"""How long somebody waits for a scan. Longer ones are left to the sweep."""
SWEEP_SECONDS = 60.0
A_SECOND = 10 * 1024 * 1024
"""Bytes that the daemon is given a second for, besides, where nobody waits."""
CONNECT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan found. `scanner` names engine and signatures; `signature` what was found; `trouble` why it failed."""

    scanner: str = ""
    signature: str = ""
    trouble: str = ""

    @property
    def is_clean(self) -> bool:
        return not (self.signature or self.trouble)


class ScannerError(Exception):
    """The scanner did not answer, or answered something else than a finding."""


def is_configured() -> bool:
    """Whether uploads are scanned at all (CLAMD_ADDRESS)."""
    return bool(settings.CLAMD_ADDRESS)


def answers() -> bool:
    """Whether the daemon is there now."""
    try:
        return _ask(b"PING", time.monotonic() + CONNECT_SECONDS) == "PONG"
    except ScannerError:
        return False


def patience(size: int) -> float:
    """Seconds for a scan of so many bytes that nobody waits for."""
    return SWEEP_SECONDS + size / A_SECOND


def scan(content: bytes | BinaryIO, *, seconds: float | None = None) -> Scan:
    """Have bytes, or a file from where it stands, scanned. Never raises: what goes wrong is the finding's `trouble`,
    and is logged.

    `seconds` is the limit for the whole of it, as long as somebody waits for an upload without it.
    """
    until = time.monotonic() + (UPLOAD_SECONDS if seconds is None else seconds)
    try:
        version = _ask(b"VERSION", until)[:120]
        said = _ask(b"INSTREAM", until, content)
        return _read(said, version)
    except ScannerError as error:
        logger.warning("The malware scanner could not be asked: %s", error)
        return Scan(trouble=str(error))


def _read(said: str, version: str) -> Scan:
    """`stream: OK`, `stream: Some.Name FOUND`, or an error."""
    finding = said.removeprefix("stream: ")
    if finding == "OK":
        return Scan(scanner=version)
    if finding.endswith(" FOUND"):
        return Scan(scanner=version, signature=finding.removesuffix(" FOUND"))
    raise ScannerError(said or "the connection was closed without an answer")


# --- the protocol ---------------------------------------------------------------------------------


def _ask(command: bytes, until: float, content: bytes | BinaryIO | None = None) -> str:
    with _connected(until) as connection:
        try:
            connection.sendall(b"z" + command + b"\0")
            if content is not None:
                _send(connection, content, until)
        except TimeoutError:
            raise
        except OSError as error:
            # The daemon hangs up in the middle of a file that is larger than it takes, and says so first.
            logger.debug("The scanner hung up: %s", error)
        return _reply(connection, until)


def _send(connection: socket.socket, content: bytes | BinaryIO, until: float) -> None:
    """The bytes in chunks, each with its length before it; an empty one ends them."""
    for chunk in _chunks(content):
        connection.settimeout(_left(until))
        connection.sendall(struct.pack("!I", len(chunk)) + chunk)
    connection.sendall(struct.pack("!I", 0))


def _chunks(content: bytes | BinaryIO) -> Iterator[bytes]:
    if isinstance(content, bytes):
        return (content[start : start + CHUNK] for start in range(0, len(content), CHUNK))
    return iter(partial(content.read, CHUNK), b"")


def _reply(connection: socket.socket, until: float) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < MOST_REPLY:
        connection.settimeout(_left(until))
        part = connection.recv(MOST_REPLY)
        if not part:
            break
        said += part
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()


@contextmanager
def _connected(until: float) -> Iterator[socket.socket]:
    """A connection to the daemon; whatever goes wrong with it is a ScannerError with a sentence."""
    try:
        with _connect(settings.CLAMD_ADDRESS, until) as connection:
            yield connection
    except TimeoutError as error:
        raise ScannerError("no answer in time") from error
    except (OSError, ValueError) as error:
        raise ScannerError(f"{settings.CLAMD_ADDRESS or 'CLAMD_ADDRESS is not set'}: {error}") from error


def _connect(address: str, until: float) -> socket.socket:
    """Connect to `/path/of/a/socket`, `host:port` or `[address]:port`. ValueError for anything else."""
    seconds = min(_left(until), CONNECT_SECONDS)
    if not address.startswith("/"):
        host, _, port = address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
