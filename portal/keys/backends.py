"""Who holds private keys, behind one interface: rows encrypted by a key from the settings, or a module.

`KEYS_BACKEND` (settings) names the class. A class for PKCS #11 or a key service keeps the key where it is and gives
out a reference as the handle.
"""

from __future__ import annotations

import base64
import binascii
import os
from functools import cache, lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.module_loading import import_string

from portal.keys.encoding import jwk_of
from portal.keys.purposes import ES256, RS256, RSA_BITS

Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
NONCE = 12
"""Bytes, as GCM wants them (NIST SP 800-38D §8.2.2). Random: there are some hundred rows, not 2^32."""


class KeysError(Exception):
    """There is no key to encrypt with, or a private key cannot be opened or used."""


class KeysBackend(Protocol):
    """`label` names the row and what it is for; a handle opens under its own label only."""

    name: str

    def create(self, *, label: str, algorithm: str) -> tuple[bytes, dict[str, str]]:
        """Make a key pair. Returns the handle to keep and the public key as a JWK. Raises KeysError."""
        ...

    def sign(self, data: bytes, *, label: str, algorithm: str, handle: bytes) -> bytes:
        """The signature over the data in the form of JOSE (RFC 7518 §3.3, §3.4). Raises KeysError."""
        ...


class WrappedKeys:
    """Private keys in rows, encrypted by AES-256-GCM with the first key of the setting KEYS_WRAPPING.

    Others in the setting open what was encrypted with them, until `manage.py wrap_keys_anew` has been run.
    """

    name = "wrapped"

    def create(self, *, label: str, algorithm: str) -> tuple[bytes, dict[str, str]]:
        made: Private
        if algorithm == RS256:
            made = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        else:
            made = ec.generate_private_key(ec.SECP256R1())
        return self._wrapped(_der(made), label), jwk_of(made.public_key())

    def sign(self, data: bytes, *, label: str, algorithm: str, handle: bytes) -> bytes:
        key = _opened(settings.KEYS_WRAPPING, label, handle)
        if isinstance(key, rsa.RSAPrivateKey) and algorithm == RS256:
            return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        if isinstance(key, ec.EllipticCurvePrivateKey) and algorithm == ES256:
            return raw_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        raise KeysError("The key is of another kind than its algorithm.")

    def wrap_anew(self, *, label: str, handle: bytes) -> bytes:
        """The handle, encrypted by the first key of the setting."""
        return self._wrapped(_der(_opened(settings.KEYS_WRAPPING, label, handle)), label)

    def _wrapped(self, plain: bytes, label: str) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(wrapping_keys()[0]).encrypt(nonce, plain, label.encode())


def raw_signature(der: bytes) -> bytes:
    """An ECDSA signature of P-256 in DER as the two numbers side by side, 64 bytes (RFC 7518 §3.4)."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def wrapping_keys() -> list[bytes]:
    """The keys of the setting, the one in use first: each 32 bytes in base64url. Raises KeysError."""
    return list(_keys_in(settings.KEYS_WRAPPING))


@cache
def _keys_in(text: str) -> tuple[bytes, ...]:
    parts = text.replace(",", " ").split()
    if not parts:
        raise KeysError("KEYS_WRAPPING is not set: there is nothing to encrypt signing keys with.")
    try:
        found = tuple(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)
    except (binascii.Error, ValueError) as error:
        raise KeysError("KEYS_WRAPPING is not base64url.") from error
    if any(len(key) != 32 for key in found):
        raise KeysError("Each key of KEYS_WRAPPING has 32 bytes, written in base64url.")
    return found


@lru_cache(maxsize=32)
def _opened(wrapping: str, label: str, handle: bytes) -> Private:
    """The private key in a handle. Opening one takes longer than signing by it, so they are kept open."""
    for key in _keys_in(wrapping):
        try:
            plain = AESGCM(key).decrypt(handle[:NONCE], handle[NONCE:], label.encode())
        except (InvalidTag, ValueError):
            continue
        found = serialization.load_der_private_key(plain, password=None)
        if isinstance(found, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            return found
    raise KeysError("A signing key cannot be opened: KEYS_WRAPPING is another one, or the row was changed.")


def _der(key: Private) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@cache
def _loaded(path: str) -> KeysBackend:
    made: KeysBackend = import_string(path)()
    return made


def backend() -> KeysBackend:
    """The backend that the settings name."""
    return _loaded(settings.KEYS_BACKEND)
