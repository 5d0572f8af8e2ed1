"""Authorities narrow a line or end a grant without a new request: by quorum, with reasons, in effect at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from grants import tasks
from grants.actions.grant import revoke_grant
from grants.actions.measure import (
    drop_measure,
    propose_narrowing,
    propose_revocation,
    refuse_measure,
    sign_measure,
)
from grants.models import Agreement, GrantLine, LineVersion
from grants.queries.decision import decide
from grants.queries.grant import lines_of_grant
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.verdicts import Conflict, Refused
from portal.notifications.models import Notice
from tests.factories import grants as make
from tests.factories.partners import Cast

pytestmark = pytest.mark.django_db


def refusal(act: Any, **words: Any) -> str:
    with pytest.raises(Refused) as caught:
        act(**words)
    return caught.value.verdict.code


def test_a_narrowed_line_holds_at_once_and_the_old_row_is_kept(made: make.GrantCast) -> None:
    assert decide(made.question(requests=1000)).permitted
    make.narrow(made, requests_per_day=100, conditions=["Weekly report."], obligations=["logging"])
    assert decide(made.question(requests=1000)).code == "above_limit"
    permitted = decide(made.question(requests=100))
    assert permitted.permitted
    assert "logging" in permitted.obligations
    assert GrantLine.objects.get(pk=made.line.pk).requests_per_day == 1000
    (line,) = lines_of_grant(made.grant)
    assert (line.requests_per_day, line.conditions, line.held_version.number) == (100, ["Weekly report."], 2)


def test_further_narrowings_build_on_what_holds_and_never_widen(made: make.GrantCast) -> None:
    make.narrow(made, seats=3, conditions=["One."])
    words: dict[str, Any] = {"line": made.line, "reason": "More.", "by": made.officer}
    assert refusal(propose_narrowing, seats=4, **words) == "wider"
    assert refusal(propose_narrowing, ends_on=clock.today() + timedelta(days=400), **words) == "wider"
    make.narrow(made, seats=2, conditions=["Two."])
    (line,) = lines_of_grant(made.grant)
    assert (line.seats, line.conditions) == (2, ["One.", "Two."])
    assert list(LineVersion.objects.order_by("number").values_list("number", flat=True)) == [2, 3]


def test_a_narrowing_has_a_reason_and_changes_something_known(made: make.GrantCast) -> None:
    words: dict[str, Any] = {"line": made.line, "by": made.officer}
    assert refusal(propose_narrowing, seats=1, reason=" ", **words) == "no_reason"
    assert refusal(propose_narrowing, reason="So.", **words) == "same"
    assert refusal(propose_narrowing, obligations=["wishes"], reason="So.", **words) == "unknown_term"
    yesterday = clock.today() - timedelta(days=1)
    assert refusal(propose_narrowing, ends_on=yesterday, reason="So.", **words) == "past"
    propose_narrowing(seats=1, reason="So.", **words)
    assert refusal(propose_narrowing, seats=2, reason="So.", **words) == "proposed"


def test_nothing_changes_before_the_quorum_and_one_authority_is_none(made: make.GrantCast) -> None:
    measure = propose_narrowing(line=made.line, seats=1, reason="So.", by=made.officer)
    first = confirmed(made.signatory)
    sign_measure(measure=measure, seen=measure.digest, by=first)
    assert lines_of_grant(made.grant)[0].seats == 5
    assert refusal(sign_measure, measure=measure, seen=measure.digest, by=first) == "signed"
    sign_measure(measure=measure, seen=measure.digest, by=confirmed(made.other_signatory))
    assert lines_of_grant(made.grant)[0].seats == 1


def test_whoever_proposed_does_not_sign_and_others_propose_nothing(made: make.GrantCast) -> None:
    measure = propose_revocation(grant=made.grant, reason="So.", by=made.signatory)
    words: dict[str, Any] = {"measure": measure, "seen": measure.digest}
    assert refusal(sign_measure, by=confirmed(made.signatory), **words) == "had_a_part"
    stale = replace(made.other_signatory, confirmed_at=clock.now() - timedelta(minutes=30))
    assert refusal(sign_measure, by=stale, **words) == "stale_factor"
    for who in (made.applicant, made.staff, made.reviewer):
        assert refusal(propose_revocation, grant=made.grant, reason="So.", by=who)


def test_a_signature_is_bound_to_what_holds_of_the_line(made: make.GrantCast) -> None:
    measure = propose_narrowing(line=made.line, seats=1, reason="So.", by=made.officer)
    with pytest.raises(Conflict):
        sign_measure(measure=measure, seen="0" * 64, by=confirmed(made.signatory))


def test_a_refusal_ends_it_with_the_reason_and_the_proposer_alone_takes_it_back(made: make.GrantCast) -> None:
    measure = propose_narrowing(line=made.line, seats=1, reason="So.", by=made.officer)
    by = confirmed(made.signatory)
    assert refusal(refuse_measure, measure=measure, seen=measure.digest, reason="", by=by) == "no_reason"
    refuse_measure(measure=measure, seen=measure.digest, reason="Out of proportion.", by=by)
    assert (measure.state, measure.end_reason) == ("rejected", "Out of proportion.")
    again = propose_narrowing(line=made.line, seats=1, reason="So.", by=made.officer)
    assert refusal(drop_measure, measure=again, reason="No.", by=made.signatory) == "not_yours"
    drop_measure(measure=again, reason="No longer needed.", by=made.officer)
    assert lines_of_grant(made.grant)[0].seats == 5


def test_a_grant_is_revoked_by_a_quorum_only(made: make.GrantCast) -> None:
    assert refusal(revoke_grant, grant=made.grant, reason="Alone.", by=made.signatory) == "quorum"
    make.revoke(made, "Terms were broken.")
    grant = made.grant
    assert (grant.state, grant.end_reason) == ("revoked", "Terms were broken.")
    assert refusal(propose_revocation, grant=grant, reason="So.", by=made.officer) == "ended"


def test_the_institution_hears_why_and_the_provider_that(made: make.GrantCast) -> None:
    make.narrow(made, seats=1, reason="Canary seen in a report.")
    told = Notice.objects.filter(kind="grant_narrowed")
    assert made.applicant.user_id in set(told.values_list("recipient_id", flat=True))
    assert "Canary" in told.first().body
    staff = Notice.objects.get(kind="grant_narrowed_provider", recipient=made.staff.user)
    assert "Canary" not in staff.body + staff.title


def test_narrowed_before_it_is_signed_the_agreement_is_made_anew(partner: Cast) -> None:
    made = make.issued_grant(made=partner)
    read = Agreement.objects.get(grant=made.grant)
    make.narrow(made, seats=1, reason="Less is enough.")
    now = Agreement.objects.get(grant=made.grant)
    assert (now.version, now.digest != read.digest, "1 people at once" in now.text) == (2, True, True)


def test_whoever_has_an_interest_in_it_does_not_sign(made: make.GrantCast) -> None:
    measure = propose_narrowing(line=made.line, seats=1, reason="So.", by=made.officer)
    words: dict[str, Any] = {"measure": measure, "seen": measure.digest, "by": confirmed(made.signatory)}
    assert refusal(sign_measure, no_conflict=False, **words) == "conflict_of_interest"


def test_with_its_last_line_the_grant_ends_earlier_and_expires_by_the_sweep(made: make.GrantCast) -> None:
    soon = clock.today() + timedelta(days=10)
    make.narrow(made, ends_on=soon)
    assert made.grant.ends_on == soon
    with clock.at(clock.now() + timedelta(days=11)):
        assert tasks.expire_grants()["done"] == 1
        assert decide(made.question(today=clock.today())).permitted is False
