"""A signature is given by somebody who has just shown who they are, in their own right or in the place of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from partners.actions.case import declare_conflict
from partners.actions.signature import refuse_application, sign_application
from partners.models import Qualification, Signature, SignatureVoid
from partners.queries.case import case_of
from portal.accounts.actions.delegation import give_delegation
from portal.accounts.actor import confirmed, person_in
from portal.accounts.models import Membership
from portal.accounts.second_factor import confirm_address
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from tests.factories import partners as make
from tests.factories.accounts import make_member
from tests.world import signed_in

pytestmark = pytest.mark.django_db


def sign(made: make.Cast, by: Actor) -> Signature:
    if by.user_id not in case_of(made.fresh()).hands.clear:
        declare_conflict(application=made.fresh(), conflict=False, by=by)
    return sign_application(application=made.fresh(), seen=case_of(made.application).dossier_digest, by=by)


def code(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.verdict.code


def deputy_of(signatory: Actor, made: make.Cast, *roles: str, deputy: Actor | None = None) -> Actor:
    """Somebody who covers for the signatory this week."""
    place = Membership.objects.select_related("organisation").get(user=signatory.user_id, state="active")
    stand_in = deputy or make_member(place.organisation, *(roles or ("auditor",)))
    today = clock.today()
    give_delegation(
        membership=place,
        deputy=stand_in.user,
        starts_on=today,
        ends_on=today + timedelta(days=7),
        reason="Leave.",
        by=signatory,
    )
    return person_in(stand_in.user, place.organisation)


# --- a fresh second factor ------------------------------------------------------------------------


@pytest.mark.parametrize("ago", [None, timedelta(minutes=10, seconds=1)])
def test_a_second_factor_of_long_ago_signs_and_refuses_nothing(ago: timedelta | None) -> None:
    made = make.application_to_sign()
    stale = replace(made.signatory, confirmed_at=clock.now() - ago if ago else None)
    with pytest.raises(Refused) as refusal:
        sign(made, stale)
    assert code(refusal) == "stale_factor"
    with pytest.raises(Refused) as refusal:
        refuse_application(
            application=made.fresh(),
            seen=case_of(made.application).dossier_digest,
            reasons=["security"],
            note="No.",
            by=stale,
        )
    assert code(refusal) == "stale_factor"
    assert not Signature.objects.exists()
    signature = sign(made, confirmed(stale))
    assert signature.confirmed_at is not None
    assert clock.now() - signature.confirmed_at < timedelta(minutes=1)


def test_the_page_leads_to_the_second_factor_and_keeps_what_was_written() -> None:
    made = make.application_to_sign()
    declare_conflict(application=made.fresh(), conflict=False, by=made.signatory)
    client = Client()
    client.cookies["sessionid"] = signed_in(made.signatory)["session"]
    address = reverse("admin:partners_application_refuse", args=[made.application.pk])
    assert "Refuse, and decline the application" in client.get(address).content.decode()
    with clock.at(clock.now() + timedelta(minutes=11)):
        shown = client.get(address).content.decode()
        assert "Confirm that it is you" in shown
        assert "Refuse, and decline the application" not in shown
        assert confirm_address(made.signatory.user, address) in shown
        sent = client.post(
            address,
            {
                "seen": case_of(made.application).dossier_digest,
                "reasons": ["security"],
                "note": "What I wrote for an hour.",
            },
        )
    assert sent.status_code == 200
    page = sent.content.decode()
    assert "What I wrote for an hour." in page
    assert 'target="_blank"' in page
    assert made.fresh().state == "awaiting_signatures"


# --- in the place of somebody ---------------------------------------------------------------------


def test_a_deputy_signs_and_it_says_in_whose_place() -> None:
    made = make.application_to_sign()
    deputy = deputy_of(made.signatory, made)
    signature = sign(made, deputy)
    assert (signature.by_id, signature.stands_for_id) == (deputy.user_id, made.signatory.user_id)
    sign(made, made.other_signatory)
    assert made.fresh().state == "approved"
    assert Qualification.objects.exists()
    assert list(verify()) == []


def test_of_a_signatory_and_their_deputy_one_signs_a_case() -> None:
    made = make.application_to_sign()
    sign(made, deputy_of(made.signatory, made))
    with pytest.raises(Refused) as refusal:
        sign(made, made.signatory)
    assert code(refusal) == "signed_by_deputy"
    other = make.application_to_sign()
    sign(other, other.signatory)
    with pytest.raises(Refused) as refusal:
        sign(other, deputy_of(other.signatory, other))
    assert code(refusal) == "signed_by_deputy"


def test_a_deputy_does_not_sign_for_whoever_has_a_conflict() -> None:
    made = make.application_to_sign()
    declare_conflict(application=made.fresh(), conflict=True, detail="My sister works there.", by=made.signatory)
    with pytest.raises(Refused) as refusal:
        sign(made, deputy_of(made.signatory, made))
    assert code(refusal) == "conflict_of_interest"


def test_a_conflict_of_the_covered_takes_back_what_was_signed_in_their_place() -> None:
    made = make.application_to_sign()
    deputy, colleague = deputy_of(made.signatory, made), made.other_signatory
    given = sign(made, deputy)
    declare_conflict(application=made.fresh(), conflict=True, detail="My sister works there.", by=made.signatory)
    assert SignatureVoid.objects.get().signature_id == given.pk
    sign(made, colleague)
    assert made.fresh().state == "awaiting_signatures"


def test_a_deputy_who_assessed_or_for_whoever_screened_does_not_sign() -> None:
    made = make.application_to_sign()
    with pytest.raises(Refused) as refusal:
        sign(made, deputy_of(made.signatory, made, deputy=made.reviewer))
    assert code(refusal) == "had_a_part"
    both = make.submitted_application()
    both.officer = make_member(both.authority, "case_officer", "signatory")
    make.send(make.assess(make.assign(make.screen(both))))
    with pytest.raises(Refused) as refusal:
        sign(both, deputy_of(both.officer, both))
    assert code(refusal) == "had_a_part"


def test_after_the_last_day_nothing_is_signed() -> None:
    made = make.application_to_sign()
    deputy = deputy_of(made.signatory, made)
    declare_conflict(application=made.fresh(), conflict=False, by=deputy)
    with clock.at(clock.now() + timedelta(days=8)):
        later = person_in(deputy.user, made.authority)
        with pytest.raises(Refused) as refusal:
            sign(made, later)
    assert code(refusal) == "wrong_role"
