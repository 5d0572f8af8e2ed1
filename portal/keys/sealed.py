"""Short secrets of others that the portal must be able to show again, such as what a receiver wants to be sent.

Encrypted by AES-256-GCM with the first key of KEYS_WRAPPING, under a label: what was sealed for one row opens for no
other. The other keys of the setting still open what they sealed.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.keys.backends import NONCE, KeysError, wrapping_keys

ANEW: list[Callable[[], int]] = []
"""Rooms that keep sealed secrets: each seals all of its own by the present key, and returns how many there were."""


def seal(secret: str, *, label: str) -> bytes:
    """The secret, encrypted. Raises KeysError without a key in the settings."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(wrapping_keys()[0]).encrypt(nonce, secret.encode(), label.encode())


def unseal(sealed: bytes, *, label: str) -> str:
    """The secret. Raises KeysError where no key of the settings opens it under this label."""
    for key in wrapping_keys():
        try:
            return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], label.encode()).decode()
        except (InvalidTag, ValueError):
            continue
    raise KeysError("A sealed secret cannot be opened: KEYS_WRAPPING is another one, or the row was changed.")
