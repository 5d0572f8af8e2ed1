"""What happened: attacks on the list, and what it says where there is nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from audits.models import Incident
from partners.actions.case import declare_conflict
from portal.accounts.models import Organisation
from portal.core.actors import Actor
from portal.dashboards.happened import latest
from portal.dashboards.happened.latest import page_of
from tests.factories import grants as make
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage, planned_audit, reported_incident
from tests.query_budget import assert_query_budget
from tests.world import client_for

URL = "/happened/"


def told(actor: Actor) -> set[str]:
    """`incident.report` and so on, with what it is called."""
    return {f"{one.deed.verb} {one.called}".strip() for one in page_of(actor, size=500).deeds}


def test_a_deed_is_told_to_both_sides_and_to_nobody_else(stage: Stage) -> None:
    _, incident = reported_incident(stage)
    said = f"incident.report {incident.reference}"
    assert said in told(stage.applicant)
    assert said in told(stage.officer)
    for kind, role in (("institution", "applicant"), ("authority", "case_officer"), ("provider", "provider_staff")):
        assert said not in told(make_member(make_organisation(kind), role)), role


def test_an_audit_that_nobody_announced_is_not_told(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    assert f"audit.plan {audit.reference}" in told(stage.officer)
    assert not any(one.startswith("audit.") for one in told(stage.applicant))
    assert audit.reference not in client_for(stage.applicant).get(URL).content.decode()


def test_a_marking_that_keeps_an_incident_from_a_reader_keeps_its_deeds(stage: Stage) -> None:
    made = make.grant_in_force()
    _, incident = reported_incident(stage, release=made.release)
    provider = make_member(Organisation.objects.get(pk=made.release.provider_id), "provider_staff")
    oversight = make_member(make_organisation("oversight", jurisdiction="FR"), "oversight_member")
    Incident.objects.filter(pk=incident.pk).update(marking="red")
    for reader in (provider, oversight):
        assert not any(one.endswith(incident.reference) for one in told(reader))
    assert any(one.endswith(incident.reference) for one in told(stage.officer))


def test_a_provider_is_told_of_grants_on_its_models_without_other_providers(stage: Stage) -> None:
    made, other = make.grant_in_force(), make.grant_in_force()
    found = told(made.staff)
    assert any(made.grant.reference in one for one in found)
    assert not any(other.grant.reference in one for one in found)
    assert not any(one.startswith(("grant_request", "application", "audit")) for one in found)


def test_a_case_is_told_to_whoever_declared_that_they_have_no_conflict_and_to_nobody_else(stage: Stage) -> None:
    application = stage.cast.application
    colleague = make_member(stage.cast.authority, "case_officer")
    mine = f"application.submit {application.reference}"
    assert mine in told(stage.officer)
    assert mine not in told(colleague)
    declare_conflict(application=stage.cast.fresh(), conflict=True, detail="My sister.", by=colleague)
    assert mine not in told(colleague)


def test_who_assesses_is_told_nothing_of_what_others_assessed(stage: Stage) -> None:
    said, case = "application.recommend", stage.cast.application.reference
    assert f"{said} {case}" in told(stage.cast.reviewer)  # their own
    assert f"{said} {case}" in told(stage.officer)
    both = make_member(stage.cast.authority, "case_officer", "reviewer")
    declare_conflict(application=stage.cast.fresh(), conflict=False, by=both)
    assert f"application.submit {case}" in told(both)
    assert f"{said} {case}" not in told(both)
    signed = told(stage.signatory)
    assert f"application.sign {case}" in signed
    assert not any(one.startswith((said, "application.assess")) for one in signed)


@pytest.mark.parametrize("before", ["", "x", "-1", "0", "1", "9" * 30, "\u0661", "1;DROP"])
def test_an_address_that_makes_no_sense_still_opens(stage: Stage, before: str) -> None:
    assert client_for(stage.officer).get(f"{URL}?before={before}").status_code == 200


def test_where_nothing_happened_the_pages_say_what_will_be_told(stage: Stage) -> None:
    nobody = client_for(make_member(make_organisation("provider"), "provider_staff"))
    assert "Nothing has happened yet" in nobody.get("/").content.decode()
    assert "Nothing has happened yet" in nobody.get(URL).content.decode()
    assert Client().get(URL).status_code == 302


def test_a_long_record_is_read_a_stretch_at_a_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    reported_incident(stage)
    whole = [one.deed.seq for one in page_of(stage.applicant, size=10_000).deeds]
    monkeypatch.setattr(latest, "STRETCH", 7)
    seen, before = list[int](), None
    for _page in range(200):
        page = page_of(stage.applicant, size=3, before=before)
        seen += [one.deed.seq for one in page.deeds]
        before = page.older
        if before is None:
            break
    assert seen == whole


def test_home_and_list_cost_the_same_with_many_deeds(stage: Stage) -> None:
    for url in ("/", URL):
        assert_query_budget(
            client_for(stage.officer), url, make=lambda count: [reported_incident(stage) for _ in range(count)]
        )


def test_reading_is_no_deed(stage: Stage) -> None:
    assert client_for(stage.officer).post(URL).status_code == 405
