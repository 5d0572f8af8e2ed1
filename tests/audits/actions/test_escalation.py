"""What stays overdue: each step of the rulebook's ladder once and on its day, and nothing decided by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from audits.actions.enforcement import drop_case, give_notice, open_case
from audits.actions.escalation import escalate
from audits.actions.finding import (
    agree_plan,
    extend_finding,
    propose_plan,
    remediate_finding,
    return_plan,
    send_back_finding,
)
from audits.actions.obligation import file_report, return_report
from audits.models import EnforcementCase, Escalation, Finding, Obligation
from audits.overdue import late_by, resumed
from audits.tasks import escalate_overdue
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.ledger.models import Entry
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from portal.rulebook.durations import add_working_days, working_days_between
from tests.factories.audits import Stage, audit_in_fieldwork, due_reports, finding_in


@contextmanager
def on(day: date) -> Iterator[None]:
    """At noon of that day."""
    with clock.at(datetime.combine(day, time(12), UTC)):
        yield


def found(stage: Stage, severity: str = "moderate") -> Finding:
    _, audit = audit_in_fieldwork(stage)
    return finding_in(audit, stage.auditor, severity=severity)


def attestation(stage: Stage) -> Obligation:
    """The one report that is still owed: the other one is filed."""
    wanted, other = due_reports(stage)[1]
    file_report(obligation=other, answers={"joined": 0, "left": 0, "late_removals": False}, by=stage.applicant)
    return wanted


def swept(day: date) -> int:
    """How many steps the sweep takes on that day, run twice as two schedulers would."""
    with on(day):
        first: int = escalate_overdue()["done"]
        assert escalate_overdue()["done"] == 0
    return first


def steps(**of: object) -> list[tuple[str, str, int]]:
    rows = Escalation.objects.filter(**of).order_by("taken_at")
    return [(row.what, row.step, row.late) for row in rows]


def test_each_step_comes_once_and_on_its_day(stage: Stage) -> None:
    finding = found(stage)
    taken = {}
    for days in range(40):
        day = finding.plan_due + timedelta(days=days)
        if swept(day):
            taken[day] = working_days_between(finding.plan_due, day, "NO")
    assert [add_working_days(finding.plan_due, late, "NO") for late in (1, 10, 20)] == list(taken)
    assert steps(finding=finding) == [
        ("plan", "remind", 1), ("plan", "warn", 10), ("plan", "propose_enforcement", 20),
    ]  # fmt: skip
    assert list(verify()) == []


def test_last_step_opens_a_case_that_says_what_happened_and_decides_nothing(stage: Stage) -> None:
    finding = found(stage)
    for days in (1, 10, 20):
        swept(add_working_days(finding.plan_due, days, "NO"))
    case = EnforcementCase.objects.get()
    assert (case.state, case.finding, case.measure, case.opened_by) == ("opened", finding, "", None)
    assert "20 working days overdue" in case.facts
    assert "audits.escalation.enforce" in case.facts
    assert "Warning on" in case.facts
    assert Escalation.objects.get(step="propose_enforcement").case == case
    assert Notice.objects.filter(recipient=stage.officer.user, kind="enforcement_opened", about=case.pk).exists()
    assert Notice.objects.filter(recipient=stage.applicant.user, kind="overdue_enforcement").count() == 1


def test_remedy_that_is_overdue_joins_the_case_that_is_open(stage: Stage) -> None:
    finding = found(stage, "high")
    for days in (1, 10, 20):
        swept(add_working_days(finding.plan_due, days, "NO"))
    late = add_working_days(finding.plan_due, 21, "NO")
    with on(late):
        propose_plan(finding=finding, plan="At last.", by=stage.applicant)
        agree_plan(finding=finding, by=stage.auditor)
    for days in (1, 10, 20):
        swept(add_working_days(finding.remedy_due, days, "NO"))
    assert EnforcementCase.objects.count() == 1
    assert [row.case_id for row in Escalation.objects.filter(step="propose_enforcement")] == [
        EnforcementCase.objects.get().pk
    ] * 2
    with on(add_working_days(finding.remedy_due, 22, "NO")):
        drop_case(case=EnforcementCase.objects.get(), reason="Put right meanwhile.", by=stage.signatory)
    assert EnforcementCase.objects.get().measure == "no_action"


def test_nothing_escalates_while_the_auditor_has_the_pen(stage: Stage) -> None:
    finding = found(stage)
    propose_plan(finding=finding, plan="Soon.", by=stage.applicant)
    assert swept(finding.remedy_due + timedelta(days=300)) == 0
    with on(finding.plan_due + timedelta(days=100)):
        agree_plan(finding=finding, by=stage.auditor)
        remediate_finding(finding=finding, remediation="Done.", by=stage.applicant)
    assert swept(finding.remedy_due + timedelta(days=300)) == 0
    assert steps(finding=finding) == []


def test_time_that_the_auditor_takes_is_not_counted_against_the_partner(stage: Stage) -> None:
    finding = found(stage)
    due, proposed = finding.remedy_due, add_working_days(clock.today(), 5, "NO")
    left = working_days_between(proposed, due, "NO")
    with on(proposed):
        propose_plan(finding=finding, plan="Soon.", by=stage.applicant)
    agreed = add_working_days(proposed, 15, "NO")
    with on(agreed):
        agree_plan(finding=finding, by=stage.auditor)
    assert finding.remedy_due == add_working_days(agreed, left, "NO")
    with on(finding.remedy_due):
        remediate_finding(finding=finding, remediation="Done.", by=stage.applicant)
    back = add_working_days(finding.remedy_due, 8, "NO")
    with on(back):
        send_back_finding(finding=finding, reason="Not yet.", by=stage.auditor)
    assert finding.remedy_due == back
    assert finding.escalates_on == add_working_days(back, 1, "NO")


def test_what_was_overdue_stays_overdue_when_it_comes_back(stage: Stage) -> None:
    finding = found(stage)
    due = finding.plan_due
    swept(add_working_days(due, 1, "NO"))
    with on(add_working_days(due, 3, "NO")):
        propose_plan(finding=finding, plan="?", by=stage.applicant)
    with on(add_working_days(due, 12, "NO")):
        return_plan(finding=finding, reason="Say who does it.", by=stage.auditor)
        assert (finding.plan, finding.plan_due) == ("", due)
        assert late_by(finding) == 12
    assert swept(add_working_days(due, 13, "NO")) == 1
    assert [step for _what, step, _late in steps(finding=finding)] == ["remind", "warn"]


def test_weeks_without_a_sweep_bring_one_step_a_day_and_never_two(stage: Stage) -> None:
    finding = found(stage)
    late = add_working_days(finding.plan_due, 60, "NO")
    assert [swept(late + timedelta(days=days)) for days in range(5)] == [1, 1, 1, 0, 0]
    assert [step for _what, step, _late in steps(finding=finding)] == ["remind", "warn", "propose_enforcement"]


def test_more_time_moves_the_ladder(stage: Stage) -> None:
    finding = found(stage)
    propose_plan(finding=finding, plan="Soon.", by=stage.applicant)
    agree_plan(finding=finding, by=stage.auditor)
    until = finding.remedy_due + timedelta(days=60)
    with pytest.raises(Refused) as refused:
        extend_finding(finding=finding, until=finding.remedy_due, reason="x", by=stage.officer)
    assert refused.value.verdict.code == "not_later"
    extend_finding(finding=finding, until=until, reason="The supplier is late.", by=stage.officer)
    assert swept(until) == 0
    assert swept(add_working_days(until, 1, "NO")) == 1
    assert finding.notes.get(kind="reply").text == "The supplier is late."


def test_only_the_officer_gives_more_time(stage: Stage) -> None:
    finding = found(stage)
    for person in (stage.applicant, stage.auditor, stage.signatory):
        with pytest.raises(Refused) as refused:
            extend_finding(finding=finding, until=clock.today() + timedelta(days=300), reason="x", by=person)
        assert refused.value.verdict.code == "wrong_role"


def test_missing_report_climbs_its_own_ladder(stage: Stage) -> None:
    report = attestation(stage)
    for days in (1, 10, 20):
        assert swept(add_working_days(report.due, days, "NO")) == 1
    assert steps(obligation=report) == [
        ("report", "remind", 1), ("report", "warn", 10), ("report", "propose_enforcement", 20),
    ]  # fmt: skip
    case = EnforcementCase.objects.get()
    assert (case.state, case.finding, case.linked.get().obligation) == ("opened", None, report)
    assert report.reference in case.facts
    told = Notice.objects.filter(recipient=stage.officer.user, kind="overdue_told", about=report.pk)
    assert told.count() == 3


def test_what_stays_overdue_besides_joins_the_case_that_waits_for_its_notice(stage: Stage) -> None:
    report, finding = attestation(stage), found(stage)
    for due in sorted([report.due, finding.plan_due]):
        for days in (1, 10, 20):
            swept(add_working_days(due, days, "NO"))
    case = EnforcementCase.objects.get()
    assert {fact.subject for fact in case.linked.all()} == {report, finding}
    assert report.reference in case.facts
    assert finding.reference in case.facts
    assert set(Escalation.objects.filter(step="propose_enforcement").values_list("case", flat=True)) == {case.pk}
    assert Entry.objects.filter(object_id=case.pk, verb="enforcement.link_fact").count() == 1
    joined = Notice.objects.filter(kind="enforcement_fact_joined", recipient=stage.officer.user)
    assert [case.reference in notice.title for notice in joined] == [True]
    assert Notice.objects.filter(kind="overdue_enforcement", recipient=stage.applicant.user).count() == 2
    assert list(verify()) == []


def test_after_the_notice_what_stays_overdue_opens_a_case_of_its_own(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    first, second = (finding_in(audit, stage.auditor, severity=severity) for severity in ("high", "low"))
    for days in (1, 10, 20):
        swept(add_working_days(first.plan_due, days, "NO"))
    with on(add_working_days(first.plan_due, 20, "NO")):
        give_notice(case=EnforcementCase.objects.get(), measure="warning", reasons="Late.", by=stage.officer)
    for days in range(21, 60):
        swept(add_working_days(first.plan_due, days, "NO"))
    assert {case.finding for case in EnforcementCase.objects.all()} == {first, second}
    assert {case.state for case in EnforcementCase.objects.all()} == {"notice_given", "opened"}


def test_a_case_that_an_officer_opened_is_left_to_the_officer(stage: Stage) -> None:
    mine, finding = open_case(institution=stage.institution, facts="A key.", by=stage.officer), found(stage)
    for days in (1, 10, 20):
        swept(add_working_days(finding.plan_due, days, "NO"))
    assert EnforcementCase.objects.exclude(pk=mine.pk).get().finding == finding
    assert not mine.linked.exists()


def test_report_filed_in_time_escalates_never(stage: Stage) -> None:
    report = attestation(stage)
    with on(report.due):
        file_report(obligation=report, answers={"unchanged": True, "security_events": 0}, by=stage.applicant)
    assert swept(report.due + timedelta(days=200)) == 0
    assert (report.reports.get().late, report.reports.get().due) == (0, report.due)


def test_lateness_is_kept_in_working_days_and_a_return_sets_a_new_day(stage: Stage) -> None:
    report, said = attestation(stage), {"unchanged": True, "security_events": 0}
    due = report.due
    swept(add_working_days(due, 1, "NO"))
    with on(add_working_days(due, 4, "NO")):
        file_report(obligation=report, answers=said, by=stage.applicant)
        return_report(obligation=report, reason="Which events?", by=stage.officer)
        assert report.due == add_working_days(clock.today(), 7, "NO")
        assert late_by(report) == 0
    assert swept(add_working_days(report.due, 1, "NO")) == 1
    with on(add_working_days(report.due, 2, "NO")):
        file_report(obligation=report, answers=said, by=stage.applicant)
    assert [(row.due, row.late) for row in report.reports.order_by("number")] == [(due, 4), (report.due, 2)]
    assert [(row.due, row.step) for row in report.escalations.order_by("taken_at")] == [
        (due, "remind"), (report.due, "remind"),
    ]  # fmt: skip


def test_second_worker_takes_no_second_step(stage: Stage) -> None:
    finding = found(stage)
    with on(add_working_days(finding.plan_due, 1, "NO")):
        other = Finding.objects.get(pk=finding.pk)
        assert escalate(subject=finding, by=SYSTEM) is not None
        assert escalate(subject=other, by=SYSTEM) is None
    assert Entry.objects.filter(object_id=finding.pk, verb="finding.escalate").count() == 1


def test_database_keeps_each_step_once(stage: Stage) -> None:
    finding = found(stage)
    swept(add_working_days(finding.plan_due, 1, "NO"))
    row = Escalation.objects.get()
    row.pk, row._state.adding = None, True
    row.id = None
    with pytest.raises(IntegrityError), transaction.atomic():
        Escalation.objects.bulk_create([Escalation(**_fields(row))])


def _fields(row: Escalation) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.fields if field.name != "id"}


def test_nobody_but_the_portal_escalates(stage: Stage) -> None:
    finding = found(stage)
    with on(add_working_days(finding.plan_due, 1, "NO")), pytest.raises(Refused) as refused:
        escalate(subject=finding, by=stage.officer)
    assert refused.value.verdict.code == "wrong_role"
    assert not Escalation.objects.exists()


def test_days_left_are_counted_anew_from_the_day_the_pen_comes_back() -> None:
    friday, monday, wednesday = date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 11)
    with on(monday):
        assert resumed(wednesday, friday, "") == add_working_days(monday, 3, "")
        assert resumed(friday, monday, "") == friday
        assert resumed(wednesday, None, "") == wednesday
