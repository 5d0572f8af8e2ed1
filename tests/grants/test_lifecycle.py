"""Requests, consents, signatures, agreements and holds, by the real actions over one partner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypedDict

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from grants import tasks
from grants.actions.accreditation import accredit_environment
from grants.actions.amendment import begin_amendment
from grants.actions.consent import give_consent
from grants.actions.environment import attest_environment
from grants.actions.grant import accept_agreement, remind_of_end
from grants.actions.hold import Target, confirm_hold, lift_hold, place_hold
from grants.actions.lines import add_line
from grants.actions.request import submit_request
from grants.actions.review import declare_interests, review_line, send_to_signatories, take_up_request
from grants.actions.signature import refuse_to_sign, sign_request
from grants.models import Consent, GrantSignature, Hold, RequestLine
from grants.queries.decision import decide
from grants.queries.request import lines_of
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Conflict, Refused
from portal.notifications.models import Notice
from portal.notifications.sweeping import sweep_rows
from tests.factories import grants as make
from tests.factories import people
from tests.factories.accounts import make_member
from tests.factories.partners import Cast


class Words(TypedDict):
    """What is said when a hold is placed."""

    reason: str
    lifted_when: str


WORDS: Words = {"reason": "Credentials were lost.", "lifted_when": "New credentials are in use."}


def code_of(refusal: Any) -> str:
    return str(refusal.value.verdict.code)


# --- lines ---------------------------------------------------------------------------------------


def test_a_combination_that_the_rulebook_forbids_is_refused_at_once_with_its_rule(partner: Cast) -> None:
    made = make.draft_request(made=partner)
    line = make.scope(use_case="benchmarking", data_class="personal")
    with pytest.raises(Refused) as refusal:
        add_line(request=made.request, release=made.release, environment=made.environment, by=made.applicant, **line)
    assert refusal.value.verdict.rule == "scope.not_allowed.sensitive_benchmarking"
    assert RequestLine.objects.filter(request=made.request).count() == 1


def test_an_environment_without_attested_safeguards_takes_no_line(partner: Cast) -> None:
    made = make.draft_request(made=partner)
    bare = make.make_environment(made.institution, made.applicant, attested=False)
    with pytest.raises(Refused) as refusal:
        add_line(request=made.request, release=made.release, environment=bare, by=made.applicant, **make.scope())
    assert code_of(refusal) == "environment_not_attested"


def test_a_request_is_sent_only_with_every_declaration(partner: Cast) -> None:
    made = make.draft_request(made=partner)
    with pytest.raises(Refused) as refusal:
        submit_request(request=made.request, declared=set(), capacity="Director", by=made.applicant)
    assert code_of(refusal) == "not_declared"


def test_lines_cannot_change_once_sent(partner: Cast) -> None:
    made = make.submitted_request(made=partner)
    with pytest.raises(DatabaseError, match="drafts only"), transaction.atomic():
        RequestLine.objects.filter(request=made.request).update(seats=99)


# --- review and consent --------------------------------------------------------------------------


def test_nobody_takes_up_a_case_before_declaring_their_interests(partner: Cast) -> None:
    made = make.submitted_request(made=partner)
    with pytest.raises(Refused) as refusal:
        take_up_request(request=made.request, by=made.officer)
    assert code_of(refusal) == "not_declared"


def test_a_reviewer_who_is_not_assigned_cannot_review(partner: Cast) -> None:
    made = make.take_up(make.submitted_request(made=partner))
    stranger = make_member(made.authority, "reviewer")
    line = lines_of(made.request)[0]
    with pytest.raises(Refused) as refusal:
        review_line(line=line, outcome="as_asked", by=stranger)
    assert code_of(refusal) == "not_assigned"


def test_a_review_can_narrow_a_line_and_never_widen_it(partner: Cast) -> None:
    made = make.take_up(make.submitted_request(made=partner))
    line = lines_of(made.request)[0]
    with pytest.raises(Refused) as refusal:
        review_line(line=line, outcome="narrowed", seats=6, reason="More.", by=made.reviewer)
    assert code_of(refusal) == "wider"
    narrowed = review_line(line=line, outcome="narrowed", seats=2, reason="Enough.", by=made.reviewer)
    assert (narrowed.seats, narrowed.requests_per_day) == (2, line.requests_per_day)


def test_a_provider_answers_only_for_its_own_releases(partner: Cast) -> None:
    made = make.request_at_provider(made=partner)
    _release, stranger = make.make_release()
    with pytest.raises(Refused) as refusal:
        give_consent(line=lines_of(made.request)[0], answer="consent", by=stranger)
    assert code_of(refusal) == "other_body"


def test_declining_takes_a_reason_of_the_rulebook(partner: Cast) -> None:
    made = make.request_at_provider(made=partner)
    with pytest.raises(Refused) as refusal:
        give_consent(line=lines_of(made.request)[0], answer="decline", reason_code="mood", by=made.staff)
    assert code_of(refusal) == "no_reason"
    assert not Consent.objects.filter(line__request=made.request).exists()


def test_silence_is_never_consent(partner: Cast) -> None:
    made = make.request_at_provider(made=partner)
    with pytest.raises(Refused) as refusal:
        send_to_signatories(request=made.request, by=made.officer)
    assert code_of(refusal) == "awaiting_provider"
    assert made.request.consent_due
    with clock.at(made.request.consent_due + timedelta(minutes=1)):
        make.sign_grant(make.to_signatories(made))
    assert made.fresh().state == "refused"


def test_of_two_lines_the_one_that_the_provider_declined_is_denied_at_the_gate(partner: Cast) -> None:
    made = make.request_at_provider({}, {"use_case": "benchmarking"}, made=partner)
    decline = {"answer": "decline", "reason_code": "capacity", "reason": "Not this year."}
    condition = {"answer": "conditions", "conditions": ["Report results to us first."]}
    make.accept(make.sign_grant(make.to_signatories(make.consent(made, condition, decline))))
    assert decide(made.question()).permitted
    assert made.line.provider_conditions == ["Report results to us first."]
    assert decide(made.question(use_case="benchmarking")).code == "use_case_not_granted"


# --- signatures ----------------------------------------------------------------------------------


def test_two_signatures_of_one_authority_are_not_a_quorum(partner: Cast) -> None:
    made = make.request_to_sign(made=partner)
    colleague = make_member(made.authority, "signatory")
    make.sign_grant(made, made.signatory)
    declare_interests(request=made.request, conflict=False, by=colleague)
    with pytest.raises(Refused) as refusal:
        sign_request(request=made.request, seen=made.request.digest, by=colleague)
    assert code_of(refusal) == "other_body_needed"


def test_whoever_reviewed_cannot_sign(partner: Cast) -> None:
    both = make_member(partner.authority, "reviewer", "signatory")
    partner.reviewer = both
    made = make.request_to_sign(made=partner)
    with pytest.raises(Refused) as refusal:
        sign_request(request=made.request, seen=made.request.digest, by=both)
    assert code_of(refusal) == "had_a_part"


def test_a_signature_is_bound_to_what_was_read(partner: Cast) -> None:
    made = make.request_to_sign(made=partner)
    declare_interests(request=made.request, conflict=False, by=made.signatory)
    with pytest.raises(Conflict):
        sign_request(request=made.request, seen="0" * 64, by=made.signatory)
    assert not GrantSignature.objects.filter(request=made.request).exists()


def test_a_refusal_to_sign_sends_back_and_leaves_earlier_signatures_without_effect(partner: Cast) -> None:
    made = make.request_to_sign(made=partner)
    make.sign_grant(made, made.signatory)
    declare_interests(request=made.request, conflict=False, by=made.other_signatory)
    refuse_to_sign(request=made.request, seen=made.request.digest, reason="Too broad.", by=made.other_signatory)
    assert made.fresh().state == "under_review"
    send_to_signatories(request=made.request, by=made.officer)
    sign_request(request=made.request, seen=made.request.digest, by=made.other_signatory)
    assert made.fresh().state == "awaiting_signatures", "the first signature was on another digest"


# --- agreement and end ---------------------------------------------------------------------------


def test_nothing_is_permitted_before_the_agreement_is_accepted(partner: Cast) -> None:
    made = make.issued_grant(made=partner)
    assert decide(made.question()).code == "agreement_not_accepted"
    make.accept(made)
    assert decide(made.question()).permitted


def test_only_the_text_that_was_read_is_accepted(partner: Cast) -> None:
    grant = make.issued_grant(made=partner).grant
    with pytest.raises(Conflict):
        accept_agreement(
            grant=grant, seen="0" * 64, capacity="Director", declared=make.DECLARATIONS, by=partner.applicant
        )


def test_an_amendment_leaves_the_original_in_force_until_it_is_superseded(made: make.GrantCast) -> None:
    original = made.grant
    amended = begin_amendment(grant=original, kind="amendment", by=made.applicant)
    made.request = amended
    made.fresh()
    make.to_signatories(make.consent(make.to_provider(make.review(make.take_up(make.submit(made))))))
    make.sign_grant(made)
    assert decide(made.question()).permitted
    make.accept(made)
    original.refresh_from_db()
    assert original.state == "superseded"
    assert decide(made.question()).permitted


def test_a_grant_expires_by_the_sweep_and_only_once(made: make.GrantCast) -> None:
    with clock.at(clock.now() + timedelta(days=301)):
        assert tasks.expire_grants()["done"] == 1
        assert tasks.expire_grants()["done"] == 0
    assert made.grant.state == "expired"


def test_the_end_is_announced_once_for_each_range_even_when_a_day_was_missed(made: make.GrantCast) -> None:
    for days, sent in ((250, 1), (251, 0), (295, 1)):
        with clock.at(clock.now() + timedelta(days=days)):
            assert tasks.announce_ends()["done"] == sent, days


def test_a_revoked_grant_is_denied(made: make.GrantCast) -> None:
    make.revoke(made)
    assert decide(made.question()).code == "grant_ended"


# --- holds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", ["partner", "grant", "line", "environment"])
def test_a_hold_stops_the_very_next_question_and_lifting_it_opens_again(made: make.GrantCast, on: str) -> None:
    targets: dict[str, Target] = {
        "partner": made.institution,
        "grant": made.grant,
        "line": made.line,
        "environment": made.environment,
    }
    hold = place_hold(target=targets[on], by=made.signatory, **WORDS)
    denied = decide(made.question())
    assert denied.code == f"{on}_held"
    assert denied.changes_on == hold.confirm_by
    lift_hold(hold=hold, reason="New credentials.", by=made.signatory)
    assert decide(made.question()).permitted


def test_a_hold_is_confirmed_by_another_body_only(made: make.GrantCast) -> None:
    hold = place_hold(target=made.grant, by=made.signatory, **WORDS)
    for who, code in ((made.signatory, "own_hold"), (make_member(made.authority, "signatory"), "same_body")):
        with pytest.raises(Refused) as refusal:
            confirm_hold(hold=hold, by=who)
        assert code_of(refusal) == code
    confirm_hold(hold=hold, by=made.other_signatory)
    assert decide(made.question()).changes_on is None


def test_an_unconfirmed_emergency_hold_lapses_loudly(made: make.GrantCast) -> None:
    hold = place_hold(target=made.grant, by=made.signatory, **WORDS)
    assert hold.confirm_by
    with clock.at(hold.confirm_by + timedelta(seconds=1)):
        assert tasks.lapse_holds()["done"] == 1
        assert decide(made.question()).permitted
    told = set(Notice.objects.filter(kind="hold_lapsed").values_list("recipient_id", flat=True))
    assert {made.applicant.user_id, made.signatory.user_id, made.other_signatory.user_id} <= told
    changed = Notice.objects.filter(kind="hold_changed_provider").values_list("recipient_id", flat=True)
    assert made.staff.user_id in set(changed)


def test_a_confirmed_hold_never_lapses(made: make.GrantCast) -> None:
    hold = place_hold(target=made.grant, by=made.signatory, **WORDS)
    confirm_hold(hold=hold, by=made.other_signatory)
    assert hold.confirm_by
    with clock.at(hold.confirm_by + timedelta(days=30)):
        assert tasks.lapse_holds()["done"] == 0
    assert Hold.objects.get(pk=hold.pk).state == "confirmed"


def test_stacked_holds_stop_until_the_last_is_lifted(made: make.GrantCast) -> None:
    first = place_hold(target=made.grant, by=made.signatory, **WORDS)
    second = place_hold(target=made.institution, by=made.signatory, **WORDS)
    lift_hold(hold=second, reason="Done.", by=made.signatory)
    assert decide(made.question()).code == "grant_held"
    lift_hold(hold=first, reason="Done.", by=made.signatory)
    assert decide(made.question()).permitted


# --- environments and who asks -------------------------------------------------------------------


def test_a_change_to_an_attested_fact_suspends_the_accreditation_until_looked_at(made: make.GrantCast) -> None:
    made.environment.refresh_from_db()
    attest_environment(environment=made.environment, values={"logging": ("not_met", "Broken.")}, by=made.applicant)
    assert decide(made.question()).code == "environment_not_accredited"
    with pytest.raises(Refused):
        accredit_environment(environment=made.environment, by=made.officer)
    attest_environment(environment=made.environment, values={"logging": ("met", "Repaired.")}, by=made.applicant)
    accredit_environment(environment=made.environment, by=made.officer)
    assert decide(made.question()).permitted


def test_partner_person_and_workload_are_found_by_their_names(made: make.GrantCast) -> None:
    made.institution.refresh_from_db()
    people.cleared(made.institution, made.applicant)
    subjects: Iterator[tuple[str, str]] = iter(
        [
            ("partner", made.institution.lei),
            ("person", str(made.applicant.user_id)),
            ("person", made.applicant.user.email.upper()),
            ("workload", str(made.environment.pk)),
        ]
    )
    for kind, name in subjects:
        assert decide(made.question(subject_type=kind, subject_id=name)).permitted, (kind, name)
    assert decide(made.question(subject_type="person", subject_id=str(made.staff.user_id))).code == "person_not_named"


def test_another_providers_gateway_learns_nothing(made: make.GrantCast) -> None:
    _release, stranger = make.make_release()
    assert decide(made.question(provider_id=stranger.body_id)).code == "release_unknown"


def test_a_permit_costs_one_query_and_a_denial_two_at_most(made: make.GrantCast) -> None:
    for question, most in ((made.question(), 1), (made.question(use_case="deployment"), 2)):
        with CaptureQueriesContext(connection) as captured:
            decide(question)
        assert len(captured) <= most


def test_two_beats_that_announce_the_same_end_are_no_failure(partner: Cast) -> None:
    """Both read the grant before either had announced it; the second finds it done."""
    grant = make.grant_in_force(made=partner).grant

    def twice(row: Any) -> None:
        remind_of_end(grant=row, by=SYSTEM)
        remind_of_end(grant=row, by=SYSTEM)

    with clock.at(clock.now() + (grant.ends_on - clock.today()) - timedelta(days=20)):
        tally = sweep_rows(tasks.grants_to_announce().filter(pk=grant.pk), twice)
    assert (tally.failed, tally.left) == (0, 0)
