"""Pages on signals: a provider's streams, and which gateways have acknowledged a hold."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from grants.actions.hold import lift_hold, place_hold
from grants.models import Stream
from grants.queries.stream import deaf_to, heard_of
from tests.api.signals import Receiver
from tests.factories import grants as make
from tests.factories.accounts import make_member, make_organisation
from tests.world import client_for

pytestmark = pytest.mark.django_db
WORDS: dict[str, Any] = {"reason": "Lost keys.", "lifted_when": "New keys."}


@pytest.fixture
def receiver(made: make.GrantCast) -> Receiver:
    found = Receiver(made.release.provider)
    found.begin(description="Gateway north")
    return found


def page(actor: Any, name: str, pk: Any) -> str:
    answered = client_for(actor).get(reverse(name, args=[pk]))
    assert answered.status_code == 200
    return answered.content.decode()


def test_a_hold_tells_its_provider_and_authorities_who_acknowledged_and_its_partner_nothing(
    made: make.GrantCast, receiver: Receiver
) -> None:
    hold = place_hold(target=made.grant, by=made.signatory, **WORDS)
    for actor, name in ((made.staff, "grants:hold"), (made.signatory, "admin:grants_hold_change")):
        shown = page(actor, name, hold.pk)
        assert receiver.actor.name in shown
        assert "Stop not acknowledged yet" in shown
    receiver.heard()
    assert "Stop acknowledged" in page(made.staff, "grants:hold", hold.pk)
    lift_hold(hold=hold, reason="New keys.", by=made.signatory)
    assert "Restoring not acknowledged yet" in page(made.signatory, "admin:grants_hold_change", hold.pk)
    partners = page(made.applicant, "grants:hold", hold.pk)
    assert receiver.actor.name not in partners
    assert "acknowledged" not in partners


def test_the_last_of_the_signals_of_a_hold_counts(made: make.GrantCast, receiver: Receiver) -> None:
    hold = place_hold(target=made.grant, by=made.signatory, **WORDS)
    first = receiver.poll()["sets"]
    receiver.poll(*first)
    assert [(item.told_stop, item.stop) for item in heard_of(hold.pk)] == [(True, None)], "the second is open"
    receiver.heard()
    (item,) = heard_of(hold.pk)
    assert item.stop is not None
    assert not item.told_restore


def test_a_provider_without_a_stream_is_named_to_authorities(made: make.GrantCast) -> None:
    hold = place_hold(target=made.grant, by=made.signatory, **WORDS)
    assert deaf_to(hold.pk) == [made.release.provider.name]
    assert made.release.provider.name in page(made.signatory, "admin:grants_hold_change", hold.pk)


def test_other_providers_gateways_are_not_shown(made: make.GrantCast, receiver: Receiver) -> None:
    hold = place_hold(target=made.grant, by=made.signatory, **WORDS)
    assert len(heard_of(hold.pk, made.staff.body_id)) == 1
    assert heard_of(hold.pk, make_organisation("provider").pk) == []


def test_a_provider_sees_how_far_behind_a_stream_is_and_pauses_and_tests_it(
    made: make.GrantCast, receiver: Receiver
) -> None:
    place_hold(target=made.grant, by=made.signatory, **WORDS)
    client, pk = client_for(made.staff), receiver.stream
    listed = client.get(reverse("grants:streams")).content.decode()
    assert "Gateway north" in listed
    exported = client.get(reverse("grants:streams") + "?export=csv").getvalue().decode()
    assert "Gateway north" in exported
    assert "2 signals, since" in page(made.staff, "grants:stream", pk)
    client.post(reverse("grants:stream_pause", args=[pk]), {"reason": "Moving house"})
    assert "Moving house" in page(made.staff, "grants:stream", pk)
    assert Stream.objects.get(pk=pk).state == "paused"
    client.post(reverse("grants:stream_enable", args=[pk]))
    client.post(reverse("grants:stream_verify", args=[pk]))
    again = client.post(reverse("grants:stream_verify", args=[pk]), follow=True).content.decode()
    assert "Try again in" in again
    told = receiver.told()
    assert told.count(("verification", "stream")) == 1
    assert [event for event, on in told if on == "stream"].count("stream-updated") == 2
    assert ("account-disabled", "grant") in told


def test_pausing_wants_a_reason(made: make.GrantCast, receiver: Receiver) -> None:
    client = client_for(made.staff)
    answered = client.post(reverse("grants:stream_pause", args=[receiver.stream]), {"reason": " "})
    assert answered.status_code == 200
    assert Stream.objects.get().state == "enabled"


def test_an_error_of_the_receiver_is_shown_as_text(made: make.GrantCast, receiver: Receiver) -> None:
    Stream.objects.update(last_error="<script>alert(1)</script>", failing_since=made.grant.issued_at)
    shown = page(made.staff, "grants:stream", receiver.stream)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_lists_and_pages_keep_their_budgets(
    made: make.GrantCast, receiver: Receiver, django_assert_max_num_queries: Any
) -> None:
    for _number in range(4):
        receiver.begin()
    for target in (made.grant, made.line, made.environment, made.institution):
        place_hold(target=target, by=made.signatory, **WORDS)
    client = client_for(made.staff)
    with django_assert_max_num_queries(12):
        client.get(reverse("grants:streams"))
    with django_assert_max_num_queries(16):
        client.get(reverse("grants:stream", args=[receiver.stream]))


def test_a_provider_of_another_body_does_not_find_the_stream(made: make.GrantCast, receiver: Receiver) -> None:
    stranger = make_member(make_organisation("provider"), "provider_staff")
    client = client_for(stranger)
    assert client.get(reverse("grants:stream", args=[receiver.stream])).status_code == 404
    for name in ("stream_pause", "stream_enable", "stream_verify"):
        assert client.post(reverse(f"grants:{name}", args=[receiver.stream]), {"reason": "x"}).status_code == 404
