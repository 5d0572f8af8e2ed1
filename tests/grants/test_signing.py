"""Signatures on a grant request: by somebody who has just shown who they are, or by a deputy, never by both."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from audits.rules.enforcement import may_sign
from grants.actions.review import declare_interests
from grants.actions.signature import refuse_to_sign, sign_request
from grants.models import GrantSignature
from portal.accounts.actions.delegation import give_delegation
from portal.accounts.actor import confirmed, person_in
from portal.accounts.models import Membership
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from tests.factories import grants as make
from tests.factories.accounts import make_member
from tests.factories.partners import Cast

pytestmark = pytest.mark.django_db


def sign(made: make.GrantCast, by: Actor) -> GrantSignature:
    declare_interests(request=made.request, conflict=False, by=by)
    return sign_request(request=made.request, seen=made.request.digest, by=by)


def deputy_of(signatory: Actor) -> Actor:
    place = Membership.objects.select_related("organisation").get(user=signatory.user_id, state="active")
    stand_in, today = make_member(place.organisation, "auditor"), clock.today()
    until = today + timedelta(days=3)
    give_delegation(
        membership=place, deputy=stand_in.user, starts_on=today, ends_on=until, reason="Leave.", by=signatory
    )
    return person_in(stand_in.user, place.organisation)


def test_a_second_factor_of_long_ago_signs_and_refuses_nothing(partner: Cast) -> None:
    made = make.request_to_sign(made=partner)
    stale = replace(made.signatory, confirmed_at=clock.now() - timedelta(minutes=11))
    with pytest.raises(Refused) as refusal:
        sign(made, stale)
    assert refusal.value.verdict.code == "stale_factor"
    with pytest.raises(Refused) as refusal:
        refuse_to_sign(request=made.request, seen=made.request.digest, reason="Too broad.", by=stale)
    assert refusal.value.verdict.code == "stale_factor"
    assert not GrantSignature.objects.filter(request=made.request).exists()


def test_of_a_signatory_and_their_deputy_one_signs_and_it_says_in_whose_place(partner: Cast) -> None:
    made = make.request_to_sign(made=partner)
    deputy = deputy_of(made.signatory)
    signature = sign(made, deputy)
    assert (signature.signatory_id, signature.stands_for_id) == (deputy.user_id, made.signatory.user_id)
    with pytest.raises(Refused) as refusal:
        sign(made, confirmed(made.signatory))
    assert refusal.value.verdict.code == "signed_by_deputy"


def test_a_deputy_decides_no_enforcement(partner: Cast) -> None:
    assert may_sign(object(), deputy_of(partner.signatory)).code == "deputy"
