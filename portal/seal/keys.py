"""The key of the seal, behind one interface: a file today; a hardware module or a key service by another class.

`SEAL_BACKEND` (settings) names the class. What it signs is never more than the attributes of one CMS signature.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from django.conf import settings
from django.utils.module_loading import import_string

HASH = "sha256"


class SealError(Exception):
    """There is no key, it does not fit its certificate, or the module that holds it did not sign."""


class SealKey(Protocol):
    """A private key and the certificates that speak for it, the key's own first."""

    def __hash__(self) -> int: ...

    @property
    def chain(self) -> tuple[x509.Certificate, ...]: ...

    def sign(self, data: bytes) -> bytes:
        """The signature over SHA-256 of the data: ECDSA (DER) or RSA (PKCS #1 v1.5), by the certificate's key."""
        ...


class FileKey:
    """A key in PEM from the settings SEAL_KEY and SEAL_CHAIN, held in memory."""

    def __init__(self) -> None:
        self.chain = certificates(settings.SEAL_CHAIN)
        if not self.chain or not settings.SEAL_KEY:
            raise SealError("SEAL_KEY and SEAL_CHAIN are not set: letters and case files cannot be sealed.")
        try:
            found = serialization.load_pem_private_key(settings.SEAL_KEY.encode(), password=None)
        except (ValueError, TypeError) as error:
            raise SealError("SEAL_KEY is no private key in PEM, or it is locked by a password.") from error
        if not isinstance(found, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise SealError("SEAL_KEY is of a kind that PDF readers do not check: use ECDSA P-256 or RSA.")
        if found.public_key() != self.chain[0].public_key():
            raise SealError("SEAL_KEY does not belong to the first certificate of SEAL_CHAIN.")
        self._key = found

    def sign(self, data: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def certificates(pem: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM text, in its order. Raises SealError for what is none."""
    if "BEGIN CERTIFICATE" not in pem:
        return ()
    try:
        return tuple(x509.load_pem_x509_certificates(pem.encode()))
    except ValueError as error:
        raise SealError("A certificate cannot be read: give certificates in PEM.") from error


@cache
def _loaded(backend: str, _key: str, _chain: str) -> SealKey:
    made: SealKey = import_string(backend)()
    return made


def seal_key() -> SealKey:
    """The key in use, loaded once for each setting of it. Raises SealError."""
    return _loaded(settings.SEAL_BACKEND, settings.SEAL_KEY, settings.SEAL_CHAIN)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, as 64 hexadecimal digits."""
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()


def own_roots() -> tuple[x509.Certificate, ...]:
    """Whose seals are ours: the last certificate of the chain in use, and what SEAL_EARLIER holds of former keys."""
    return (*seal_key().chain[-1:], *certificates(settings.SEAL_EARLIER))


def peer_roots() -> tuple[x509.Certificate, ...]:
    """Whose case files are taken in: ours, and those of other portals that SEAL_PEERS names explicitly."""
    return (*own_roots(), *certificates(settings.SEAL_PEERS))


@cache
def signer(key: SealKey) -> Any:
    """pyHanko's signer on the key. Made once a key: parsing its certificates is most of the work."""
    from asn1crypto import x509 as asn1  # pyHanko takes a second to load: only processes that seal do
    from pyhanko.sign.signers import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class KeySigner(Signer):
        """pyHanko's own, with the bytes signed by a SealKey."""

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            if digest_algorithm != HASH:
                raise SealError(f"The seal signs over {HASH} only.")
            return bytes(512) if dry_run else key.sign(data)

    made = [asn1.Certificate.load(item.public_bytes(serialization.Encoding.DER)) for item in key.chain]
    others = SimpleCertificateStore()
    others.register_multiple(made[1:])
    return KeySigner(signing_cert=made[0], cert_registry=others, embed_roots=True)
