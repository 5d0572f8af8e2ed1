"""Selective disclosure (RFC 9901): digests stand for claims, and whoever holds the credential opens which it wants.

Pure functions over JSON values. What is disclosed can be read by anybody who is given it: these hide, they do not lock.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from portal.keys.encoding import b64url

ALGORITHM = "sha-256"
SALT_BYTES = 16
"""128 bits, as §9.3 wants at least."""
LEAST_PLACES = 4
_random = secrets.SystemRandom()


def digest(disclosure: str) -> str:
    """The digest of a disclosure, or of a presentation for its `sd_hash` (§4.2.3, §4.3.1)."""
    return b64url(hashlib.sha256(disclosure.encode()).digest())


def _disclosure(*parts: Any) -> str:
    """Salt first, then the claim's name (of an object's member) and its value (§4.2.1, §4.2.2)."""
    said = [b64url(secrets.token_bytes(SALT_BYTES)), *parts]
    return b64url(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())


def _decoy() -> str:
    """A digest of nothing, which nobody can tell from one of something (§4.2.5)."""
    return b64url(hashlib.sha256(secrets.token_bytes(32)).digest())


def _places(count: int) -> int:
    """How many places so many elements are hidden among: the next power of two, four at least."""
    return max(LEAST_PLACES, 1 << (count - 1).bit_length())


def concealed(members: Mapping[str, Any], arrays: Mapping[str, Sequence[Any]]) -> tuple[dict[str, Any], list[str]]:
    """The claims to sign, and the disclosures that open them.

    `members` become digests in `_sd`, sorted so that their order tells nothing. Each element of the `arrays` becomes a
    digest at a random place among decoys, so that whoever sees one element cannot tell how many there are.
    """
    disclosures = [_disclosure(name, value) for name, value in members.items()]
    claims: dict[str, Any] = {"_sd": sorted(digest(item) for item in disclosures), "_sd_alg": ALGORITHM}
    for name, elements in arrays.items():
        opened = [_disclosure(value) for value in elements]
        digests = [digest(item) for item in opened]
        digests += [_decoy() for _ in range(_places(len(digests)) - len(digests))]
        _random.shuffle(digests)
        claims[name] = [{"...": item} for item in digests]
        disclosures += opened
    return claims, disclosures


def combined(token: str, disclosures: Sequence[str]) -> str:
    """As the issuer gives it to the holder: `token~disclosure~…~` (§4)."""
    return "~".join([token, *disclosures, ""])
