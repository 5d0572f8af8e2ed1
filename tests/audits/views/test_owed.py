"""The calendar of what a partner owes, and the queues of the desk as downloads."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from audits.actions.finding import agree_plan, propose_plan
from audits.models import Finding, Obligation
from audits.queries.owed import owed_by
from portal.core import clock
from portal.rulebook.durations import add_working_days
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, audit_in_fieldwork, due_reports, finding_in, noticed_case, reported_incident
from tests.factories.partners import make_institution
from tests.query_budget import assert_query_budget
from tests.world import client_for

URL = "/owed/"


def everything(stage: Stage) -> Finding:
    """A plan, a remedy, two reports, what is due about an incident, and a notice."""
    _, audit = audit_in_fieldwork(stage)
    finding_in(audit, stage.auditor, title="No plan yet")
    planned = finding_in(audit, stage.auditor, title="Being put right")
    propose_plan(finding=planned, plan="Soon.", by=stage.applicant)
    agree_plan(finding=planned, by=stage.auditor)
    due_reports(stage)
    reported_incident(stage)
    noticed_case(stage)
    return planned


def test_everything_that_is_owed_stands_in_the_order_of_its_day(stage: Stage) -> None:
    planned = everything(stage)
    rows = list(owed_by(stage.institution.pk))
    assert {row["what"] for row in rows} >= {"plan", "remedy", "report", "incident", "notice"}
    assert [row["day"] for row in rows] == sorted(row["day"] for row in rows)
    assert [row["item"] for row in owed_by(stage.institution.pk, what="remedy")] == [planned.pk]
    page = client_for(stage.applicant).get(URL).content.decode()
    for words in ("No plan yet", "Being put right", "Security attestation", "Answer to a notice"):
        assert words in page
    assert f"/findings/{planned.pk}/" in page


def test_overdue_comes_first_with_its_working_days(stage: Stage) -> None:
    planned = everything(stage)
    later = datetime.combine(add_working_days(planned.remedy_due, 3, "NO"), time(12), UTC)
    with clock.at(later):
        client = client_for(stage.applicant)
        page = client.get(URL, {"what": "remedy"}).content.decode()
        assert page.index("Overdue") < page.index("Being put right")
        assert "3 working days late" in page
        assert "Security attestation" not in page
        late = client.get(URL, {"late": "yes"}).content.decode()
        assert "Security attestation" not in late
        told = b"".join(client.get(URL, {"what": "remedy", "export": "csv"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert "Being put right" in told
    assert ",3" in told.splitlines()[1]


def test_nobody_sees_what_others_owe(stage: Stage) -> None:
    everything(stage)
    _, stranger = make_institution()
    page = client_for(stranger).get(URL).content.decode()
    assert "Being put right" not in page
    assert "Nothing is owed" in page


def test_calendar_costs_the_same_with_many_rows(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    assert_query_budget(
        client_for(stage.applicant), URL, lambda count: [finding_in(audit, stage.auditor) for _ in range(count)]
    )


def test_desk_takes_its_queues_away_as_they_are_filtered(stage: Stage) -> None:
    planned = everything(stage)
    with clock.at(datetime.combine(planned.remedy_due + timedelta(days=30), time(12), UTC)):
        officer = client_for(stage.officer)
        told = officer.get("/admin/audits/finding/", {"late": "yes", "export": "csv"})
        lines = b"".join(told.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        assert any("Being put right" in line and stage.institution.organisation.name in line for line in lines)
        reports = officer.get("/admin/audits/obligation/", {"late": "yes", "export": "csv"})
        lines = b"".join(reports.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        overdue = Obligation.objects.filter(due__lt=clock.today()).count()
        assert len(lines) == 1 + overdue
        assert officer.get("/admin/audits/obligation/", {"export": "xlsx"}).status_code == 200
    stranger = client_for(make_member(stage.cast.other_authority, "case_officer"))
    told = stranger.get("/admin/audits/finding/", {"export": "csv"})
    assert "Being put right" not in b"".join(told.streaming_content).decode()  # type: ignore[attr-defined]


def test_partner_filters_findings_that_are_overdue(stage: Stage) -> None:
    planned = everything(stage)
    with clock.at(datetime.combine(planned.plan_due + timedelta(days=10), time(12), UTC)):
        page = client_for(stage.applicant).get("/findings/", {"overdue": "true"}).content.decode()
    assert "No plan yet" in page
    assert "Being put right" not in page
