"""Periodic reports: asked for once a period, chased in ranges, filed, returned and accepted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from audits.actions.obligation import accept_report, file_report, plan_due_obligations, remind_obligation, return_report
from audits.models import Obligation
from audits.tasks import plan_obligations, remind_of_obligations
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from portal.rulebook.durations import add_months, add_working_days
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, due_reports

GOOD = {"unchanged": True, "security_events": 3}


def attestation(stage: Stage) -> Obligation:
    _, reports = due_reports(stage)
    return next(report for report in reports if report.kind == "security_attestation")


def test_reports_of_a_partner_are_asked_for_from_the_rulebook(stage: Stage) -> None:
    _, reports = due_reports(stage)
    assert [report.kind for report in reports] == ["security_attestation", "staff_changes"]
    first = reports[0]
    assert first.period_start == stage.qualification.valid_from
    assert first.period_end == add_months(stage.qualification.valid_from, 12)
    assert first.due == add_working_days(first.period_end, 15, "NO")


def test_each_period_is_asked_for_once(stage: Stage) -> None:
    assert plan_obligations()["done"] == 2
    assert plan_obligations()["done"] == 0


def test_database_keeps_one_report_for_a_period(stage: Stage) -> None:
    from django.db import connection

    report = attestation(stage)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audits_obligation SELECT (jsonb_populate_record(a, jsonb_build_object("
            "'id', gen_random_uuid(), 'reference', 'R-0'))).* FROM audits_obligation a WHERE id = %s",
            [report.pk],
        )


def test_next_period_begins_where_the_last_one_ended(stage: Stage) -> None:
    plan_due_obligations(by=SYSTEM)
    with clock.at(clock.now() + timedelta(days=370)):
        plan_due_obligations(by=SYSTEM)
    staff = Obligation.objects.filter(kind="staff_changes").order_by("period_start")
    assert [(row.period_start, row.period_end) for row in staff][1][0] == staff[0].period_end
    assert staff.count() == 3
    assert list(verify()) == []


def test_overdue_is_derived_from_the_clock(stage: Stage) -> None:
    report = attestation(stage)
    on_the_day = report.is_overdue
    with clock.at(clock.now() + timedelta(days=600)):
        long_after = report.is_overdue
    assert (on_the_day, long_after, report.state) == (False, True, "due")


def test_reminders_go_out_once_for_each_range_whatever_days_were_missed(stage: Stage) -> None:
    report = attestation(stage)
    due = clock.now() + (report.due - clock.today())
    sent = Notice.objects.filter(recipient=stage.applicant.user, about=report.pk)
    for days, total in ((20, 0), (14, 1), (13, 1), (5, 2), (1, 3), (0, 3), (-1, 3), (-30, 3)):
        with clock.at(due - timedelta(days=days)):
            remind_of_obligations()
            remind_of_obligations()
        assert sent.count() == total, f"{days} days before"


def test_nothing_is_asked_of_a_partner_whose_last_day_was_yesterday(stage: Stage) -> None:
    """Whether or not the sweep that ends qualifications has run since midnight."""
    to_the_last = stage.qualification.valid_until - clock.today()
    with clock.at(clock.now() + to_the_last + timedelta(days=1)):
        assert plan_obligations()["done"] == 0
    with clock.at(clock.now() + to_the_last):
        assert plan_obligations()["done"] > 0


def test_weeks_without_a_sweep_cost_one_reminder_and_not_three(stage: Stage) -> None:
    report = attestation(stage)
    with clock.at(clock.now() + (report.due - clock.today())):
        remind_of_obligations()
    kinds = Notice.objects.filter(about=report.pk, recipient=stage.applicant.user).values_list("kind", flat=True)
    assert list(kinds) == ["report_reminder"]


def test_a_report_that_was_returned_is_reminded_of_anew(stage: Stage) -> None:
    """Its day is another one: the same number of reminders is not the same reminder."""
    report = attestation(stage)

    def reminded_on(day: date) -> int:
        with clock.at(clock.now() + (day - clock.today())):
            remind_of_obligations()
        return Notice.objects.filter(about=report.pk, recipient=stage.applicant.user, kind="report_reminder").count()

    assert reminded_on(report.due) == 1
    with clock.at(clock.now() + (report.due - clock.today())):
        file_report(obligation=report, answers=GOOD, by=stage.applicant)
        return_report(obligation=report, reason="Say more.", by=stage.officer)
    assert reminded_on(report.due) == 2


def test_second_worker_sends_no_second_reminder(stage: Stage) -> None:
    report = attestation(stage)
    remind_obligation(obligation=report, reminders=2, by=SYSTEM)
    remind_obligation(obligation=report, reminders=2, by=SYSTEM)
    assert Notice.objects.filter(recipient=stage.applicant.user, about=report.pk).count() == 1


def test_report_is_filed_returned_corrected_and_accepted(stage: Stage) -> None:
    report = attestation(stage)
    file_report(obligation=report, answers=GOOD, by=stage.applicant)
    return_report(obligation=report, reason="Three events, but which?", by=stage.officer)
    file_report(
        obligation=report,
        answers={"unchanged": False, "changes": "New vault", "security_events": 3},
        by=stage.applicant,
    )
    accept_report(obligation=report, by=stage.officer)
    assert report.state == "accepted"
    assert [row.answers["unchanged"] for row in report.reports.order_by("number")] == [True, False]


def test_incomplete_report_is_refused_and_says_what_is_missing(stage: Stage) -> None:
    report = attestation(stage)
    with pytest.raises(Refused) as refused:
        file_report(obligation=report, answers={"unchanged": False}, by=stage.applicant)
    assert "What has changed?" in str(refused.value.verdict.reason)
    assert not report.reports.exists()


def test_answers_to_questions_that_are_not_asked_are_not_kept(stage: Stage) -> None:
    report = attestation(stage)
    file_report(obligation=report, answers={**GOOD, "changes": "Nobody asked", "nonsense": 1}, by=stage.applicant)
    assert report.reports.get().answers == GOOD


def test_report_is_not_filed_twice(stage: Stage) -> None:
    report = attestation(stage)
    file_report(obligation=report, answers=GOOD, by=stage.applicant)
    with pytest.raises(Refused) as refused:
        file_report(obligation=report, answers=GOOD, by=stage.applicant)
    assert refused.value.verdict.code == "wrong_state"


def test_officer_of_another_authority_accepts_nothing(stage: Stage) -> None:
    report = attestation(stage)
    file_report(obligation=report, answers=GOOD, by=stage.applicant)
    stranger = make_member(stage.cast.other_authority, "case_officer")
    with pytest.raises(Refused) as refused:
        accept_report(obligation=report, by=stranger)
    assert refused.value.verdict.code == "other_body"
