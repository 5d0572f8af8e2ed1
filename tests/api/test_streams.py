"""Streams of signals over the API: what the standard asks of a transmitter, and what nobody may do."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from grants.actions.hold import place_hold
from grants.actions.stream import seal_streams_anew
from grants.models import Stream
from portal.accounts.actions.gateway import revoke_gateway
from portal.core.actors import Actor
from portal.keys.backends import KeysError
from portal.keys.sealed import unseal
from portal.ledger.models import Event
from tests.api.signals import DISABLED, POLL, PUSH, VERIFICATION, Receiver
from tests.factories import grants as make
from tests.factories.accounts import bearer_of, make_gateway

pytestmark = pytest.mark.django_db
SECRET = "Bearer CANARY-of-the-receiver"
DELIVERY = {"method": PUSH, "endpoint_url": "https://gw.example.org/signals", "authorization_header": SECRET}
ADMIN = Actor(kind="person", roles=frozenset({"system_administrator"}), name="An administrator")


@pytest.fixture
def receiver(made: make.GrantCast) -> Receiver:
    return Receiver(made.release.provider)


def test_the_transmitter_says_what_it_offers(made: make.GrantCast) -> None:
    found = Client().get("/.well-known/ssf-configuration").json()
    assert (found["spec_version"], found["issuer"], found["default_subjects"]) == ("1_0", settings.BASE_URL, "ALL")
    assert found["delivery_methods_supported"] == [PUSH, POLL]
    keys = Client().get(found["jwks_uri"].removeprefix(settings.BASE_URL))
    assert keys.status_code == 200
    for name in ("configuration_endpoint", "status_endpoint", "verification_endpoint"):
        assert Client().get(found[name].removeprefix(settings.BASE_URL)).status_code in (401, 405)


def test_a_stream_is_created_read_changed_replaced_and_deleted(receiver: Receiver) -> None:
    answered = receiver.send("POST", "/streams", delivery=DELIVERY, events_requested=[DISABLED], description="Gate")
    assert answered.status_code == 201
    stream = answered.json()
    assert stream["delivery"] == {"method": PUSH, "endpoint_url": DELIVERY["endpoint_url"]}
    assert stream["aud"] == f"{settings.BASE_URL}/providers/{receiver.actor.body_id}"
    assert receiver.get("/streams").json() == [stream]
    name = stream["stream_id"]
    changed = receiver.send("PATCH", "/streams", stream_id=name, description="Gate 2", iss=stream["iss"]).json()
    assert (changed["description"], changed["events_requested"]) == ("Gate 2", [DISABLED])
    row = Stream.objects.get(pk=name)
    assert unseal(bytes(row.authorization or b""), label=f"stream:{row.pk}") == SECRET, "what was not sent stays"
    replaced = receiver.send("PUT", "/streams", stream_id=name, delivery={"method": POLL}).json()
    assert "description" not in replaced
    assert replaced["events_requested"] == []
    assert replaced["delivery"]["endpoint_url"].endswith(f"/streams/{name}/poll")
    assert receiver.client.delete(f"/api/v1/signals/streams?stream_id={name}").status_code == 204
    assert receiver.get("/streams", stream_id=name).status_code == 404
    assert receiver.get("/streams").json() == []


def test_what_the_transmitter_supplies_is_not_changed(receiver: Receiver) -> None:
    name = receiver.begin()
    for wrong in ({"iss": "https://evil.example"}, {"aud": "somebody"}, {"min_verification_interval": 1}):
        answered = receiver.send("PATCH", "/streams", stream_id=name, **wrong)
        assert (answered.status_code, answered.json()["err"]) == (400, "invalid_request")


def test_the_header_is_kept_encrypted_and_never_shown(receiver: Receiver) -> None:
    name = receiver.begin(delivery=DELIVERY)
    row = Stream.objects.get(pk=name)
    assert b"CANARY" not in bytes(row.authorization or b"CANARY")
    assert "CANARY" not in receiver.get("/streams").content.decode()
    assert not any("CANARY" in content for content in Event.objects.values_list("content", flat=True))


def test_the_header_does_not_follow_to_another_address(receiver: Receiver) -> None:
    name = receiver.begin(delivery=DELIVERY)
    elsewhere = {"method": PUSH, "endpoint_url": "https://elsewhere.example.org/signals"}
    answered = receiver.send("PATCH", "/streams", stream_id=name, delivery=elsewhere)
    assert (answered.status_code, answered.json()["err"]) == (400, "header_missing")


@pytest.mark.parametrize(
    "value",
    ["Bearer x\r\nX-Evil: 1", "Bearer x\nEvil", "Bearer \x00", "Bearer ü", " Bearer x", "x" * 4001],
)
def test_a_header_that_is_no_line_is_refused(receiver: Receiver, value: str) -> None:
    answered = receiver.send("POST", "/streams", delivery={**DELIVERY, "authorization_header": value})
    assert answered.status_code == 400
    assert not Stream.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://gw.example.org/", "https://localhost/", "https://127.0.0.1/", "https://10.0.0.8/", "https://[::1]/",
        "https://169.254.169.254/latest/meta-data", "https://[::ffff:127.0.0.1]/", "https://192.168.1.1:8443/",
        "https://[fd00::1]/", "https://metadata.google.internal/", "https://printer/", "https://a:b@gw.example.org/",
        "https://gw.example.org/#x", "ftp://gw.example.org/", "https://0/", "https://2130706433/", "https://0x7f.1/",
        "https://127.1/", "https://[64:ff9b::7f00:1]/", "https://100.64.0.1/", "https://gw.example.org:0/",
        "https://gw.exa mple.org/", "https://gw.example.org\\@127.0.0.1/", "javascript:alert(1)", "", "https://",
        f"https://gw.example.org/{'x' * 1000}",
    ],
)  # fmt: skip
def test_an_address_inside_or_of_no_use_is_refused(receiver: Receiver, url: str) -> None:
    answered = receiver.send("POST", "/streams", delivery={"method": PUSH, "endpoint_url": url})
    assert answered.status_code == 400, url
    assert set(answered.json()) == {"err", "description"}


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"delivery": 5}', '{"delivery": {"method": "carrier-pigeon"}}', '{"a": 1, "a": 2}']
)
def test_what_is_no_request_is_told_so(receiver: Receiver, content: str) -> None:
    answered = receiver.client.post("/api/v1/signals/streams", content, content_type="application/json")
    assert (answered.status_code, set(answered.json())) == (400, {"err", "description"})


def test_what_is_too_long_is_refused(receiver: Receiver) -> None:
    content = json.dumps({"description": "x" * 70_000})
    answered = receiver.client.post("/api/v1/signals/streams", content, content_type="application/json")
    assert answered.status_code == 413


def test_a_client_has_a_few_streams_and_no_more(receiver: Receiver) -> None:
    for _number in range(5):
        receiver.begin()
    answered = receiver.send("POST", "/streams")
    assert (answered.status_code, answered.json()["err"]) == (409, "too_many_streams")


def test_another_machine_of_the_same_provider_and_one_of_another_do_not_find_the_stream(
    made: make.GrantCast, receiver: Receiver
) -> None:
    name = receiver.begin()
    place_hold(target=made.grant, by=made.signatory, reason="x", lifted_when="y")
    for other in (Receiver(made.release.provider), Receiver()):
        other.stream = name
        assert other.get("/streams").json() == []
        answers = [
            other.get("/streams", stream_id=name),
            other.get("/status", stream_id=name),
            other.send("PATCH", "/streams", stream_id=name, description="Mine"),
            other.send("PUT", "/streams", stream_id=name),
            other.send("POST", "/status", stream_id=name, status="disabled"),
            other.send("POST", "/verify", stream_id=name),
            other.send("POST", "/subjects/add", stream_id=name, subject={}),
            other.send("POST", f"/streams/{name}/poll", returnImmediately=True),
            other.client.delete(f"/api/v1/signals/streams?stream_id={name}"),
        ]
        assert [answered.status_code for answered in answers] == [404] * len(answers)
    assert Stream.objects.get(pk=name).state == "enabled"


def test_a_token_of_another_scope_is_not_enough(made: make.GrantCast) -> None:
    actor = make_gateway(made.release.provider)
    answered = Client(headers={"Authorization": bearer_of(actor, "access")}).get("/api/v1/signals/streams")
    assert answered.status_code == 403
    assert 'error="insufficient_scope"' in answered.headers["WWW-Authenticate"]
    assert Client().get("/api/v1/signals/streams").status_code == 401


def test_subjects_are_all_covered_and_none_can_be_taken_out(receiver: Receiver) -> None:
    subject = {"stream_id": receiver.begin(), "subject": {"format": "opaque", "id": "x"}}
    assert receiver.send("POST", "/subjects/add", **subject).status_code == 200
    answered = receiver.send("POST", "/subjects/remove", **subject)
    assert (answered.status_code, answered.json()["err"]) == (403, "subject_not_removable")


def test_a_verification_comes_with_its_state_and_not_too_often(receiver: Receiver) -> None:
    name = receiver.begin()
    assert receiver.send("POST", "/verify", stream_id=name, state="VGhpcw==").status_code == 204
    answered = receiver.send("POST", "/verify", stream_id=name)
    assert answered.status_code == 429
    assert 0 < int(answered.headers["Retry-After"]) <= 30
    (said,) = receiver.heard()
    assert said["sub_id"] == {"format": "opaque", "id": name}
    assert said["events"] == {VERIFICATION: {"state": "VGhpcw=="}}


def test_a_revoked_client_loses_its_streams_and_their_header(receiver: Receiver) -> None:
    name = receiver.begin(delivery=DELIVERY)
    revoke_gateway(gateway=receiver.gateway, reason="Leaked", by=ADMIN)
    row = Stream.objects.get(pk=name)
    assert (row.state, row.authorization) == ("disabled", None)
    assert receiver.get("/streams").status_code == 401


def test_headers_are_sealed_by_a_new_key_before_the_old_one_goes(receiver: Receiver, settings: Any) -> None:
    row = Stream.objects.get(pk=receiver.begin(delivery=DELIVERY))
    old, new = settings.KEYS_WRAPPING, secrets.token_urlsafe(32)
    settings.KEYS_WRAPPING = f"{new} {old}"
    assert seal_streams_anew() == 1
    settings.KEYS_WRAPPING = new
    row.refresh_from_db()
    assert unseal(bytes(row.authorization or b""), label=f"stream:{row.pk}") == SECRET
    settings.KEYS_WRAPPING = old
    with pytest.raises(KeysError):
        unseal(bytes(row.authorization or b""), label=f"stream:{row.pk}")
