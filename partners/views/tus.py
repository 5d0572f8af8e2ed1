"""The protocol in which a browser sends a large file: tus 1.0.0, with creation, expiration, checksum and termination.

Source: tus.io, “tus resumable upload protocol”, version 1.0.0. Nothing here knows what is uploaded, or to whom.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.http import http_date
from django.utils.translation import gettext as _

from partners.files import StoreAway
from portal.core.verdicts import Conflict, Refused

logger = logging.getLogger(__name__)
VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
PART_TYPE = "application/offset+octet-stream"
CHECKSUM_MISMATCH = 460
STATUS = {"too_large": 413, "too_much": 413, "part_too_large": 413, "part_too_small": 400, "type": 415, "empty": 400}
"""Of refusals that have a status of their own; others are 403."""


class ProtocolError(Exception):
    """What was sent cannot be understood, or does not fit. `status` is HTTP's, `reason` a sentence."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.code, self.reason = status, code, reason


def answers(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorator: refusals and errors become answers with a status, a code and a sentence."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(*args, **kwargs)
        except ProtocolError as error:
            response = said(error.status, error.code, error.reason)
        except Refused as error:
            status = 409 if isinstance(error, Conflict) else STATUS.get(error.verdict.code, 403)
            response = said(status, error.verdict.code, str(error.verdict.reason))
        except StoreAway:
            logger.exception("A part could not be kept")
            response = said(503, "store", _("Files cannot be kept just now. It is tried again."))
        response["Tus-Resumable"] = VERSION
        response["Cache-Control"] = "no-store"
        return response

    return wrapped


def said(status: int, code: str, reason: str) -> HttpResponse:
    """An answer that says why not."""
    response = JsonResponse({"code": code, "detail": reason}, status=status)
    if status == CHECKSUM_MISMATCH:
        response.reason_phrase = "Checksum Mismatch"
    return response


def require_version(request: HttpRequest) -> None:
    """Refuse a client that speaks another version, or does not say which."""
    spoken = request.headers.get("Tus-Resumable")
    if not spoken:
        raise ProtocolError(400, "version", _("This address is for uploads in parts (tus 1.0.0)."))
    if spoken != VERSION:
        raise ProtocolError(412, "version", _("Only version 1.0.0 of the protocol is spoken here."))


def number(request: HttpRequest, name: str) -> int:
    """A header that holds a number of bytes."""
    value = request.headers.get(name, "")
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise ProtocolError(400, "header", _("The header %(name)s must be a number of bytes.") % {"name": name})
    return int(value)


def metadata(request: HttpRequest) -> dict[str, str]:
    """What the client says about the file (`Upload-Metadata`: names, and values in Base64)."""
    found = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        name, _space, value = pair.strip().partition(" ")
        if not name:
            continue
        try:
            found[name] = base64.b64decode(value, validate=True).decode().replace("\x00", "")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ProtocolError(400, "header", _("The header Upload-Metadata cannot be read.")) from error
    return found


def part(request: HttpRequest, *, most: int) -> bytes:
    """The bytes of a part, no more than `most`, and all of them or none: what broke off on its way is refused."""
    if request.content_type != PART_TYPE:
        raise ProtocolError(415, "type", _("A part is sent as %(type)s.") % {"type": PART_TYPE})
    length = number(request, "Content-Length")
    if length > most:
        raise ProtocolError(413, "part_too_large", _("Send parts of %(mb)s MB at most.") % {"mb": most // 2**20})
    try:
        content = request.read(length)
    except OSError as error:
        raise ProtocolError(400, "broken_off", _("The part did not arrive as a whole.")) from error
    if len(content) != length:
        raise ProtocolError(400, "broken_off", _("The part did not arrive as a whole."))
    _check(request.headers.get("Upload-Checksum", ""), content)
    return content


def _check(checksum: str, content: bytes) -> None:
    """Hold the part against the checksum that came with it, where one did."""
    if not checksum:
        return
    algorithm, _space, value = checksum.partition(" ")
    if algorithm != "sha256":
        raise ProtocolError(400, "checksum", _("Checksums are made by sha256 here."))
    if base64.b64encode(hashlib.sha256(content).digest()).decode() != value.strip():
        raise ProtocolError(CHECKSUM_MISMATCH, "checksum", _("The part was changed on its way. Send it again."))


def options(*, most: int) -> HttpResponse:
    """What this server can do."""
    response = HttpResponse(status=204)
    response["Tus-Version"] = VERSION
    response["Tus-Extension"] = EXTENSIONS
    response["Tus-Max-Size"] = str(most)
    response["Tus-Checksum-Algorithm"] = "sha256"
    return response


def state(status: int, *, offset: int, size: int, expires: datetime) -> HttpResponse:
    """How much of a file is here, and until when it can be gone on with."""
    response = HttpResponse(status=status)
    response["Upload-Offset"] = str(offset)
    response["Upload-Length"] = str(size)
    response["Upload-Expires"] = http_date(expires.timestamp())
    return response
