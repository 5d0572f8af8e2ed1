"""Canonical JSON (RFC 8785) and digests over it: the same content has the same bytes everywhere."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import rfc8785
from django.utils.functional import Promise

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_FRACTION = re.compile(r'(?:":|[\[,]|^)-?(?:\d+(?:\.|e)|Infinity|NaN)')
"""Matches every number that is not whole, and some texts that look like one: those only take the slower way."""

_AS_IS, _AS_TEXT = (str, bool, float), (UUID, Decimal, Promise)


def plain(value: Any) -> Any:
    """The value as JSON types. Dates become ISO 8601, UUIDs and decimals strings, sets sorted lists.

    Whole numbers beyond 2^53 become strings, because RFC 8785 numbers are IEEE doubles.
    Raises TypeError for anything else, so that no object slips into the record by its `repr`.
    """
    if value is None or isinstance(value, _AS_IS):
        return value
    if isinstance(value, int):
        return value if abs(value) <= 2**53 - 1 else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, _AS_TEXT):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=str)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(value: Any) -> bytes:
    """Canonical JSON bytes of the value (RFC 8785).

    Python's own encoder, several times faster, writes the same bytes unless there are fractions (RFC 8785 writes
    them as ECMAScript does) or keys beyond the basic plane (it sorts by UTF-16 units); those go to the library.
    """
    made = plain(value)
    text = _encode(made)
    if _FRACTION.search(text) or not (text.isascii() or max(text) < "\ud800"):
        return rfc8785.dumps(made)
    return text.encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, as 64 hexadecimal digits. Signatures are bound to this."""
    return hashlib.sha256(canonical(value)).hexdigest()
