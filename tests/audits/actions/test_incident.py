"""Incidents: their life, what must reach whom by when, and stopping access in one step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audits.actions.deadlines import file_deadline, set_aside_deadline
from audits.actions.incident import (
    add_update,
    close_incident,
    contain_incident,
    dismiss_incident,
    hold_for_incident,
    mark_duplicate,
    reclassify_incident,
    reopen_incident,
    report_incident,
    resolve_incident,
    triage_incident,
)
from audits.models import Incident
from audits.tasks import watch_incident_deadlines
from grants.actions.hold import confirm_hold
from portal.core import clock
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, qualified, reported_incident, triaged_incident
from tests.factories.grants import GrantCast, grant_in_force
from tests.factories.partners import make_institution
from tests.factories.rulebook import founded_rulebook


def running(incident: Incident) -> list[tuple[str, str]]:
    rows = incident.deadlines.filter(met_at=None, waived_at=None).order_by("due_at")
    return [(row.rule, row.step) for row in rows]


def resolved(stage: Stage) -> Incident:
    _, incident = triaged_incident(stage)
    contain_incident(incident=incident, how="The key is revoked.", by=stage.officer)
    return resolve_incident(incident=incident, cause="Haste", lessons="A vault", by=stage.officer)


def test_incident_runs_from_report_to_closing(stage: Stage) -> None:
    incident = resolved(stage)
    for deadline in incident.deadlines.filter(met_at=None, waived_at=None):
        by = stage.applicant if deadline.duty == "partner" else stage.officer
        file_deadline(deadline=deadline, text="As above.", by=by)
    close_incident(incident=incident, by=stage.second_officer)
    assert incident.state == "closed"
    assert list(verify()) == []


def test_report_itself_is_the_first_word_to_the_authority(stage: Stage) -> None:
    _, incident = reported_incident(stage, severity="critical")
    met = {(row.rule, row.step) for row in incident.deadlines.exclude(met_at=None)}
    assert met == {("scheme_severe", "early_warning"), ("scheme_severe", "notification")}
    assert ("scheme_severe", "update") in running(incident)


def test_deadlines_run_from_when_it_was_noticed(stage: Stage) -> None:
    _, incident = reported_incident(stage, severity="critical")
    warning = incident.deadlines.get(step="early_warning")
    assert warning.due_at == incident.aware_at + timedelta(hours=4)
    assert warning.source.startswith("Rulebook")


def test_severity_of_the_triage_decides_which_deadlines_remain(stage: Stage) -> None:
    _, incident = triaged_incident(stage, severity="high")
    assert ("scheme_severe", "update") in running(incident)
    reclassify_incident(incident=incident, severity="low", reason="The key was void already.", by=stage.officer)
    assert ("scheme_severe", "update") not in running(incident)
    assert ("scheme_other", "notification") in running(incident)


def test_filing_an_update_brings_up_the_next(stage: Stage) -> None:
    _, incident = triaged_incident(stage)
    first = incident.deadlines.get(step="update", occurrence=1)
    file_deadline(deadline=first, text="No further use was seen.", by=stage.applicant)
    second = incident.deadlines.get(step="update", occurrence=2)
    assert second.due_at == first.due_at + timedelta(days=7)


def test_updates_end_and_the_final_report_begins_with_the_resolution(stage: Stage) -> None:
    incident = resolved(stage)
    assert ("scheme_severe", "update") not in running(incident)
    assert ("scheme_severe", "final") in running(incident)


def test_final_report_is_not_due_while_the_incident_is_worked_on_again(stage: Stage) -> None:
    incident = resolved(stage)
    reopen_incident(incident=incident, reason="A second key was found.", by=stage.officer)
    assert ("scheme_severe", "final") not in running(incident)
    assert ("scheme_severe", "update") in running(incident)


def of_a_release(stage: Stage, *harms: str, severity: str = "high") -> tuple[GrantCast, Incident]:
    """An incident on a line, so that an environment and a provider (in the United States) are concerned."""
    made = grant_in_force(made=stage.cast)
    _, incident = reported_incident(stage, severity=severity, line=made.line)
    return made, triage_incident(incident=incident, severity=severity, harms=harms, note="Real.", by=stage.officer)


def test_harm_found_later_brings_the_reports_that_laws_want_and_moves_their_time(db: None) -> None:
    founded_rulebook()
    stage = qualified(jurisdiction="FI")
    made, incident = of_a_release(stage, "rights")
    rows = incident.deadlines.filter(rule="gpai_code", step="report")
    later = rows.get()
    assert (later.duty, later.due_at) == ("provider", incident.aware_at + timedelta(days=15))
    with clock.at(later.due_at - timedelta(hours=2)):
        watch_incident_deadlines()
    reclassify_incident(incident=incident, severity="high", harms=["rights", "death"], reason="Dead.", by=stage.officer)
    sooner = rows.get()
    assert (sooner.due_at, sooner.stage) == (incident.aware_at + timedelta(days=10), 0)
    with clock.at(incident.aware_at + timedelta(days=3)):
        file_deadline(deadline=sooner, text="Their number 7.", sent_at=clock.now() - timedelta(days=1), by=made.staff)
        update = incident.deadlines.get(rule="gpai_code", step="update")
        assert update.starts_at == incident.aware_at + timedelta(days=2)
        assert list(verify()) == []


def test_provider_files_what_binds_it_and_the_partner_does_not(stage: Stage) -> None:
    made, incident = of_a_release(stage, "imminent")
    disclosure = incident.deadlines.get(rule="sb53_imminent")
    for by, code in ((stage.applicant, "other_body"), (make_institution()[1], "other_body")):
        with pytest.raises(Refused) as refused:
            file_deadline(deadline=disclosure, text="x", by=by)
        assert refused.value.verdict.code == code
    file_deadline(deadline=disclosure, text="Told the police.", by=made.staff)
    assert not disclosure.is_running


@pytest.mark.parametrize("shift", [timedelta(hours=1), timedelta(days=-30)])
def test_nothing_was_sent_tomorrow_or_before_it_was_known(stage: Stage, shift: timedelta) -> None:
    made, incident = of_a_release(stage, "imminent")
    disclosure = incident.deadlines.get(rule="sb53_imminent")
    with pytest.raises(Refused) as refused:
        file_deadline(deadline=disclosure, text="x", sent_at=clock.now() + shift, by=made.staff)
    assert refused.value.verdict.code == "wrong_moment"


def test_provider_hears_of_its_own_deadlines(stage: Stage) -> None:
    made, incident = of_a_release(stage, "imminent")
    with clock.at(incident.deadlines.get(rule="sb53_imminent").due_at + timedelta(hours=1)):
        watch_incident_deadlines()
    missed = Notice.objects.filter(kind="deadline_missed", about=incident.pk)
    assert missed.filter(recipient=made.staff.user).count() == 1
    assert not missed.filter(recipient=stage.applicant.user, title__contains="California").exists()


def test_rule_that_does_not_bind_here_is_set_aside_with_its_reason_and_stays_so(stage: Stage) -> None:
    _, incident = of_a_release(stage, "cybersecurity")
    report = incident.deadlines.get(rule="sb53")
    for by in (stage.applicant, stage.signatory):
        with pytest.raises(Refused):
            set_aside_deadline(deadline=report, reason="x", by=by)
    set_aside_deadline(deadline=report, reason="The developer is below the law’s threshold.", by=stage.officer)
    reclassify_incident(
        incident=incident, severity="critical", harms=["cybersecurity", "death"], reason="Worse.", by=stage.officer
    )
    report.refresh_from_db()
    assert (report.is_running, report.set_aside_by) == (False, stage.officer.user)
    assert list(verify()) == []


def test_near_and_missed_deadlines_are_said_once_each(stage: Stage) -> None:
    _, incident = triaged_incident(stage)
    update = incident.deadlines.get(step="update")
    mine = Notice.objects.filter(recipient=stage.applicant.user, kind__startswith="deadline_")
    for moment, kinds in (
        (update.due_at - timedelta(days=4), []),
        (update.due_at - timedelta(hours=20), ["deadline_near"]),
        (update.due_at + timedelta(hours=1), ["deadline_missed", "deadline_near"]),
        (update.due_at + timedelta(days=30), ["deadline_missed", "deadline_near"]),
    ):
        with clock.at(moment):
            watch_incident_deadlines()
            watch_incident_deadlines()
        assert sorted(mine.values_list("kind", flat=True)) == kinds


def test_serious_incident_asks_signatories_for_a_hold(stage: Stage) -> None:
    _, incident = triaged_incident(stage, severity="critical")
    asked = Notice.objects.filter(kind="hold_proposed", about=incident.pk)
    assert {stage.signatory.user, stage.other_signatory.user} <= {notice.recipient for notice in asked}


def test_access_is_stopped_in_one_step_and_confirmed_by_another_body(stage: Stage) -> None:
    _, incident = triaged_incident(stage, severity="critical")
    hold = hold_for_incident(
        incident=incident, target=stage.institution, reason="Keys leaked", lifted_when="New keys", by=stage.signatory
    )
    incident.refresh_from_db()
    assert (incident.hold, hold.emergency, hold.incident) == (hold, True, incident.reference)
    with pytest.raises(Refused):
        confirm_hold(hold=hold, by=make_member(stage.cast.authority, "signatory"))
    confirm_hold(hold=hold, by=stage.other_signatory)
    assert hold.state == "confirmed"


def test_case_officer_does_not_stop_access(stage: Stage) -> None:
    _, incident = triaged_incident(stage)
    with pytest.raises(Refused) as refused:
        hold_for_incident(incident=incident, target=stage.institution, reason="x", lifted_when="y", by=stage.officer)
    assert refused.value.verdict.code == "wrong_role"
    incident.refresh_from_db()
    assert incident.hold is None


def test_another_institution_is_not_stopped_because_of_this_incident(stage: Stage) -> None:
    _, incident = triaged_incident(stage)
    other, _ = make_institution()
    with pytest.raises(Refused) as refused:
        hold_for_incident(incident=incident, target=other, reason="x", lifted_when="y", by=stage.signatory)
    assert refused.value.verdict.code == "other_institution"


def test_nobody_closes_what_they_reported_or_resolved(stage: Stage) -> None:
    incident = resolved(stage)
    incident.deadlines.filter(met_at=None).update(waived_at=clock.now())
    with pytest.raises(Refused) as refused:
        close_incident(incident=incident, by=stage.officer)
    assert refused.value.verdict.code == "same_person"


def test_incident_is_not_closed_while_something_is_owed(stage: Stage) -> None:
    incident = resolved(stage)
    with pytest.raises(Refused) as refused:
        close_incident(incident=incident, by=stage.second_officer)
    assert refused.value.verdict.code == "reports_owed"


def test_applicant_reports_only_on_their_own_institution(stage: Stage) -> None:
    other, _ = make_institution()
    with pytest.raises(Refused) as refused:
        report_incident(
            institution=other,
            severity="low",
            kind="other",
            title="x",
            description="y",
            aware_at=clock.now(),
            by=stage.applicant,
        )
    assert refused.value.verdict.code == "other_body"


def test_incident_that_is_still_to_come_is_refused(stage: Stage) -> None:
    with pytest.raises(Refused) as refused:
        report_incident(
            institution=stage.institution,
            severity="low",
            kind="other",
            title="x",
            description="y",
            aware_at=clock.now() + timedelta(hours=1),
            by=stage.applicant,
        )
    assert refused.value.verdict.code == "future"


def test_duplicate_points_to_the_incident_where_work_goes_on(stage: Stage) -> None:
    _, first = reported_incident(stage)
    _, second = reported_incident(stage)
    mark_duplicate(incident=second, of=first, by=stage.officer)
    assert (second.state, second.duplicate_of, running(second)) == ("duplicate", first, [])
    with pytest.raises(Refused):
        mark_duplicate(incident=first, of=second, by=stage.officer)


def test_unfounded_incident_owes_nothing(stage: Stage) -> None:
    _, incident = reported_incident(stage)
    dismiss_incident(incident=incident, reason="A test key.", by=stage.officer)
    assert running(incident) == []


def test_stranger_adds_nothing(stage: Stage) -> None:
    _, incident = reported_incident(stage)
    _, stranger = make_institution()
    with pytest.raises(Refused) as refused:
        add_update(incident=incident, text="x", by=stranger)
    assert refused.value.verdict.code == "other_body"
