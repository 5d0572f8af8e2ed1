"""What happened: attacks on the list, and what it says where there is nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from audits.actions.alert import Occasion, clear_alert, raise_alert
from audits.actions.panel import decline_seat
from audits.models import AlertKind, Appeal, Incident
from grants.actions.hold import confirm_hold, lift_hold, place_hold
from grants.actions.withdrawal import withdraw_consent
from partners.actions.case import declare_conflict
from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.dashboards.happened import latest
from portal.dashboards.happened.latest import page_of
from tests.factories import grants as make
from tests.factories.accounts import make_member, make_organisation
from tests.factories.appeals import decided_case, lodged, others, panel_of, placed_hold, with_panel
from tests.factories.audits import Stage, opened_case, planned_audit, reported_incident
from tests.query_budget import assert_query_budget
from tests.world import client_for

URL = "/happened/"


def occasion_of(stage: Stage) -> Occasion:
    begins, ends = clock.now() - timedelta(hours=3), clock.now() - timedelta(hours=2)
    facts = {"value": "SE", "requests": 40}
    return Occasion(AlertKind.COUNTRY, "country:test", stage.institution.pk, begins, ends, facts)


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
    requests = {one.split()[0] for one in found if one.startswith(("grant_request", "application", "audit"))}
    assert requests <= {"grant_request.consent"}  # its own answers


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


def test_a_panel_is_told_of_the_appeals_on_which_it_sits_and_nobody_else_is(stage: Stage) -> None:
    people = others()
    appeal = with_panel(stage, people=people)
    waiting = f"appeal.lodge {lodged(stage, placed_hold(stage)).reference}"
    said = f"appeal.draw {appeal.reference}"
    sitting = panel_of(appeal)
    for member in sitting:
        found = told(member)
        assert {said, f"appeal.lodge {appeal.reference}"} <= found
        assert waiting not in found  # it is still to be admitted
    for reader in (*(one for one in people if one not in sitting), stage.officer, stage.signatory, stage.applicant):
        assert said not in told(reader), reader.roles
    leaves = next(one for one in sitting if one.body_kind == "authority")
    decline_seat(appeal=Appeal.objects.get(pk=appeal.pk), reason="My sister works there.", by=leaves)
    assert not any(one.endswith(appeal.reference) for one in told(leaves))


def test_oversight_is_told_of_decisions_and_that_holds_were_placed_and_confirmed_but_not_why(stage: Stage) -> None:
    hold = place_hold(target=stage.institution, reason="Kept secret", lifted_when="Never told", by=stage.signatory)
    confirm_hold(hold=hold, by=stage.other_signatory)
    decided_case(stage)
    opened_case(stage)
    oversight = make_member(make_organisation("oversight", jurisdiction="FR"), "oversight_member")
    name = stage.institution.organisation.name
    wanted = {f"hold.place {name}", f"hold.confirm {name}", f"enforcement.decide {name}", f"qualification.grant {name}"}
    assert wanted <= told(oversight)
    assert not any(
        one.startswith(("enforcement.open", "enforcement.sign", "appeal", "grant")) for one in told(oversight)
    )
    deeds = page_of(oversight, size=500).deeds
    assert not any(one.deed.detail for one in deeds if one.deed.verb.startswith("hold."))
    page = client_for(oversight).get(URL).content.decode()
    assert "Hold confirmed" in page
    assert "Kept secret" not in page
    assert "Never told" not in page
    for url in {one.url for one in deeds if one.url}:
        assert client_for(oversight).get(url).status_code == 200, url


def test_officers_are_told_of_alerts_and_environments_of_their_partners_alone(stage: Stage) -> None:
    made = make.grant_in_force(made=stage.cast)
    alert = raise_alert(institution=stage.institution, occasion=occasion_of(stage), by=SYSTEM)
    clear_alert(alert=alert, note="A test run.", by=stage.officer)
    wanted = {f"alert.raise {alert.reference}", f"alert.clear {alert.reference}"}
    place = f"environment.register {made.environment.name}"
    assert wanted | {place} <= told(stage.officer)
    for kind, role in (
        ("authority", "case_officer"), ("authority", "signatory"), ("authority", "auditor"),
        ("oversight", "oversight_member"), ("provider", "provider_staff"),
    ):  # fmt: skip
        found = told(make_member(make_organisation(kind), role))
        assert not any(one.startswith(("alert.", "environment.")) for one in found), role
    for party in (stage.applicant, made.staff):
        assert not any(one.startswith("alert.") for one in told(party))


def test_a_provider_is_told_of_holds_and_answers_about_its_models_alone(stage: Stage) -> None:
    made, other = make.grant_in_force(), make.grant_in_force()
    place_hold(target=made.line, reason="Danger", lifted_when="It is over", by=stage.signatory)
    withdraw_consent(line=made.line, reason_code="hazard", reason="It is misused.", by=made.staff)
    found, foreign = told(made.staff), told(other.staff)
    assert {"hold.place", f"grant_request.consent {made.request.reference}"} <= found
    assert f"consent_withdrawal.give_notice {made.grant.reference}" in found
    assert not any(one.startswith(("hold", "consent_withdrawal")) for one in foreign)
    assert not any(one.endswith(made.request.reference) for one in foreign)
    client = client_for(made.staff)
    for url in {one.url for one in page_of(made.staff, size=500).deeds if one.url}:
        assert client.get(url).status_code == 200, url


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


def test_oversight_and_a_provider_pay_the_same_for_many_deeds(stage: Stage) -> None:
    made = make.grant_in_force()
    oversight = make_member(make_organisation("oversight", jurisdiction="FR"), "oversight_member")

    def more(count: int) -> None:
        for _ in range(count):
            hold = place_hold(target=made.line, reason="Danger", lifted_when="It is over", by=stage.signatory)
            lift_hold(hold=hold, reason="It is over", by=stage.signatory)

    for reader in (oversight, made.staff):
        assert_query_budget(client_for(reader), URL, make=more)


def test_home_and_list_cost_the_same_with_many_deeds(stage: Stage) -> None:
    for url in ("/", URL):
        assert_query_budget(
            client_for(stage.officer), url, make=lambda count: [reported_incident(stage) for _ in range(count)]
        )


def test_reading_is_no_deed(stage: Stage) -> None:
    assert client_for(stage.officer).post(URL).status_code == 405
