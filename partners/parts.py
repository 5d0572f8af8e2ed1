"""The parts of a large file: kept in the store of files, in a folder of their own, until they are put together."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import IO, BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile
from django.http import Http404

from partners import files
from partners.models import LargeUpload, UploadPart

FOLDER = "parts"


class Damaged(Exception):
    """A part is not there any more, or is not what arrived."""


def keep_part(upload: LargeUpload, offset: int, content: bytes) -> UploadPart:
    """Write the bytes of a part. The row returned is not saved: that is the deed's."""
    name = f"{FOLDER}/{upload.folder}/{offset}-{secrets.token_hex(4)}"
    stored_name = files.store().save(name, ContentFile(content))
    return UploadPart(
        upload=upload,
        offset=offset,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        stored_name=stored_name,
    )


@contextmanager
def joined(upload: LargeUpload) -> Iterator[BinaryIO]:
    """The whole file on this machine's disk, from its beginning, as long as the block lasts.

    Raises Damaged where a part is missing or differs from what arrived.
    """
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as whole:
        at = 0
        for part in upload.parts.order_by("offset"):
            if part.offset != at:
                raise Damaged(f"nothing begins at byte {at}")
            _copy(part, whole)
            at += part.size
        if at != upload.size:
            raise Damaged(f"{at} of {upload.size} bytes")
        whole.flush()
        whole.seek(0)
        yield cast(BinaryIO, whole)


def _copy(part: UploadPart, whole: IO[bytes]) -> None:
    """Append the part, of which there is never more than a block in memory."""
    found = hashlib.sha256()
    try:
        with closing(files.stream(part.stored_name)) as stream:
            while block := stream.read(files.BLOCK):
                found.update(block)
                whole.write(block)
    except Http404 as error:
        raise Damaged(f"the part at byte {part.offset} is gone") from error
    if found.hexdigest() != part.sha256:
        raise Damaged(f"the part at byte {part.offset} has changed")


def discard(upload: LargeUpload) -> None:
    """Remove the bytes and the rows of all parts, and what a crash left beside them. Twice is once."""
    kept = files.store()
    folder = f"{FOLDER}/{upload.folder}"
    with suppress(FileNotFoundError):
        for name in kept.listdir(folder)[1]:
            kept.delete(f"{folder}/{name}")
        kept.delete(folder)
    upload.parts.all().delete()
