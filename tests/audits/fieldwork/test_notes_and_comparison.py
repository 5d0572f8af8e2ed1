"""Working notes, which auditors alone read, and each control beside last time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from audits.actions.audit_report import close_audit, draft_report, respond_to_report, send_report
from audits.actions.fieldwork import Answer, add_note, record_results
from audits.models import Audit
from audits.queries.comparison import change_of, comparison
from portal.core import clock
from portal.core.verdicts import Refused
from portal.ledger.models import Event
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, audit_in_fieldwork, catalogue_of, finding_in, results_for_all
from tests.factories.fieldwork import evidence_asked
from tests.query_budget import assert_query_budget
from tests.world import client_for


@pytest.fixture
def audit(stage: Stage) -> Audit:
    return audit_in_fieldwork(stage, catalogue=catalogue_of(families=1, controls=4))[1]


def test_notes_are_read_by_the_audits_auditors_alone(audit: Audit, stage: Stage) -> None:
    check = audit.checks.first()
    add_note(audit=audit, text="Ask again on Tuesday.", tested=check, by=stage.auditor)
    url = reverse("admin:audits_audit_notes", args=[audit.pk])
    assert "Ask again on Tuesday." in client_for(stage.auditor).get(url).content.decode()
    assert client_for(stage.officer).get(url).status_code == 403
    assert client_for(make_member(stage.cast.authority, "auditor")).get(url).status_code == 404
    desk = client_for(stage.officer).get(reverse("admin:audits_audit_change", args=[audit.pk])).content.decode()
    partner = client_for(stage.applicant).get(audit.get_absolute_url()).content.decode()
    assert "Ask again on Tuesday." not in desk + partner
    assert "Working note" not in partner


def test_the_record_says_that_there_is_a_note_and_not_what(audit: Audit, stage: Stage) -> None:
    add_note(audit=audit, text="Ask again on Tuesday.", by=stage.auditor)
    event = Event.objects.get(entry__verb="audit.note")
    assert event.tier == "restricted"
    assert "Tuesday" not in event.content


def test_officers_write_no_notes(audit: Audit, stage: Stage) -> None:
    with pytest.raises(Refused):
        add_note(audit=audit, text="Mine.", by=stage.officer)


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        ("", "met", "new"),
        ("met", "", "open"),
        ("met", "met", "as_before"),
        ("not_met", "not_met", "not_better"),
        ("not_met", "partly", "better"),
        ("met", "partly", "worse"),
        ("not_applicable", "met", "other"),
    ],
)
def test_what_became_of_a_control(before: str, now: str, change: str) -> None:
    assert change_of(before, now) == change


def closed(audit: Audit, stage: Stage) -> Audit:
    """The audit, closed by somebody else."""
    draft_report(audit=audit, summary="So.", by=stage.auditor)
    send_report(audit=audit, by=stage.auditor)
    respond_to_report(audit=audit, response="We see.", by=stage.applicant)
    return close_audit(audit=audit, by=stage.second_officer)


def test_each_control_stands_beside_its_latest_earlier_result(audit: Audit, stage: Stage) -> None:
    first, second = audit.checks.select_related("control").order_by("position")[:2]
    record_results(audit=audit, answers=[Answer(first.pk, "not_met", "No owner.", 0)], by=stage.auditor)
    finding_in(audit, stage.auditor, title="No owner")
    results_for_all(audit, stage.auditor)
    closed(audit, stage)
    with clock.at(clock.now() + timedelta(days=800)):
        _, later = audit_in_fieldwork(stage, catalogue=audit.catalogue)
        again = later.checks.get(control=first.control)
        record_results(audit=later, answers=[Answer(again.pk, "met", "Named now.", 0)], by=stage.auditor)
        found = {item.check.control_id: item for item in comparison(later)}
        page = client_for(stage.auditor).get(reverse("admin:audits_audit_comparison", args=[later.pk]))
        sheet = client_for(stage.auditor).get(
            reverse("admin:audits_audit_checklist", args=[later.pk, first.control.group_id])
        )
    earlier = found[first.control_id].before
    assert earlier is not None
    assert (earlier.result, earlier.note, earlier.audit) == ("not_met", "No owner.", audit.reference)
    assert found[first.control_id].change == "better"
    assert found[second.control_id].change == "open"
    text = page.content.decode()
    assert "Better than last time" in text
    assert "No owner" in text
    assert audit.reference in sheet.content.decode()


def test_the_first_audit_has_no_last_time(audit: Audit, stage: Stage) -> None:
    results_for_all(audit, stage.auditor)
    assert {item.change for item in comparison(audit)} == {"new"}


def test_a_report_waits_for_evidence_that_is_open(audit: Audit, stage: Stage) -> None:
    results_for_all(audit, stage.auditor)
    evidence_asked(audit, stage)
    with pytest.raises(Refused) as error:
        draft_report(audit=audit, summary="So.", by=stage.auditor)
    assert error.value.verdict.code == "evidence_open"


def test_notes_cost_the_same_with_many(audit: Audit, stage: Stage) -> None:
    check = audit.checks.first()

    def more(count: int) -> None:
        for _ in range(count):
            add_note(audit=audit, text="Once more.", tested=check, by=stage.auditor)

    assert_query_budget(client_for(stage.auditor), reverse("admin:audits_audit_notes", args=[audit.pk]), more)
