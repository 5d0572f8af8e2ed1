"""What streams are told of deeds, by polling: events, subjects, order, and nothing restored while it is held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from grants.actions.hold import confirm_hold, lift_hold, place_hold
from grants.actions.surrender import surrender_line
from grants.models import Delivery, Signal
from partners.actions.qualification import reinstate_qualification, suspend_qualification
from partners.actions.removal import lift_removal, remove_person
from partners.models import Qualification
from portal.core import clock
from tests.api.signals import DISABLED, REVOKED, Receiver, opened
from tests.factories import grants as make
from tests.factories import people
from tests.factories.accounts import make_member, make_organisation

pytestmark = pytest.mark.django_db
WORDS: dict[str, Any] = {"reason": "A CANARY that no provider reads.", "lifted_when": "A second CANARY."}


@pytest.fixture
def receiver(made: make.GrantCast) -> Receiver:
    found = Receiver(made.release.provider)
    found.begin()
    return found


def test_an_emergency_hold_is_an_account_disabled_and_a_session_revoked(
    made: make.GrantCast, receiver: Receiver
) -> None:
    place_hold(target=made.grant, by=made.signatory, **WORDS)
    first, second = receiver.heard()
    assert list(first["events"]) == [DISABLED]
    assert list(second["events"]) == [REVOKED]
    assert first["txn"] == second["txn"]
    assert (
        first["sub_id"]
        == second["sub_id"]
        == {
            "format": "complex",
            "tenant": {"format": "opaque", "id": str(made.institution.pk)},
            "grant": {"format": "opaque", "id": made.grant.reference},
        }
    )


def test_a_token_is_as_the_standards_want_it(made: make.GrantCast, receiver: Receiver) -> None:
    place_hold(target=made.line, by=made.signatory, **WORDS)
    (token,) = receiver.poll()["sets"].values()
    found = opened(token, made.staff.body_id)
    assert found.header["typ"] == "secevent+jwt"
    assert found.header["alg"] == "RS256"
    assert set(found.claims) == {"iss", "aud", "jti", "iat", "toe", "txn", "sub_id", "events"}
    assert found.claims["sub_id"]["line"]["id"] == str(made.line.pk)
    assert found.claims["events"] == {DISABLED: {"reason_code": "hold"}}
    assert "CANARY" not in str(found.claims)


@pytest.mark.parametrize("kind", ["tenant", "grant", "line", "environment", "user"])
def test_each_kind_of_hold_is_told_and_taken_back(made: make.GrantCast, receiver: Receiver, kind: str) -> None:
    person, actor = people.cleared(made.institution)
    target: Any = {
        "tenant": made.institution, "grant": made.grant, "line": made.line, "environment": made.environment,
        "user": person,
    }[kind]  # fmt: skip
    receiver.heard()
    hold = place_hold(target=target, by=made.signatory, emergency=False, **WORDS)
    (said,) = receiver.heard()
    assert said["sub_id"]["tenant"]["id"] == str(made.institution.pk)
    if kind == "user":
        assert said["sub_id"]["user"] == {"format": "opaque", "id": str(actor.user_id)}
    lift_hold(hold=hold, reason="Done.", by=made.signatory)
    assert receiver.told() == [("account-enabled", kind)]


def test_nothing_is_restored_while_something_else_holds_it(made: make.GrantCast, receiver: Receiver) -> None:
    first = place_hold(target=made.grant, by=made.signatory, **WORDS)
    second = place_hold(target=made.grant, by=made.signatory, **WORDS)
    above = place_hold(target=made.institution, by=made.signatory, **WORDS)
    receiver.heard()
    lift_hold(hold=first, reason="Done.", by=made.signatory)
    lift_hold(hold=second, reason="Done.", by=made.signatory)
    assert receiver.told() == [], "the partner is on hold"
    lift_hold(hold=above, reason="Done.", by=made.signatory)
    assert sorted(receiver.told()) == [("account-enabled", "grant"), ("account-enabled", "tenant")]


def test_a_suspended_qualification_keeps_a_grant_stopped(made: make.GrantCast, receiver: Receiver) -> None:
    row = Qualification.objects.get(institution=made.institution)
    hold = place_hold(target=made.grant, by=made.signatory, **WORDS)
    suspend_qualification(qualification=row, by=made.signatory, reason="Findings")
    receiver.heard()
    lift_hold(hold=hold, reason="Done.", by=made.signatory)
    assert receiver.told() == []
    reinstate_qualification(qualification=row, by=made.signatory, reason="Mended")
    assert sorted(receiver.told()) == [("account-enabled", "grant"), ("account-enabled", "tenant")]


def test_a_removed_person_is_stopped_at_once_and_goes_on_when_it_is_taken_back(
    made: make.GrantCast, receiver: Receiver
) -> None:
    person, _ = people.cleared(made.institution)
    by = make_member(made.authority, "signatory")
    receiver.heard()
    removal = remove_person(name=person.name, email=person.email, reason="Passed outputs on", until=None, by=by)
    assert receiver.told() == [("account-disabled", "user"), ("session-revoked", "user")]
    lift_removal(removal=removal, reason="A namesake", by=by)
    assert receiver.told() == [("account-enabled", "user")]


def test_confirming_a_hold_says_nothing_new(made: make.GrantCast, receiver: Receiver) -> None:
    hold = place_hold(target=made.grant, by=made.signatory, **WORDS)
    receiver.heard()
    confirm_hold(hold=hold, by=made.other_signatory)
    assert receiver.told() == []


def test_a_narrowed_line_is_told_with_what_it_permits_now(made: make.GrantCast, receiver: Receiver) -> None:
    make.narrow(made, requests_per_day=10)
    (said,) = receiver.heard()
    (payload,) = said["events"].values()
    assert payload["claims"]["requests_per_day"] == 10
    assert payload["claims"]["ends_on"] == str(made.line.ends_on)
    assert payload["event_timestamp"] == said["toe"]


def test_a_grant_that_ends_stops_and_is_never_restored(made: make.GrantCast, receiver: Receiver) -> None:
    hold = place_hold(target=made.grant, by=made.signatory, **WORDS)
    make.revoke(made)
    assert receiver.told()[-2:] == [("account-disabled", "grant"), ("session-revoked", "grant")]
    lift_hold(hold=hold, reason="Done.", by=made.signatory)
    assert receiver.told() == []


def test_a_line_given_back_stops_alone(partner: Any) -> None:
    made = make.grant_in_force({"use_case": "evaluation"}, {"use_case": "benchmarking"}, made=partner)
    receiver = Receiver(made.release.provider)
    receiver.begin()
    administrator = make_member(made.institution.organisation, "administrator")
    surrender_line(line=made.line, reason="Not needed", by=administrator)
    assert receiver.told() == [("account-disabled", "line")]


def test_only_providers_with_a_line_of_the_partner_hear(made: make.GrantCast) -> None:
    stranger = Receiver(make_organisation("provider"))
    stranger.begin()
    place_hold(target=made.institution, by=made.signatory, **WORDS)
    assert stranger.heard() == []
    assert set(Signal.objects.values_list("provider_id", flat=True)) == {made.staff.body_id}


def test_a_new_stream_begins_with_what_is_stopped_now(made: make.GrantCast) -> None:
    hold = place_hold(target=made.grant, by=made.signatory, **WORDS)
    other = place_hold(target=made.environment, by=made.signatory, **WORDS)
    lift_hold(hold=other, reason="Done.", by=made.signatory)
    receiver = Receiver(made.release.provider)
    receiver.begin()
    assert receiver.told() == [("account-disabled", "grant")]
    lift_hold(hold=hold, reason="Done.", by=made.signatory)
    assert receiver.told() == [("account-enabled", "grant")]


def test_a_stream_that_was_disabled_learns_how_things_stand_when_it_goes_on(
    made: make.GrantCast, receiver: Receiver
) -> None:
    hold = place_hold(target=made.grant, by=made.signatory, **WORDS)
    receiver.heard()
    receiver.send("POST", "/status", stream_id=receiver.stream, status="disabled")
    lift_hold(hold=hold, reason="Done.", by=made.signatory)
    place_hold(target=made.environment, by=made.signatory, **WORDS)
    assert receiver.heard() == []
    receiver.send("POST", "/status", stream_id=receiver.stream, status="enabled")
    assert sorted(receiver.told()) == [("account-disabled", "environment"), ("account-enabled", "grant")]


def test_a_paused_stream_holds_what_comes(made: make.GrantCast, receiver: Receiver) -> None:
    receiver.send("POST", "/status", stream_id=receiver.stream, status="paused", reason="Moving house")
    place_hold(target=made.grant, by=made.signatory, **WORDS)
    assert receiver.heard() == []
    assert receiver.get("/status", stream_id=receiver.stream).json() == {
        "stream_id": receiver.stream, "status": "paused", "reason": "Moving house",
    }  # fmt: skip
    receiver.send("POST", "/status", stream_id=receiver.stream, status="enabled")
    assert receiver.told() == [("account-disabled", "grant"), ("session-revoked", "grant")]


def test_a_stream_gets_the_events_that_it_asked_for(made: make.GrantCast) -> None:
    receiver = Receiver(made.release.provider)
    receiver.begin(events_requested=[REVOKED, "https://example.org/unknown"])
    place_hold(target=made.grant, by=made.signatory, **WORDS)
    assert receiver.told() == [("session-revoked", "grant")]
    shown = receiver.get("/streams", stream_id=receiver.stream).json()
    assert shown["events_delivered"] == shown["events_requested"] == [REVOKED]


# --- polling --------------------------------------------------------------------------------------


def test_of_one_subject_the_next_comes_only_when_the_one_before_is_acknowledged(
    made: make.GrantCast, receiver: Receiver
) -> None:
    place_hold(target=made.grant, by=made.signatory, **WORDS)
    place_hold(target=made.line, by=made.signatory, emergency=False, **WORDS)
    first = receiver.poll()
    assert len(first["sets"]) == 2, "the first of each subject"
    assert first["moreAvailable"]
    assert set(receiver.poll()["sets"]) == set(first["sets"]), "until they are acknowledged"
    second = receiver.poll(*first["sets"])
    assert len(second["sets"]) == 1
    assert not second["moreAvailable"]
    assert receiver.poll(*second["sets"]) == {"sets": {}, "moreAvailable": False}


def test_as_many_as_wanted_come(made: make.GrantCast, receiver: Receiver) -> None:
    for target in (made.grant, made.line, made.environment):
        place_hold(target=target, by=made.signatory, emergency=False, **WORDS)
    some = receiver.poll(maxEvents=2)
    assert len(some["sets"]) == 2
    assert some["moreAvailable"]
    assert receiver.poll(maxEvents=0)["sets"] == {}
    assert len(receiver.poll(*some["sets"], maxEvents=5)["sets"]) == 1


def test_what_a_receiver_cannot_take_comes_again_later_and_its_subject_waits(
    made: make.GrantCast, receiver: Receiver
) -> None:
    place_hold(target=made.grant, by=made.signatory, **WORDS)
    place_hold(target=made.line, by=made.signatory, emergency=False, **WORDS)
    both = receiver.poll()["sets"]
    grant = next(jti for jti in both if Signal.objects.get(pk=jti).on == "grant")
    (line,) = set(both) - {grant}
    errors = {grant: {"err": "invalid_audience", "description": "Not\x07 mine"}}
    assert receiver.poll(line, setErrs=errors)["sets"] == {}
    row = Delivery.objects.get(signal=grant)
    assert (row.error, row.acknowledged_at) == ("invalid_audience: Not  mine", None)
    with clock.at(clock.now() + timedelta(minutes=15)):
        assert set(receiver.poll()["sets"]) == {grant}


def test_acknowledging_what_was_never_sent_or_is_no_id_changes_nothing(
    made: make.GrantCast, receiver: Receiver
) -> None:
    other = Receiver(made.release.provider)
    other.begin()
    place_hold(target=made.grant, by=made.signatory, **WORDS)
    (mine,) = receiver.poll()["sets"]
    behind = Delivery.objects.filter(stream=UUID(receiver.stream), attempts=0).get().signal_id
    answered = receiver.poll(str(behind), "not-an-id", "\x00", str(UUID(int=5)))
    assert set(answered["sets"]) == {mine}
    assert not Delivery.objects.filter(stream=UUID(other.stream)).exclude(acknowledged_at=None).exists()
    other.poll(mine)
    assert Delivery.objects.filter(acknowledged_at=None).count() == 4, "nobody acknowledges for another stream"


def test_a_poll_waits_a_while_and_no_longer(made: make.GrantCast, receiver: Receiver, settings: Any) -> None:
    settings.SIGNALS_POLL_WAIT_SECONDS = 0.6
    before = clock.now()
    answered = receiver.send("POST", f"/streams/{receiver.stream}/poll")
    assert answered.json() == {"sets": {}, "moreAvailable": False}
    assert timedelta(seconds=0.5) < clock.now() - before < timedelta(seconds=5)
