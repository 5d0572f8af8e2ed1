"""Renewals and changes of circumstances: what they open, what of them is assessed again, and what stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.actions.answers import save_answers
from partners.actions.application import begin_application, report_more
from partners.actions.query import answer_question
from partners.actions.review import assess_section, recommend_decision
from partners.actions.rules import follow_rules
from partners.models import Application, Evidence, Revision
from partners.queries.carried import carried_sections
from partners.queries.case import case_of
from partners.queries.sections import open_sections
from partners.rules.application import told_late
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.rulebook.actions.version import put_in_force
from portal.rulebook.schema import parse
from tests.factories import partners as make
from tests.factories.accounts import make_member
from tests.factories.rulebook import document
from tests.rulebook.test_versions import adopted
from tests.world import client_for

pytestmark = pytest.mark.django_db
OWNERSHIP = {"circumstances": ["ownership"]}
NEW_BOARD = [{"name": "Ida Moe", "function": "Director", "nationality": "NO"}]


@pytest.fixture
def made() -> make.Cast:
    """An institution qualified by an application of which every section was assessed as met."""
    return make.sign(make.application_to_sign())


def begin(made: make.Cast, kind: str = "renewal", **more: Any) -> make.Cast:
    if kind == "change":
        more = {**OWNERSHIP, "happened_on": clock.today(), **more}
    begun = begin_application(institution=made.institution, kind=kind, by=made.applicant, **more)
    return replace(made, application=begun)


def save(made: make.Cast, section: str, **answers: Any) -> None:
    save_answers(
        application=made.application, section=section, posted=answers, seen=10**6, page="test", by=made.applicant
    )


def under_review(made: make.Cast) -> make.Cast:
    return make.assign(make.screen(make.submit(made)))


def unassessed(made: make.Cast) -> list[str]:
    return case_of(made.fresh()).unassessed_by(made.reviewer.user_id)


# --- only changes are assessed again --------------------------------------------------------------


def test_a_renewal_without_a_change_needs_no_section_assessed_again(made: make.Cast) -> None:
    renewal = under_review(begin(made))
    case = case_of(renewal.application)
    assert set(case.carried) == {section.key for section in case.sections}
    assert {item["application"] for item in case.carried.values()} == {made.application.reference}
    recommend_decision(application=renewal.application, outcome="approve", text="Unchanged.", by=made.reviewer)
    make.sign(make.send(renewal))
    assert renewal.fresh().state == "approved"


def test_the_section_that_changed_is_assessed_again_and_no_other(made: make.Cast) -> None:
    renewal = begin(made)
    save(renewal, "data", retention_months=6)
    under_review(renewal)
    assert unassessed(renewal) == ["Data"]
    with pytest.raises(Refused) as caught:
        recommend_decision(application=renewal.application, outcome="approve", text="Sound.", by=made.reviewer)
    assert "Data" in str(caught.value.verdict.reason)
    assess_section(application=renewal.application, section="data", outcome="met", by=made.reviewer)
    recommend_decision(application=renewal.application, outcome="approve", text="Sound.", by=made.reviewer)


def test_what_is_carried_over_is_part_of_what_is_signed(made: make.Cast) -> None:
    case = case_of(under_review(begin(made)).application)
    assert case.dossier["carried"] == case.revision.carried
    assert case.dossier["carried"]["security"]["outcome"] == "met"


def test_a_section_that_was_not_fully_met_is_looked_at_again() -> None:
    made = make.reviewed_application()
    for section in case_of(made.application).sections:
        outcome = {"security": "partly"}.get(section.key, "met")
        assess_section(
            application=made.application, section=section.key, outcome=outcome, note="Thin.", by=made.reviewer
        )
    recommend_decision(application=made.application, outcome="approve", text="Sound.", by=made.reviewer)
    make.sign(make.send(made))
    assert unassessed(under_review(begin(made))) == ["Security controls"]


def test_an_assessment_is_carried_through_a_second_renewal_until_it_is_too_old(made: make.Cast) -> None:
    months = case_of(made.application).rules.qualification.assess_again_months
    second = _approve_anew(begin(made))
    third = under_review(begin(second))
    assert case_of(third.application).carried["security"]["application"] == made.application.reference
    _approve_anew(third, review=False)
    with clock.at(clock.now() + timedelta(days=31 * months)):
        revision = Revision(application=third.application)
        sent = Revision.objects.filter(application=third.application).latest("number")
        revision.answers, revision.sections, revision.evidence = sent.answers, sent.sections, sent.evidence
        assert carried_sections(third.application, revision) == {}


def test_a_section_that_rests_on_a_document_that_has_ended_is_looked_at_again(made: make.Cast) -> None:
    renewal = begin(made)
    Evidence.objects.filter(institution=made.institution).update(valid_until=clock.today() - timedelta(days=1))
    assert set(unassessed(under_review(renewal))) == {
        "Your organisation",
        "Environments and safeguards",
        "When something goes wrong",
    }


def test_a_section_that_is_asked_otherwise_by_new_rules_is_looked_at_again(made: make.Cast) -> None:
    harder = document("1.1")
    security = next(item for item in harder["questionnaire"]["sections"] if item["key"] == "security")
    security["questions"][0]["label"] = "Which certificates do you hold, and since when?"
    put_in_force(version=adopted("1.1", parse(harder)), by=SYSTEM)
    renewal = begin(made)
    assert unassessed(under_review(renewal)) == ["Security controls"]


def test_an_answer_to_a_question_ends_what_was_carried_for_its_section(made: make.Cast) -> None:
    renewal = under_review(begin(made))
    query = make.ask(renewal, "data")
    make.answer(renewal, query, retention_months=3)
    assert unassessed(renewal) == ["Data"]


def _approve_anew(renewal: make.Cast, *, review: bool = True) -> make.Cast:
    if review:
        under_review(renewal)
    recommend_decision(application=renewal.application, outcome="approve", text="Unchanged.", by=renewal.reviewer)
    make.sign(make.send(renewal))
    renewal.fresh()
    return renewal


# --- what a change opens --------------------------------------------------------------------------


def test_a_change_opens_the_sections_that_it_touches_and_no_other(made: make.Cast) -> None:
    change = begin(made, "change")
    assert open_sections(change.application) == {"ownership"}
    save(change, "ownership", legal_owner_type="state")
    with pytest.raises(Refused) as caught:
        save(change, "data", retention_months=6)
    assert "Say what else changed" in str(caught.value.verdict.reason)


def test_saying_what_else_changed_opens_more(made: make.Cast) -> None:
    change = begin(made, "change")
    report_more(
        application=change.application, circumstances=["ownership", "use"], happened_on=clock.today(), by=made.applicant
    )
    assert open_sections(change.application) == {"ownership", "intended_use", "data"}


def test_what_was_written_in_a_section_that_closes_stays_open(made: make.Cast) -> None:
    change = begin(made, "change", circumstances=["use"])
    save(change, "data", retention_months=6)
    report_more(
        application=change.application, circumstances=["ownership"], happened_on=clock.today(), by=made.applicant
    )
    assert open_sections(change.application) == {"ownership", "data"}


def test_a_question_that_a_change_brings_up_elsewhere_can_be_answered(made: make.Cast) -> None:
    change = begin(made, "change", circumstances=["standing"])
    save(change, "history", proceedings=True)
    assert open_sections(change.application) == {"history"}
    with pytest.raises(Refused):
        make.submit(change)
    save(change, "history", proceedings_detail="A dispute about a lease.")
    make.submit(change)
    assert change.fresh().state == "submitted"


def test_a_question_that_an_answer_brings_up_in_a_locked_section_can_be_answered() -> None:
    rules = document("1.1")
    history = next(item for item in rules["questionnaire"]["sections"] if item["key"] == "history")
    told = {"key": "breach_told", "type": "yes_no", "label": "Did you tell an authority of the breach?"}
    history["questions"].append({**told, "when": {"question": "past_breach", "equals": True}})
    made = make.cast()
    put_in_force(version=adopted("1.1", parse(rules)), by=SYSTEM)
    follow_rules(application=made.application, to="1.1", by=made.applicant)
    made.fresh()
    query = make.ask(under_review(made), "security")
    made.fresh()
    assert open_sections(made.application) == {"security"}
    save(made, "security", past_breach=True, past_breach_detail="A stolen laptop, encrypted.")
    assert open_sections(made.application) == {"security", "history"}
    with pytest.raises(Refused) as caught:
        answer_question(query=query, text="Yes, once.", by=made.applicant)
    assert caught.value.verdict.code == "incomplete"
    save(made, "history", breach_told=True)
    answer_question(query=query, text="Yes, once.", by=made.applicant)
    assert made.fresh().state == "under_review"


def test_a_change_needs_its_kind_and_its_day(made: make.Cast) -> None:
    for more, code in (
        ({"circumstances": []}, "no_circumstance"),
        ({"circumstances": ["weather"]}, "no_circumstance"),
        ({"happened_on": None}, "no_day"),
        ({"happened_on": clock.today() + timedelta(days=400)}, "no_day"),
        ({"happened_on": clock.today().replace(year=1024)}, "no_day"),
    ):
        with pytest.raises(Refused) as caught:
            begin(made, "change", **more)
        assert caught.value.verdict.code == code


def test_an_approved_change_keeps_the_last_day_of_the_qualification(made: make.Cast) -> None:
    until = made.fresh().qualification.valid_until
    change = begin(made, "change")
    save(change, "ownership", directors=NEW_BOARD)
    under_review(change)
    assert unassessed(change) == ["Ownership and control"]
    assess_section(application=change.application, section="ownership", outcome="met", by=made.reviewer)
    recommend_decision(application=change.application, outcome="approve", text="Harmless.", by=made.reviewer)
    make.sign(make.send(change), made.signatory)
    assert change.fresh().qualification.valid_until == until


def test_a_report_in_which_no_answer_differs_is_not_sent(made: make.Cast) -> None:
    with pytest.raises(Refused) as caught:
        make.submit(begin(made, "change"))
    assert caught.value.verdict.code == "nothing_changed"


def test_the_check_page_offers_to_change_only_what_is_open(made: make.Cast) -> None:
    change = begin(made, "change")
    page = client_for(made.applicant).get(reverse("partners:check", args=[change.application.pk])).content.decode()
    assert f"/applications/{change.application.pk}/sections/ownership/" in page
    assert f"/applications/{change.application.pk}/sections/data/" not in page


def test_no_draft_of_a_change_says_more_once_it_was_sent(made: make.Cast) -> None:
    change = begin(made, "change")
    save(change, "ownership", directors=NEW_BOARD)
    make.submit(change)
    with pytest.raises(Refused):
        report_more(application=change.application, circumstances=["use"], happened_on=clock.today(), by=made.applicant)


@pytest.mark.parametrize(("days", "late"), [(14, False), (15, True)])
def test_a_change_is_told_late_after_the_rulebooks_working_days(days: int, late: bool) -> None:
    monday = clock.today().replace(year=2026, month=9, day=7)
    assert told_late(monday, monday + timedelta(days=days), 10, "") is late


# --- the pages ------------------------------------------------------------------------------------


def test_a_change_is_reported_on_two_pages(made: make.Cast) -> None:
    client = client_for(made.applicant)
    led = client.post(reverse("partners:start"), {"kind": "change"})
    assert led["Location"] == reverse("partners:report_change")
    page = client.get(led["Location"]).content.decode()
    assert "A key person" in page
    day = clock.today()
    begun = client.post(
        led["Location"],
        {
            "circumstances": ["ownership"],
            "happened_on_day": day.day,
            "happened_on_month": day.month,
            "happened_on_year": day.year,
        },
    )
    application = Application.objects.get(institution=made.institution, state="draft")
    assert begun["Location"] == reverse("partners:application", args=[application.pk])
    page = client.get(begun["Location"]).content.decode()
    assert page.count("Stays as it was") == 8
    assert f"/applications/{application.pk}/sections/ownership/" in page
    assert f"/applications/{application.pk}/sections/data/" not in page
    assert "Ownership or control" in page


def test_the_desk_says_what_is_as_before_and_shows_what_changed_since(made: make.Cast) -> None:
    change = begin(made, "change", happened_on=clock.today() - timedelta(days=60))
    save(change, "ownership", directors=NEW_BOARD)
    under_review(change)
    client = client_for(made.reviewer)
    case = reverse("admin:partners_application_change", args=[change.application.pk])
    assert "told late: the limit is 10 working days" in client.get(case).content.decode()
    page = client.get(f"{case}?tab=assessment").content.decode()
    assert page.count("It need not be assessed again") == 8
    changes = client.get(reverse("admin:partners_application_changes", args=[change.application.pk])).content.decode()
    assert f"what was sent with {made.application.reference}" in changes
    assert "<del>" in changes


def test_saying_more_costs_few_queries(made: make.Cast) -> None:
    change = begin(made, "change")
    client = client_for(made.applicant)
    url = reverse("partners:change", args=[change.application.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    assert len(captured) <= 12


def test_nobody_of_another_institution_says_what_changed(made: make.Cast) -> None:
    change = begin(made, "change")
    stranger = make_member(make.make_institution()[0].organisation, "applicant")
    assert client_for(stranger).get(reverse("partners:change", args=[change.application.pk])).status_code == 404
