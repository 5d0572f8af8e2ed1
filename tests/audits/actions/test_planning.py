"""Planning audits: who is due, on which day, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audits.actions.audit_report import close_audit
from audits.actions.planning import plan_block, plan_due_audits
from audits.models import Audit
from audits.queries.planning import next_due
from audits.reasons import why_then
from audits.tasks import plan_audits
from partners.actions.qualification import remove_qualification, suspend_qualification
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.ledger.verify import verify
from portal.rulebook.durations import add_months, is_working_day, working_day_from
from portal.rulebook.queries import rules
from tests.factories.audits import Stage, announced_ones, planned_audit, qualified, responded_audit


@pytest.fixture(autouse=True)
def _announced() -> Iterator[None]:
    with announced_ones():
        yield


def test_first_audit_is_planned_so_many_days_after_the_qualification_as_the_tier_asks(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    day = stage.qualification.valid_from + timedelta(days=180)
    assert audit.planned_for == working_day_from(day, "NO")
    assert (audit.number, audit.tier, audit.rulebook) == (1, "standard", "1.0")
    assert audit.authority_id == stage.cast.authority.pk


def test_plan_says_why_it_is_on_that_day(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    said = why_then(audit.why)
    assert "180 days" in said
    assert "standard tier" in said


def test_audits_are_planned_on_working_days(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    assert is_working_day(audit.planned_for, "NO")


def test_second_run_plans_none(stage: Stage) -> None:
    assert plan_due_audits(by=SYSTEM) == 1
    assert plan_due_audits(by=SYSTEM) == 0
    assert Audit.objects.count() == 1


def test_sweep_says_how_many_it_planned(stage: Stage) -> None:
    assert plan_audits()["done"] == 1
    assert plan_audits()["done"] == 0


def test_next_audit_is_planned_an_interval_after_the_last_was_closed(stage: Stage) -> None:
    _, audit = responded_audit(stage)
    close_audit(audit=audit, by=stage.second_officer)
    assert audit.closed_at is not None
    due = add_months(audit.closed_at.date(), 24)
    with clock.at(clock.now() + timedelta(days=300)):
        assert plan_due_audits(by=SYSTEM) == 0
    with clock.at(clock.now() + timedelta(days=400)):
        assert plan_due_audits(by=SYSTEM) == 1
    again = Audit.objects.get(state="planned")
    assert (again.number, again.planned_for) == (2, working_day_from(due, "NO"))
    assert "24 months" in why_then(again.why)


def test_missed_sweeps_delay_a_plan_and_lose_none(stage: Stage) -> None:
    with clock.at(clock.now() + timedelta(days=300)):
        assert plan_due_audits(by=SYSTEM) == 1
        audit = Audit.objects.get()
        assert audit.planned_for >= clock.today()
        assert audit.why["falls_on"] < clock.today().isoformat()


def test_suspended_partner_is_audited_and_a_removed_one_is_not(stage: Stage) -> None:
    suspend_qualification(qualification=stage.qualification, by=SYSTEM, reason="For the test")
    assert len(next_due(rules())) == 1
    remove_qualification(qualification=stage.qualification, by=SYSTEM, reason="For the test")
    assert next_due(rules()) == []


def test_database_refuses_a_second_open_periodic_audit(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audits_audit SELECT (jsonb_populate_record(a, jsonb_build_object("
            "'id', gen_random_uuid(), 'reference', 'AU-0', 'number', 99))).* FROM audits_audit a WHERE id = %s",
            [audit.pk],
        )


def test_block_by_block_plans_each_partner_once(stage: Stage) -> None:
    others = [qualified(jurisdiction=country) for country in ("SE", "FI")]
    planned, after = plan_block(by=SYSTEM, limit=2)
    assert planned == 2
    assert after is not None
    assert plan_block(by=SYSTEM, after=after, limit=2) == (1, None)
    assert Audit.objects.values("institution").distinct().count() == 1 + len(others)
    assert list(verify()) == []


def test_one_question_to_the_database_however_many_partners(stage: Stage) -> None:
    book = rules()
    qualified(jurisdiction="SE")
    with CaptureQueriesContext(connection) as captured:
        assert len(next_due(book)) == 2
    assert len(captured) == 1
