"""What a refused organisation may do: appeal until a day, apply again from a day; and that it is told both."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.formats import date_format

from partners.actions.application import begin_application
from partners.actions.case import declare_conflict
from partners.actions.signature import refuse_application
from partners.queries.case import case_of
from partners.queries.rulebook import rules_of
from portal.core import clock
from portal.core.verdicts import Refused
from tests.factories import partners as make
from tests.world import client_for

pytestmark = pytest.mark.django_db


def decline(made: make.Cast) -> make.Cast:
    declare_conflict(application=made.application, conflict=False, by=made.signatory)
    refuse_application(
        application=made.application,
        seen=case_of(made.application).dossier_digest,
        reasons=["security"],
        note="The logs can be changed by those whom they watch.",
        by=made.signatory,
    )
    made.fresh()
    return made


@pytest.fixture
def made() -> make.Cast:
    return decline(make.application_to_sign())


def test_a_refused_institution_applies_again_after_the_cooling_off_and_not_before(made: make.Cast) -> None:
    days = rules_of(made.application).qualification.cooling_off_days
    with clock.at(clock.now() + timedelta(days=days - 1)), pytest.raises(Refused) as caught:
        begin_application(institution=made.institution, by=made.applicant)
    assert caught.value.verdict.code == "cooling_off"
    again = date_format(made.application.decided_at.date() + timedelta(days=days), "j F Y")
    assert again in str(caught.value.verdict.reason)
    with clock.at(clock.now() + timedelta(days=days)):
        assert begin_application(institution=made.institution, by=made.applicant).state == "draft"


def test_a_withdrawn_application_asks_for_no_cooling_off() -> None:
    from partners.actions.application import withdraw_application

    made = make.submitted_application()
    withdraw_application(application=made.application, by=made.applicant)
    assert begin_application(institution=made.institution, by=made.applicant).state == "draft"


def test_a_declined_renewal_leaves_the_qualification_and_the_report_of_changes(made: make.Cast) -> None:
    qualified = make.sign(make.application_to_sign())
    renewal = begin_application(institution=qualified.institution, kind="renewal", by=qualified.applicant)
    again = replace(qualified, application=renewal)
    make.assign(make.screen(make.submit(again)))
    from partners.actions.review import recommend_decision

    recommend_decision(application=renewal, outcome="decline", text="No.", by=again.reviewer)
    decline(make.send(again))
    with pytest.raises(Refused) as caught:
        begin_application(institution=qualified.institution, kind="renewal", by=qualified.applicant)
    assert caught.value.verdict.code == "cooling_off"
    change = begin_application(
        institution=qualified.institution,
        kind="change",
        circumstances=["ownership"],
        happened_on=clock.today(),
        by=qualified.applicant,
    )
    assert change.state == "draft"


def test_the_page_and_the_start_page_name_both_rights(made: make.Cast) -> None:
    client = client_for(made.applicant)
    page = client.get(reverse("partners:application", args=[made.application.pk])).content.decode()
    rules = rules_of(made.application)
    window = next(item.window_days for item in rules.appeal.against if item.key == "refusal")
    for days in (window, rules.qualification.cooling_off_days):
        assert date_format(made.application.decided_at.date() + timedelta(days=days), "j F Y") in page
    start = client.get(reverse("partners:start")).content.decode()
    assert f"appeal within {window} days" in start
    told = client.post(reverse("partners:start"), {"kind": "initial"}).content.decode()
    assert "You can apply again from" in told
