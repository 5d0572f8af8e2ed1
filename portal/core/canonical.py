"""Canonical JSON (RFC 8785) and digests over it: the same content has the same bytes everywhere."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import rfc8785
from django.utils.functional import Promise

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_AS_IS, _AS_TEXT = (str, bool), (UUID, Decimal, Promise)
_SAFE = 2**53 - 1


def plain(value: Any, fractions: list[float] | None = None) -> Any:
    """The value as JSON types. Dates become ISO 8601, UUIDs and decimals strings, sets sorted lists.

    Whole numbers beyond 2^53 become strings, because RFC 8785 numbers are IEEE doubles. `fractions` is given the
    floats that were met. Raises TypeError for anything else, so that no object slips into the record by its `repr`.
    """
    if value is None or isinstance(value, _AS_IS):
        return value
    if isinstance(value, dict):  # the values of most are texts: those need no call
        return {str(key): item if type(item) is str else plain(item, fractions) for key, item in value.items()}
    if isinstance(value, int):
        return value if abs(value) <= _SAFE else str(value)
    if isinstance(value, float):
        if fractions is not None:
            fractions.append(value)
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, _AS_TEXT):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (list, tuple)):
        return [plain(item, fractions) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item, fractions) for item in value), key=str)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(value: Any) -> bytes:
    """Canonical JSON bytes of the value (RFC 8785).

    Python's own encoder, several times faster, writes the same bytes unless there are fractions (RFC 8785 writes
    them as ECMAScript does) or keys beyond the basic plane (it sorts by UTF-16 units); those go to the library.
    """
    fractions: list[float] = []
    made = plain(value, fractions)
    text = _encode(made)
    if fractions or not (text.isascii() or max(text) < "\ud800"):
        return rfc8785.dumps(made)
    return text.encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, as 64 hexadecimal digits. Signatures are bound to this."""
    return hashlib.sha256(canonical(value)).hexdigest()
