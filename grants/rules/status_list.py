"""Status lists as they are published: OAuth Token Status List, two bits for each place, the least significant first."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

BITS = 2
SIZE = 2**14
"""Places in a list: 4 KiB before compression, and some thousand holders among whom each one hides."""
FILLED = 0.75
"""The share of places from which on a list takes no more: the rest keeps places to choose from at random."""
TTL = timedelta(seconds=30)
"""How long others may keep a list before they look again."""
VALID_FOR = timedelta(hours=24)
"""How long a list may be used where the portal is out of reach."""
RENEWED_AFTER = timedelta(hours=8)
"""A list is signed anew long before that, changed or not."""


class Status(models.IntegerChoices):
    """The registered status types (§7.1)."""

    VALID = 0, _("Valid")
    INVALID = 1, _("Invalid")
    SUSPENDED = 2, _("Suspended")


VALID, INVALID, SUSPENDED = Status.VALID.value, Status.INVALID.value, Status.SUSPENDED.value


def packed(size: int, values: Iterable[tuple[int, int]]) -> bytes:
    """The list as compressed bytes (§4.1): `values` are (index, status); every other place is 0. ZLIB, level 9."""
    found = bytearray(size * BITS // 8)
    for index, value in values:
        place, shift = divmod(index, 8 // BITS)
        found[place] |= value << (shift * BITS)
    return zlib.compress(bytes(found), 9)


def status_at(compressed: bytes, index: int) -> int:
    """What a published list says at the index. Raises IndexError beyond its end."""
    place, shift = divmod(index, 8 // BITS)
    return (zlib.decompress(compressed)[place] >> (shift * BITS)) & (2**BITS - 1)
