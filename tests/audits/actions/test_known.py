"""What a report is filled in with: counted by the portal, shown with its source, and changed only with a remark."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from audits.actions.incident import dismiss_incident
from audits.actions.obligation import file_report
from audits.models import Obligation
from audits.queries.known import prefilled
from audits.reports import filed, rule_of
from grants.models import GrantLine, LineDay
from partners.actions.person import end_person
from portal.core import clock
from portal.core.verdicts import Refused
from portal.rulebook.schema import RulebookError, parse
from tests.factories import grants, people
from tests.factories.audits import Stage, due_reports, reported_incident
from tests.factories.rulebook import document
from tests.world import client_for


def owed(stage: Stage, kind: str) -> Obligation:
    return next(row for row in due_reports(stage)[1] if row.kind == kind)


def values(report: Obligation) -> dict[str, int]:
    return {key: item.value for key, item in prefilled(report).items()}


def named(stage: Stage, email: str, *, day: int, left: int | None = None) -> None:
    """Somebody named so many days after the qualification began, whose access ended so many days after it."""
    since = datetime.combine(stage.qualification.valid_from, time(9), UTC)
    with clock.at(since + timedelta(days=day)):
        person = people.named(stage.institution, stage.applicant, email=email)
    if left is not None:
        with clock.at(since + timedelta(days=left)):
            end_person(person=person, reason="Left.", by=stage.applicant)


def test_people_are_counted_within_the_period_only(stage: Stage) -> None:
    report = owed(stage, "staff_changes")
    length = (report.period_end - report.period_start).days
    named(stage, "a@example.org", day=1)
    named(stage, "b@example.org", day=3, left=9)
    named(stage, "c@example.org", day=5, left=length)
    named(stage, "d@example.org", day=length)
    assert values(report) == {"joined": 3, "left": 1}


def test_incidents_are_counted_without_those_that_were_none(stage: Stage) -> None:
    report = owed(stage, "security_attestation")
    with clock.at(clock.now() + timedelta(hours=30)):
        reported_incident(stage)
        _, none = reported_incident(stage)
        dismiss_incident(incident=none, reason="A false alarm.", by=stage.officer)
    assert values(report)["incidents"] == 1


def test_use_is_what_gateways_reported_under_the_grant_in_the_period(stage: Stage) -> None:
    grants.grant_in_force(made=stage.cast)
    report = owed(stage, "use")
    line = GrantLine.objects.get(grant=report.grant)
    for day, requests in ((0, 5), (1, 7), (2, 0)):
        counts = {"requests": requests, "tokens": 10 * requests, "denied": day}
        LineDay.objects.create(line=line, day=report.period_start + timedelta(days=day), **counts)
    LineDay.objects.create(line=line, day=report.period_end, requests=99, tokens=99)
    LineDay.objects.create(line=line, day=report.period_start - timedelta(days=1), requests=99, tokens=99)
    assert values(report) == {"requests": 12, "tokens": 120, "days_used": 2, "denied": 3}


def test_another_number_than_the_known_one_needs_a_remark(stage: Stage) -> None:
    report, said = owed(stage, "staff_changes"), {"joined": 4, "left": 0, "late_removals": False}
    with pytest.raises(Refused) as refused:
        file_report(obligation=report, answers=said, by=stage.applicant)
    assert refused.value.verdict.code == "incomplete"
    remarks = {"joined": "Four contractors are named by their employer.", "left": "Said for nothing.", "x": "y"}
    file_report(obligation=report, answers=said, remarks=remarks, by=stage.applicant)
    row = report.reports.get()
    assert row.known["joined"]["value"] == 0
    assert row.remarks == {"joined": "Four contractors are named by their employer."}
    shown = next(item for item in filed(rule_of(report), row) if item.remark)
    assert (shown.answer, shown.known) == ("4 people", "0 people")


def test_page_is_filled_in_shows_the_source_and_keeps_a_remark(stage: Stage) -> None:
    named(stage, "a@example.org", day=0)
    report, client = owed(stage, "staff_changes"), client_for(stage.applicant)
    page = client.get(report.get_absolute_url()).content.decode()
    assert 'value="1"' in page
    assert "From your list of people with access" in page
    said = {"joined": "2", "left": "0", "late_removals": "false"}
    wrong = client.post(report.get_absolute_url(), said).content.decode()
    assert "Say in the remark why your number differs" in wrong
    assert client.post(report.get_absolute_url(), said | {"joined-remark": "One came back."}).status_code == 302
    page = client.get(report.get_absolute_url()).content.decode()
    assert "One came back." in page
    assert "The portal knew 1 people." in page


def test_what_nobody_else_counts_is_not_filled_in(stage: Stage) -> None:
    report = owed(stage, "security_attestation")
    assert set(values(report)) == {"incidents", "environments"}


def test_rulebook_fills_in_numbers_only() -> None:
    rules = document()
    rules["obligations"][0]["known"] = {"work_done": "incidents"}
    with pytest.raises(RulebookError, match="only questions of this report that ask for a number"):
        parse(rules)


def test_ladder_of_the_rulebook_rises() -> None:
    rules = document()
    rules["audits"]["escalation"].reverse()
    with pytest.raises(RulebookError, match="by the day on which they come"):
        parse(rules)
