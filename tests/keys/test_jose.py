"""What `jose.verify` lets pass, and what it refuses: each way in which others' verifiers were deceived."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from portal.core import clock
from portal.keys import jose
from portal.keys.encoding import b64url, jwk_of, unb64url
from portal.keys.replay import first_use

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
NOW = int(AT.timestamp())
PRIVATE = ECKey.generate_key("P-256", parameters={"kid": "one"}, private=True)
OTHER = ECKey.generate_key("P-256", parameters={"kid": "two"}, private=True)
RSA = RSAKey.generate_key(2048, parameters={"kid": "three"}, private=True)


def published(key: Any, alg: str, **more: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), "alg": alg, "use": "sig", **more}


KEYS = [published(PRIVATE, "ES256"), published(OTHER, "ES256"), published(RSA, "RS256")]
CLAIMS = {"iss": "us", "aud": "them", "iat": NOW, "nbf": NOW, "exp": NOW + 60, "nonce": "n", "jti": "j"}
HEADER = {"alg": "ES256", "typ": "kind+jwt", "kid": "one"}


def made(header: dict[str, Any] | None = None, key: Any = PRIVATE, alg: str = "ES256", **claims: Any) -> str:
    """A token with these claims in place of the good ones; None takes one out."""
    said = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return signed(header if header is not None else HEADER, json.dumps(said), key, alg)


def signed(header: dict[str, Any] | str, payload: str, key: Any = PRIVATE, alg: str = "ES256") -> str:
    """A token that is signed over exactly this text, whatever its header says."""
    text = header if isinstance(header, str) else json.dumps(header)
    start = f"{b64url(text.encode())}.{b64url(payload.encode())}"
    signer = jws.JWSRegistry.algorithms[alg]
    return f"{start}.{b64url(signer.sign(start.encode(), key))}"


def verified(token: str, **changes: Any) -> jose.Verified:
    asked: dict[str, Any] = {"keys": KEYS, "typ": "kind+jwt", "audience": "them", "issuer": "us", "nonce": "n"}
    with clock.at(AT):
        return jose.verify(token, **{**asked, **changes})


def code_of(token: str, **changes: Any) -> str:
    with pytest.raises(jose.NotVerified) as caught:
        verified(token, **changes)
    return caught.value.code


def test_a_good_token_is_believed() -> None:
    assert verified(made()).claims == CLAIMS
    assert verified(made({**HEADER, "typ": "application/kind+jwt"})).header["kid"] == "one"
    assert verified(made(aud=["others", "them"])).claims["aud"] == ["others", "them"]
    assert verified(made({**HEADER, "kid": "three", "alg": "RS256"}, RSA, "RS256")).claims["jti"] == "j"


def test_no_algorithm_is_no_signature() -> None:
    start = f"{b64url(json.dumps({**HEADER, 'alg': 'none'}).encode())}.{made().split('.')[1]}"
    assert code_of(f"{start}.") == "algorithm"
    assert code_of(f"{start}.{made().split('.')[2]}") == "algorithm"


@pytest.mark.parametrize("secret", ["pem", "jwk"])
def test_the_public_key_is_no_shared_secret(secret: str) -> None:
    public = RSA.as_pem(private=False) if secret == "pem" else json.dumps(RSA.as_dict(private=False)).encode()
    start = ".".join(made({**HEADER, "kid": "three", "alg": "HS256"}).split(".")[:2])
    token = f"{start}.{b64url(hmac.digest(public, start.encode(), 'sha256'))}"
    assert code_of(token) == "algorithm"


def test_a_key_signs_by_its_own_algorithm_only() -> None:
    assert code_of(made({**HEADER, "kid": "three", "alg": "PS256"}, RSA, "PS256")) == "algorithm"
    assert code_of(made({**HEADER, "kid": "three", "alg": "RS512"}, RSA, "RS512")) == "algorithm"
    assert code_of(made({**HEADER, "alg": "RS256"}, RSA, "RS256")) == "algorithm"
    assert code_of(made({**HEADER, "kid": "three"})) == "algorithm"
    swapped = [published(RSA, "ES256", kid="one"), published(PRIVATE, "RS256", kid="three")]
    assert code_of(made(), keys=swapped) == "key"


def test_another_key_of_the_same_kind_does_not_do() -> None:
    assert code_of(made({**HEADER, "kid": "two"})) == "signature"
    assert code_of(made(key=OTHER)) == "signature"
    assert code_of(made({**HEADER, "kid": "none such"})) == "key"
    assert code_of(made({"alg": "ES256", "typ": "kind+jwt"})) == "key"
    assert code_of(made(), keys=[KEYS[0], {**KEYS[1], "kid": "one"}]) == "key"


@pytest.mark.parametrize("typ", ["JWT", "statuslist+jwt", "kind+jwt2", "", 1, None])
def test_another_type_is_refused(typ: Any) -> None:
    assert code_of(made({**HEADER, "typ": typ})) == "type"
    assert code_of(made({"alg": "ES256", "kid": "one"})) == "type"


@pytest.mark.parametrize(
    "more",
    [
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"crit": []},
        {"jwk": OTHER.as_dict(private=False)},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/chain"},
        {"x5c": ["MIIB"]},
        {"zip": "DEF"},
        {"cty": "JWT"},
    ],
)
def test_a_header_says_nothing_about_how_to_verify_it(more: dict[str, Any]) -> None:
    assert code_of(made({**HEADER, **more})) == "header"


def test_an_injected_key_is_not_used() -> None:
    mine = ECKey.generate_key("P-256", private=True)
    assert code_of(made({**HEADER, "jwk": mine.as_dict(private=False)}, mine)) == "header"
    assert code_of(made(key=mine)) == "signature"


@pytest.mark.parametrize(
    "payload",
    ['{"iat": 1, "iat": 2}', '{"a": {"b": 1, "b": 2}}', '{"iat": NaN}', "[]", '"text"', "", "{", '{"iat": 1} ', "null"],
)
def test_a_payload_has_one_meaning(payload: str) -> None:
    wanted = "audience" if payload == '{"iat": 1} ' else "malformed"  # space at the end is JSON
    assert code_of(signed(HEADER, payload)) == wanted


def test_a_header_has_one_meaning() -> None:
    twice = '{"alg": "none", "alg": "ES256", "typ": "kind+jwt", "kid": "one"}'
    assert code_of(signed(twice, json.dumps(CLAIMS))) == "malformed"


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token + "=",
        lambda token: token + "A",
        lambda token: token.replace(".", ".\n", 1),
        lambda token: "." + token,
        lambda token: token + ".",
        lambda token: token.replace(".", "", 1),
        lambda token: "",
        lambda token: "a" * 200_000,
        lambda token: token.replace(".", "!.", 1),
        lambda token: token.replace(".", "é.", 1),
        lambda token: json.dumps({"payload": token}),
    ],
)
def test_a_token_has_one_form(change: Callable[[str], str]) -> None:
    assert code_of(change(made())) in ("malformed", "signature")


def test_spare_bits_of_base64_are_not_to_be_played_with() -> None:
    token = made()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = token[:-1] + letters[letters.index(token[-1]) ^ 1]
    assert unb64url(token.split(".")[2])
    assert code_of(twin) == "malformed"


def test_a_signature_in_der_or_of_nothing_is_none() -> None:
    start = ".".join(made().split(".")[:2])
    assert code_of(f"{start}.") == "signature"
    assert code_of(f"{start}.{b64url(bytes(64))}") == "signature"
    assert code_of(f"{start}.{b64url(PRIVATE.raw_value.sign(start.encode(), ec.ECDSA(_sha())))}") == "signature"


def _sha() -> Any:
    from cryptography.hazmat.primitives import hashes

    return hashes.SHA256()


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": NOW - 31}, "expired"),
        ({"nbf": NOW + 31}, "not_yet"),
        ({"iat": NOW + 31}, "not_yet"),
        ({"exp": "tomorrow"}, "malformed"),
        ({"nbf": True}, "malformed"),
        ({"iat": [NOW]}, "malformed"),
        ({"exp": 1e300}, "malformed"),
        ({"iat": None}, "claim_missing"),
    ],
)
def test_every_claim_about_time_is_looked_at(claims: dict[str, Any], code: str) -> None:
    assert code_of(made(**claims)) == code


def test_clocks_may_differ_by_half_a_minute() -> None:
    assert verified(made(exp=NOW - 29, nbf=NOW + 29, iat=NOW + 29))


def test_age_counts_from_the_making() -> None:
    old = made(iat=NOW - 400, nbf=None, exp=NOW + 4000)
    assert verified(old)
    assert code_of(old, max_age=timedelta(seconds=300)) == "expired"
    assert code_of(made(exp=None), required=("iat", "exp")) == "claim_missing"


@pytest.mark.parametrize("aud", [None, "others", ["others"], [], {"them": 1}, 5, ""])
def test_the_audience_is_ours(aud: Any) -> None:
    assert code_of(made(aud=aud)) == "audience"
    if aud is not None:
        assert code_of(made(aud=aud), audience=None) == "audience"


def test_issuer_and_nonce_are_those_expected() -> None:
    assert code_of(made(iss="them")) == "issuer"
    assert code_of(made(nonce="m")) == "nonce"
    assert code_of(made(nonce=None)) == "nonce"
    assert code_of(made(nonce=5)) == "nonce"


def test_a_token_is_good_once() -> None:
    token = made(jti=f"once {datetime.now(UTC)}")
    assert verified(token, first_use=first_use)
    assert code_of(token, first_use=first_use) == "replayed"
    assert code_of(made(jti=None), first_use=first_use) == "claim_missing"
    assert code_of(made(jti=""), first_use=first_use) == "claim_missing"


def test_a_token_that_is_refused_is_not_used_up() -> None:
    jti = f"kept {datetime.now(UTC)}"
    assert code_of(made(jti=jti, aud="others"), first_use=first_use) == "audience"
    assert verified(made(jti=jti), first_use=first_use)


@pytest.mark.parametrize(
    "wrong",
    [
        {"use": "enc"},
        {"key_ops": ["encrypt"]},
        {"key_ops": []},
        {"alg": None},
        {"alg": "ES512"},
        {"alg": "none"},
        {"kty": "oct"},
    ],
)
def test_a_key_is_for_signatures(wrong: dict[str, Any]) -> None:
    assert code_of(made(), keys=[{**KEYS[0], **wrong}]) == "key"


def test_a_lone_key_without_an_id_is_meant_by_a_token_without_one() -> None:
    lone = {**jwk_of(PRIVATE.raw_value.public_key()), "alg": "ES256"}
    assert verified(made({"alg": "ES256", "typ": "kind+jwt"}), keys=[lone])
    assert code_of(made(), keys=[lone]) == "key"
    assert code_of(made({"alg": "ES256", "typ": "kind+jwt", "kid": None}), keys=[{**KEYS[0]}]) == "key"
