"""Where signals may be pushed to, and what waits how long: rules without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.actions.delivery import LONGEST_WAIT, wait_after
from grants.rules.endpoint import endpoint_verdict, header_verdict, may_connect
from grants.rules.signal import CHANGED, DISABLED, EVENTS, SUPPORTED, UPDATED, claims_of, payload_of, wants
from grants.transmitter.push import _error, _other

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "100.64.0.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "2002:7f00:1::",
        "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "ff02::1", "2001:0:7f00:1::", "240.0.0.1", "255.255.255.255", "no",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_connected_to(address: str) -> None:
    assert not may_connect(address, private=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111"])
def test_public_addresses_are(address: str) -> None:
    assert may_connect(address, private=False)


def test_where_private_ones_are_allowed_some_still_are_not() -> None:
    assert may_connect("10.1.2.3", private=True)
    assert may_connect("127.0.0.1", private=True)
    for address in ("169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1"):
        assert not may_connect(address, private=True), address


def test_plain_addresses_are_of_this_machine_only() -> None:
    assert endpoint_verdict("http://localhost:8000/x", private=True, plain=True)
    assert not endpoint_verdict("http://gw.example.org/x", private=True, plain=True)
    assert not endpoint_verdict("http://localhost:8000/x", private=True, plain=False)
    assert endpoint_verdict("https://gw.example.org:8443/x?y=1", private=False, plain=False)


@given(st.text(max_size=40))
def test_a_header_is_one_printable_line_or_nothing(value: str) -> None:
    if header_verdict(value):
        assert value.isascii()
        assert all(32 <= ord(char) < 127 for char in value)
        assert value == value.strip() != ""


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waits_double_up_to_a_limit_and_are_spread(failures: int, chance: float) -> None:
    wait = wait_after(failures, chance=chance).total_seconds()
    longest = min(LONGEST_WAIT, 2.0 ** min(failures - 1, 20))
    assert longest / 2 <= wait <= longest


@given(st.binary(max_size=200))
def test_whatever_a_receiver_says_is_read_without_harm(body: bytes) -> None:
    said = _error(body)
    assert said.isprintable()
    answer = _other(400, "", body)
    assert not answer.acknowledged
    assert bool(answer.refused) != bool(answer.trouble)


def test_a_receiver_may_ask_to_be_left_alone_for_an_hour_at_most() -> None:
    for asked, seconds in (("30", 30), ("999999999999", 3600)):
        wait = _other(503, asked, b"").wait
        assert wait is not None
        assert wait.total_seconds() == seconds
    for nonsense in ("-5", "soon", "١٢", ""):
        assert _other(429, nonsense, b"").wait is None


def test_a_stream_hears_what_it_asked_for_and_of_itself() -> None:
    asked = [EVENTS[DISABLED]]
    assert wants(asked, DISABLED)
    assert not wants(asked, CHANGED)
    assert wants(asked, UPDATED)
    assert all(wants([], name) for name in EVENTS)
    assert len(SUPPORTED) == 4


def test_a_token_has_one_event_and_neither_sub_nor_exp() -> None:
    key = UUID(int=7)
    claims = claims_of(
        issuer="https://portal.example", jti=key, provider=key, transaction=key, issued_at=AT, happened_at=AT,
        subject={"format": "opaque", "id": "x"}, event=CHANGED, payload=payload_of(CHANGED, "line", AT, {"seats": 2}),
    )  # fmt: skip
    assert {"sub", "exp"}.isdisjoint(claims)
    ((event, payload),) = claims["events"].items()
    assert event == EVENTS[CHANGED]
    assert payload == {
        "reason_code": "line", "event_timestamp": int(AT.timestamp()), "initiating_entity": "policy",
        "claims": {"seats": 2},
    }  # fmt: skip
