"""What the portal does by itself: announcements in time, auditors asked for, samples drawn, follow-ups planned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audits.actions.audit import assign_auditor, cancel_audit
from audits.actions.audit_report import close_audit, draft_report, respond_to_report, send_report
from audits.models import Audit, SampleDraw
from audits.reasons import why_then
from audits.tasks import announce_audits, draw_samples, plan_audits, plan_follow_ups
from partners.actions.qualification import remove_qualification
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.ledger.models import Checkpoint
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from portal.rulebook.durations import add_working_days
from tests.factories.audits import (
    Stage,
    audit_in_fieldwork,
    begun_now,
    draw_time,
    finding_in,
    planned_audit,
    results_for_all,
)


def closed_with_finding(stage: Stage, *severities: str) -> Audit:
    """A closed audit that found something wanting."""
    _, audit = audit_in_fieldwork(stage)
    for severity in severities:
        finding_in(audit, stage.auditor, severity=severity)
    results_for_all(audit, stage.auditor)
    draft_report(audit=audit, summary="Things are wanting.", by=stage.auditor)
    send_report(audit=audit, by=stage.auditor)
    respond_to_report(audit=audit, response="We mend it.", by=stage.applicant)
    return close_audit(audit=audit, by=stage.second_officer)


# --- announcements --------------------------------------------------------------------------------
def test_audit_is_announced_on_the_last_day_that_leaves_the_notice(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
    assert audit.announce_on is not None
    assert add_working_days(audit.announce_on, 20, "NO") == audit.planned_for
    morning = draw_time(audit) - (audit.planned_for - audit.announce_on)
    with clock.at(morning - timedelta(minutes=1)):
        assert announce_audits()["done"] == 0
    with clock.at(morning):
        assert announce_audits()["done"] == 1
        assert announce_audits()["done"] == 0
    audit.refresh_from_db()
    assert (audit.state, audit.notified_at) == ("notified", morning)
    assert Notice.objects.filter(recipient=stage.applicant.user, kind="audit_announced").count() == 1


def test_announced_too_late_it_moves_so_that_the_partner_has_its_notice(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    with clock.at(draw_time(audit) - timedelta(days=2)):
        assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
        assert announce_audits()["done"] == 1
        audit.refresh_from_db()
        assert audit.planned_for == add_working_days(clock.today(), 20, "NO")
    assert "20 working days of notice" in why_then(audit.why)
    assert draw_time(audit).date() == audit.planned_for


def test_officers_hear_once_that_nobody_is_assigned(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    mine = Notice.objects.filter(recipient=stage.officer.user, kind="audit_without_auditor")
    with clock.at(draw_time(audit) - timedelta(days=60)):
        announce_audits()
        assert not mine.exists()
    with clock.at(draw_time(audit) - timedelta(days=40)):
        assert announce_audits()["done"] == 1
        assert announce_audits()["done"] == 0
    assert mine.get().about == audit.pk
    audit.refresh_from_db()
    assert audit.state == "planned"


# --- samples --------------------------------------------------------------------------------------
def test_sample_is_drawn_on_its_day_and_once(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    with clock.at(draw_time(audit) - timedelta(minutes=1)):
        assert draw_samples()["done"] == 0
    with clock.at(draw_time(audit) + timedelta(minutes=1)):
        assert draw_samples()["done"] == 1
        assert draw_samples()["done"] == 0
    assert SampleDraw.objects.get().checkpoint == Checkpoint.objects.filter(taken_at__gte=draw_time(audit)).get()
    assert list(verify()) == []


def test_days_without_a_worker_change_no_lot(stage: Stage) -> None:
    """The checkpoint of the day is there; whoever comes days later draws by it."""
    _, audit = planned_audit(stage)
    with clock.at(draw_time(audit) + timedelta(hours=3)):
        from portal.ledger.checkpoint import ensure_daily_checkpoint

        first = ensure_daily_checkpoint()
    with clock.at(draw_time(audit) + timedelta(days=7)):
        draw_samples()
    assert SampleDraw.objects.get().checkpoint == first


# --- follow-ups -----------------------------------------------------------------------------------
def test_serious_finding_is_followed_up_once_after_its_last_day(stage: Stage) -> None:
    audit = closed_with_finding(stage, "low", "high")
    due = audit.findings.get(severity="high").remedy_due
    assert plan_follow_ups()["done"] == 1
    assert plan_follow_ups()["done"] == 0
    follow_up = Audit.objects.get(kind="follow_up")
    assert (follow_up.follows, follow_up.mode, follow_up.draw_at) == (audit, "visit", None)
    assert follow_up.falls_on == due + timedelta(days=30)
    assert audit.reference in why_then(follow_up.why)
    cancel_audit(audit=follow_up, reason="Seen on another visit.", by=stage.officer)
    assert plan_follow_ups()["done"] == 0


def test_lesser_findings_are_not_followed_up(stage: Stage) -> None:
    closed_with_finding(stage, "low", "moderate")
    assert plan_follow_ups()["done"] == 0


def test_follow_up_looks_at_what_was_found(stage: Stage) -> None:
    audit = closed_with_finding(stage, "high")
    plan_follow_ups()
    follow_up = Audit.objects.get(kind="follow_up")
    assign_auditor(audit=follow_up, auditor=stage.auditor.user, by=stage.officer)
    with clock.at(clock.now() + timedelta(days=200)):
        announce_audits()
        follow_up.refresh_from_db()
        begun_now(follow_up, officer=stage.officer, auditor=stage.auditor)
    assert [check.control_id for check in follow_up.checks.all()] == [audit.findings.get().control_id]
    assert follow_up.catalogue == audit.catalogue


# --- the end of a qualification -------------------------------------------------------------------
@pytest.mark.parametrize("announced", [False, True])
def test_plan_ends_with_the_qualification_unless_it_was_announced(stage: Stage, announced: bool) -> None:
    _, audit = planned_audit(stage)
    if announced:
        assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
        with clock.at(draw_time(audit) - timedelta(days=20)):
            announce_audits()
    remove_qualification(qualification=stage.qualification, by=SYSTEM, reason="For the test")
    assert plan_follow_ups()["done"] == (0 if announced else 1)
    audit.refresh_from_db()
    assert audit.state == ("notified" if announced else "cancelled")
    assert plan_audits()["done"] == 0
