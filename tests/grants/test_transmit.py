"""Pushing signals to receivers over real sockets: dead, slow, flapping, replaying and lying ones delay nobody else."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.core.cache import cache
from django.db import connection
from django.urls import reverse

from grants.actions import delivery
from grants.actions.hold import lift_hold, place_hold
from grants.models import Delivery, Signal, Stream
from grants.transmitter import BEAT
from portal.core import clock
from portal.jobs.queries import signals
from portal.notifications.models import Notice
from tests.api.signals import UPDATED, Receiver
from tests.factories import grants as make
from tests.factories.accounts import appointed
from tests.grants.receivers import (
    ACK,
    SILENCE,
    Answer,
    Endpoint,
    local_settings,
    nowhere,
    pushed_to,
    refuses,
    transmitting,
    until,
)
from tests.world import client_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("transmit")]
WORDS: dict[str, Any] = {"reason": "Lost keys.", "lifted_when": "New keys."}


@pytest.fixture
def made(settings: Any, monkeypatch: pytest.MonkeyPatch) -> make.GrantCast:
    local_settings(settings)
    monkeypatch.setattr(delivery, "FIRST_WAIT", 0.2)
    monkeypatch.setattr(delivery, "LONGEST_WAIT", 0.5)
    return make.grant_in_force()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    found = Endpoint()
    yield found
    found.close()


@pytest.fixture
def receiver(made: make.GrantCast) -> Receiver:
    return Receiver(made.release.provider)


def hold(made: make.GrantCast, target: Any = None, *, emergency: bool = False) -> Any:
    return place_hold(target=target or made.grant, by=made.signatory, emergency=emergency, **WORDS)


def is_listening() -> bool:
    """Whether a connection of the transmitter waits for notifications."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%%' AND state = 'idle'"
        )
        return cursor.fetchone() is not None


def waiting() -> int:
    return Delivery.objects.filter(acknowledged_at=None).count()


def events(said: list[dict[str, Any]]) -> list[str]:
    return [next(iter(claims["events"])).rpartition("/")[2] for claims in said]


def test_a_hold_wakes_the_process_and_reaches_a_receiver_as_a_signed_token(
    made: make.GrantCast, endpoint: Endpoint, receiver: Receiver, settings: Any
) -> None:
    """By itself the process would not look for ten minutes. How fast it is, `make bench ARGS=signals` measures."""
    settings.SIGNALS_LOOK_SECONDS = 600
    pushed_to(receiver, endpoint.url, authorization_header="Bearer for-the-portal")
    with transmitting():
        until(is_listening, "it listens")
        hold(made, emergency=True)
        until(lambda: len(endpoint.arrived) == 2, "both signals")
        until(lambda: waiting() == 0, "noted")
    first, second = endpoint.arrived
    assert first.headers["Content-Type"] == "application/secevent+jwt"
    assert first.headers["Authorization"] == "Bearer for-the-portal"
    assert events(endpoint.claims(made.staff.body_id)) == ["account-disabled", "session-revoked"]
    row = Stream.objects.get()
    assert row.delivered_at is not None
    assert (row.failures, row.last_error) == (0, "")
    assert second.at >= first.at


def test_what_was_there_before_the_process_began_is_delivered(
    made: make.GrantCast, endpoint: Endpoint, receiver: Receiver
) -> None:
    pushed_to(receiver, endpoint.url)
    hold(made)
    with transmitting():
        until(lambda: waiting() == 0, "delivered")
    assert events(endpoint.claims(made.staff.body_id)) == ["account-disabled"]


def test_a_lost_notification_delays_and_loses_nothing(
    made: make.GrantCast, endpoint: Endpoint, receiver: Receiver
) -> None:
    pushed_to(receiver, endpoint.url)
    with transmitting():
        time.sleep(0.5)
        with connection.cursor() as cursor:  # rows of a deed whose notification never comes
            cursor.execute("SELECT 1")
        signal = Signal(
            provider_id=made.staff.body_id, institution_id=made.institution.pk, on="grant", target_id=made.grant.pk,
            event="account-disabled", subject={"format": "opaque", "id": "x"}, payload={}, transaction=made.grant.pk,
        )  # fmt: skip
        signal.save(force_insert=True)
        Delivery(stream=Stream.objects.get(), signal=signal, subject_key="grant:x").save()
        until(lambda: waiting() == 0, "found by looking")
    assert len(endpoint.arrived) == 1


def test_dead_and_slow_receivers_delay_nobody(made: make.GrantCast, endpoint: Endpoint, receiver: Receiver) -> None:
    slow = Endpoint(lambda number, token: Answer(after=8))
    pushed_to(receiver, nowhere())
    pushed_to(receiver, slow.url)
    pushed_to(receiver, endpoint.url)
    with transmitting():
        for target in (made.grant, made.line, made.environment):
            hold(made, target)
        until(lambda: len(endpoint.arrived) == 3, "the one that is well")
        assert waiting() >= 6, "neither of the two others has acknowledged anything by then"
        until(lambda: waiting() == 3, "the slow one")
    slow.close()
    dead = Stream.objects.get(last_error__contains="Connect")
    assert dead.failures >= 1
    assert dead.failing_since is not None
    assert Delivery.objects.filter(stream=dead, acknowledged_at=None).count() == 3, "nothing is dropped"


def test_acknowledgements_that_are_lost_lead_to_the_same_token_again(
    made: make.GrantCast, endpoint: Endpoint, receiver: Receiver
) -> None:
    endpoint.mind = lambda number, token: ACK if number % 3 == 0 else SILENCE
    pushed_to(receiver, endpoint.url)
    with transmitting():
        placed = hold(made)
        lift_hold(hold=placed, reason="New keys.", by=made.signatory)
        until(lambda: waiting() == 0, "both")
    said = endpoint.claims(made.staff.body_id, acknowledged=False)
    assert events(said) == ["account-disabled"] * 3 + ["account-enabled"] * 3
    assert len({claims["jti"] for claims in said}) == 2


def test_a_receiver_that_comes_back_gets_everything_in_order(
    made: make.GrantCast, endpoint: Endpoint, receiver: Receiver
) -> None:
    endpoint.mind = lambda number, token: Answer(503)
    pushed_to(receiver, endpoint.url)
    with transmitting():
        for _time in range(3):
            lift_hold(hold=hold(made), reason="New keys.", by=made.signatory)
        until(lambda: len(endpoint.arrived) >= 2, "tried")
        endpoint.mind = lambda number, token: ACK
        until(lambda: waiting() == 0, "all")
    assert events(endpoint.claims(made.staff.body_id)) == ["account-disabled", "account-enabled"] * 3


def test_one_token_that_is_refused_holds_up_its_own_subject_alone(
    made: make.GrantCast, endpoint: Endpoint, receiver: Receiver
) -> None:
    grant = made.grant.reference
    refused: list[str] = []

    def mind(number: int, token: str) -> Answer:
        (said,) = [claims for claims in [_claims(token)] if claims]
        if said["sub_id"].get("grant", {}).get("id") == grant and len(refused) < 3:
            refused.append(token)
            return refuses("invalid_audience")
        return ACK

    endpoint.mind = mind
    pushed_to(receiver, endpoint.url)
    with transmitting():
        placed = hold(made)
        hold(made, made.environment)
        lift_hold(hold=placed, reason="New keys.", by=made.signatory)
        until(lambda: waiting() == 0, "all")
    said = endpoint.claims(made.staff.body_id)
    assert events([claims for claims in said if "grant" in claims["sub_id"]]) == ["account-disabled", "account-enabled"]
    assert "environment" in said[0]["sub_id"], "it did not wait"
    assert Stream.objects.get().failures == 0


def _claims(token: str) -> dict[str, Any]:
    from portal.keys.encoding import json_object, unb64url

    return json_object(unb64url(token.split(".")[1]))


NO_ACKNOWLEDGEMENTS = (
    Answer(200), Answer(204), Answer(302, headers={"Location": "/elsewhere"}), Answer(400, b"<html>"),
    Answer(400, b'{"err": 5}'), Answer(400, b"[" * 5000), Answer(401), Answer(500, b"x" * 1_000_000),
    Answer(202, headers={"X-Long": "x" * 100_000}), Answer(503, headers={"Retry-After": "9" * 400}), SILENCE,
)  # fmt: skip


def test_what_is_no_acknowledgement_is_none(made: make.GrantCast) -> None:
    endpoints = [Endpoint(lambda number, token, answer=answer: answer) for answer in NO_ACKNOWLEDGEMENTS]
    for each in endpoints:
        pushed_to(Receiver(made.release.provider), each.url)
    with transmitting():
        hold(made)
        until(lambda: not Stream.objects.filter(failures=0).exists(), "every failure is noted")
    assert waiting() == len(NO_ACKNOWLEDGEMENTS)
    assert not Stream.objects.filter(last_error="").exists()
    assert not any(it.headers.get("Cookie") for each in endpoints for it in each.arrived)
    for each in endpoints:
        each.close()


def test_redirects_are_not_followed(made: make.GrantCast, endpoint: Endpoint, receiver: Receiver) -> None:
    other = Endpoint()
    endpoint.mind = lambda number, token: Answer(307, headers={"Location": other.url})
    pushed_to(receiver, endpoint.url, authorization_header="Bearer secret")
    with transmitting():
        hold(made)
        until(lambda: Stream.objects.get().failures >= 2, "tried twice")
    other.close()
    assert other.arrived == []


def test_a_name_that_leads_inside_is_not_connected_to(
    made: make.GrantCast, endpoint: Endpoint, receiver: Receiver, settings: Any
) -> None:
    """The address passed when it was given, and its name leads to this machine now (as in DNS rebinding)."""
    settings.SIGNALS_PRIVATE_ENDPOINTS = False
    stream = pushed_to(receiver, "https://gw.example.org/signals")
    port = endpoint.server.server_port
    local = f"https://localtest.example.invalid:{port}/"
    for url in (local, f"https://127.0.0.1:{port}/", f"http://localhost:{port}/"):
        Stream.objects.filter(pk=stream).update(endpoint_url=url, retry_at=None)
        Delivery.objects.update(acknowledged_at=None)
        with transmitting():
            if not Delivery.objects.exists():
                hold(made)
            before = Stream.objects.get().failures
            until(lambda before=before: Stream.objects.get().failures > before, url)
    assert endpoint.arrived == []


def test_a_receiver_that_is_dead_for_days_is_paused_and_its_provider_told(
    made: make.GrantCast, receiver: Receiver, endpoint: Endpoint
) -> None:
    stream = pushed_to(receiver, nowhere())
    hold(made)
    Stream.objects.filter(pk=stream).update(failing_since=clock.now() - timedelta(days=4), failures=50)
    with transmitting():
        until(lambda: Stream.objects.get().state == "paused", "paused")
    assert set(Notice.objects.filter(kind="stream_paused").values_list("recipient_id", flat=True)) == {
        made.staff.user_id
    }
    receiver.send(
        "PATCH", "/streams", stream_id=stream,
        delivery={"method": "urn:ietf:rfc:8935", "endpoint_url": endpoint.url},
    )  # fmt: skip
    receiver.send("POST", "/status", stream_id=stream, status="enabled")
    with transmitting():
        until(lambda: waiting() == 0, "everything that was kept")
    said = endpoint.claims(made.staff.body_id)
    assert Counter(events(said)) == {"account-disabled": 1, "stream-updated": 1}
    assert any(claims["events"].get(UPDATED, {}).get("status") == "paused" for claims in said)


def test_two_transmitters_share_the_work_and_keep_the_order(made: make.GrantCast) -> None:
    endpoints = [Endpoint(lambda number, token: Answer(after=0.01)) for _number in range(4)]
    for each in endpoints:
        pushed_to(Receiver(made.release.provider), each.url)
    with transmitting(), transmitting():
        for _time in range(8):
            lift_hold(hold=hold(made), reason="New keys.", by=made.signatory)
        until(lambda: waiting() == 0, "all")
    for each in endpoints:
        assert events(each.claims(made.staff.body_id)) == ["account-disabled", "account-enabled"] * 8
        each.close()


def test_deeds_at_the_same_moment_leave_receivers_with_the_truth(
    made: make.GrantCast, endpoint: Endpoint, receiver: Receiver
) -> None:
    """A hold is lifted while another is placed: whatever wins, the last word is that the grant is stopped."""
    pushed_to(receiver, endpoint.url)
    for _time in range(6):
        first = hold(made)
        barrier = threading.Barrier(2)

        def meet(act: Any, barrier: threading.Barrier = barrier) -> None:
            try:
                barrier.wait(5)
                act()
            finally:
                connection.close()

        placed: list[Any] = []
        acts = [
            lambda first=first: lift_hold(hold=first, reason="New keys.", by=made.signatory),
            lambda placed=placed: placed.append(hold(made)),
        ]
        threads = [threading.Thread(target=meet, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        last = Signal.objects.filter(on="grant", event__startswith="account").order_by("deliveries__pk").last()
        assert last is not None
        assert last.event == "account-disabled"
        lift_hold(hold=placed[0], reason="New keys.", by=made.signatory)


# --- as a process ---------------------------------------------------------------------------------


def process(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    own = {"SIGNALS_PRIVATE_ENDPOINTS": "true", "SIGNALS_PLAIN_ENDPOINTS": "true", "SIGNALS_LOOK_SECONDS": "0.3"}
    command = [sys.executable, "manage.py", "transmit"]
    return subprocess.Popen(command, env={**environment, **own}, cwd=project_settings.BASE_DIR)


def test_a_process_that_is_killed_mid_way_loses_nothing_and_another_ends_cleanly(
    made: make.GrantCast, endpoint: Endpoint, receiver: Receiver, process_environment: dict[str, str]
) -> None:
    endpoint.mind = lambda number, token: Answer(after=3 if number == 2 else 0)
    pushed_to(receiver, endpoint.url)
    placed = hold(made)
    lift_hold(hold=placed, reason="New keys.", by=made.signatory)
    hold(made)
    first = process(process_environment)
    until(lambda: len(endpoint.arrived) == 2, "the second is under way", 60)
    first.kill()
    first.wait(10)
    second = process(process_environment)
    try:
        until(lambda: waiting() == 0, "the rest", 60)
    finally:
        second.terminate()
    assert second.wait(20) == 0
    said = endpoint.claims(made.staff.body_id)
    assert events(said) == ["account-disabled", "account-enabled", "account-enabled", "account-disabled"]
    assert said[1]["jti"] == said[2]["jti"]


def test_the_page_of_jobs_says_whether_a_transmitter_lives_and_what_waits(
    made: make.GrantCast, receiver: Receiver
) -> None:
    cache.delete(BEAT)
    pushed_to(receiver, nowhere())
    hold(made)
    administrator = client_for(appointed())
    assert "No transmitter runs" in administrator.get(reverse("jobs")).content.decode()
    with transmitting():
        until(lambda: cache.get(BEAT), "a sign of life")
        until(lambda: Stream.objects.get().failures, "tried")
    found = signals()
    assert (found.waiting, found.failing) == (1, 1)
    assert "Transmitter last seen" in administrator.get(reverse("jobs")).content.decode()
