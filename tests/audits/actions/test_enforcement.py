"""Enforcement: notice, hearing, signatures of several bodies, effect, and appeal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audits.actions.appeal import lodge_appeal, withdraw_appeal
from audits.actions.enforcement import (
    answer_notice,
    drop_case,
    give_notice,
    hear_case,
    open_case,
    sign_decision,
    suspend_at_once,
)
from audits.models import EnforcementCase
from audits.queries.ladder import decision_content, suggested_rung
from grants.actions.hold import confirm_hold
from partners.models import Qualification
from portal.core import clock
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, heard_case, noticed_case, opened_case
from tests.factories.partners import make_authority, make_institution


def sign(case: EnforcementCase, *people: Actor) -> None:
    for person in people:
        sign_decision(case=case, seen=digest(decision_content(case)), by=person)


def test_suspension_takes_effect_with_the_signature_that_meets_the_quorum(stage: Stage) -> None:
    _, case = heard_case(stage)
    sign(case, stage.signatory)
    assert case.state == "heard"
    assert Qualification.objects.get(institution=stage.institution).state == "in_force"
    sign(case, stage.other_signatory)
    assert (case.state, case.measure) == ("decided", "suspension")
    assert Qualification.objects.get(institution=stage.institution).state == "suspended"
    assert list(verify()) == []


@pytest.mark.parametrize(
    "measure,state", [("warning", "in_force"), ("restriction", "restricted"), ("removal", "removed")]
)
def test_each_rung_has_its_effect(stage: Stage, measure: str, state: str) -> None:
    _, case = heard_case(stage, measure=measure)
    third = make_member(make_authority("SE"), "signatory")
    for person in (stage.signatory, stage.other_signatory, third):
        if case.state == "heard":
            sign(case, person)
    assert case.measure == measure
    assert Qualification.objects.get(institution=stage.institution).state == state


def test_two_signatures_of_one_body_do_not_make_a_quorum_of_two(stage: Stage) -> None:
    _, case = heard_case(stage)
    sign(case, stage.signatory, make_member(stage.cast.authority, "signatory"))
    assert case.state == "heard"


def test_nobody_signs_twice(stage: Stage) -> None:
    _, case = heard_case(stage)
    sign(case, stage.signatory)
    with pytest.raises(Refused) as refused:
        sign(case, stage.signatory)
    assert refused.value.verdict.code == "signed"


def test_signature_is_bound_to_what_was_read(stage: Stage) -> None:
    _, case = heard_case(stage)
    with pytest.raises(Refused) as refused:
        sign_decision(case=case, seen="0" * 64, by=stage.signatory)
    assert refused.value.verdict.code == "changed"
    assert not case.signatures.exists()


def test_nobody_decides_a_case_that_they_worked_on(stage: Stage) -> None:
    both = make_member(stage.cast.authority, "case_officer", "signatory")
    stage.cast.officer = both
    _, case = heard_case(stage)
    with pytest.raises(Refused) as refused:
        sign(case, both)
    assert refused.value.verdict.code == "same_person"


def test_case_is_not_heard_while_the_partner_has_time(stage: Stage) -> None:
    _, case = noticed_case(stage)
    with pytest.raises(Refused) as refused:
        hear_case(case=case, notes="", by=stage.officer)
    assert refused.value.verdict.code == "awaiting_answer"
    with clock.at(clock.now() + timedelta(days=60)):
        hear_case(case=case, notes="No answer came.", by=stage.officer)
    assert case.state == "heard"


def test_partner_answers_once_and_strangers_never(stage: Stage) -> None:
    _, case = noticed_case(stage)
    _, stranger = make_institution()
    with pytest.raises(Refused):
        answer_notice(case=case, answer="Not ours", by=stranger)
    answer_notice(case=case, answer="Ours", by=stage.applicant)
    with pytest.raises(Refused) as refused:
        answer_notice(case=case, answer="Again", by=stage.applicant)
    assert refused.value.verdict.code == "already_done"


def test_restriction_needs_a_last_day_within_the_rulebooks_months(stage: Stage) -> None:
    _, case = opened_case(stage)
    for until in (None, clock.today() + timedelta(days=500), clock.today() - timedelta(days=1)):
        with pytest.raises(Refused):
            give_notice(case=case, measure="restriction", reasons="x", until=until, by=stage.officer)
    assert case.state == "opened"


def test_interim_suspension_is_confirmed_by_a_second_body(stage: Stage) -> None:
    _, case = opened_case(stage)
    hold = suspend_at_once(case=case, reason="Danger", lifted_when="It is over", by=stage.signatory)
    case.refresh_from_db()
    assert (case.hold, hold.target_kind, hold.state) == (hold, "partner", "placed")
    confirm_hold(hold=hold, by=stage.other_signatory)
    assert hold.state == "confirmed"


def test_repeat_raises_the_rung_that_the_ladder_suggests(stage: Stage) -> None:
    _, first = heard_case(stage, measure="warning")
    assert suggested_rung(first) == "warning"
    sign(first, stage.signatory)
    again = open_case(institution=stage.institution, facts="Again.", by=stage.officer)
    assert suggested_rung(again) == "restriction"
    with clock.at(clock.now() + timedelta(days=800)):
        assert suggested_rung(again) == "warning"


def test_case_can_be_dropped_without_any_effect(stage: Stage) -> None:
    _, case = opened_case(stage)
    drop_case(case=case, reason="The key was void.", by=stage.signatory)
    assert (case.state, case.measure) == ("decided", "no_action")
    assert Qualification.objects.get(institution=stage.institution).state == "in_force"


def test_partner_and_home_authority_are_told_of_the_decision(stage: Stage) -> None:
    _, case = heard_case(stage, measure="warning")
    sign(case, stage.signatory)
    told = Notice.objects.filter(kind="enforcement_decided", about=case.pk).values_list("recipient", flat=True)
    assert {stage.applicant.user_id, stage.officer.user_id} <= set(told)


def decided(stage: Stage) -> EnforcementCase:
    _, case = heard_case(stage, measure="warning")
    sign(case, stage.signatory)
    return case


def test_appeal_is_lodged_in_time_on_a_ground_of_the_rulebook(stage: Stage) -> None:
    case = decided(stage)
    appeal = lodge_appeal(against=case, ground="proportion", statement="A word would do.", by=stage.applicant)
    assert (appeal.state, appeal.against) == ("lodged", "enforcement")
    with pytest.raises(Refused) as refused:
        lodge_appeal(against=case, ground="facts", statement="Twice", by=stage.applicant)
    assert refused.value.verdict.code == "already_done"
    withdraw_appeal(appeal=appeal, by=stage.applicant)
    assert appeal.state == "withdrawn"


def test_appeal_after_its_time_is_refused(stage: Stage) -> None:
    case = decided(stage)
    with clock.at(clock.now() + timedelta(days=31)), pytest.raises(Refused) as refused:
        lodge_appeal(against=case, ground="facts", statement="Late", by=stage.applicant)
    assert refused.value.verdict.code == "too_late"


def test_appeal_on_another_ground_or_by_another_institution_is_refused(stage: Stage) -> None:
    case = decided(stage)
    with pytest.raises(Refused) as refused:
        lodge_appeal(against=case, ground="weather", statement="x", by=stage.applicant)
    assert refused.value.verdict.code == "no_ground"
    _, stranger = make_institution()
    with pytest.raises(Refused) as refused:
        lodge_appeal(against=case, ground="facts", statement="x", by=stranger)
    assert refused.value.verdict.code == "other_body"


def test_hold_can_be_appealed(stage: Stage) -> None:
    _, case = opened_case(stage)
    hold = suspend_at_once(case=case, reason="Danger", lifted_when="It is over", by=stage.signatory)
    appeal = lodge_appeal(against=hold, ground="proportion", statement="One line would do.", by=stage.applicant)
    assert (appeal.hold, appeal.case) == (hold, None)
