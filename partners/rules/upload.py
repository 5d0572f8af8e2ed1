"""What may be uploaded in parts, and which part may come next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from partners.inspection import EXTENSIONS
from portal.core.verdicts import ALLOWED, Verdict, refused

MB = 1024 * 1024
LARGEST_PART = 8 * MB
"""Bytes of one part: what is in memory at a time, and what a lost network costs."""
SMALLEST_PART = MB // 4
"""Of every part but the last: a file in crumbs would cost the store more than its bytes."""
MOST_AT_ONCE = 10
"""Files of one institution that may be unfinished at a time."""
DAYS = 7
"""How long an upload can be gone on with after its last part."""


def may_begin(name: str, size: int, *, most: int, unfinished: Sequence[int], room: int) -> Verdict:
    """Whether a file of that name and size may be begun.

    `unfinished` are the sizes of those that the institution has begun already, `room` what they may be together.
    """
    end = PurePosixPath(name).suffix.lower().lstrip(".")
    known = {known for ends in EXTENSIONS.values() for known in ends}
    if end not in known:
        return refused(
            _("Files whose name ends in “%(end)s” are not accepted. Send a PDF, an image, an Office document or text.")
            % {"end": f".{end}" if end else _("nothing")},
            code="type",
            rule="upload.type",
        )
    if size <= 0:
        return refused(_("The file is empty."), code="empty", rule="upload.size")
    if size > most:
        return refused(
            _("The file is larger than %(mb)s MB. Send a smaller one, or split it.") % {"mb": f"{most // MB:,}"},
            code="too_large",
            rule="upload.size",
        )
    if len(unfinished) >= MOST_AT_ONCE or sum(unfinished) + size > room:
        return refused(
            _("Your institution has %(count)s unfinished uploads. Finish or cancel one of them first.")
            % {"count": len(unfinished)},
            code="quota",
            rule="upload.quota",
        )
    return ALLOWED


def may_add(*, arrived: int, promised: int, offset: int, length: int) -> Verdict:
    """Whether a part of that length may be added at that place."""
    if offset != arrived:
        return refused(
            _("The next part begins at byte %(arrived)s.") % {"arrived": arrived}, code="offset", rule="upload.offset"
        )
    if length > promised - arrived:
        return refused(_("That is more than the file was said to hold."), code="too_much", rule="upload.size")
    if length > LARGEST_PART:
        return refused(
            _("Send parts of %(mb)s MB at most.") % {"mb": LARGEST_PART // MB},
            code="part_too_large",
            rule="upload.part",
        )
    if length < min(SMALLEST_PART, promised - arrived):
        return refused(
            _("Send parts of %(kb)s kB at least.") % {"kb": SMALLEST_PART // 1024},
            code="part_too_small",
            rule="upload.part",
        )
    return ALLOWED
