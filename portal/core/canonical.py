"""Canonical JSON (RFC 8785) and digests over it: the same content has the same bytes everywhere."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import rfc8785
from django.utils.functional import Promise


def plain(value: Any) -> Any:
    """The value as JSON types. Dates become ISO 8601, UUIDs and decimals strings, sets sorted lists.

    Whole numbers beyond 2^53 become strings, because RFC 8785 numbers are IEEE doubles.
    Raises TypeError for anything else, so that no object slips into the record by its `repr`.
    """
    if value is None or isinstance(value, bool | str | float):
        return value
    if isinstance(value, int):
        return value if abs(value) <= 2**53 - 1 else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal | Promise):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(value: Any) -> bytes:
    """Canonical JSON bytes of the value (RFC 8785)."""
    return rfc8785.dumps(plain(value))


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, as 64 hexadecimal digits. Signatures are bound to this."""
    return hashlib.sha256(canonical(value)).hexdigest()
