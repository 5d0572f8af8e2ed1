"""The CMS of a PAdES seal, made by pyHanko once for each key and then filled in.

Of two seals by one key only the digest and the signature differ. pyHanko builds the structure anew each time, which
takes four times as long as everything else; a demonstration makes hundreds of letters. That pyHanko and others read
what comes of it as valid is held by tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from portal.seal.cms import finish
from portal.seal.keys import HASH, SealError, SealKey, signer

_BLANK = bytes(range(200, 232))
"""A digest that stands for the one to come, 32 bytes that occur nowhere else."""
SEQUENCE, SET, OCTETS, CONTEXT = 0x30, 0x31, 0x04, 0xA0


@dataclass(frozen=True, slots=True)
class Mould:
    """What is the same in every seal of a key, as DER: before and after the attributes, and these with a gap."""

    content_type: bytes
    before_signers: bytes
    before_attributes: bytes
    attributes: tuple[bytes, bytes]
    algorithm: bytes

    def fill(self, digest: bytes, key: SealKey) -> bytes:
        """The CMS over that digest (SHA-256, 32 bytes), signed by the key."""
        if len(digest) != len(_BLANK):
            raise SealError("A seal is over 32 bytes of SHA-256.")
        attributes = digest.join(self.attributes)
        signature = key.sign(_value(SET, attributes))  # what is signed has the tag of a set (RFC 5652, 5.4)
        signed = self.before_attributes + _value(CONTEXT, attributes) + self.algorithm + _value(OCTETS, signature)
        signers = _value(SET, _value(SEQUENCE, signed))
        return _value(SEQUENCE, self.content_type + _value(CONTEXT, _value(SEQUENCE, self.before_signers + signers)))


def _value(tag: int, content: bytes) -> bytes:
    """Tag, length and content (X.690, 8.1, definite form)."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


@cache
def mould(key: SealKey) -> Mould:
    """The mould of a key, from a seal over a blank digest that pyHanko makes."""
    made = finish(signer(key).async_sign(_BLANK, HASH, use_pades=True))
    data = made["content"]
    (info,) = data["signer_infos"]
    attributes = b"".join(sorted(item.dump() for item in info["signed_attrs"]))
    before, found, after = attributes.partition(_BLANK)
    if not found or data["crls"].native:
        raise SealError("The seal has another form than expected.")
    return Mould(
        content_type=made["content_type"].dump(),
        before_signers=b"".join(
            data[name].dump() for name in ("version", "digest_algorithms", "encap_content_info", "certificates")
        ),
        before_attributes=b"".join(info[name].dump() for name in ("version", "sid", "digest_algorithm")),
        attributes=(before, after),
        algorithm=info["signature_algorithm"].dump(),
    )
