"""Accepting a risk: proposed by one, signed by others as read, with an end; nobody who had a part in it signs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audits.actions.acceptance import (
    propose_acceptance,
    refuse_acceptance,
    revoke_acceptance,
    sign_acceptance,
    withdraw_acceptance,
)
from audits.actions.finding import extend_finding, propose_plan
from audits.models import AcceptanceSignature, Finding, RiskAcceptance
from audits.tasks import end_risk_acceptances, escalate_overdue
from partners.models import Qualification
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, Refused
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, audit_in_fieldwork, finding_in


def found(stage: Stage, severity: str = "moderate") -> Finding:
    _, audit = audit_in_fieldwork(stage)
    return finding_in(audit, stage.auditor, severity=severity)


def proposed(stage: Stage, finding: Finding | None = None, by: Actor | None = None) -> RiskAcceptance:
    until = clock.today() + timedelta(days=30)
    return propose_acceptance(
        finding=finding or found(stage), reason="Low exposure.", until=until, by=by or stage.officer
    )


def code_of(deed: object) -> str:
    with pytest.raises(Refused) as refused:
        deed()  # type: ignore[operator]
    return str(refused.value.verdict.code)


def test_risk_is_accepted_by_the_signature_and_open_again_on_its_day(stage: Stage) -> None:
    acceptance = proposed(stage)
    assert acceptance.finding.state == "open"
    signature = sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=confirmed(stage.signatory))
    finding = acceptance.finding
    assert (finding.state, finding.accepted_by, finding.accepted_until) == (
        "risk_accepted", stage.signatory.user, acceptance.until,
    )  # fmt: skip
    assert (acceptance.state, signature.digest) == ("in_force", acceptance.digest)
    with clock.at(clock.now() + timedelta(days=29)):
        assert (end_risk_acceptances()["done"], escalate_overdue()["done"]) == (0, 0)
    with clock.at(clock.now() + timedelta(days=33)):
        assert end_risk_acceptances()["done"] == 1
        assert end_risk_acceptances()["done"] == 0
        finding.refresh_from_db()
        acceptance.refresh_from_db()
        assert (finding.state, finding.plan, acceptance.state) == ("open", "", "ended")
        assert finding.plan_due > clock.today()
    assert Notice.objects.filter(recipient=stage.applicant.user, kind="finding_reopened").count() == 1
    assert list(verify()) == []


def test_signature_is_bound_to_what_was_read(stage: Stage) -> None:
    acceptance = proposed(stage)
    with pytest.raises(Conflict):
        sign_acceptance(acceptance=acceptance, seen="0" * 64, by=confirmed(stage.signatory))
    extend_finding(
        finding=acceptance.finding,
        until=acceptance.finding.remedy_due + timedelta(days=9),
        reason="x",
        by=stage.officer,
    )
    with pytest.raises(Conflict):
        sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=confirmed(stage.signatory))
    assert not AcceptanceSignature.objects.exists()
    withdraw_acceptance(acceptance=acceptance, reason="The day moved.", by=stage.officer)
    assert proposed(stage, acceptance.finding).digest != acceptance.digest


def test_plan_that_comes_after_the_proposal_voids_it(stage: Stage) -> None:
    acceptance = proposed(stage)
    propose_plan(finding=acceptance.finding, plan="We can after all.", by=stage.applicant)
    with pytest.raises(Conflict):
        sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=confirmed(stage.signatory))


def test_signature_needs_a_second_factor_shown_just_now(stage: Stage) -> None:
    acceptance = proposed(stage)
    with clock.at(clock.now() + timedelta(hours=5)):
        stale = code_of(lambda: sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=stage.signatory))
    assert stale == "stale_factor"


def test_high_tier_needs_signatures_of_two_bodies(stage: Stage) -> None:
    Qualification.objects.filter(pk=stage.qualification.pk).update(tier="high")
    acceptance = proposed(stage)
    colleague = make_member(stage.cast.authority, "signatory")
    sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=confirmed(stage.signatory))
    assert (acceptance.state, acceptance.finding.state) == ("proposed", "open")
    for person, code in ((stage.signatory, "signed"), (colleague, "other_body_needed")):
        by = confirmed(person)
        assert code_of(lambda by=by: sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=by)) == code
    sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=confirmed(stage.other_signatory))
    assert (acceptance.state, acceptance.finding.state) == ("in_force", "risk_accepted")


def test_one_signature_has_to_be_of_the_authority_that_runs_the_case(stage: Stage) -> None:
    acceptance = proposed(stage)
    other = confirmed(stage.other_signatory)
    assert code_of(lambda: sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=other)) == (
        "other_body_needed"
    )


def test_nobody_with_a_part_in_it_signs(stage: Stage) -> None:
    both = make_member(stage.cast.authority, "case_officer", "signatory")
    acceptance = proposed(stage, by=both)
    assert code_of(lambda: sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=confirmed(both))) == (
        "had_a_part"
    )
    Finding.objects.filter(pk=acceptance.finding_id).update(recorded_by=stage.signatory.user)
    again = RiskAcceptance.objects.get(pk=acceptance.pk)
    assert code_of(lambda: sign_acceptance(acceptance=again, seen=again.digest, by=confirmed(stage.signatory))) == (
        "had_a_part"
    )


@pytest.mark.parametrize("who", ["applicant", "auditor", "officer"])
def test_only_signatories_sign(stage: Stage, who: str) -> None:
    acceptance, by = proposed(stage), confirmed(getattr(stage, who))
    assert code_of(lambda: sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=by)) == "wrong_role"


def test_refusal_ends_the_proposal_with_its_reason(stage: Stage) -> None:
    acceptance = proposed(stage)
    refuse_acceptance(
        acceptance=acceptance, seen=acceptance.digest, reason="It can be put right now.", by=confirmed(stage.signatory)
    )
    assert (acceptance.state, acceptance.finding.state) == ("refused", "open")
    assert acceptance.signatures.get().reason == "It can be put right now."
    assert Notice.objects.filter(recipient=stage.officer.user, kind="risk_refused").exists()


def test_signatory_ends_an_acceptance_early(stage: Stage) -> None:
    acceptance = proposed(stage)
    sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=confirmed(stage.signatory))
    revoke_acceptance(acceptance=acceptance, reason="It got worse.", by=stage.signatory)
    assert (acceptance.state, acceptance.finding.state) == ("ended", "open")


def test_risk_of_a_critical_finding_cannot_be_accepted(stage: Stage) -> None:
    finding = found(stage, "critical")
    with pytest.raises(Refused) as refused:
        proposed(stage, finding)
    assert (refused.value.verdict.code, refused.value.verdict.rule) == ("not_acceptable", "audits.findings.critical")


def test_acceptance_ends_within_the_months_of_the_rulebook(stage: Stage) -> None:
    finding = found(stage, "high")
    for days, code in ((0, "past"), (200, "too_long")):
        until = clock.today() + timedelta(days=days)
        assert (
            code_of(lambda until=until: propose_acceptance(finding=finding, reason="x", until=until, by=stage.officer))
            == code
        )


def test_one_acceptance_at_a_time(stage: Stage) -> None:
    acceptance = proposed(stage)
    assert code_of(lambda: proposed(stage, acceptance.finding)) == "proposed"


def test_database_refuses_a_second_signature_of_one_person(stage: Stage) -> None:
    acceptance = proposed(stage)
    sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=confirmed(stage.signatory))
    row = acceptance.signatures.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        AcceptanceSignature.objects.create(
            acceptance=acceptance, digest=row.digest, decision="sign", signer=row.signer, body=row.body,
            confirmed_at=row.confirmed_at, signed_at=row.signed_at,
        )  # fmt: skip
