"""Detached CMS signatures by the seal's key, and what one is worth."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from portal.seal.keys import HASH, fingerprint, seal_key, signer

MOST = 200_000
"""Bytes of a signature that is looked at."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a signature over some bytes is worth.

    `intact`: these very bytes were signed by the certificate's key. `trusted`: its chain leads to a root that was
    asked for, at the moment that was asked for. `name` and `fingerprint` say whose certificate it is.
    """

    intact: bool
    trusted: bool
    name: str = ""
    fingerprint: str = ""


UNREADABLE = Checked(intact=False, trusted=False)


def finish(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of one of pyHanko's coroutines; in a thread of its own where this one runs a loop already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def digest_of(data: bytes) -> bytes:
    made = hashes.Hash(hashes.SHA256())
    made.update(data)
    return made.finalize()


def seal_detached(data: bytes, *, at: datetime) -> bytes:
    """A detached CMS signature (DER) over the data, with the time that it claims. Raises SealError without a key."""
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

    made = finish(
        signer(seal_key()).async_sign(
            digest_of(data), HASH, is_pdf_sig=False, signed_attr_settings=PdfCMSSignedAttributes(signing_time=at)
        )
    )
    return bytes(made.dump())


def check_detached(data: bytes, signature: bytes, *, roots: Sequence[x509.Certificate], at: datetime) -> Checked:
    """What the signature over the data is worth at that moment, by these roots. Never raises for what it is given."""
    from asn1crypto import cms
    from pyhanko.sign.validation.generic_cms import async_validate_detached_cms

    if not 0 < len(signature) <= MOST:
        return UNREADABLE
    try:
        content = cms.ContentInfo.load(signature)
        if content["content_type"].native != "signed_data":
            return UNREADABLE
        status = finish(async_validate_detached_cms(data, content["content"], _context(roots, at)))
        found = x509.load_der_x509_certificate(status.signing_cert.dump())
    except Exception:  # noqa: BLE001 -- a hostile signature breaks the parsers in many ways, and each means the same here
        return UNREADABLE
    return Checked(
        intact=bool(status.intact and status.valid),
        trusted=bool(status.intact and status.valid and status.trusted),
        name=common_name(found),
        fingerprint=fingerprint(found),
    )


def _context(roots: Sequence[x509.Certificate], at: datetime) -> Any:
    """Trust these roots only, look nothing up outside, and judge certificates at that moment."""
    from asn1crypto import x509 as asn1
    from pyhanko_certvalidator import ValidationContext

    der = [asn1.Certificate.load(root.public_bytes(serialization.Encoding.DER)) for root in roots]
    return ValidationContext(trust_roots=der, allow_fetching=False, moment=at, best_signature_time=at)


def common_name(certificate: x509.Certificate) -> str:
    """The name that a certificate speaks for."""
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else certificate.subject.rfc4514_string()
