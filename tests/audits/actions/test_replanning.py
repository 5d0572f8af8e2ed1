"""Planning anew: the risk changes, and planned audits move, with the reason; announced ones stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from audits import programme
from audits.actions.audit import assign_auditor, notify_audit, reschedule_audit
from audits.actions.audit_report import close_audit, draft_report, respond_to_report, send_report
from audits.actions.enforcement import answer_notice, give_notice, hear_case, open_case, sign_decision
from audits.actions.incident import dismiss_incident
from audits.actions.planning import plan_due_audits
from audits.models import Audit
from audits.programme import Due, announce_by, is_unannounced, plan_of
from audits.queries.ladder import decision_content
from audits.reasons import why_then
from grants.models import UsageAlert
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.canonical import digest
from portal.ledger.models import Entry
from portal.ledger.verify import verify
from portal.rulebook.durations import add_working_days, is_working_day, working_day_from
from portal.rulebook.queries import rules
from tests.factories import grants
from tests.factories.audits import (
    Stage,
    announced_ones,
    audit_for_cause,
    audit_in_fieldwork,
    finding_in,
    planned_audit,
    qualified,
    reported_incident,
    responded_audit,
    results_for_all,
    triaged_incident,
)


@pytest.fixture(autouse=True)
def _announced(request: pytest.FixtureRequest) -> Iterator[None]:
    """Plans are those of announced audits; what is about the lot says so in its name."""
    with nullcontext() if "unannounced" in request.node.name or "lot" in request.node.name else announced_ones():
        yield


def planned_again(audit: Audit) -> int:
    """How many the sweep changed; the audit as it is now."""
    done = plan_due_audits(by=SYSTEM)
    audit.refresh_from_db()
    return done


def set_tier(stage: Stage, tier: str) -> None:
    """As a change of circumstances would."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE partners_qualification SET tier = %s WHERE id = %s", [tier, stage.qualification.pk])


def test_serious_incident_brings_the_audit_forward_and_says_so(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    before = audit.planned_for
    reported_incident(stage, severity="high")
    assert planned_again(audit) == 1
    assert audit.falls_on == clock.today() + timedelta(days=60)
    assert audit.planned_for == working_day_from(audit.falls_on, "NO") < before
    said = why_then(audit.why)
    assert "an incident was reported" in said
    assert "60 days" in said
    assert audit.why["before"] == before.isoformat()
    assert planned_again(audit) == 0
    assert Entry.objects.filter(verb="audit.replan", object_id=audit.pk).count() == 1
    assert list(verify()) == []


def test_lesser_incident_and_one_that_proves_unfounded_change_nothing(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    first = audit.planned_for
    reported_incident(stage, severity="low")
    assert planned_again(audit) == 0
    _, incident = triaged_incident(stage, severity="critical")
    assert planned_again(audit) == 1
    dismiss_incident(incident=incident, reason="A drill.", by=stage.officer)
    assert planned_again(audit) == 1
    assert audit.planned_for == first


def test_higher_tier_has_another_interval_sample_and_way(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    set_tier(stage, "high")
    assert planned_again(audit) == 1
    assert (audit.tier, audit.mode, audit.sample_size) == ("high", "visit", 30)
    assert audit.falls_on == stage.qualification.valid_from + timedelta(days=60)


def test_measure_is_followed_by_a_visit(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    assert audit.mode == "desk"
    _decided(stage)
    assert planned_again(audit) == 1
    assert audit.mode == "visit"
    assert audit.why["on"] == "enforcement"


def test_alerts_bring_it_forward_once_there_are_as_many_as_the_rule_asks(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    line = grants.grant_in_force(made=stage.cast).line
    for number in range(5):
        assert planned_again(audit) == 0, number
        _alert(stage, line, clock.today() - timedelta(days=number))
    assert planned_again(audit) == 1
    assert audit.why["rule"] == "after_alerts"


def test_what_an_auditor_has_looked_at_brings_nothing_forward_again(stage: Stage) -> None:
    reported_incident(stage, severity="high")
    with clock.at(clock.now() + timedelta(days=1)):
        _, audit = responded_audit(stage)
        close_audit(audit=audit, by=stage.second_officer)
    with clock.at(clock.now() + timedelta(days=500)):
        plan_due_audits(by=SYSTEM)
        again = Audit.objects.get(state="planned")
    assert again.why["reason"] == "interval"


def test_critical_finding_of_the_last_audit_brings_the_next_one_forward(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    finding_in(audit, stage.auditor, severity="critical")
    results_for_all(audit, stage.auditor)
    draft_report(audit=audit, summary="One thing is wrong.", by=stage.auditor)
    send_report(audit=audit, by=stage.auditor)
    respond_to_report(audit=audit, response="We mend it.", by=stage.applicant)
    close_audit(audit=audit, by=stage.second_officer)
    plan_due_audits(by=SYSTEM)
    again = Audit.objects.get(state="planned")
    assert (again.number, again.why["on"]) == (2, "finding")
    assert again.falls_on is not None
    assert again.falls_on <= clock.today() + timedelta(days=90)


def test_announced_audit_stays_on_its_day(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
    notify_audit(audit=audit, by=stage.officer)
    day = audit.planned_for
    reported_incident(stage, severity="critical")
    assert planned_again(audit) == 0
    assert audit.planned_for == day


def test_day_that_an_officer_set_is_only_brought_forward(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    early = working_day_from(clock.today() + timedelta(days=40), "NO")
    reschedule_audit(audit=audit, planned_for=early, reason="The team travels then.", by=stage.officer)
    reported_incident(stage, severity="high")
    assert planned_again(audit) == 1
    assert audit.planned_for == early
    assert why_then(audit.why).endswith("The team travels then.")


def test_audit_for_cause_does_not_stand_in_the_way(stage: Stage) -> None:
    audit_for_cause(stage)
    assert plan_due_audits(by=SYSTEM) == 1
    assert Audit.objects.filter(kind="periodic", state="planned").count() == 1


def test_qualification_that_ended_at_midnight_is_not_planned_whichever_sweep_runs_first(stage: Stage) -> None:
    morning = clock.now() + (stage.qualification.valid_until - clock.today()) + timedelta(days=1)
    with clock.at(morning - timedelta(days=1)):
        assert plan_due_audits(by=SYSTEM) == 1
    Audit.objects.filter(institution=stage.institution).update(falls_on=None)
    with clock.at(morning):
        assert plan_due_audits(by=SYSTEM) == 0


def test_many_are_planned_anew_in_one_block(stage: Stage) -> None:
    stages = [stage, qualified(jurisdiction="SE"), qualified(jurisdiction="FI")]
    assert plan_due_audits(by=SYSTEM) == 3
    for one in stages:
        set_tier(one, "high")
    assert plan_due_audits(by=SYSTEM) == 3
    assert set(Audit.objects.values_list("tier", "sample_size")) == {("high", 30)}
    assert list(verify()) == []


# --- by lot ---------------------------------------------------------------------------------------
def due(**facts: Any) -> Due:
    today = clock.today()
    said: dict[str, Any] = {
        "qualification_id": uuid4(), "institution_id": uuid4(), "authority_id": uuid4(), "country": "NO",
        "tier": "high", "number": 1, "is_first": False, "since": today, "falls_on": today + timedelta(days=180),
        "sooner": "", "audit_id": None, "before": None, "moved_to": None,
    }  # fmt: skip
    return Due(**(said | facts))


def test_as_many_come_unannounced_as_the_rulebook_says() -> None:
    drawn = sum(is_unannounced(uuid4(), 1, percent=25) for _ in range(4000))
    assert 850 < drawn < 1150
    assert not any(is_unannounced(uuid4(), 1, percent=0) for _ in range(100))


def test_lot_is_the_portals_and_changes_with_the_number(settings: Any) -> None:
    who = uuid4()
    found = [is_unannounced(who, number, percent=50) for number in range(64)]
    assert len(set(found)) == 2
    programme._key.cache_clear()
    settings.SECRET_KEY = "another"
    try:
        assert [is_unannounced(who, number, percent=50) for number in range(64)] != found
    finally:
        programme._key.cache_clear()


def test_unannounced_audit_is_over_before_an_announcement_would_have_come(stage: Stage) -> None:
    """No announcement by its day tells the partner nothing: by then an unannounced audit has been."""
    book, today, days = rules(), clock.today(), set()
    notice = book.audits.intervals["high"].notice_working_days
    plans = [(item, plan_of(item, book)) for item in (due() for _ in range(400))]
    unannounced = [(item, plan) for item, plan in plans if not plan.announced]
    assert len(unannounced) > 50
    for item, plan in unannounced:
        assert plan.announce_on is None
        assert is_working_day(plan.planned_for, "NO")
        assert today + timedelta(days=90) <= plan.planned_for
        assert plan.planned_for <= add_working_days(announce_by(item.falls_on, notice, "NO"), 3, "NO")
        days.add(plan.planned_for)
    assert len(days) > 25


@pytest.mark.parametrize("tier", ["standard", "elevated", "high"])
def test_announced_audit_leaves_the_partner_its_notice(stage: Stage, tier: str) -> None:
    book, today = rules(), clock.today()
    notice = book.audits.intervals[tier].notice_working_days
    for ahead in (-30, 0, 5, 400):
        plan = next(
            found
            for found in (plan_of(due(tier=tier, falls_on=today + timedelta(days=ahead)), book) for _ in range(200))
            if found.announced
        )
        assert plan.announce_on is not None
        assert plan.announce_on >= today - timedelta(days=4)
        assert add_working_days(plan.announce_on, notice, "NO") == plan.planned_for


def _decided(stage: Stage) -> None:
    """A warning, without an incident before it."""
    case = open_case(institution=stage.institution, facts="Reports came late again and again.", by=stage.officer)
    give_notice(case=case, measure="warning", reasons="Reminders did not help.", lifted_when="", by=stage.officer)
    answer_notice(case=case, answer="We are sorry.", by=stage.applicant)
    hear_case(case=case, notes="Heard in writing.", by=stage.officer)
    sign_decision(case=case, seen=digest(decision_content(case)), by=stage.signatory)
    assert case.state == "decided"


def _alert(stage: Stage, line: Any, day: date) -> None:
    UsageAlert.objects.create(
        kind="no_line", day=day, windows=1, requests=1, denied=0, institution_id=stage.institution.pk,
        provider_id=line.release.provider_id, release=line.release, environment_key="e", use_case="evaluation",
        data_class="public",
    )  # fmt: skip
