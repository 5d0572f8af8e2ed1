"""Files of every room: kept outside the web root under random names, handed out as attachments only.

Where they lie is Django's storage `evidence`: a folder of this machine, or a bucket (partners.bucket). `keep` writes
bytes and says under which name; `attachment` is the only way out, and its caller has authorised. What may be kept is
decided in partners.inspection.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO, cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.http import FileResponse, Http404

BLOCK = 1024 * 1024
"""Bytes of a file that are in memory at a time."""


class StoreAway(OSError):
    """The store of files does not answer, or does not let the portal in."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the bytes lie, their SHA-256 and their number."""

    stored_name: str
    sha256: str
    size: int


def store() -> Storage:
    """Where files are kept."""
    return storages["evidence"]


def keep(content: bytes | BinaryIO, *, folder: str = "evidence") -> Kept:
    """Write bytes, or a file from its beginning, under a new random name.

    A deed that fails afterwards leaves a file that nothing refers to.
    """
    token = secrets.token_hex(20)
    sha256, size = _measured(content)
    file = ContentFile(content) if isinstance(content, bytes) else File(content)
    name = store().save(f"{folder}/{token[:2]}/{token}", file)
    return Kept(name, sha256, size)


def _measured(content: bytes | BinaryIO) -> tuple[str, int]:
    """SHA-256 and number of bytes."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest(), len(content)
    content.seek(0)
    found = hashlib.sha256()
    while block := content.read(BLOCK):
        found.update(block)
    size = content.tell()
    content.seek(0)
    return found.hexdigest(), size


def drop(stored_name: str) -> None:
    """Remove the bytes, where they are still there."""
    if stored_name:
        store().delete(stored_name)


def stream(stored_name: str) -> BinaryIO:
    """The file from its beginning, not held in memory; the caller closes it. Raises Http404 where it is gone."""
    kept = store()
    try:
        found = kept.stream(stored_name) if hasattr(kept, "stream") else kept.open(stored_name)
    except FileNotFoundError as error:
        raise Http404("The file is no longer there.") from error
    return cast(BinaryIO, found)


def read(stored_name: str) -> bytes:
    """All bytes of a small file. Raises Http404 where they are gone."""
    with closing(stream(stored_name)) as file:
        return file.read()


def attachment(stored_name: str, *, name: str, content_type: str) -> FileResponse:
    """The file as a download that no browser renders. The caller has checked who asks."""
    response = FileResponse(stream(stored_name), as_attachment=True, filename=name, content_type=content_type)
    response.block_size = BLOCK
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
