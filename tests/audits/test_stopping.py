"""Stopping access from an incident: what is confirmed is what stops, and the page says who confirmed and who heard."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.actions.incident import Concerns, contain_incident, hold_for_incident, report_incident, triage_incident
from audits.models import Incident
from audits.queries.stopping import preview_of
from grants.actions.hold import confirm_hold
from grants.models import Hold
from partners.actions.person import end_person
from portal.core import clock
from portal.core.verdicts import Refused
from portal.ledger.models import Entry
from tests.api.signals import Receiver
from tests.factories import grants as make
from tests.factories.accounts import make_gateway, make_member, make_organisation
from tests.factories.partners import make_institution
from tests.factories.people import cleared
from tests.world import client_for

pytestmark = pytest.mark.django_db
WORDS: dict[str, Any] = {"reason": "The key is on the net.", "lifted_when": "New keys are in use."}


@pytest.fixture
def made() -> make.GrantCast:
    return make.grant_in_force()


@pytest.fixture
def incident(made: make.GrantCast) -> Incident:
    line = made.grant.lines.get()
    reported = report_incident(
        institution=made.institution,
        severity="critical",
        kind="credential",
        title="A key leaked",
        description="It did.",
        aware_at=clock.now(),
        concerns=Concerns(line=line),
        by=made.applicant,
    )
    return triage_incident(incident=reported, severity="critical", note="Real.", by=made.officer)


def send(made: make.GrantCast, incident: Incident, **said: str) -> Any:
    """What the signatory's browser sends, having opened the page just now."""
    client = client_for(made.signatory)
    data = {"target": "line", "seen": preview_of(incident).digest, **WORDS, **said}
    return client.post(reverse("admin:audits_incident_hold", args=[incident.pk]), data)


def test_the_page_says_what_each_choice_stops_before_anything_stops(made: make.GrantCast, incident: Incident) -> None:
    gateway = make_gateway(made.release.provider, "Gateway north")
    cleared(made.institution, by=made.administrator)
    stops = preview_of(incident).stops
    for kind in ("partner", "grant", "line", "environment"):
        assert stops[kind].counts == {"grants": 1, "lines": 1, "people": 1, "gateways": 1}, kind
    assert stops["person"].counts == {"grants": 0, "lines": 0, "people": 1, "gateways": 1}
    page = client_for(made.signatory).get(reverse("admin:audits_incident_hold", args=[incident.pk])).content.decode()
    assert "Stops 1 grant, 1 line, 1 person." in page
    assert gateway.name in page
    assert not Hold.objects.exists()


def test_one_step_stops_access_and_keeps_what_stopped(made: make.GrantCast, incident: Incident) -> None:
    make_gateway(made.release.provider)
    assert send(made, incident).status_code == 302
    hold = Hold.objects.get()
    assert (hold.line, hold.emergency, hold.incident) == (incident.line, True, incident.reference)
    entry = Entry.objects.get(object_id=incident.pk, verb="incident.hold")
    assert json.loads(entry.event.content)["detail"]["stops"] == {"grants": 1, "lines": 1, "people": 0, "gateways": 1}


def test_what_changed_since_it_was_read_is_read_again(made: make.GrantCast, incident: Incident) -> None:
    old = preview_of(incident).digest
    make_gateway(made.release.provider, "Gateway south")
    answered = send(made, incident, seen=old)
    assert answered.status_code == 200
    page = answered.content.decode()
    assert "has changed since you opened this page" in page
    assert "Gateway south" in page
    assert preview_of(incident).digest in page, "what is shown now is what is confirmed next"
    assert not Hold.objects.exists()
    with pytest.raises(Refused) as refused:
        hold_for_incident(incident=incident, target=made.institution, seen=old, by=made.signatory, **WORDS)
    assert refused.value.verdict.code == "changed"
    assert not Hold.objects.exists()


def test_somebody_in_place_of_another_is_a_change(made: make.GrantCast, incident: Incident) -> None:
    first, _ = cleared(made.institution, by=made.administrator)
    old = preview_of(incident)
    end_person(person=first, reason="Left.", by=made.applicant)
    cleared(made.institution, by=made.administrator)
    new = preview_of(incident)
    assert (old.stops, old.digest != new.digest) == (new.stops, True)


@pytest.mark.parametrize("said", [{"seen": "0" * 64}, {"seen": ""}, {"target": "scheme"}, {"target": "person"}])
def test_nothing_stops_on_what_the_page_did_not_offer(
    made: make.GrantCast, incident: Incident, said: dict[str, str]
) -> None:
    assert send(made, incident, **said).status_code == 200
    assert not Hold.objects.exists()


def test_one_person_is_stopped_by_their_address_and_nobody_of_another_institution(
    made: make.GrantCast, incident: Incident
) -> None:
    person, _ = cleared(made.institution, by=made.administrator)
    other, head = make_institution()
    stranger, _ = cleared(other, by=head)
    assert send(made, incident, target="person", email=stranger.email).status_code == 200
    assert not Hold.objects.exists()
    assert send(made, incident, target="person", email=person.email.upper()).status_code == 302
    assert Hold.objects.get().person == person


def test_the_first_time_stays(made: make.GrantCast, incident: Incident) -> None:
    first = hold_for_incident(incident=incident, target=made.grant, by=made.signatory, **WORDS)
    second = hold_for_incident(incident=incident, target=made.institution, by=made.signatory, **WORDS)
    contain_incident(incident=incident, how="Keys are new.", by=made.officer)
    incident.refresh_from_db()
    assert first.placed_at < second.placed_at
    assert (incident.stopped_at, incident.hold) == (first.placed_at, second)
    assert incident.contained_at is not None


def test_its_page_shows_each_hold_its_confirmation_and_who_acknowledged(
    made: make.GrantCast, incident: Incident
) -> None:
    receiver = Receiver(made.release.provider)
    receiver.begin(description="Gateway north")
    hold_for_incident(incident=incident, target=made.grant, by=made.signatory, **WORDS)
    hold = hold_for_incident(incident=incident, target=made.environment, by=made.signatory, **WORDS)
    desk = reverse("admin:audits_incident_change", args=[incident.pk])
    before = client_for(made.officer).get(desk).content.decode()
    assert before.count("Lapses unless confirmed by") == 2
    assert before.count("Stop not acknowledged yet") == 2
    confirm_hold(hold=hold, by=made.other_signatory)
    receiver.heard()
    after = client_for(made.officer).get(desk).content.decode()
    assert after.count("Lapses unless confirmed by") == 1
    assert made.other_signatory.body_name in after
    assert after.count("Stop acknowledged") == 2


def test_who_reads_what_of_it_on_the_portal(made: make.GrantCast, incident: Incident) -> None:
    receiver = Receiver(made.release.provider)
    receiver.begin(description="Gateway north")
    hold_for_incident(incident=incident, target=made.grant, by=made.signatory, **WORDS)
    address = reverse("audits:incident", args=[incident.pk])
    partner = client_for(made.applicant).get(address).content.decode()
    assert WORDS["reason"] in partner
    assert receiver.actor.name not in partner
    provider = client_for(made.staff).get(address).content.decode()
    assert WORDS["reason"] not in provider
    assert receiver.actor.name in provider
    oversight = make_member(make_organisation("oversight"), "oversight_member")
    assert WORDS["reason"] not in client_for(oversight).get(address).content.decode()
    stranger = make_member(make_organisation("provider"), "provider_staff")
    assert client_for(stranger).get(address).status_code == 404


def test_the_page_asks_as_many_queries_for_many_holds(made: make.GrantCast, incident: Incident) -> None:
    client = client_for(made.officer)
    desk = reverse("admin:audits_incident_change", args=[incident.pk])
    counts = []
    for _turn in range(2):
        hold_for_incident(incident=incident, target=made.grant, by=made.signatory, **WORDS)
        hold_for_incident(incident=incident, target=made.environment, by=made.signatory, **WORDS)
        client.get(desk)
        with CaptureQueriesContext(connection) as queries:
            client.get(desk)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 18
