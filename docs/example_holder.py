"""The other side of example_gateway.py: makes a key, proves that one has it, fetches credentials and presents them.

Needs Python 3.11 and one package, joserfc.

    python example_holder.py key holder.pem
    python example_holder.py prove holder.pem --audience https://portal.example --nonce …
    python example_holder.py fetch holder.pem --portal https://portal.example
    python example_holder.py present holder.pem G-2026-0001.sd-jwt --audience https://gateway.example --nonce … --line 1
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import time
import urllib.request
from pathlib import Path

from joserfc import jws
from joserfc.jwk import ECKey


def signed(key, header, claims):
    return jws.serialize_compact({"alg": "ES256", **header}, json.dumps(claims), key, algorithms=["ES256"])


def proof(key, audience, nonce):
    """OpenID for Verifiable Credential Issuance 1.0, appendix F.1."""
    public = key.as_dict(private=False)
    jwk = {name: public[name] for name in ("kty", "crv", "x", "y")}
    claims = {"aud": audience, "nonce": nonce, "iat": int(time.time())}
    return signed(key, {"typ": "openid4vci-proof+jwt", "jwk": jwk}, claims)


def fetched(key, portal):
    """Credentials that are issued to the key now."""
    nonce = post(f"{portal}/credentials/nonce", {})["c_nonce"]
    return post(f"{portal}/credentials/credential", {"c_nonce": nonce, "proof": proof(key, portal, nonce)})[
        "credentials"
    ]


def post(url, content):
    request = urllib.request.Request(
        url, data=json.dumps(content).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def opened(disclosure):
    return json.loads(base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))


def presented(key, credential, audience, nonce, *, lines, members):
    """The credential with those lines (by number) and members (organisation, tier) opened, bound by the key."""

    def wanted(parts):
        return parts[1] in members if len(parts) == 3 else parts[1]["line"] in lines

    token, *disclosures, _end = credential.strip().split("~")
    shown = "~".join([token, *[text for text in disclosures if wanted(opened(text))], ""])
    sd_hash = base64.urlsafe_b64encode(hashlib.sha256(shown.encode()).digest()).rstrip(b"=").decode()
    claims = {"aud": audience, "nonce": nonce, "iat": int(time.time()), "sd_hash": sd_hash}
    return shown + signed(key, {"typ": "kb+jwt"}, claims)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["key", "prove", "fetch", "present"])
    parser.add_argument("key")
    parser.add_argument("credential", nargs="?")
    parser.add_argument("--audience")
    parser.add_argument("--nonce")
    parser.add_argument("--portal")
    parser.add_argument("--line", type=int, action="append", default=[])
    parser.add_argument("--show", choices=["organisation", "tier"], action="append", default=[])
    given = parser.parse_args()
    if given.command == "key":
        made = ECKey.generate_key("P-256", private=True)
        with open(os.open(given.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(made.as_pem(private=True))
        return
    key = ECKey.import_key(Path(given.key).read_bytes())
    if given.command == "prove":
        print(proof(key, given.audience, given.nonce))
    elif given.command == "fetch":
        for item in fetched(key, given.portal.rstrip("/")):
            Path(f"{item['grant']}.sd-jwt").write_text(item["credential"])
            print(f"{item['grant']}.sd-jwt")
    else:
        credential = Path(given.credential).read_text()
        print(presented(key, credential, given.audience, given.nonce, lines=given.line, members=given.show))


if __name__ == "__main__":
    main()
