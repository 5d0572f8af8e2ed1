"""A client of the protocol in which large files are sent, for tests."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from partners.models import LargeUpload

PART = 1024 * 1024
TUS = {"Tus-Resumable": "1.0.0"}


def words(count: int, start: int = 0) -> bytes:
    """A table of so many bytes, of which no two parts are the same."""
    lines = (
        b"%012d,what was measured,%08d\n" % (number, number * 7 % 99_991) for number in range(start, start + count)
    )
    out = bytearray()
    while len(out) < count:
        out += next(lines)
    return bytes(out[:count])


def metadata(**said: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())


def begin(
    client: Client, size: int, name: str = "measured.csv", fields: dict[str, str] | None = None, **said: str
) -> Any:
    asked = metadata(filename=name, fields=urlencode(fields or {"marking": "amber"}), **said)
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": asked}
    return client.post(reverse("partners:begin_large_upload"), headers=headers)


def begun(client: Client, size: int, **more: Any) -> LargeUpload:
    answer = begin(client, size, **more)
    assert answer.status_code == 201, answer.content
    return LargeUpload.objects.get(pk=answer["Location"].strip("/").rsplit("/", 1)[1])


def send(client: Client, upload: LargeUpload, offset: int, content: bytes, **headers: str) -> Any:
    sent = {**TUS, "Upload-Offset": str(offset), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return client.patch(
        upload.get_absolute_url(), data=content, content_type="application/offset+octet-stream", headers=sent
    )


def send_all(client: Client, upload: LargeUpload, content: bytes, part: int = PART) -> Any:
    """Every part, in order; the answer to the last."""
    answer = None
    for offset in range(0, len(content), part):
        answer = send(client, upload, offset, content[offset : offset + part])
        assert answer.status_code == 204, answer.content
    return answer


def checksum(content: bytes) -> str:
    return f"sha256 {base64.b64encode(hashlib.sha256(content).digest()).decode()}"
