"""The authority's side: nobody judges themselves, everything is bound to what was read, and nothing is overwritten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from partners.actions.case import (
    assign_reviewer,
    declare_conflict,
    return_to_review,
    screen_application,
    send_to_signatories,
    unassign_reviewer,
)
from partners.actions.query import withdraw_question
from partners.actions.review import assess_section, recommend_decision
from partners.actions.signature import refuse_application, sign_application
from partners.models import Application, Letter, Qualification, Recommendation, SectionAssessment, Signature
from partners.queries.case import case_of
from portal.accounts.assign import permission_models
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, Refused
from portal.ledger.models import Entry
from portal.notifications.models import Notice
from tests.factories import partners as make
from tests.factories.accounts import make_member

pytestmark = pytest.mark.django_db


def code(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.verdict.code


def both_roles(made: make.Cast, *roles: str) -> Actor:
    return make_member(made.authority, *roles)


# --- screening and reviewers ----------------------------------------------------------------------


def test_before_declaring_a_case_officer_does_nothing() -> None:
    made = make.submitted_application()
    with pytest.raises(Refused) as refusal:
        screen_application(application=made.application, tier="standard", by=made.officer)
    assert code(refusal) == "not_declared"


def test_a_case_officer_of_another_authority_does_not_screen() -> None:
    made = make.submitted_application()
    stranger = make_member(made.other_authority, "case_officer")
    with pytest.raises(Refused) as refusal:
        screen_application(application=made.application, tier="standard", by=stranger)
    assert code(refusal) == "other_body"


def test_another_tier_than_the_suggested_one_needs_a_reason() -> None:
    made = make.submitted_application(answers={"capability_tier": "frontier"})
    declare_conflict(application=made.application, conflict=False, by=made.officer)
    with pytest.raises(Refused) as refusal:
        screen_application(application=made.application, tier="standard", by=made.officer)
    assert code(refusal) == "no_reason"
    screen_application(application=made.application, tier="elevated", by=made.officer)
    assert made.fresh().tier == "elevated"


def test_whoever_screened_a_case_is_not_assigned_as_its_reviewer() -> None:
    made = make.submitted_application()
    made.officer = both_roles(made, "case_officer", "reviewer")
    make.screen(made)
    with pytest.raises(Refused) as refusal:
        assign_reviewer(application=made.application, reviewer=made.officer.user, by=made.officer)
    assert code(refusal) == "had_a_part"


def test_only_reviewers_of_the_own_authority_are_assigned() -> None:
    made = make.screen(make.submitted_application())
    with pytest.raises(Refused) as refusal:
        assign_reviewer(application=made.application, reviewer=made.signatory.user, by=made.officer)
    assert code(refusal) == "not_a_reviewer"


def test_a_reviewer_who_was_not_assigned_does_not_assess() -> None:
    made = make.reviewed_application()
    other = make_member(made.authority, "reviewer")
    with pytest.raises(Refused) as refusal:
        assess_section(application=made.application, section="security", outcome="met", by=other)
    assert code(refusal) == "not_assigned"


def test_a_conflict_takes_the_reviewer_off_the_case_and_tells_the_officer() -> None:
    made = make.screen(make.submitted_application())
    assign_reviewer(application=made.application, reviewer=made.reviewer.user, by=made.officer)
    declare_conflict(application=made.application, conflict=True, detail="My brother works there.", by=made.reviewer)
    assert not any(model._default_manager.filter(user=made.reviewer.user).exists() for model in permission_models())
    assert Notice.objects.filter(recipient=made.officer.user, kind="reviewer_recused").exists()
    with pytest.raises(Refused) as refusal:
        assign_reviewer(application=made.application, reviewer=made.reviewer.user, by=made.officer)
    assert code(refusal) == "conflict_of_interest"


def test_a_conflict_cannot_be_taken_back() -> None:
    made = make.submitted_application()
    declare_conflict(application=made.application, conflict=True, detail="Shares.", by=made.officer)
    with pytest.raises(Refused):
        declare_conflict(application=made.application, conflict=False, by=made.officer)


def test_someone_taken_off_the_case_assesses_nothing_more_and_what_they_did_stays() -> None:
    made = make.reviewed_application()
    assess_section(application=made.application, section="security", outcome="met", by=made.reviewer)
    unassign_reviewer(application=made.application, reviewer=made.reviewer.user, by=made.officer)
    with pytest.raises(Refused):
        assess_section(application=made.application, section="data", outcome="met", by=made.reviewer)
    assert SectionAssessment.objects.count() == 1


# --- assessing ------------------------------------------------------------------------------------


def test_an_assessment_below_met_says_what_is_missing() -> None:
    made = make.reviewed_application()
    with pytest.raises(Refused) as refusal:
        assess_section(application=made.application, section="security", outcome="not_met", by=made.reviewer)
    assert code(refusal) == "no_note"


def test_nobody_recommends_before_every_section_is_assessed() -> None:
    made = make.reviewed_application()
    assess_section(application=made.application, section="security", outcome="met", by=made.reviewer)
    with pytest.raises(Refused) as refusal:
        recommend_decision(application=made.application, outcome="approve", text="Fine.", by=made.reviewer)
    assert code(refusal) == "not_assessed"
    assert not Recommendation.objects.exists()


def test_an_answer_outdates_the_assessment_of_its_section_and_of_no_other() -> None:
    made = make.assess(make.reviewed_application())
    make.answer(made, make.ask(made, "security"), monitoring="office_hours")
    case = case_of(made.fresh())
    assert case.unassessed_by(made.reviewer.user_id) == ["Security controls"]
    assert case.current_recommendations == []


def test_an_answer_in_words_alone_outdates_nothing() -> None:
    made = make.assess(make.reviewed_application())
    make.answer(made, make.ask(made, "security"))
    case = case_of(made.fresh())
    assert case.unassessed_by(made.reviewer.user_id) == []
    assert len(case.current_recommendations) == 1


def test_half_written_changes_under_another_open_question_are_not_sent_with_an_answer() -> None:
    made = make.reviewed_application()
    security, data = make.ask(made, "security"), make.ask(made, "data")
    make.save_answers(
        application=made.fresh(),
        section="data",
        posted={"retention_months": 99},
        seen=10**6,
        page="x",
        by=made.applicant,
    )
    make.answer(made, security, mfa="phishing_resistant")
    sent = case_of(made.fresh()).revision
    assert sent is not None
    assert (sent.answers["mfa"], sent.answers["retention_months"]) == ("phishing_resistant", 12)
    assert made.fresh().state == "awaiting_applicant"
    make.answer(made, data)
    assert made.fresh().state == "under_review"


def test_withdrawing_the_last_question_lets_the_review_go_on() -> None:
    made = make.reviewed_application()
    query = make.ask(made)
    withdraw_question(query=query, by=made.reviewer)
    assert made.fresh().state == "under_review"


def test_high_tier_needs_two_recommendations_of_assessors_blind_to_each_other() -> None:
    made = make.screen(make.submitted_application(), tier="high")
    second = make_member(made.authority, "reviewer")
    make.assign(made)
    make.assign(made, second)
    make.assess(made)
    case = case_of(made.fresh())
    assert case.is_blind_for(made.reviewer.user_id), "or whoever files first could read along"
    assert case.is_blind_for(second.user_id)
    with pytest.raises(Refused) as refusal:
        send_to_signatories(application=made.application, by=made.officer)
    assert code(refusal) == "not_recommended"
    make.assess(made, second)
    assert not any(case_of(made.fresh()).is_blind_for(who.user_id) for who in (made.reviewer, second))
    make.send(made)
    assert made.fresh().state == "awaiting_signatures"


# --- signing --------------------------------------------------------------------------------------


def sign(made: make.Cast, by: Actor, seen: str = "") -> Signature:
    declare_conflict(application=made.fresh(), conflict=False, by=by)
    return sign_application(application=made.application, seen=seen or case_of(made.application).dossier_digest, by=by)


@pytest.mark.parametrize("part", ["reviewer", "officer"])
def test_whoever_assessed_or_screened_a_case_does_not_sign_it(part: str) -> None:
    made = make.submitted_application()
    person = both_roles(made, "reviewer" if part == "reviewer" else "case_officer", "signatory")
    setattr(made, part, person)
    make.send(make.assess(make.assign(make.screen(made))))
    with pytest.raises(Refused) as refusal:
        sign_application(application=made.fresh(), seen=case_of(made.application).dossier_digest, by=person)
    assert code(refusal) == "had_a_part"
    assert not Signature.objects.exists()


def test_one_signature_does_not_qualify() -> None:
    made = make.application_to_sign()
    sign(made, made.signatory)
    assert made.fresh().state == "awaiting_signatures"
    assert not Qualification.objects.exists()


def test_two_signatories_of_one_authority_do_not_qualify() -> None:
    made = make.application_to_sign()
    sign(made, made.signatory)
    with pytest.raises(Refused) as refusal:
        sign(made, make_member(made.authority, "signatory"))
    assert code(refusal) == "other_body_needed"


def test_a_signature_is_bound_to_what_was_shown() -> None:
    made = make.application_to_sign()
    with pytest.raises(Conflict):
        sign(made, made.signatory, seen="0" * 64)
    signature = sign_application(
        application=made.application, seen=case_of(made.application).dossier_digest, by=made.signatory
    )
    assert signature.digest == signature.dossier.digest == make.digest(signature.dossier.content)


def test_an_open_question_blocks_signing_in_the_action() -> None:
    made = make.application_to_sign()
    declare_conflict(application=made.application, conflict=False, by=made.other_signatory)
    make.ask(made, "security", by=made.other_signatory)
    with pytest.raises(Refused) as refusal:
        sign(made, made.signatory)
    assert code(refusal) == "open_query"


def test_an_answer_that_changes_something_voids_signatures_and_goes_back_to_review() -> None:
    made = make.application_to_sign()
    kept = sign(made, made.signatory)
    declare_conflict(application=made.application, conflict=False, by=made.other_signatory)
    make.answer(made, make.ask(made, "security", by=made.other_signatory), monitoring="office_hours")
    assert made.fresh().state == "under_review"
    assert Signature.objects.get(pk=kept.pk).void.reason == "The institution answered a question"
    assert case_of(made.application).live_signatures == []


def test_taking_a_case_back_voids_signatures_and_keeps_their_rows() -> None:
    made = make.application_to_sign()
    kept = sign(made, made.signatory)
    return_to_review(application=made.fresh(), reason="A note is missing.", by=made.officer)
    assert Signature.objects.filter(pk=kept.pk, void__isnull=False).exists()
    make.send(made)
    sign_application(application=made.fresh(), seen=case_of(made.application).dossier_digest, by=made.signatory)
    assert Signature.objects.count() == 2


def test_a_refusal_declines_with_reasons_and_a_letter() -> None:
    made = make.application_to_sign()
    declare_conflict(application=made.application, conflict=False, by=made.signatory)
    seen = case_of(made.application).dossier_digest
    with pytest.raises(Refused):
        refuse_application(application=made.application, seen=seen, reasons=[], note="No.", by=made.signatory)
    refuse_application(
        application=made.application, seen=seen, reasons=["security"], note="The vault is open.", by=made.signatory
    )
    application = made.fresh()
    assert application.state == "declined"
    assert application.refusal_reasons == ["security"]
    assert Letter.objects.get(application=application).kind == "refusal"
    assert not Qualification.objects.exists()


def test_an_approval_is_valid_for_the_rulebooks_time() -> None:
    made = make.sign(make.application_to_sign())
    qualification = Qualification.objects.get(application=made.application)
    assert qualification.valid_from == clock.today()
    assert timedelta(days=3 * 365) <= qualification.valid_until - qualification.valid_from <= timedelta(days=3 * 366)
    assert Entry.objects.filter(verb="application.approve", rulebook="1.0").count() == 1


def test_a_member_of_the_institution_never_works_on_its_case() -> None:
    made = make.submitted_application()
    from portal.accounts.actions.membership import join_organisation
    from portal.accounts.actor import person_in
    from portal.core.actors import SYSTEM

    join_organisation(user=made.applicant.user, organisation=made.authority, roles=["case_officer"], by=SYSTEM)
    turncoat = person_in(made.applicant.user, made.authority)
    declare_conflict(application=made.application, conflict=False, by=turncoat)
    with pytest.raises(Refused) as refusal:
        screen_application(application=made.application, tier="standard", by=turncoat)
    assert code(refusal) == "own_case"


def test_the_state_cannot_be_changed_past_the_deeds() -> None:
    made = make.submitted_application()
    made.application.state = "approved"
    with pytest.raises(TypeError):
        made.application.save()
    with pytest.raises(TypeError):
        Application.objects.update(state="approved")
