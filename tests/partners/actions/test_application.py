"""The institution's side: begin, fill in, send, withdraw."""

from __future__ import annotations

import pytest

from partners.actions.application import begin_application, submit_application, withdraw_application
from partners.models import Application, Revision
from partners.queries.answers import answers_of
from portal.core.verdicts import Refused
from portal.ledger.models import Entry
from tests.factories import partners as make
from tests.factories.accounts import make_member, make_organisation

pytestmark = pytest.mark.django_db


def code(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.verdict.code


def test_an_application_goes_to_the_authority_of_its_jurisdiction() -> None:
    make.make_authority("GB")
    home = make.make_authority("NO")
    institution, applicant = make.make_institution()
    assert begin_application(institution=institution, by=applicant).authority == home


def test_there_is_one_open_application_at_a_time() -> None:
    make.make_authority()
    institution, applicant = make.make_institution()
    begin_application(institution=institution, by=applicant)
    with pytest.raises(Refused) as refusal:
        begin_application(institution=institution, by=applicant)
    assert code(refusal) == "open_application"


def test_an_institution_outside_the_schemes_countries_cannot_apply() -> None:
    make.make_authority()
    institution, applicant = make.make_institution(jurisdiction="BR")
    with pytest.raises(Refused) as refusal:
        begin_application(institution=institution, by=applicant)
    assert code(refusal) == "not_eligible"


def test_nobody_begins_for_another_institution() -> None:
    make.make_authority()
    institution, _ = make.make_institution()
    stranger = make_member(make_organisation("institution"), "applicant")
    with pytest.raises(Refused) as refusal:
        begin_application(institution=institution, by=stranger)
    assert code(refusal) == "other_body"


def test_an_incomplete_application_is_not_sent_and_says_what_is_missing() -> None:
    made = make.cast(answers={"mfa": None})
    with pytest.raises(Refused) as refusal:
        submit_application(
            application=made.application, declared=["truth", "changes"], capacity="Director", by=made.applicant
        )
    assert code(refusal) == "incomplete"
    assert "Security controls" in str(refusal.value)
    assert not Revision.objects.exists()


def test_hidden_required_questions_do_not_block() -> None:
    made = make.cast(answers={"legal_owner_type": "state", "owners": None})
    assert make.submit(made).fresh().state == "submitted"


def test_every_declaration_has_to_be_made() -> None:
    made = make.cast()
    with pytest.raises(Refused) as refusal:
        submit_application(application=made.application, declared=["truth"], capacity="Director", by=made.applicant)
    assert code(refusal) == "not_declared"


def test_an_application_is_not_sent_twice() -> None:
    made = make.submitted_application()
    with pytest.raises(Refused) as refusal:
        make.submit(made)
    assert code(refusal) == "wrong_state"
    assert Revision.objects.count() == 1
    assert Entry.objects.filter(verb="application.submit").count() == 1


def test_a_submission_keeps_what_was_sent_with_its_documents_and_declarations() -> None:
    made = make.submitted_application()
    revision = Revision.objects.get(application=made.application)
    assert revision.answers["headcount"] == 120
    assert {item["question"] for item in revision.evidence} == {
        "mandate_evidence",
        "environment_evidence",
        "incident_plan",
    }
    assert [item["key"] for item in revision.declarations] == ["truth", "changes"]


def test_a_sent_application_can_be_withdrawn_and_a_new_one_begun() -> None:
    made = make.submitted_application()
    withdraw_application(application=made.application, reason="We merge.", by=made.applicant)
    assert made.fresh().state == "withdrawn"
    assert begin_application(institution=made.institution, by=made.applicant).state == "draft"


def test_answers_are_copied_from_an_earlier_application_of_the_same_institution() -> None:
    made = make.submitted_application()
    withdraw_application(application=made.application, by=made.applicant)
    copy = begin_application(institution=made.institution, copy_from=made.application, by=made.applicant)
    assert answers_of(copy) == Revision.objects.get().answers
    assert answers_of(made.application)["headcount"] == 120


def test_an_application_that_was_never_sent_gives_what_its_draft_holds() -> None:
    made = make.cast(answers={"mfa": "no such choice"})
    withdraw_application(application=made.application, by=made.applicant)
    copy = begin_application(institution=made.institution, copy_from=made.application, by=made.applicant)
    assert answers_of(copy) == answers_of(made.application)


def test_nothing_is_copied_without_being_asked_for_or_from_another_institution() -> None:
    theirs = make.submitted_application()
    mine, applicant = make.make_institution()
    first = begin_application(institution=mine, copy_from=theirs.application, by=applicant)
    assert answers_of(first) == {}
    withdraw_application(application=first, by=applicant)
    assert answers_of(begin_application(institution=mine, by=applicant)) == {}


def test_a_renewal_takes_over_the_answers_and_replaces_the_qualification() -> None:
    institution, applicant, before = make.qualified_institution()
    renewal = begin_application(institution=institution, kind="renewal", by=applicant)
    assert answers_of(renewal)["headcount"] == 120
    other_authority = make.an_authority("GB")
    made = make.Cast(
        application=renewal,
        institution=institution,
        authority=renewal.authority,
        applicant=applicant,
        officer=make_member(renewal.authority, "case_officer"),
        reviewer=make_member(renewal.authority, "reviewer"),
        signatory=make_member(renewal.authority, "signatory"),
        other_signatory=make_member(other_authority, "signatory"),
        other_authority=other_authority,
    )
    make.submit(made)
    make.sign(make.send(make.assess(make.assign(make.screen(made)))))
    before.refresh_from_db()
    assert before.state == "lapsed"
    assert Application.objects.get(pk=renewal.pk).qualification.state == "in_force"


def test_a_renewal_needs_a_qualification() -> None:
    make.make_authority()
    institution, applicant = make.make_institution()
    with pytest.raises(Refused) as refusal:
        begin_application(institution=institution, kind="renewal", by=applicant)
    assert code(refusal) == "not_qualified"
