"""Appeals against refused applications: who may, until when, who hears them, and that others decide anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audits.actions.appeal import lodge_appeal
from audits.actions.hearing import add_statement
from audits.actions.panel import grant_stay, refuse_stay
from audits.models import Appeal, PublishedDecision
from audits.queries.appealable import appealable
from audits.queries.parts import bodies_with_a_part, people_with_a_part
from partners.actions.application import begin_application
from partners.actions.case import send_to_signatories
from partners.actions.signature import refuse_application, sign_application
from partners.models import Qualification
from partners.queries.case import case_of
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from portal.rulebook.places import day_in, last_moment_of
from tests.factories import refusals
from tests.factories.accounts import make_member
from tests.factories.appeals import others, panel_of
from tests.factories.audits import Stage
from tests.factories.partners import sign
from tests.query_budget import assert_query_budgets
from tests.world import client_for


@pytest.fixture
def made(stage: Stage) -> refusals.Refused:
    """An application that was refused; the stage's bodies and rulebook are there."""
    return refusals.refused()


def code_of(function: object, **arguments: object) -> str:
    with pytest.raises(Refused) as refused:
        function(**arguments)  # type: ignore[operator]
    return refused.value.verdict.code


def lodge(made: refusals.Refused, by: Actor | None = None, ground: str = "facts") -> Appeal:
    return lodge_appeal(against=made.application, ground=ground, statement="Look again.", by=by or made.cast.applicant)


# --- who may, on what ground, until when ----------------------------------------------------------
def test_only_an_applicant_of_the_refused_institution_in_time_and_on_a_ground_that_is_open(
    made: refusals.Refused, stage: Stage
) -> None:
    assert code_of(lodge, made=made, by=stage.applicant) == "other_body"
    assert code_of(lodge, made=made, by=made.cast.officer) == "wrong_role"
    assert code_of(lodge, made=made, ground="proportion") == "no_ground"
    application = made.application
    assert application.decided_at is not None
    country = application.authority.jurisdiction
    last = last_moment_of(day_in(application.decided_at, country) + timedelta(days=30), country)
    with clock.at(last + timedelta(seconds=1)):
        assert code_of(lodge, made=made) == "too_late"
    with clock.at(last):
        lodge(made)
    assert code_of(lodge, made=made) == "already_done"


def test_nothing_but_a_refusal_is_appealed_against(stage: Stage) -> None:
    approved = stage.cast.fresh()
    assert code_of(lodge_appeal, against=approved, ground="facts", statement="x", by=stage.applicant) == "not_decided"


def test_there_is_nothing_to_stay(made: refusals.Refused) -> None:
    appeal = lodge_appeal(
        against=made.application, ground="facts", statement="x", by=made.cast.applicant, stay_asked=True
    )
    assert not appeal.stay_asked
    presiding = panel_of(refusals.with_panel(appeal))[0]
    assert code_of(grant_stay, appeal=appeal, reasons="x", by=presiding) == "nothing_to_stay"
    assert code_of(refuse_stay, appeal=appeal, reasons="x", by=presiding) == "nothing_to_stay"
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(stay_asked=True)


# --- who hears it ---------------------------------------------------------------------------------
def test_whoever_screened_assessed_or_signed_has_a_part_and_their_bodies(made: refusals.Refused) -> None:
    cast, application = made.cast, made.application
    people, bodies = people_with_a_part(application), bodies_with_a_part(application)
    for actor in (cast.officer, cast.reviewer, cast.signatory, cast.applicant):
        assert actor.user_id in people
    assert {cast.authority.pk, application.institution_id} <= bodies
    appeal = refusals.with_panel(lodge(made), [*others(bodies=2, each=1), make_member(cast.authority, "signatory")])
    members = panel_of(appeal)
    assert len(members) == 3
    assert not {one.user_id for one in members} & people
    assert not {one.body_id for one in members} & bodies


# --- what follows ---------------------------------------------------------------------------------
def test_refusal_that_is_set_aside_is_decided_anew_by_others(made: refusals.Refused) -> None:
    cast = made.cast
    appeal = refusals.decided(refusals.with_panel(lodge(made)))
    assert appeal.state == "upheld"
    application = made.application
    assert (application.state, application.decided_at, application.refusal_reasons) == ("under_review", None, [])
    assert not Qualification.objects.filter(institution=cast.institution).exists()
    assert Notice.objects.filter(kind="application_remitted", recipient=cast.officer.user).exists()
    assert PublishedDecision.objects.get(appeal=appeal).against == "refusal"
    send_to_signatories(application=application, by=cast.officer)
    seen = case_of(made.application).dossier_digest
    again = confirmed(cast.signatory)
    assert code_of(sign_application, application=made.application, seen=seen, by=again) == "decided_before"
    refuse = {"application": made.application, "seen": seen, "reasons": ["security"], "note": "Still."}
    assert code_of(refuse_application, by=again, **refuse) == "decided_before"
    sign(cast, make_member(cast.authority, "signatory"), cast.other_signatory)
    assert made.application.state == "approved"
    assert list(verify()) == []


def test_another_refusal_after_that_can_be_appealed_against_again(made: refusals.Refused) -> None:
    first = refusals.decided(refusals.with_panel(lodge(made)))
    assert code_of(lodge, made=made) == "not_decided"
    with clock.at(clock.now() + timedelta(days=3)):
        send_to_signatories(application=made.application, by=made.cast.officer)
        refusals.refuse(made.cast, make_member(made.cast.authority, "signatory"))
        second = lodge(made)
    assert {first.state, second.state} == {"upheld", "lodged"}
    page = client_for(made.cast.applicant).get(reverse("audits:appeal", args=[first.pk])).content.decode()
    assert "Logs are kept for a week only." in page


def test_dismissed_appeal_leaves_it_refused_and_judged(made: refusals.Refused) -> None:
    refusals.decided(refusals.with_panel(lodge(made)), "dismiss")
    assert made.application.state == "declined"
    assert code_of(lodge, made=made) == "judged"


def test_application_begun_meanwhile_goes_on_and_nothing_bars_the_next(made: refusals.Refused) -> None:
    cast = made.cast
    appeal = refusals.with_panel(lodge(made))
    with clock.at(clock.now() + timedelta(days=200)):
        newer = begin_application(institution=cast.institution, by=cast.applicant)
    refusals.decided(appeal)
    application = made.application
    assert (application.state, newer.state) == ("declined", "draft")
    assert application.set_aside_at is not None
    assert code_of(lodge, made=made) == "not_decided"
    assert [one.against for one in appealable(cast.institution.pk)] == []


# --- pages ----------------------------------------------------------------------------------------
def test_page_of_what_was_refused_leads_to_the_appeal_with_the_last_day(made: refusals.Refused) -> None:
    client = client_for(made.cast.applicant)
    page = reverse("partners:application", args=[made.application.pk])
    url = reverse("audits:appeal_application", args=[made.application.pk])
    last = day_in(made.application.decided_at, made.application.authority.jurisdiction) + timedelta(days=30)  # type: ignore[arg-type]
    text = client.get(page).content.decode()
    assert url in text
    assert f"The last day is {last:%-d %B %Y}" in text
    form = client.get(url).content.decode()
    assert "stay_asked" not in form
    posted = {"ground": "facts", "statement": "Logs are kept for a year.", "stay_asked": "on"}
    assert client.post(url, posted).status_code == 302
    appeal = Appeal.objects.get(application=made.application)
    assert not appeal.stay_asked
    assert appeal.get_absolute_url() in client.get(page).content.decode()
    assert made.application.refusal_note in client.get(appeal.get_absolute_url()).content.decode()
    assert client_for(made.cast.officer).get(url).status_code == 404


def test_pages_cost_the_same_however_much_was_said(made: refusals.Refused) -> None:
    appeal = refusals.with_panel(lodge(made))

    def say(count: int) -> None:
        for _ in range(count):
            add_statement(appeal=appeal, text="Logs are kept for a year.", by=made.cast.applicant)

    pages = [
        (client_for(made.cast.applicant), reverse("audits:appeal", args=[appeal.pk])),
        (client_for(made.cast.applicant), reverse("partners:application", args=[made.application.pk])),
        (client_for(panel_of(appeal)[0]), reverse("audits:panel_appeal", args=[appeal.pk])),
    ]
    assert_query_budgets(pages, say, most=18, many=6)


def test_home_of_those_who_can_hear_it_counts_it_and_of_those_with_a_part_does_not(made: refusals.Refused) -> None:
    appeal = lodge(made)
    people = others()
    home = reverse("home")
    assert "appeal to admit or to reject" in client_for(people[0]).get(home).content.decode()
    assert "appeal to admit or to reject" not in client_for(made.cast.signatory).get(home).content.decode()
    member = panel_of(refusals.with_panel(appeal, people))[0]
    page = client_for(member).get(home).content.decode()
    assert "appeal before your panel" in page
    assert "appeal to admit or to reject" not in page
