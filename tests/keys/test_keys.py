"""Signing keys: made, published before use, rotated, withdrawn, and never in the clear."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Refused
from portal.keys import checks, jose
from portal.keys.actions import end_key, ensure_keys, rotate_key, withdraw_key
from portal.keys.backends import KeysError, WrappedKeys
from portal.keys.encoding import thumbprint
from portal.keys.models import SigningKey
from portal.keys.purposes import PUBLISHED_AHEAD, PURPOSES
from portal.keys.tasks import end_keys, make_next_keys, rotate_keys

ADMINISTRATOR = Actor(kind="person", roles=frozenset({"system_administrator"}), name="Administrator")
pytestmark = pytest.mark.django_db
NEW = "x-Zq8w3Yt6Rk1vB5nM9xLd2Jf7Hs4Gp0Ca_Ew3Yt6Rk"


def states(purpose: str) -> list[str]:
    return list(SigningKey.objects.filter(purpose=purpose).order_by("created_at", "pk").values_list("state", flat=True))


def later(**span: int) -> Any:
    return clock.at(clock.now() + timedelta(**span))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_first_signature_makes_its_key(purpose: str) -> None:
    token = jose.sign(purpose=purpose, typ="kind+jwt", claims={"iat": int(clock.now().timestamp())})
    told = jose.verify(token, keys=jose.jwks(purpose)["keys"], typ="kind+jwt", audience=None)
    assert told.header["alg"] == PURPOSES[purpose].algorithm
    assert states(purpose) == ["active"]
    if told.header["alg"] == "RS256":
        assert len(jose.jwks(purpose)["keys"][0]["n"]) == 512  # 3072 bits


def test_a_key_of_one_purpose_is_none_of_another() -> None:
    token = jose.sign(purpose="status", typ="kind+jwt", claims={"iat": 1})
    jose.signer("credentials")
    with pytest.raises(jose.NotVerified, match="No key"):
        jose.verify(token, keys=jose.jwks("credentials")["keys"], typ="kind+jwt", audience=None)


def test_the_next_key_is_published_before_it_signs() -> None:
    make_next_keys()
    assert states("credentials") == ["active", "upcoming"]
    assert make_next_keys()["done"] == 0
    with pytest.raises(Refused, match="less than a day"):
        rotate_key(purpose="credentials", by=SYSTEM)
    before = {key["kid"] for key in jose.jwks("credentials")["keys"]}
    with later(hours=24):
        used = rotate_key(purpose="credentials", by=SYSTEM)
        assert used.kid in before
        assert states("credentials") == ["retired", "active", "upcoming"]
        assert before < {key["kid"] for key in jose.jwks("credentials")["keys"]}


def test_rotation_is_a_range_and_ends_what_is_over() -> None:
    make_next_keys()
    purposes = len(PURPOSES)
    with later(days=89):
        assert rotate_keys()["done"] == 0
    with later(days=200):  # months were missed
        assert rotate_keys()["done"] == purposes
        assert rotate_keys()["done"] == 0
        assert end_keys()["done"] == 0
    with later(days=203):
        assert end_keys()["done"] == 1
        assert states("status") == ["ended", "active", "upcoming"]
        assert states("credentials") == ["retired", "active", "upcoming"]
        with pytest.raises(Refused, match="may still be valid"):
            end_key(key=SigningKey.objects.get(purpose="credentials", state="retired"), by=SYSTEM)


def test_nothing_signed_outlives_the_publication_of_its_key() -> None:
    longest = PURPOSES["status"].valid
    end = int((clock.now() + longest).timestamp())
    assert jose.sign(purpose="status", typ="kind+jwt", claims={"exp": end - 5})
    with pytest.raises(ValueError, match="valid for longer"):
        jose.sign(purpose="status", typ="kind+jwt", claims={"exp": end + 60})


def test_a_leaked_key_is_trusted_no_more_and_the_next_one_signs() -> None:
    make_next_keys()
    leaked = SigningKey.objects.get(purpose="credentials", state="active")
    following = SigningKey.objects.get(purpose="credentials", state="upcoming")
    token = jose.sign(purpose="credentials", typ="kind+jwt", claims={"iat": int(clock.now().timestamp())})
    with pytest.raises(Refused, match="Say why"):
        withdraw_key(key=leaked, reason=" ", by=ADMINISTRATOR)
    with pytest.raises(Refused):
        withdraw_key(key=leaked, reason="Found on a stick", by=SYSTEM)
    withdraw_key(key=leaked, reason="Found on a stick", by=ADMINISTRATOR)
    assert states("credentials") == ["withdrawn", "active", "upcoming"]
    assert jose.signer("credentials").key == following
    with pytest.raises(jose.NotVerified):
        jose.verify(token, keys=jose.jwks()["keys"], typ="kind+jwt", audience=None)


def test_an_upcoming_or_retired_key_can_be_withdrawn_too() -> None:
    make_next_keys()
    withdraw_key(key=SigningKey.objects.get(purpose="status", state="upcoming"), reason="Leaked", by=ADMINISTRATOR)
    assert states("status") == ["active", "withdrawn", "upcoming"]
    with later(days=2):
        rotate_key(purpose="status", by=ADMINISTRATOR)
        withdraw_key(key=SigningKey.objects.get(purpose="status", state="retired"), reason="Leaked", by=ADMINISTRATOR)
        assert states("status") == ["withdrawn", "withdrawn", "active", "upcoming"]


@pytest.mark.django_db(transaction=True)
def test_two_first_signatures_make_one_key() -> None:
    def sign(_number: int) -> str:
        try:
            return jose.sign(purpose="status", typ="kind+jwt", claims={}).split(".")[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(sign, range(8)))) == 1
    assert states("status") == ["active"]


def test_private_keys_are_not_in_the_clear() -> None:
    key = ensure_keys(purpose="credentials")
    handle = bytes(key.handle)
    with pytest.raises(KeysError, match="cannot be opened"):
        WrappedKeys().sign(b"data", label=key.label + "x", algorithm="ES256", handle=handle)
    broken = handle[:-1] + bytes([handle[-1] ^ 1])
    with pytest.raises(KeysError, match="cannot be opened"):
        WrappedKeys().sign(b"data", label=key.label, algorithm="ES256", handle=broken)
    assert b"\x30\x81\x87\x02\x01\x00" not in handle  # how PKCS #8 of P-256 begins
    assert key.kid == thumbprint(key.public)
    assert not {"d", "p", "q"} & set(key.public)


def test_a_handle_of_another_row_does_not_open() -> None:
    one, two = ensure_keys(purpose="credentials"), ensure_keys(purpose="status")
    with pytest.raises(KeysError):
        WrappedKeys().sign(b"data", label=one.label, algorithm="ES256", handle=bytes(two.handle))


def test_keys_are_encrypted_anew(settings: Any) -> None:
    key, former = ensure_keys(purpose="credentials"), settings.KEYS_WRAPPING
    settings.KEYS_WRAPPING = f"{NEW}, {former}"
    call_command("wrap_keys_anew")
    settings.KEYS_WRAPPING = NEW
    key.refresh_from_db()
    assert jose.sign(purpose="credentials", typ="kind+jwt", claims={})
    settings.KEYS_WRAPPING = former
    with pytest.raises(KeysError):
        jose.sign(purpose="credentials", typ="kind+jwt", claims={})


@pytest.mark.parametrize("wrong", ["", "short", "!" * 43, "A" * 43, NEW + "AAAA"])
def test_a_deployment_without_a_good_key_to_encrypt_with_says_so(settings: Any, wrong: str) -> None:
    assert checks.signing_keys(None) == []
    settings.KEYS_WRAPPING = wrong
    assert [found.id for found in checks.signing_keys(None)] == ["portal.E017"]


def test_a_backend_that_is_not_there_is_said_at_the_start(settings: Any) -> None:
    settings.KEYS_BACKEND = "portal.keys.nowhere.Module"
    assert [found.id for found in checks.signing_keys(None)] == ["portal.E017"]


class Module(WrappedKeys):
    """Keys in another place, as a module would be."""

    name = "module"


def test_keys_of_another_backend_do_not_sign(settings: Any) -> None:
    ensure_keys(purpose="credentials")
    settings.KEYS_BACKEND = "tests.keys.test_keys.Module"
    with pytest.raises(KeysError, match="kept by 'wrapped'"):
        jose.sign(purpose="credentials", typ="kind+jwt", claims={})
    with later(hours=25):
        assert jose.sign(purpose="status", typ="kind+jwt", claims={})


def test_the_set_is_cacheable_and_has_every_key_that_counts(client: Client) -> None:
    make_next_keys()
    answer = client.get("/.well-known/jwks.json")
    assert answer["Content-Type"] == "application/jwk-set+json"
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["Access-Control-Allow-Origin"] == "*"
    found = answer.json()["keys"]
    assert len(found) == 7  # two of each purpose, and the identity provider's
    assert len({key["kid"] for key in found}) == 7
    assert {key["use"] for key in found} == {"sig"}
    assert client.get("/.well-known/jwks.json", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    with later(hours=24):
        rotate_key(purpose="status", by=SYSTEM)
    assert client.get("/.well-known/jwks.json", headers={"If-None-Match": answer["ETag"]}).status_code == 200
    own = client.get("/.well-known/jwks/status.json").json()["keys"]
    assert [key["alg"] for key in own] == ["ES256"] * 3
    assert client.get("/.well-known/jwks/others.json").status_code == 404
    assert not {"d", "p", "q", "dp", "dq", "qi"} & {name for key in found for name in key}


def test_the_set_costs_one_query(client: Client, django_assert_max_num_queries: Callable[..., Any]) -> None:
    make_next_keys()
    with django_assert_max_num_queries(1):
        client.get("/.well-known/jwks.json")


def test_each_deed_is_in_the_record() -> None:
    from portal.ledger.models import Entry

    make_next_keys()
    with later(hours=int(PUBLISHED_AHEAD.total_seconds() // 3600)):
        rotate_key(purpose="status", by=ADMINISTRATOR)
    verbs = Entry.objects.filter(verb__startswith="signing_key.").values_list("verb", flat=True)
    assert {"signing_key.prepare", "signing_key.activate", "signing_key.retire"} <= set(verbs)


def test_this_machine_makes_its_own(process_environment: dict[str, str]) -> None:
    assert len(process_environment["KEYS_WRAPPING"]) == 43
