"""Signing and verifying tokens (JWS in compact form, RFC 7515; JWT, RFC 7519), held to RFC 8725.

A key signs by one algorithm, for one purpose. Verifying trusts nothing that a token says about how to verify it: the
caller names the keys, the type and the audience, and every claim about time is looked at here, because libraries are
known to let some of them pass.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from portal.core import clock
from portal.keys.actions import ensure_keys
from portal.keys.backends import KeysError, backend
from portal.keys.encoding import Unreadable, b64url, json_object, unb64url
from portal.keys.models import SigningKey
from portal.keys.purposes import ES256, PURPOSES, RS256
from portal.keys.queries import active_key, published_keys

MOST = 128 * 1024
"""Characters of a token that is looked at."""
LEEWAY = timedelta(seconds=30)
"""By which two clocks may differ."""
KINDS = {RS256: "RSA", ES256: "EC"}
HEADERS = frozenset({"alg", "typ", "kid"})
"""What a header may hold. Keys and where to get them (jwk, jku, x5c, x5u) and `crit` are refused with the rest."""


class NotVerified(Exception):
    """The token is not to be trusted. `code` says for machines why not; whoever sent it need not be told more."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Verified:
    """What a token says that may be believed."""

    header: dict[str, Any]
    claims: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs for a purpose now. Take one for each deed, never for longer: keys are replaced."""

    key: SigningKey

    def sign(self, *, typ: str, claims: Mapping[str, Any], headers: Mapping[str, Any] | None = None) -> str:
        """A compact JWS over the claims. Raises KeysError; ValueError where it would outlive its key's publication."""
        latest = clock.now() + self.key.rules.valid
        if "exp" in claims and claims["exp"] > latest.timestamp():
            raise ValueError(f"Nothing signed for {self.key.purpose} is valid for longer than {self.key.rules.valid}.")
        header = {**(headers or {}), "alg": self.key.algorithm, "typ": typ, "kid": self.key.kid}
        data = f"{_part(header)}.{_part(claims)}"
        holder = backend()
        if holder.name != self.key.backend:
            raise KeysError(f"The key {self.key} is kept by {self.key.backend!r}, and KEYS_BACKEND is another.")
        signature = holder.sign(
            data.encode(), label=self.key.label, algorithm=self.key.algorithm, handle=bytes(self.key.handle)
        )
        return f"{data}.{b64url(signature)}"


def _part(value: Mapping[str, Any]) -> str:
    return b64url(json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode())


def signer(purpose: str) -> Signer:
    """The key that signs for the purpose now, for many tokens of one deed. One query; the first key is made here."""
    return Signer(active_key(purpose) or ensure_keys(purpose=purpose, spare=False))


def sign(*, purpose: str, typ: str, claims: Mapping[str, Any], headers: Mapping[str, Any] | None = None) -> str:
    """A compact JWS over the claims by the key in use. Raises KeysError where none can be made or opened."""
    return signer(purpose).sign(typ=typ, claims=claims, headers=headers)


def jwks(*purposes: str) -> dict[str, list[dict[str, str]]]:
    """The public keys to publish (RFC 7517 §5): of these purposes, or of all. Those that sign next are among them."""
    return {"keys": [key.jwk for key in published_keys(purposes or PURPOSES)]}


# --- verifying --------------------------------------------------------------------------------------
def verify(
    token: str,
    *,
    keys: Iterable[Mapping[str, Any]],
    typ: str,
    audience: str | None,
    issuer: str | None = None,
    nonce: str | None = None,
    required: Collection[str] = ("iat",),
    max_age: timedelta | None = None,
    first_use: Callable[[str, datetime], bool] | None = None,
    headers: Collection[str] = HEADERS,
) -> Verified:
    """What the token says, if it is to be trusted. Raises NotVerified, else.

    `keys` are JWKs that each name their one `alg`; a token of another algorithm is refused whatever it says. `audience`
    None: the token must name none. `max_age` is counted from `iat`. `first_use` is given the token's `jti` and until
    when to remember it, and answers whether it was new; it is asked last, so that only good tokens are remembered.
    `headers` are the members that the header may hold: others than usual only where they name nothing that is trusted.
    """
    header, claims = _opened(token)
    if unknown := set(header) - set(headers):
        raise NotVerified("header", f"The header holds {', '.join(sorted(unknown))}, which is not accepted.")
    _signature(token, header, list(keys), typ)
    for name in required:
        if name not in claims:
            raise NotVerified("claim_missing", f"The token has no {name}.")
    until = _times(claims, max_age)
    _addressed(claims, audience, issuer, nonce)
    if first_use is not None:
        jti = claims.get("jti")
        if not isinstance(jti, str) or not jti:
            raise NotVerified("claim_missing", "The token has no jti.")
        if until is None:
            raise NotVerified("claim_missing", "The token says neither when it ends nor when it was made.")
        if not first_use(jti, until + LEEWAY):
            raise NotVerified("replayed", "The token was used before.")
    return Verified(header, claims)


def _opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    parts = token.split(".") if len(token) <= MOST else []
    if len(parts) != 3:
        raise NotVerified("malformed", "This is no signed token.")
    try:
        header, claims = json_object(unb64url(parts[0])), json_object(unb64url(parts[1]))
        unb64url(parts[2])
    except Unreadable as error:
        raise NotVerified("malformed", str(error)) from error
    return header, claims


def _signature(token: str, header: dict[str, Any], keys: list[Mapping[str, Any]], typ: str) -> None:
    """Refuse another type, another algorithm than the key's, and a signature that does not hold."""
    found = header.get("typ")
    if not isinstance(found, str) or found.lower().removeprefix("application/") != typ:
        raise NotVerified("type", f"The token is no {typ}.")
    key = _key_for(header, keys)
    if header.get("alg") != key["alg"]:
        raise NotVerified("algorithm", "The token is signed by another algorithm than its key's.")
    try:
        own = {name: key[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in key}
        public = RSAKey.import_key(own) if key["alg"] == RS256 else ECKey.import_key(own)
        jws.deserialize_compact(token, public, algorithms=[key["alg"]])
    except (JoseError, ValueError, TypeError) as error:
        raise NotVerified("signature", "The signature does not hold.") from error


def _key_for(header: dict[str, Any], keys: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The one key that the header names; a lone key without an id is meant by a header without one."""
    named = [key for key in keys if key.get("kid") == header.get("kid")]
    if len(named) != 1:
        raise NotVerified("key", "No key of this id is trusted.")
    key = named[0]
    if key.get("alg") not in KINDS or key.get("kty") != KINDS[key["alg"]]:
        raise NotVerified("key", "The key names no algorithm that is accepted.")
    if key.get("use", "sig") != "sig" or "verify" not in key.get("key_ops", ["verify"]):
        raise NotVerified("key", "The key is not for signatures.")
    return key


def _times(claims: dict[str, Any], max_age: timedelta | None) -> datetime | None:
    """Refuse what has ended, has not begun, or claims to be from the future. Returns when it ends, if it does."""
    now = clock.now()
    issued, begins, ends = (_moment(claims, name) for name in ("iat", "nbf", "exp"))
    if ends is not None and ends + LEEWAY <= now:
        raise NotVerified("expired", "The token has ended.")
    if begins is not None and begins - LEEWAY > now:
        raise NotVerified("not_yet", "The token is not valid yet.")
    if issued is not None and issued - LEEWAY > now:
        raise NotVerified("not_yet", "The token says that it was made in the future.")
    if max_age is None:
        return ends
    if issued is None:
        raise NotVerified("claim_missing", "The token has no iat.")
    if issued + max_age + LEEWAY <= now:
        raise NotVerified("expired", "The token is too old.")
    return min(issued + max_age, ends or issued + max_age)


def _moment(claims: dict[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if value is None and name not in claims:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotVerified("malformed", f"{name} is no moment.")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise NotVerified("malformed", f"{name} is no moment.") from error


def _addressed(claims: dict[str, Any], audience: str | None, issuer: str | None, nonce: str | None) -> None:
    """Refuse what was made for somebody else, by somebody else, or in answer to something else."""
    named = claims.get("aud", [])
    named = [named] if isinstance(named, str) else named
    if not isinstance(named, list) or (audience is None and "aud" in claims) or (audience and audience not in named):
        raise NotVerified("audience", "The token is meant for somebody else.")
    if issuer is not None and claims.get("iss") != issuer:
        raise NotVerified("issuer", "The token is from somebody else.")
    given = claims.get("nonce", "")
    if nonce is not None and not (isinstance(given, str) and hmac.compare_digest(given.encode(), nonce.encode())):
        raise NotVerified("nonce", "The token answers another question.")
