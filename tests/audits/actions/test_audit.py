"""The life of an audit, from the plan to the closing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audits.actions.audit import (
    assign_auditor,
    begin_audit,
    cancel_audit,
    notify_audit,
    plan_audit,
    reschedule_audit,
    unassign_auditor,
)
from audits.actions.audit_report import close_audit, draft_report, respond_to_report
from audits.actions.fieldwork import Answer, record_results
from audits.models import Audit, Catalogue, CheckResult
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, Refused
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from tests.factories.accounts import make_member
from tests.factories.audits import (
    Stage,
    audit_in_fieldwork,
    audit_with_partner,
    begun_now,
    planned_audit,
    qualified,
    responded_audit,
    results_for_all,
)


def test_audit_runs_from_plan_to_closing_and_the_record_verifies(stage: Stage) -> None:
    _, audit = responded_audit(stage)
    close_audit(audit=audit, by=stage.second_officer)
    assert audit.state == "closed"
    assert audit.closed_by == stage.second_officer.user
    assert list(verify()) == []


def test_checklist_has_as_many_controls_of_the_baseline_as_the_rulebook_draws(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    assert audit.catalogue is not None
    assert audit.catalogue.control_count > 30
    assert audit.checks.count() == 12


def test_auditor_who_had_a_part_in_the_case_is_refused(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    reviewer_and_auditor = stage.cast.reviewer
    make_member_auditor(stage, reviewer_and_auditor)
    with pytest.raises(Refused) as refused:
        assign_auditor(audit=audit, auditor=reviewer_and_auditor.user, by=stage.officer)
    assert refused.value.verdict.code == "not_independent"
    assert "reviewer" in str(refused.value.verdict.reason)


@pytest.mark.parametrize("part", ["officer", "signatory"])
def test_nobody_audits_what_they_screened_or_signed(stage: Stage, part: str) -> None:
    _, audit = planned_audit(stage)
    person = getattr(stage, part)
    make_member_auditor(stage, person)
    with pytest.raises(Refused) as refused:
        assign_auditor(audit=audit, auditor=person.user, by=stage.officer)
    assert refused.value.verdict.code == "not_independent"


def test_former_member_of_the_institution_is_refused_as_auditor(stage: Stage) -> None:
    from portal.accounts.actions.membership import end_membership
    from portal.accounts.models import Membership
    from portal.core.actors import SYSTEM

    _, audit = planned_audit(stage)
    left = make_member(stage.institution.organisation, "applicant")
    end_membership(membership=Membership.objects.get(user=left.user), by=SYSTEM)
    make_member(stage.cast.authority, "auditor", user=left.user)
    with pytest.raises(Refused) as refused:
        assign_auditor(audit=audit, auditor=left.user, by=stage.officer)
    assert refused.value.verdict.code == "not_independent"


def test_auditor_of_another_authority_is_refused(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    stranger = make_member(stage.cast.other_authority, "auditor")
    with pytest.raises(Refused) as refused:
        assign_auditor(audit=audit, auditor=stranger.user, by=stage.officer)
    assert refused.value.verdict.code == "wrong_role"


def test_officer_of_another_authority_cannot_assign(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    stranger = make_member(stage.cast.other_authority, "case_officer")
    with pytest.raises(Refused) as refused:
        assign_auditor(audit=audit, auditor=stage.auditor.user, by=stranger)
    assert refused.value.verdict.code == "other_body"
    assert not audit.assigned_ids


def test_audit_is_not_announced_without_an_auditor(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    with pytest.raises(Refused) as refused:
        notify_audit(audit=audit, by=stage.officer)
    assert refused.value.verdict.code == "no_auditor"


def test_partner_hears_of_the_audit_once_it_is_announced(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    mine = Notice.objects.filter(recipient=stage.applicant.user, about=audit.pk)
    assert not mine.exists()
    assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
    notify_audit(audit=audit, by=stage.officer)
    assert mine.get().kind == "audit_announced"


def test_auditor_who_is_not_assigned_cannot_begin(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
    notify_audit(audit=audit, by=stage.officer)
    colleague = make_member(stage.cast.authority, "auditor")
    with pytest.raises(Refused) as refused:
        begin_audit(audit=audit, by=colleague)
    assert refused.value.verdict.code == "not_assigned"


def test_auditor_taken_off_can_do_nothing_more(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    unassign_auditor(audit=audit, auditor=stage.auditor.user, reason="Illness", by=stage.officer)
    with pytest.raises(Refused):
        results_for_all(audit, stage.auditor)


def test_audit_does_not_begin_without_a_catalogue(stage: Stage) -> None:
    from audits.actions.catalogue import retire_catalogue
    from portal.core.actors import SYSTEM

    _, audit = planned_audit(stage)
    assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
    notify_audit(audit=audit, by=stage.officer)
    retire_catalogue(catalogue=Catalogue.objects.get(), by=SYSTEM)
    with pytest.raises(Refused) as refused:
        begun_now(audit, officer=stage.officer, auditor=stage.auditor)
    assert refused.value.verdict.code == "no_catalogue"
    assert audit.state == "notified"


def test_results_are_kept_each_time_they_are_recorded(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    check = audit.checks.first()
    record_results(audit=audit, answers=[Answer(check.pk, "not_met", "No log", 0)], by=stage.auditor)
    record_results(audit=audit, answers=[Answer(check.pk, "met", "Log found", 1)], by=stage.auditor)
    check.refresh_from_db()
    assert (check.result, check.version) == ("met", 2)
    kept = CheckResult.objects.filter(subject=check).order_by("version").values_list("result", "note")
    assert list(kept) == [("not_met", "No log"), ("met", "Log found")]


def test_second_auditor_does_not_overwrite_what_the_first_recorded(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    colleague = make_member(stage.cast.authority, "auditor")
    assign_auditor(audit=audit, auditor=colleague.user, by=stage.officer)
    check = audit.checks.first()
    record_results(audit=audit, answers=[Answer(check.pk, "met", "", 0)], by=stage.auditor)
    with pytest.raises(Conflict):
        record_results(audit=audit, answers=[Answer(check.pk, "not_met", "", 0)], by=colleague)
    check.refresh_from_db()
    assert check.result == "met"


def test_control_of_another_audit_is_refused(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    _other_stage, other = audit_in_fieldwork(qualified(jurisdiction="SE"))
    with pytest.raises(Refused) as refused:
        record_results(audit=audit, answers=[Answer(other.checks.first().pk, "met", "", 0)], by=stage.auditor)
    assert refused.value.verdict.code == "not_on_list"


def test_report_waits_until_every_control_has_a_result(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    with pytest.raises(Refused) as refused:
        draft_report(audit=audit, summary="Too early", by=stage.auditor)
    assert refused.value.verdict.code == "untested"
    assert str(audit.checks.count()) in str(refused.value.verdict.reason)


def test_partner_responds_once(stage: Stage) -> None:
    _, audit = responded_audit(stage)
    with pytest.raises(Refused) as refused:
        respond_to_report(audit=audit, response="Another word", by=stage.applicant)
    assert refused.value.verdict.code == "already_done"


def test_another_institution_cannot_respond(stage: Stage) -> None:
    _, audit = audit_with_partner(stage)
    from tests.factories.partners import make_institution

    _, stranger = make_institution()
    with pytest.raises(Refused) as refused:
        respond_to_report(audit=audit, response="Not mine", by=stranger)
    assert refused.value.verdict.code == "other_body"


def test_audit_is_not_closed_while_the_partner_has_time(stage: Stage) -> None:
    _, audit = audit_with_partner(stage)
    with pytest.raises(Refused) as refused:
        close_audit(audit=audit, by=stage.second_officer)
    assert refused.value.verdict.code == "awaiting_response"


def test_audit_is_closed_without_a_response_when_its_time_has_passed(stage: Stage) -> None:
    _, audit = audit_with_partner(stage)
    assert audit.response_due is not None
    with clock.at(clock.now() + timedelta(days=60)):
        assert clock.today() > audit.response_due
        close_audit(audit=audit, by=stage.second_officer)
    assert audit.state == "closed"


def test_nobody_closes_an_audit_that_they_worked_on(stage: Stage) -> None:
    both = make_member(stage.cast.authority, "auditor", "case_officer")
    stage.auditor = both
    _, audit = responded_audit(stage)
    with pytest.raises(Refused) as refused:
        close_audit(audit=audit, by=both)
    assert refused.value.verdict.code == "same_person"


def test_cancelled_periodic_audit_is_planned_anew_under_the_next_number(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    cancel_audit(audit=audit, reason="Merged with the visit in spring", by=stage.officer)
    _, again = planned_audit(stage)
    assert (audit.number, again.number) == (1, 2)


def test_moved_audit_says_why_it_moved(stage: Stage) -> None:
    from audits.reasons import why_then

    _, audit = planned_audit(stage)
    day = audit.planned_for + timedelta(days=30)
    reschedule_audit(audit=audit, planned_for=day, reason="The laboratory moves house.", by=stage.officer)
    audit.refresh_from_db()
    assert audit.planned_for == day
    assert why_then(audit.why).endswith("The laboratory moves house.")


def test_audit_is_not_moved_into_the_past(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    with pytest.raises(Refused):
        reschedule_audit(audit=audit, planned_for=clock.today() - timedelta(days=1), reason="…", by=stage.officer)


def test_audit_for_cause_stands_beside_the_periodic_one(stage: Stage) -> None:
    planned_audit(stage)
    extra = plan_audit(
        institution_id=stage.institution.pk,
        authority_id=stage.cast.authority.pk,
        kind=Audit.Kind.CAUSE,
        tier="standard",
        planned_for=clock.today() + timedelta(days=14),
        reason="An incident showed that keys are shared.",
        by=stage.officer,
    )
    assert extra.number is None
    assert Audit.objects.filter(institution=stage.institution).count() == 2


def make_member_auditor(stage: Stage, actor: Actor) -> None:
    """Make the person an auditor of the authority besides, in the same membership where they have one."""
    from portal.accounts.actions.membership import change_roles
    from portal.accounts.models import Membership

    membership = Membership.objects.get(user=actor.user, organisation=stage.cast.authority)
    administrator = make_member(stage.cast.authority, "administrator")
    change_roles(membership=membership, roles=[*membership.roles, "auditor"], by=administrator)
