"""Sealing a PDF, and reading its seal: PAdES baseline B, invisible, without loss of its tags (PDF/UA-1)."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from portal.seal.cms import UNREADABLE, Checked, check_detached, common_name
from portal.seal.envelope import mould
from portal.seal.keys import HASH, SealKey, seal_key

FIELD = "Seal"
HIDDEN, PRINT, LOCKED = 2, 4, 128
RESERVED = 2048
"""Bytes beside the certificates that the signature may take. Saves making it twice to learn its length."""
SIGNED = re.compile(
    rb"/ByteRange\s*\[\s*0\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]",
)
MOST_SEALS = 8
"""Signatures of a document that are looked at."""


def seal_pdf(content: bytes, *, at: datetime, reason: str, tooltip: str) -> bytes:
    """The document with the portal's seal over all of it, in an update at its end; `at` is the time that it claims.

    The field is hidden and has no area, so that assistive technology passes over it (PDF/UA-1, 7.18.1); `tooltip`
    names it to whoever lists fields. No change afterwards is allowed (DocMDP 1). Raises SealError without a key.
    """
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
    from pyhanko.sign.signers.pdf_byterange import SignatureObject

    key = seal_key()
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    steps = PdfCMSEmbedder(SigFieldSpec(FIELD, readable_field_name=tooltip)).write_cms(FIELD, writer)
    _pass_over(writer, next(steps).get_object(), generic)
    placeholder = SignatureObject(
        at, subfilter=SigSeedSubFilter.PADES, name=common_name(key.chain[0]), reason=reason, bytes_reserved=_room(key)
    )
    rules = SigMDPSetup(md_algorithm=HASH, certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
    steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=rules))
    prepared, made = steps.send(SigIOSetup(md_algorithm=HASH, in_place=True))
    steps.send(mould(key).fill(prepared.document_digest, key))
    return bytes(made.getvalue())


def _pass_over(writer: Any, field: Any, generic: Any) -> None:
    """Hide the field's widget, and say that tabs follow the structure on the page that has it."""
    field["/F"] = generic.NumberObject(HIDDEN | PRINT | LOCKED)
    page = field["/P"]
    page["/Tabs"] = generic.NameObject("/S")
    writer.update_container(field)
    writer.update_container(page)


def _room(key: SealKey) -> int:
    """Hexadecimal digits that the signature may take."""
    return 2 * (RESERVED + sum(len(item.public_bytes(serialization.Encoding.DER)) for item in key.chain))


@dataclass(frozen=True, slots=True)
class Seal:
    """A signature found in a file. `whole`: it covers every byte but its own; `end`: up to where it covers."""

    checked: Checked
    whole: bool
    end: int


def seals_of(content: bytes, *, roots: Sequence[x509.Certificate], at: datetime) -> list[Seal]:
    """The signatures of a file, by its bytes alone: the file is not parsed, so that nothing in it can grow or loop."""
    found = []
    for match in list(SIGNED.finditer(content))[:MOST_SEALS]:
        before, after, length = (int(text) for text in match.groups())
        end = after + length
        if not before < after <= end <= len(content):
            found.append(Seal(UNREADABLE, whole=False, end=0))
            continue
        signature = _contents(content[before:after])
        checked = check_detached(content[:before] + content[after:end], signature, roots=roots, at=at)
        found.append(Seal(checked, whole=end == len(content), end=end))
    return found


def _contents(gap: bytes) -> bytes:
    """The signature between the two ranges: hexadecimal in angle brackets, filled up with zeros."""
    if not (gap.startswith(b"<") and gap.endswith(b">")):
        return b""
    try:
        padded = bytes.fromhex(gap[1:-1].decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        return b""
    value = _first_value(padded)
    return b"" if padded[len(value) :].strip(b"\0") else value


def _first_value(data: bytes) -> bytes:
    """The first DER value, without the zeros that follow it."""
    if len(data) < 2 or data[0] != 0x30:
        return b""
    if data[1] < 0x80:
        return data[: 2 + data[1]]
    count = data[1] & 0x7F
    if not 0 < count <= 4:
        return b""
    return data[: 2 + count + int.from_bytes(data[2 : 2 + count], "big")]
