"""base64url, JSON and JWKs read strictly: one text has one meaning, or it is refused."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa

THUMBPRINT = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}
"""The members that make a key's thumbprint (RFC 7638 §3.2), in their order."""


class Unreadable(ValueError):
    """The text is not what it should be, or could be read in two ways."""


def b64url(data: bytes) -> str:
    """base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text: str) -> bytes:
    """The bytes of base64url without padding. Raises Unreadable for padding, other signs, spare bits."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable("This is not base64url.") from error
    if b64url(data) != text:
        raise Unreadable("This base64url has another form than its bytes.")
    return data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("A member occurs twice.")
    return found


def _no_number(text: str) -> Any:
    raise Unreadable(f"{text} is no JSON.")


def json_object(data: bytes) -> dict[str, Any]:
    """The JSON object in UTF-8. Raises Unreadable for all else, and for a member that occurs twice."""
    try:
        found = json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Unreadable("This is not one JSON object in UTF-8, each member once.") from error
    if not isinstance(found, dict):
        raise Unreadable("This is JSON, but no object.")
    return found


def jwk_of(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> dict[str, str]:
    """The public key as a JWK (RFC 7518 §6), without kid."""
    numbers = key.public_numbers()
    if isinstance(numbers, rsa.RSAPublicNumbers):
        return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
    return {"kty": "EC", "crv": "P-256", "x": b64url(numbers.x.to_bytes(32)), "y": b64url(numbers.y.to_bytes(32))}


def _number(value: int) -> str:
    return b64url(value.to_bytes((value.bit_length() + 7) // 8))


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """SHA-256 over the key's own members, as 43 signs of base64url (RFC 7638)."""
    own = {name: jwk[name] for name in THUMBPRINT[jwk["kty"]]}
    return b64url(hashlib.sha256(json.dumps(own, separators=(",", ":")).encode()).digest())
