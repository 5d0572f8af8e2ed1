"""Reports of use over HTTP: what is taken, what is not and why, and what everybody is told."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest

from grants.actions.hold import place_hold
from grants.actions.review import review_line
from grants.models import LineDay, UsageAlert, UsageIntake, UsageWindow
from grants.queries.decision import decide
from grants.queries.request import lines_of
from portal.api.usage.shape import MOST
from portal.core import clock
from portal.notifications.models import Notice
from tests.factories import grants as make
from tests.factories.accounts import bearer_of, make_gateway
from tests.factories.partners import Cast
from tests.factories.usage import LOGS, SINGLE, Sender, noon
from tests.grants.conftest import db, made, partner, stage
from tests.world import client_for

__all__ = ["db", "made", "partner", "stage"]


@pytest.fixture
def sender(made: make.GrantCast) -> Sender:
    return Sender(made)


def codes(answer: Any) -> dict[int, str]:
    """Index → code of what was not taken of a batch."""
    assert answer["Content-Type"] == "application/problem+json"
    return {each["index"]: each["code"] for each in answer.json()["problems"]}


def test_a_batch_is_kept_and_counted_under_its_line_and_day(sender: Sender) -> None:
    answer = sender.send(
        sender.event(requests=3, tokens_in=100, tokens_out=20, seats=2),
        sender.event(requests=4, tokens_in=50, seats=1, denied=1, country="NO"),
    )
    assert (answer.status_code, answer.json()) == (200, {"accepted": 2, "duplicates": 0})
    day = LineDay.objects.get(line=sender.made.line)
    assert (day.requests, day.tokens, day.seats, day.denied, day.windows) == (7, 170, 2, 1, 2)
    window = UsageWindow.objects.get(country="NO")
    assert (window.scope, window.line_id, window.gateway_id) == ("covered", sender.made.line.pk, sender.row.pk)
    assert window.environment_id == sender.made.environment.pk
    assert not UsageAlert.objects.exists()


def test_the_same_again_is_a_duplicate_and_its_id_with_another_content_a_conflict(sender: Sender) -> None:
    first = sender.event("e-1", noon(1), requests=3)
    other = {**first, "data": {**first["data"], "requests": 4}}
    elsewhen = {**first, "data": {**first["data"], **sender.data(noon(20), requests=3)}}
    assert sender.send(first).json() == {"accepted": 1, "duplicates": 0}
    assert sender.send(first, first).json() == {"accepted": 0, "duplicates": 2}
    assert codes(sender.send(other, first, elsewhen)) == {0: "conflict", 2: "conflict"}
    assert LineDay.objects.get(line=sender.made.line).requests == 3
    assert UsageWindow.objects.count() == 1


def test_an_id_twice_in_one_batch_counts_once(sender: Sender) -> None:
    first = sender.event("e-1", noon(1), requests=3)
    answer = sender.send(first, first, {**first, "data": sender.data(noon(1), requests=9)})
    assert codes(answer) == {2: "conflict"}
    assert (answer.json()["accepted"], answer.json()["duplicates"]) == (1, 1)


def test_the_same_id_of_another_gateway_is_another_event(sender: Sender) -> None:
    other = Sender(sender.made)
    assert sender.send(sender.event("e-1")).json()["accepted"] == 1
    assert other.send(other.event("e-1")).json()["accepted"] == 1
    assert LineDay.objects.get(line=sender.made.line).requests == 2


def test_the_same_moment_written_in_another_zone_is_the_same_event(sender: Sender) -> None:
    began = noon(1)
    plain = sender.event("e-1", began)
    moved = {**plain, "data": {**plain["data"], "started_at": f"{began:%Y-%m-%dT14:00:00.000+02:00}"}}
    moved["data"]["ended_at"] = moved["data"]["started_at"]
    assert sender.send(plain).json()["accepted"] == 1
    assert sender.send(moved).json() == {"accepted": 0, "duplicates": 1}


def test_wrong_windows_are_told_item_by_item_and_the_others_are_kept(sender: Sender) -> None:
    now, day = clock.now(), timedelta(days=1)
    wrong = [
        (sender.event(seconds=-1), "negative"),
        (sender.event(began=now + timedelta(minutes=10)), "future"),
        (sender.event(began=noon(3), seconds=86401), "too_long"),
        (sender.event(began=now - 36 * day), "too_old"),
        (sender.event(started_at="2026-02-30T00:00:00Z"), "time"),
        (sender.event(started_at="2026-11-01T00:00:00"), "time"),
        (sender.event(ended_at="2026-11-01"), "time"),
        (sender.event(ended_at="9999-12-31T23:59:59-12:00"), "time"),
        (sender.event(started_at="x" * 41), "malformed"),
        (sender.event(requests=-1), "malformed"),
        (sender.event(requests=10**30), "malformed"),
        (sender.event(requests=1.5), "malformed"),
        (sender.event(requests=True), "malformed"),
        (sender.event(requests="1"), "malformed"),
        (sender.event(release="nothing-of-ours"), "release_unknown"),
        (sender.event(partner="5493001KJTIIGC8Y1R12"), "partner_unknown"),
        (sender.event(use_case="Evaluation"), "malformed"),
        (sender.event(environment="a\u0000b"), "malformed"),
        (sender.event(country="Norway"), "malformed"),
        (sender.event(person="ada"), "malformed"),
        ({**sender.event(), "source": "/gateways/somebody-else"}, "wrong_source"),
        ({**sender.event(), "type": "org.trusted-partner-portal.usage.window.v9"}, "wrong_type"),
        ({**sender.event(), "dataschema": "https://example.org/other.json"}, "wrong_type"),
        ({**sender.event(), "specversion": "0.3"}, "malformed"),
        ({**sender.event(), "data": None}, "malformed"),
        ("event", "malformed"),
    ]
    good = [sender.event(), sender.event(began=now + timedelta(minutes=4))]
    answer = sender.send(good[0], *(event for event, _code in wrong), good[1])
    assert codes(answer) == {place: code for place, (_event, code) in enumerate(wrong, start=1)}
    assert answer.json()["accepted"] == len(good)
    assert UsageWindow.objects.count() == len(good)
    assert answer.json()["problems"][0]["type"].endswith("/usage/v1/problems#negative")
    rejected = UsageIntake.objects.filter(gateway=sender.row, outcome="rejected")
    assert sum(rejected.values_list("count", flat=True)) == len(wrong)


PRIVATE = [
    ({"prompt": "How do I"}, "content"),
    ({"gen_ai.input.messages": [{"role": "user"}]}, "content"),
    ({"gen_ai.completion": "Sure"}, "content"),
    ({"meta": {"deep": [{"gen_ai.output.messages": []}]}}, "content"),
    ({"note": "word " * 20}, "content"),
    ({"note": "x" * 300}, "content"),
    ({"user.name": "Ada"}, "personal_data"),
    ({"full_name": "Ada Lovelace"}, "personal_data"),
    ({"contact": {"email": "x"}}, "personal_data"),
    ({"tag": "ada@example.org"}, "personal_data"),
    ({"meta": [["ada@example.org"]]}, "personal_data"),
    ({"ada@example.org": 1}, "personal_data"),
    ({"client.address": "192.0.2.1"}, "personal_data"),
]


@pytest.mark.parametrize(("extra", "code"), PRIVATE)
def test_what_looks_private_is_refused_wherever_it_stands_and_nothing_of_it_is_kept(
    sender: Sender, extra: dict[str, Any], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    inside, outside = sender.event(**extra), {**sender.event(), **extra}
    answer = sender.send(inside, outside)
    assert codes(answer) == {0: code, 1: code}
    assert not UsageWindow.objects.exists()
    for canary in ("ada@example.org", "Lovelace", "How do I", "192.0.2.1"):
        assert canary not in answer.content.decode() + caplog.text


def test_a_person_is_never_named_by_address(sender: Sender) -> None:
    assert codes(sender.send(sender.event(person="ada@example.org"))) == {0: "personal_data"}
    assert sender.send(sender.event(person="0192f3a4-0000-7000-8000-000000000001")).status_code == 200


def test_harmless_attributes_that_we_do_not_know_are_ignored(sender: Sender) -> None:
    extra: dict[str, Any] = {
        "region": "eu-north-1",
        "gen_ai.usage.prompt_tokens": 12,
        "service.name": "gate",
        "batch": [1, None, 2.5],
    }
    event = {**sender.event(**extra), "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
    assert sender.send(event).json()["accepted"] == 1


def test_one_structured_event_and_one_in_binary_mode(sender: Sender) -> None:
    event = sender.event("e-1")
    assert sender.post(json.dumps(event).encode(), SINGLE).json() == {"accepted": 1, "duplicates": 0}
    headers = {"ce-specversion": "1.0", "ce-id": "e-2", "ce-source": sender.source, "ce-type": event["type"]}
    body = json.dumps(event["data"]).encode()
    assert sender.post(body, "application/json", **headers).json() == {"accepted": 1, "duplicates": 0}
    wrong = sender.post(json.dumps({**event, "id": "e-3", "source": "/x"}).encode(), SINGLE)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_source")
    again = {**event, "data": {**event["data"], "requests": 2}}
    conflict = sender.post(json.dumps(again).encode(), SINGLE)
    assert (conflict.status_code, conflict["Content-Type"]) == (409, "application/problem+json")


# --- who ---------------------------------------------------------------------------------------------------
def test_only_a_token_of_the_scope_reports(sender: Sender) -> None:
    gateway = make_gateway(sender.made.release.provider)
    body, kind = json.dumps([sender.event()]).encode(), "application/cloudevents-batch+json"
    sender.client.defaults.pop("HTTP_AUTHORIZATION", None)
    for header, status in (("", 401), ("Bearer nothing", 401), (bearer_of(gateway, "access"), 403)):
        headers = {"Authorization": header} if header else {}
        answer = client_for(sender.made.applicant).post("/usage/v1/events", body, content_type=kind, headers=headers)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
        assert "usage" in answer["WWW-Authenticate"]
    assert not UsageWindow.objects.exists()


def test_a_provider_reports_on_its_own_releases_only(sender: Sender) -> None:
    other, _staff = make.make_release()
    by_key = sender.event(release=other.key)
    by_id = sender.event(release=str(other.pk))
    assert codes(sender.send(by_key, by_id)) == {0: "release_unknown", 1: "release_unknown"}


# --- bodies ------------------------------------------------------------------------------------------------
def test_bodies_that_are_no_reports(sender: Sender) -> None:
    kind = "application/cloudevents-batch+json"
    bomb = gzip.compress(b" " * (21 * 1024 * 1024))
    good = json.dumps([sender.event()]).encode()
    cases: list[tuple[bytes, str, dict[str, str], int]] = [
        (b"[" * 100_000, kind, {}, 400),
        (b'[{"id": NaN}]', kind, {}, 400),
        (b'[{"id": "\\ud800"}]', kind, {}, 400),
        (b"[1e999999]", kind, {}, 422),
        (b"{}", kind, {}, 400),
        (b"\xff\xfe", kind, {}, 400),
        (b" ", kind, {}, 400),
        (b"[" + b"1," * MOST + b"1]", kind, {}, 413),
        (b" " * (6 * 1024 * 1024), kind, {}, 413),
        (bomb, kind, {"Content-Encoding": "gzip"}, 413),
        (b"not gzip", kind, {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(good)[:-4], kind, {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(good) + b"more", kind, {"Content-Encoding": "gzip"}, 400),
        (good, kind, {"Content-Encoding": "br"}, 415),
        (good, "application/json", {}, 415),
        (good, "application/x-protobuf", {}, 415),
    ]
    for body, content_type, headers, status in cases:
        answer = sender.post(body, content_type, **headers)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), body[:40]
    assert not UsageWindow.objects.exists()
    assert sender.client.get("/usage/v1/events").status_code == 405
    packed = sender.post(gzip.compress(good), kind, **{"Content-Encoding": "gzip"})
    assert packed.json() == {"accepted": 1, "duplicates": 0}


# --- limits and what no grant covered --------------------------------------------------------------------
def told(kind: str, user: Any) -> int:
    return Notice.objects.filter(kind=kind, recipient=user).count()


def test_most_and_all_of_a_limit_are_told_once_for_each_line_and_day(sender: Sender) -> None:
    cast, limit = sender.made, sender.made.line.requests_per_day
    applicant, staff, officer = cast.applicant.user, cast.staff.user, cast.officer.user
    sender.send(sender.event(requests=limit * 79 // 100))
    assert told("usage_near_limit", applicant) == 0
    sender.send(sender.event(requests=limit // 100 + 1))
    sender.send(sender.event(requests=1))
    assert (told("usage_near_limit", applicant), told("usage_at_limit", applicant)) == (1, 0)
    sender.send(sender.event(requests=limit))
    sender.send(sender.event(requests=limit))
    assert [told("usage_at_limit", each) for each in (applicant, staff, officer)] == [1, 1, 1]
    sender.send(sender.event(began=noon(1), tokens_in=cast.line.tokens_per_day))
    assert told("usage_at_limit", applicant) == (2 if cast.grant.in_force_since else 0)


def test_a_line_that_says_so_is_denied_for_the_rest_of_a_day_whose_limit_is_used(partner: Cast) -> None:
    """The others are only told of."""
    asked = make.take_up(make.submit(make.draft_request({}, {"use_case": "benchmarking"}, made=partner)))
    stopping, other = lines_of(asked.request)
    review_line(line=stopping, outcome="as_asked", stops_at_limit=True, by=asked.reviewer)
    review_line(line=other, outcome="as_asked", by=asked.reviewer)
    cast = make.accept(make.sign_grant(make.to_signatories(make.consent(make.to_provider(asked)))))
    assert "deny for the rest of a day" in cast.grant.agreement.text
    sender, limit = Sender(cast), cast.line.requests_per_day
    assert decide(cast.question()).permitted
    sender.send(sender.event(requests=limit - 1), sender.event(use_case="benchmarking", requests=limit))
    assert decide(cast.question()).permitted
    sender.send(sender.event(began=noon(1), requests=limit))
    assert decide(cast.question()).permitted
    sender.send(sender.event(requests=1))
    denied = decide(cast.question())
    assert (denied.code, denied.changes_on) == ("limit_reached", clock.today() + timedelta(days=1))
    assert decide(cast.question(use_case="benchmarking")).permitted
    with clock.at(clock.now() + timedelta(days=1)):
        assert decide(cast.question(today=clock.today())).permitted


def test_use_that_no_grant_covers_is_kept_counted_and_told(sender: Sender) -> None:
    cast, since = sender.made, sender.made.grant.in_force_since
    assert since is not None
    before = since - timedelta(hours=2)
    sender.send(
        sender.event(use_case="benchmarking", requests=5),
        sender.event(environment="elsewhere", denied=3, requests=0),
        sender.event(environment="elsewhere", denied=2, requests=0),
        sender.event(began=before),
    )
    found = {(alert.kind, alert.environment_key): alert for alert in UsageAlert.objects.all()}
    assert {kind for kind, _key in found} == {"no_line", "not_begun"}
    assert (found["no_line", "elsewhere"].denied, found["no_line", "elsewhere"].windows) == (5, 2)
    assert UsageWindow.objects.count() == 4
    sender.send(sender.event(environment="elsewhere", denied=1, requests=0))
    assert UsageAlert.objects.get(environment_key="elsewhere").denied == 6
    assert [told("usage_out_of_scope", each.user) for each in (cast.applicant, cast.staff, cast.officer)] == [1, 1, 1]


def test_use_on_hold_and_after_the_end_is_out_of_scope(sender: Sender, partner: Cast) -> None:
    cast = sender.made
    place_hold(target=cast.line, reason="Lost keys.", lifted_when="New keys.", by=cast.signatory)
    sender.send(sender.event(began=clock.now()))
    assert UsageWindow.objects.get().scope == "on_hold"
    with clock.at(clock.now() + timedelta(days=400)):
        other = Sender(cast)
        other.send(other.event())
        assert UsageWindow.objects.order_by("-started_at")[0].scope == "ended"
    assert set(UsageAlert.objects.values_list("kind", flat=True)) == {"on_hold", "ended"}


# --- OTLP ---------------------------------------------------------------------------------------------------
def record(sender: Sender, **changes: Any) -> dict[str, Any]:
    cast, nanoseconds = sender.made, (int(noon().timestamp()) + 1) * 10**9
    named = {
        "gen_ai.request.model": {"stringValue": cast.release.key},
        "gen_ai.usage.input_tokens": {"intValue": "12"},
        "gen_ai.usage.output_tokens": {"intValue": 5},
        "trusted_partner.environment": {"stringValue": cast.environment.key},
        "trusted_partner.use_case": {"stringValue": "evaluation"},
        "trusted_partner.data_class": {"stringValue": "synthetic"},
        **changes.pop("attributes", {}),
    }
    return {
        "timeUnixNano": str(nanoseconds),
        "traceId": "5B8EFFF798038103D269B633813FC60C",
        "spanId": "EEE19B7EC3C1B174",
        "attributes": [{"key": key, "value": value} for key, value in named.items()],
        **changes,
    }


def export(sender: Sender, *records: dict[str, Any]) -> Any:
    shared = [{"key": "trusted_partner.partner", "value": {"stringValue": str(sender.made.institution.pk)}}]
    body = {"resourceLogs": [{"resource": {"attributes": shared}, "scopeLogs": [{"logRecords": list(records)}]}]}
    return sender.post(json.dumps(body).encode(), "application/json", LOGS)


def test_logs_of_opentelemetry_are_windows_and_their_ids_are_hexadecimal(sender: Sender) -> None:
    assert export(sender, record(sender)).json() == {}
    window = UsageWindow.objects.get()
    assert window.event_id == "5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174"
    assert (window.tokens_in, window.tokens_out, window.requests, window.scope) == (12, 5, 1, "covered")
    assert export(sender, record(sender)).json() == {}
    assert UsageWindow.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"body": {"stringValue": "How do I"}}, "content"),
        ({"attributes": {"gen_ai.input.messages": {"arrayValue": {"values": [{"stringValue": "x"}]}}}}, "content"),
        ({"attributes": {"tag": {"stringValue": "ada@example.org"}}}, "personal_data"),
        ({"attributes": {"enduser.id": {"stringValue": "ada"}}}, "personal_data"),
        ({"attributes": {"gen_ai.usage.input_tokens": {"intValue": "9" * 19}}}, "malformed"),
        ({"attributes": {"gen_ai.usage.input_tokens": {"intValue": "NaN"}}}, "malformed"),
        ({"traceId": "W47/95gDgQPSabYzgT/GDA=="}, "malformed"),
        ({"timeUnixNano": "99999999999999999999"}, "time"),
        ({"timeUnixNano": "9223372036854775806"}, "future"),
        ({"attributes": {"gen_ai.request.model": {"stringValue": "others"}}}, "release_unknown"),
    ],
)
def test_records_that_are_not_taken_are_told_as_otlp_has_it(sender: Sender, changes: Any, code: str) -> None:
    good = record(sender, spanId="0" * 16)
    answer = export(sender, record(sender, **changes), good)
    assert answer.status_code == 200
    partial = answer.json()["partialSuccess"]
    assert (partial["rejectedLogRecords"], f"record 0: {code}:" in partial["errorMessage"]) == ("1", True)
    assert UsageWindow.objects.count() == 1


def test_what_there_is_to_be_told_is_public(sender: Sender) -> None:
    client = client_for(sender.made.applicant)
    assert client.get("/usage/v1/problems").json()["conflict"]["status"] == 409
    assert "partner" in client.get("/usage/v1/schemas/window-1.json").json()["required"]
