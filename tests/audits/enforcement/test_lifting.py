"""From the case to its end: weighing, facts, conditions, lifting; and an interim suspension that nobody confirms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audits import notices
from audits.access import enforcement_on_desk
from audits.actions.enforcement import (
    answer_notice,
    give_notice,
    hear_case,
    open_case,
    suspend_at_once,
)
from audits.actions.facts import link_facts
from audits.actions.incident import report_incident
from audits.actions.lifting import confirm_condition, meet_condition, propose_lifting, return_condition, sign_lifting
from audits.models import EnforcementCase
from audits.queries.facts import facts_of, offered_facts, picked
from audits.queries.ladder import decision_content
from audits.queries.lifting import lifting_content
from grants.actions.hold import confirm_hold
from grants.tasks import lapse_holds
from partners.models import Qualification
from portal.core import clock
from portal.core.canonical import digest
from portal.core.verdicts import Refused
from portal.notifications.models import Notice
from portal.workflow import deed
from tests.audits.enforcement.acts import decided, heard, noticed, permitted, sign, signatories
from tests.factories import grants as make
from tests.factories.accounts import make_member
from tests.factories.partners import make_authority, make_institution


def told(case: EnforcementCase, kind: str) -> set[object]:
    return set(Notice.objects.filter(kind=kind, about=case.pk).values_list("recipient", flat=True))


def code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return str(refused.value.verdict.code)


# --- notice ---------------------------------------------------------------------------------------
def test_notice_says_why_nothing_milder_suffices_and_why_not_the_ladders_step(made: make.GrantCast) -> None:
    case = open_case(institution=made.institution, facts="A key leaked.", by=made.officer)
    words: dict[str, Any] = {
        "case": case,
        "reasons": "Grave.",
        "by": made.officer,
        "until": clock.today() + timedelta(days=30),
    }
    cases: list[tuple[dict[str, Any], str]] = [
        ({"measure": "suspension", "why_step": "x"}, "proportion"),
        ({"measure": "suspension", "milder": "x", "why_step": " "}, "other_step"),
        ({"measure": "restriction", "milder": "x", "why_step": "x"}, "no_scope"),
        ({"measure": "suspension", "milder": "x", "why_step": "x", "closes": [made.grant]}, "scope"),
    ]
    for said, wanted in cases:
        with pytest.raises(Refused) as refused:
            give_notice(**words, **said)
        assert code(refused) == wanted
    assert case.state == "opened"


def test_a_repeat_raises_the_step_and_the_mildest_then_needs_a_reason(made: make.GrantCast) -> None:
    sign(heard(made, "warning"), signatories(made))
    again = open_case(institution=made.institution, facts="Again.", by=made.officer)
    with pytest.raises(Refused) as refused:
        give_notice(case=again, measure="warning", reasons="Once more.", by=made.officer)
    assert code(refused) == "other_step"
    give_notice(case=again, measure="warning", reasons="Once more.", why_step="It was another team.", by=made.officer)
    assert (again.suggested, again.proposed) == ("restriction", "warning")


def test_what_is_weighed_linked_and_reached_is_part_of_what_is_signed(made: make.GrantCast) -> None:
    case = noticed(made, "suspension")
    before = digest(decision_content(case))
    for name, value in (("milder", "Other."), ("why_step", "Other."), ("heard_notes", "Other.")):
        kept = getattr(case, name)
        setattr(case, name, value)
        assert digest(decision_content(case)) != before, name
        setattr(case, name, kept)
    make.revoke(made)
    assert digest(decision_content(case)) != before, "a grant that it would have stopped is gone"


# --- facts ----------------------------------------------------------------------------------------
def test_facts_of_the_partner_are_linked_and_nobody_elses(made: make.GrantCast) -> None:
    words: dict[str, Any] = {
        "severity": "high",
        "kind": "credential",
        "title": "A key",
        "description": "Leaked.",
        "aware_at": clock.now(),
    }
    incident = report_incident(institution=made.institution, by=made.applicant, **words)
    case = open_case(institution=made.institution, facts="A key leaked.", by=made.officer)
    choices = [value for _kind, group in offered_facts(case) for value, _title in group]
    assert f"incident:{incident.pk}" in choices
    link_facts(case=case, facts=picked(case, [f"incident:{incident.pk}"]), by=made.officer)
    (fact,) = facts_of(case, desk=True)
    assert (fact.row, fact.url) == (incident, f"/admin/audits/incident/{incident.pk}/change/")
    assert f"incident:{incident.pk}" not in [value for _kind, group in offered_facts(case) for value, _ in group]
    other, applicant = make_institution()
    foreign = report_incident(institution=other, by=applicant, **words)
    assert picked(case, [f"incident:{foreign.pk}"]) == []
    with pytest.raises(Refused) as refused:
        link_facts(case=case, facts=[foreign], by=made.officer)
    assert code(refused) == "other_institution"
    give_notice(case=case, measure="warning", reasons="Mild.", by=made.officer)
    with pytest.raises(Refused) as refused:
        link_facts(case=case, facts=[incident], by=made.officer)
    assert code(refused) == "wrong_state"


# --- lifting --------------------------------------------------------------------------------------
def test_conditions_are_met_by_one_confirmed_by_another_and_lifted_by_a_quorum(made: make.GrantCast) -> None:
    case = decided(made, "suspension")
    first, second = case.conditions.order_by("number")
    with pytest.raises(Refused) as refused:
        propose_lifting(case=case, reason="Please.", by=made.officer)
    assert code(refused) == "conditions"
    meet_condition(case=case, condition=first, remark="The vault is in use.", by=made.applicant)
    return_condition(case=case, condition=first, reason="One key is missing.", by=made.officer)
    meet_condition(case=case, condition=first, remark="All of them now.", by=made.applicant)
    confirm_condition(case=case, condition=first, by=made.officer)
    meet_condition(case=case, condition=second, remark="I was there.", by=made.officer)
    with pytest.raises(Refused) as refused:
        confirm_condition(case=case, condition=second, by=made.officer)
    assert code(refused) == "same_person"
    colleague = make_member(made.authority, "case_officer")
    assert told(case, "enforcement_can_be_lifted") == set()
    confirm_condition(case=case, condition=second, by=colleague)
    assert made.officer.user_id in told(case, "enforcement_can_be_lifted")
    propose_lifting(case=case, reason="Everything is in place.", by=colleague)
    people = signatories(made)
    for place, person in enumerate(people[:2]):
        assert not permitted(made), place
        sign_lifting(case=case, seen=digest(lifting_content(case)), by=person)
    assert (case.end, permitted(made)) == ("lifted", True)
    assert Qualification.objects.get(institution=made.institution).state == "in_force"


def test_who_prepared_the_lifting_does_not_sign_it_and_a_removal_is_not_lifted(made: make.GrantCast) -> None:
    case = decided(made, "suspension")
    both = make_member(made.authority, "case_officer", "signatory")
    for row in case.conditions.all():
        meet_condition(case=case, condition=row, remark="It is.", by=made.applicant)
        confirm_condition(case=case, condition=row, by=both)
    propose_lifting(case=case, reason="All is done.", by=made.officer)
    with pytest.raises(Refused) as refused:
        sign_lifting(case=case, seen=digest(lifting_content(case)), by=both)
    assert code(refused) == "same_person"
    removed = decided(made, "removal")
    with pytest.raises(Refused) as refused:
        propose_lifting(case=removed, reason="Please.", by=made.officer)
    assert code(refused) == "not_lifted"


# --- who hears ------------------------------------------------------------------------------------
def test_the_home_authority_hears_of_everything_when_another_one_runs_the_case(made: make.GrantCast) -> None:
    other = make_authority("NO")
    guest = make_member(other, "case_officer")
    home = made.officer.user_id
    case = open_case(institution=made.institution, facts="A key leaked.", by=made.officer)
    EnforcementCase.objects.filter(pk=case.pk).update(authority=other)
    case.refresh_from_db()
    with deed():
        notices.case_opened(case)
    give_notice(case=case, measure="warning", reasons="Mild.", by=guest)
    answer_notice(case=case, answer="Ours.", by=made.applicant)
    hear_case(case=case, notes="", by=guest)
    sign(case, [make_member(other, "signatory")])
    assert home in told(case, "enforcement_opened_home") & told(case, "enforcement_notice_home")
    assert {home, guest.user_id} <= told(case, "enforcement_decided")
    assert enforcement_on_desk(EnforcementCase.objects.all(), made.officer).filter(pk=case.pk).exists()
    stranger = make_member(make_authority("SE"), "case_officer")
    assert not enforcement_on_desk(EnforcementCase.objects.all(), stranger).filter(pk=case.pk).exists()


def test_providers_concerned_hear_what_holds_and_never_why(made: make.GrantCast) -> None:
    case = decided(made, "suspension")
    assert made.staff.user_id in told(case, "enforcement_provider")
    for notice in Notice.objects.filter(recipient=made.staff.user_id).values():
        assert "A key leaked" not in str(notice)
        assert "Nothing milder" not in str(notice)


def test_an_interim_suspension_that_nobody_of_another_body_confirms_lapses_loudly(made: make.GrantCast) -> None:
    case = open_case(institution=made.institution, facts="A key leaked.", by=made.officer)
    hold = suspend_at_once(case=case, reason="Danger.", lifted_when="It is over.", by=made.signatory)
    assert not permitted(made)
    with pytest.raises(Refused) as refused:
        confirm_hold(hold=hold, by=make_member(made.authority, "signatory"))
    assert code(refused) == "same_body"
    assert hold.confirm_by is not None
    with clock.at(hold.confirm_by - timedelta(seconds=1)):
        assert lapse_holds()["done"] == 0
    with clock.at(hold.confirm_by + timedelta(days=9)):
        assert lapse_holds()["done"] == 1, "missed sweeps lose nothing"
        assert lapse_holds()["done"] == 0
        assert permitted(made)
    heard_of = told(case, "enforcement_hold_lapsed")
    assert {made.officer.user_id, made.signatory.user_id, made.other_signatory.user_id} <= heard_of
