"""Files of every room: kept outside the web root under random names, handed out as attachments only.

`keep` writes bytes and says under which name; `attachment` is the only way out, and its caller has authorised.
What may be kept is decided in partners.inspection.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the bytes lie, their SHA-256 and their number."""

    stored_name: str
    sha256: str
    size: int


def keep(content: bytes, *, folder: str = "evidence") -> Kept:
    """Write the bytes under a new random name. A deed that fails afterwards leaves a file that nothing refers to."""
    token = secrets.token_hex(20)
    name = default_storage.save(f"{folder}/{token[:2]}/{token}", ContentFile(content))
    return Kept(name, hashlib.sha256(content).hexdigest(), len(content))


def drop(stored_name: str) -> None:
    """Remove the bytes, where they are still there."""
    if stored_name:
        default_storage.delete(stored_name)


def read(stored_name: str) -> bytes:
    """The bytes. Raises Http404 where they are gone."""
    try:
        with default_storage.open(stored_name) as file:
            return bytes(file.read())
    except FileNotFoundError as error:
        raise Http404("The file is no longer there.") from error


def attachment(stored_name: str, *, name: str, content_type: str) -> FileResponse:
    """The file as a download that no browser renders. The caller has checked who asks."""
    try:
        file = default_storage.open(stored_name)
    except FileNotFoundError as error:
        raise Http404("The file is no longer there.") from error
    response = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
