"""Who may see an incident follows from its TLP marking; who looked at a restricted one is on record and shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from audits.access import visible_incidents
from audits.actions.marking import mark_incident, note_look
from audits.models import Incident, IncidentLook
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage, reported_incident
from tests.factories.grants import grant_in_force
from tests.world import client_for


def marked(stage: Stage, incident: Incident, marking: str, *techniques: str) -> Incident:
    return mark_incident(incident=incident, marking=marking, techniques=techniques, reason="So.", by=stage.officer)


def sees(incident: Incident, actor: Actor) -> bool:
    return visible_incidents(Incident.objects.filter(pk=incident.pk), actor).exists()


@pytest.mark.parametrize(
    ("marking", "provider", "oversight"),
    [
        ("red", False, False),
        ("amber_strict", False, True),
        ("amber", True, True),
        ("green", True, True),
        ("clear", True, True),
    ],
)
def test_marking_says_who_sees_it(stage: Stage, marking: str, provider: bool, oversight: bool) -> None:
    made = grant_in_force(made=stage.cast)
    _, incident = reported_incident(stage, line=made.line)
    board = make_member(make_organisation("oversight"), "oversight_member")
    marked(stage, incident, marking)
    assert (sees(incident, made.staff), sees(incident, board)) == (provider, oversight)
    assert sees(incident, stage.applicant)
    status = client_for(made.staff).get(incident.get_absolute_url()).status_code
    assert status == (200 if provider else 404)


def test_everyone_who_looks_at_a_restricted_incident_is_recorded_once_a_day_and_shown(stage: Stage) -> None:
    _, incident = reported_incident(stage)
    partner, desk = client_for(stage.applicant), f"/admin/audits/incident/{incident.pk}/change/"
    partner.get(incident.get_absolute_url())
    assert not IncidentLook.objects.exists()
    marked(stage, incident, "red")
    for _visit in range(2):
        partner.get(incident.get_absolute_url())
        client_for(stage.other_signatory).get(desk)
    looked = set(IncidentLook.objects.values_list("person", "body"))
    assert looked == {
        (stage.applicant.user_id, stage.applicant.body_id),
        (stage.other_signatory.user_id, stage.other_signatory.body_id),
    }
    assert IncidentLook.objects.count() == 2
    page = client_for(stage.officer).get(desk).content.decode()
    assert "Who looked" in page
    assert stage.other_signatory.name in page


def test_who_sees_nothing_is_not_recorded(stage: Stage, client: Client) -> None:
    _, incident = reported_incident(stage)
    marked(stage, incident, "red")
    board = make_member(make_organisation("oversight"), "oversight_member")
    assert client_for(board).get(incident.get_absolute_url()).status_code == 404
    assert not IncidentLook.objects.exists()


def test_look_of_another_day_is_another_row(stage: Stage) -> None:
    _, incident = reported_incident(stage)
    marked(stage, incident, "amber_strict")
    for days in (0, 0, 1):
        with clock.at(clock.now() + timedelta(days=days)):
            note_look(incident=incident, by=stage.applicant)
    assert IncidentLook.objects.count() == 2


@pytest.mark.parametrize("wrong", ["T1059", "AML.T51", "AML.TA0001", "AML.T0051.1", "AML.T0051<b>"])
def test_only_identifiers_of_atlas_are_techniques(stage: Stage, wrong: str) -> None:
    _, incident = reported_incident(stage)
    with pytest.raises(Refused) as refused:
        marked(stage, incident, "amber", "AML.T0051", wrong)
    assert refused.value.verdict.code == "no_technique"


def test_techniques_are_kept_once_each_and_on_record(stage: Stage) -> None:
    _, incident = reported_incident(stage)
    marked(stage, incident, "green", "AML.T0051.001", "AML.T0024", "AML.T0024")
    incident.refresh_from_db()
    assert (incident.marking, incident.techniques) == ("green", ["AML.T0024", "AML.T0051.001"])
    assert list(verify()) == []


def test_only_officers_of_the_authority_mark(stage: Stage) -> None:
    _, incident = reported_incident(stage)
    for by in (
        stage.applicant,
        stage.signatory,
        make_member(make_organisation("authority", jurisdiction="FI"), "case_officer"),
    ):
        with pytest.raises(Refused):
            mark_incident(incident=incident, marking="clear", techniques=(), reason="x", by=by)
