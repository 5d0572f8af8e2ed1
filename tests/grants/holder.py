"""A holder of credentials for tests: a key, proofs, presentations. By joserfc alone, as a stranger would do it."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from django.conf import settings
from joserfc import jws
from joserfc.jwk import ECKey

from grants.actions.credential import register_key
from grants.models import Credential, Grant
from grants.rules.proof import PROOF_TYP, Challenge, new_challenge
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.actors import Actor
from portal.keys.encoding import b64url, json_object, unb64url


def now() -> int:
    return int(clock.now().timestamp())


class Holder:
    """Somebody with a key."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", private=True)

    @property
    def jwk(self) -> dict[str, Any]:
        return {name: value for name, value in self.key.as_dict(private=False).items() if name != "kid"}

    def signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        return jws.serialize_compact({"alg": "ES256", **header}, json.dumps(claims), self.key, algorithms=["ES256"])

    def proof(self, challenge: Challenge, **changes: Any) -> str:
        claims = {"aud": settings.BASE_URL, "nonce": challenge.nonce, "iat": now(), **changes}
        return self.signed({"typ": PROOF_TYP, "jwk": self.jwk}, claims)

    def register(self, grant: Grant, by: Actor, name: str = "Cluster") -> Credential:
        challenge = new_challenge(grant.pk, by.person_id)
        return register_key(grant=grant, name=name, proof=self.proof(challenge), challenge=challenge, by=confirmed(by))

    def present(self, token: str, aud: str, nonce: str, *, keep: Any = None, **claims: Any) -> str:
        """The credential with those disclosures that `keep` (of their contents) wants, and a key binding."""
        jwt, *disclosures, _end = token.split("~")
        kept = [item for item in disclosures if keep is None or keep(opened(item))]
        shown = "~".join([jwt, *kept, ""])
        bound = {"aud": aud, "nonce": nonce, "iat": int(time.time()), "sd_hash": sd_hash(shown), **claims}
        return shown + self.signed({"typ": "kb+jwt"}, bound)


def sd_hash(shown: str) -> str:
    return b64url(hashlib.sha256(shown.encode()).digest())


def opened(disclosure: str) -> list[Any]:
    """Salt and value, or salt, name and value."""
    return list(json_object(b'{"of":' + unb64url(disclosure) + b"}")["of"])


def claims_of(token: str) -> dict[str, Any]:
    """What is signed, unverified."""
    return json_object(unb64url(token.split("~", maxsplit=1)[0].split(".")[1]))


def disclosed(token: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The members and the lines that the disclosures open, each found among the digests that are signed."""
    claims, members, lines = claims_of(token), {}, []
    for item in token.split("~")[1:-1]:
        digest, parts = b64url(hashlib.sha256(item.encode()).digest()), opened(item)
        if len(parts) == 3:
            assert digest in claims["_sd"]
            members[parts[1]] = parts[2]
        else:
            assert {"...": digest} in claims["lines"]
            lines.append(parts[1])
    return members, lines
