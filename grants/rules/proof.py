"""Proof that somebody has the private half of a key: a signed answer to a challenge that one person was given."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from grants.rules.credential import PROOF_TYP
from portal.keys import jose
from portal.keys.encoding import Unreadable, json_object, thumbprint, unb64url
from portal.keys.purposes import ES256

LIFE = timedelta(minutes=30)
"""For so long a challenge can be answered."""
_SALT = "grants.holder-key"
MEMBERS = ("kty", "crv", "x", "y")


class NoProof(Exception):
    """What was sent proves nothing; the text says to a person what is wrong."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is to be signed: `nonce`, for one person and one grant. `sealed` is how a form carries it."""

    nonce: str
    grant: UUID
    person: UUID
    sealed: str


def new_challenge(grant: UUID, person: UUID) -> Challenge:
    """A challenge for the person, about the grant."""
    nonce = secrets.token_urlsafe(24)
    return Challenge(nonce, grant, person, signing.dumps([nonce, str(grant), str(person)], salt=_SALT))


def opened_challenge(sealed: str) -> Challenge:
    """The challenge that a form carried. Raises NoProof for one that is not ours or too old."""
    try:
        nonce, grant, person = signing.loads(sealed, salt=_SALT, max_age=LIFE)
    except signing.BadSignature as error:
        raise NoProof(_("The challenge is too old. Sign the new one below.")) from error
    return Challenge(nonce, UUID(grant), UUID(person), sealed)


def public_key(jwk: Any) -> dict[str, str]:
    """A public key of P-256, reduced to what makes it. Raises NoProof for others, private ones and no point at all."""
    if not isinstance(jwk, Mapping) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise NoProof(_("The key must be an elliptic curve key on P-256."))
    if "d" in jwk:
        raise NoProof(_("This is your private key. Keep it to yourself, and make a new one: nobody may ever see it."))
    found = {name: jwk.get(name) for name in MEMBERS}
    try:
        x, y = (unb64url(str(found[name])) for name in ("x", "y"))
        if len(x) != 32 or len(y) != 32:
            raise Unreadable("A coordinate of P-256 has 32 bytes.")
        ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1()).public_key()
    except ValueError as error:
        raise NoProof(_("The key is no point of P-256.")) from error
    return {name: str(value) for name, value in found.items()}


def proven_key(proof: str, *, challenge: Challenge) -> tuple[dict[str, str], str]:
    """The key that answered the challenge, and its thumbprint. Raises NoProof."""
    return proven_key_for(proof, nonce=challenge.nonce)


def proven_key_for(proof: str, *, nonce: str) -> tuple[dict[str, str], str]:
    """The key in the proof's header, and its thumbprint, where the proof answers the nonce by that key.

    A JWT (openid4vci-proof+jwt): `alg` ES256, `jwk` the public key, `aud` the portal, `nonce` the challenge, `iat`.
    """
    proof = "".join(proof.split())
    try:
        header = json_object(unb64url(proof.partition(".")[0]))
    except Unreadable as error:
        raise NoProof(_("This is no signed token. Paste what the program has printed, all of it.")) from error
    jwk = public_key(header.get("jwk"))
    try:
        jose.verify(
            proof,
            keys=[{**jwk, "alg": ES256}],
            typ=PROOF_TYP,
            audience=settings.BASE_URL,
            nonce=nonce,
            max_age=LIFE,
            headers=jose.HEADERS - {"kid"} | {"jwk"},
        )
    except jose.NotVerified as error:
        raise NoProof(_("The proof does not hold: %(why)s") % {"why": error}) from error
    return jwk, thumbprint(jwk)
