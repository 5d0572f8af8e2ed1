"""A provider's consent: in time or not at all, and withdrawn with notice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from grants import tasks
from grants.actions.consent import give_consent
from grants.actions.deadline import extend_consent, mark_missed_consent
from grants.actions.hold import place_hold
from grants.actions.review import send_to_signatories
from grants.actions.withdrawal import end_consent, take_back_withdrawal, withdraw_consent
from grants.models import ConsentWithdrawal, Hold
from grants.queries.decision import decide
from grants.queries.grant import lines_of_grant
from grants.queries.request import case_of, lines_of
from grants.queries.shown import shown_lines
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.notifications.models import Notice
from portal.rulebook.durations import add_working_days
from portal.rulebook.queries import rules
from tests.factories import grants as make
from tests.factories.partners import Cast

pytestmark = pytest.mark.django_db


def refusal(act: object, **words: object) -> str:
    with pytest.raises(Refused) as caught:
        act(**words)  # type: ignore[operator]
    return caught.value.verdict.code


def heard(kind: str) -> set[object]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient_id", flat=True))


def two_lines(partner: Cast) -> make.GrantCast:
    return make.request_at_provider({"use_case": "evaluation"}, {"use_case": "benchmarking"}, made=partner)


def due_of(made: make.GrantCast) -> datetime:
    due = made.fresh().consent_due
    assert due
    return due


# --- the deadline ---------------------------------------------------------------------------------


def test_after_the_deadline_a_sweep_marks_it_once_and_officers_and_providers_hear_of_it(partner: Cast) -> None:
    made = two_lines(partner)
    give_consent(line=lines_of(made.request)[0], answer="consent", by=made.staff)
    due = due_of(made)
    with clock.at(due + timedelta(seconds=1)):
        assert tasks.mark_missed_consents()["done"] == 1
        assert tasks.mark_missed_consents()["done"] == 0
    assert made.fresh().consent_missed_at is not None
    assert made.request.state == "awaiting_provider"
    assert made.officer.user_id in heard("consent_missed")
    assert heard("consent_missed_provider") == {made.staff.user_id}


def test_nothing_is_marked_before_the_deadline_or_when_every_line_is_answered(partner: Cast) -> None:
    made = two_lines(partner)
    assert refusal(mark_missed_consent, request=made.request, by=SYSTEM) == "not_due"
    make.consent(made)
    with clock.at(due_of(made) + timedelta(days=1)):
        assert tasks.mark_missed_consents()["done"] == 0
        assert refusal(mark_missed_consent, request=made.request, by=SYSTEM) == "not_due"


def test_a_late_answer_is_refused_until_the_case_officer_gives_more_time(partner: Cast) -> None:
    made = two_lines(partner)
    line = lines_of(made.request)[0]
    with clock.at(due_of(made) + timedelta(hours=1)):
        tasks.mark_missed_consents()
        assert refusal(give_consent, line=line, answer="consent", by=made.staff) == "too_late"
        words: dict[str, Any] = {"request": made.request, "by": made.officer}
        assert refusal(extend_consent, working_days=5, reason=" ", **words) == "no_reason"
        assert refusal(extend_consent, working_days=0, reason="Holidays.", **words) == "days"
        assert refusal(extend_consent, working_days=61, reason="Holidays.", **words) == "days"
        extend_consent(working_days=5, reason="Holidays.", **words)
        assert made.fresh().consent_missed_at is None
        assert heard("consent_extended") == {made.staff.user_id}
        give_consent(line=lines_of(made.fresh())[0], answer="consent", by=made.staff)


def test_only_a_case_officer_of_the_authority_gives_more_time(partner: Cast) -> None:
    made = two_lines(partner)
    for who in (made.staff, made.applicant, made.signatory):
        assert refusal(extend_consent, request=made.request, working_days=5, reason="Please.", by=who)


def test_sent_on_without_consent_a_line_is_refused_for_that_reason_and_never_granted(partner: Cast) -> None:
    made = two_lines(partner)
    give_consent(line=lines_of(made.request)[0], answer="consent", by=made.staff)
    assert refusal(send_to_signatories, request=made.request, by=made.officer) == "awaiting_provider"
    with clock.at(due_of(made) + timedelta(hours=1)):
        send_to_signatories(request=made.request, by=made.officer)
        make.sign_grant(made)
        case = case_of(made.fresh())
        assert [item.outcome for item in case.lines] == ["consented", "no_consent"]
        shown = shown_lines(case.lines, case.rules)[1]
        assert shown.outcome == "Refused: no consent in time"
        assert "Silence is never consent" in shown.reason
        assert [line.use_case for line in lines_of_grant(made.grant)] == ["evaluation"]


# --- withdrawing ----------------------------------------------------------------------------------


def withdraw(made: make.GrantCast, code: str = "terms") -> ConsentWithdrawal:
    return withdraw_consent(line=made.line, reason_code=code, reason="Our terms have changed.", by=made.staff)


def test_a_withdrawal_ends_the_line_after_the_rulebooks_notice_and_all_hear_at_once(made: make.GrantCast) -> None:
    withdrawal = withdraw(made)
    days = rules().consent.withdrawal_notice_working_days
    assert withdrawal.effective_on == add_working_days(clock.today(), days, made.authority.jurisdiction)
    told = heard("consent_withdrawn")
    assert {made.applicant.user_id, made.officer.user_id} <= told
    assert decide(made.question()).permitted
    (line,) = lines_of_grant(made.grant)
    assert line.ends_on == withdrawal.effective_on - timedelta(days=1)


def test_on_its_day_the_withdrawal_takes_effect_once_and_not_before(made: make.GrantCast) -> None:
    withdrawal = withdraw(made)
    assert tasks.end_withdrawn_lines()["done"] == 0
    assert refusal(end_consent, withdrawal=withdrawal, by=SYSTEM) == "not_due"
    with clock.at(clock.now() + timedelta(days=60)):
        assert tasks.end_withdrawn_lines()["done"] == 1
        assert tasks.end_withdrawn_lines()["done"] == 0
        assert made.applicant.user_id in heard("consent_ended")
        withdrawal.refresh_from_db()
        assert withdrawal.state == "in_effect"
        words = {"withdrawal": withdrawal, "reason": "Agreed after all.", "by": made.staff}
        assert refusal(take_back_withdrawal, **words) == "wrong_state"


def test_taken_back_before_the_day_the_line_goes_on_and_a_new_notice_can_be_given(made: make.GrantCast) -> None:
    before = lines_of_grant(made.grant)[0].ends_on
    withdrawal = withdraw(made)
    assert refusal(take_back_withdrawal, withdrawal=withdrawal, reason="", by=made.staff) == "no_reason"
    take_back_withdrawal(withdrawal=withdrawal, reason="Terms were agreed.", by=made.staff)
    assert lines_of_grant(made.grant)[0].ends_on == before
    assert made.applicant.user_id in heard("withdrawal_taken_back")
    withdraw(made)


def test_on_the_day_itself_it_is_too_late_to_take_it_back_swept_or_not(made: make.GrantCast) -> None:
    withdrawal = withdraw(made)
    noon = clock.now().replace(hour=12) + (withdrawal.effective_on - clock.today())
    with clock.at(noon):
        words = {"withdrawal": withdrawal, "reason": "Agreed after all.", "by": made.staff}
        assert refusal(take_back_withdrawal, **words) == "too_late"


def test_a_security_reason_ends_the_line_with_the_commit_and_nothing_opens_it_again(made: make.GrantCast) -> None:
    withdrawal = withdraw(made, "security")
    assert (withdrawal.effective_on, withdrawal.state) == (clock.today(), "in_effect")
    assert not decide(made.question()).permitted
    assert not Hold.objects.filter(line=made.line).exists()
    assert {made.applicant.user_id, made.officer.user_id} <= heard("consent_withdrawn_at_once")
    assert not heard("consent_withdrawn")
    assert not heard("consent_ended")
    words = {"withdrawal": withdrawal, "reason": "A false alarm.", "by": made.staff}
    assert refusal(take_back_withdrawal, **words) == "wrong_state"
    hours = rules().enforcement.emergency.confirm_hours
    for later in (timedelta(hours=hours + 1), timedelta(days=200)):
        with clock.at(clock.now() + later):
            tasks.lapse_holds()
            tasks.end_withdrawn_lines()
            assert not decide(made.question(today=clock.today())).permitted


def test_an_emergency_hold_that_lapses_opens_nothing_that_was_withdrawn_at_once(made: make.GrantCast) -> None:
    hold = place_hold(target=made.line, reason="Keys leaked.", lifted_when="New keys.", by=made.signatory)
    withdraw(made, "security")
    assert hold.confirm_by
    with clock.at(hold.confirm_by + timedelta(minutes=1)):
        assert tasks.lapse_holds()["done"] == 1
        assert not decide(made.question(today=clock.today())).permitted


def test_before_the_agreement_is_signed_its_text_says_that_the_line_has_ended(partner: Cast) -> None:
    made = make.issued_grant({"use_case": "evaluation"}, {"use_case": "benchmarking"}, made=partner)
    withdraw(made, "security")
    text = made.grant.agreement.text
    assert "1. Nothing is permitted under this line" in text
    assert made.grant.agreement.version == 2
    make.accept(made)
    assert decide(made.question()).code == "consent_withdrawn"
    assert decide(made.question(use_case="benchmarking")).permitted


def test_a_withdrawal_is_whole_and_of_ones_own_line_and_given_once(made: make.GrantCast) -> None:
    words = {"line": made.line, "by": made.staff}
    assert refusal(withdraw_consent, reason_code="mood", reason="Because.", **words) == "no_reason"
    assert refusal(withdraw_consent, reason_code="terms", reason="  ", **words) == "no_words"
    other, staff = make.make_release()
    assert other.provider_id != made.staff.body_id
    words["by"] = staff
    assert refusal(withdraw_consent, reason_code="terms", reason="Because.", **words) == "other_body"
    words["by"] = made.applicant
    assert refusal(withdraw_consent, reason_code="terms", reason="Because.", **words) == "other_body"
    withdraw(made)
    words["by"] = made.staff
    assert refusal(withdraw_consent, reason_code="terms", reason="Because.", **words) == "given"


def test_of_a_grant_that_has_ended_no_consent_is_withdrawn(made: make.GrantCast) -> None:
    make.revoke(made)
    assert refusal(withdraw_consent, line=made.line, reason_code="terms", reason="So.", by=made.staff) == "ended"
