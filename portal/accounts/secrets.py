"""Secrets of machines: 256 random bits, kept as a digest. While a secret is replaced, the one before it may still hold.

A slow hash guards words that people choose; nobody guesses 256 bits, and a slow one would let anybody keep the token
endpoint busy. Two digests stand in one column, so that the sign-in library checks both by asking Django once.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_noop

from portal.core import clock

ALGORITHM = "client_secret"


def new_secret() -> str:
    """256 bits at random, in 43 characters that need no escaping anywhere."""
    return secrets.token_urlsafe(32)


def kept(secret: str) -> str:
    """How a secret is kept."""
    return f"{ALGORITHM}${_digest(secret)}"


def kept_beside(secret: str, before: str, until: datetime) -> str:
    """How a secret is kept while the one before it, as it is kept, holds until that time."""
    return f"{kept(secret)}${int(until.timestamp())}${_current(before)}"


def may_overlap(encoded: str) -> bool:
    """Whether the secret kept so can hold on beside a new one. One in another format, or none at all, cannot."""
    return encoded.startswith(f"{ALGORITHM}$")


def without_former(encoded: str) -> str:
    """The same, with the secret before it refused."""
    return f"{ALGORITHM}${_current(encoded)}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _current(encoded: str) -> str:
    return encoded.split("$")[1]


class ClientSecretHasher(BasePasswordHasher):
    """`client_secret$<digest>`, or `client_secret$<digest>$<until>$<digest of the one before>`."""

    algorithm = ALGORITHM

    def salt(self) -> str:
        return ""

    def encode(self, password: str, salt: str) -> str:
        return kept(password)

    def decode(self, encoded: str) -> dict[str, Any]:
        _, current, *former = encoded.split("$")
        until = datetime.fromtimestamp(int(former[0]), UTC) if former else None
        return {"algorithm": ALGORITHM, "current": current, "until": until, "former": former[1] if former else ""}

    def verify(self, password: str, encoded: str) -> bool:
        found, mine = self.decode(encoded), _digest(password)
        current = constant_time_compare(mine, found["current"])
        former = constant_time_compare(mine, found["former"])
        return current or (former and found["until"] is not None and clock.now() < found["until"])

    def safe_summary(self, encoded: str) -> Any:
        found = self.decode(encoded)
        return {gettext_noop("algorithm"): ALGORITHM, gettext_noop("former secret until"): found["until"]}

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to make equal: every check takes the same time."""
