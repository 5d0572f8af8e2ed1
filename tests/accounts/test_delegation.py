"""Cover for absence: a deputy signs for a time, and it is in the record."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from django.test import Client

from portal.accounts.actions.delegation import give_delegation, withdraw_delegation
from portal.accounts.actions.membership import end_membership
from portal.accounts.actor import person_in
from portal.accounts.models import Delegation, Membership, Organisation
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from portal.ledger.models import Entry
from portal.notifications.models import Notice
from tests.factories.accounts import make_member, make_organisation
from tests.world import signed_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def authority() -> Organisation:
    return make_organisation("authority")


@pytest.fixture
def signatory(authority: Organisation) -> Actor:
    return make_member(authority, "signatory")


@pytest.fixture
def colleague(authority: Organisation) -> Actor:
    return make_member(authority, "auditor")


def place(actor: Actor) -> Membership:
    return Membership.objects.select_related("organisation", "user").get(user=actor.user_id, state="active")


def cover(who: Actor, deputy: Actor, start: int = 0, end: int = 14, by: Actor | None = None) -> Delegation:
    today = clock.today()
    return give_delegation(
        membership=place(who),
        deputy=deputy.user,
        starts_on=today + start * DAY,
        ends_on=today + end * DAY,
        reason="Parental leave.",
        by=by or who,
    )


def now(actor: Actor) -> Actor:
    return person_in(actor.user, Organisation.objects.get(pk=actor.body_id))


def on(day: date) -> AbstractContextManager[None]:
    return clock.at(clock.now() + (day - clock.today()))


def code(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.verdict.code


def client_of(actor: Actor) -> Client:
    client = Client()
    client.cookies["sessionid"] = signed_in(actor)["session"]
    return client


def test_a_deputy_signs_from_the_first_to_the_last_day_and_not_after(signatory: Actor, colleague: Actor) -> None:
    made = cover(signatory, colleague, start=2, end=4)
    assert not now(colleague).has("signatory")
    for days, signs in ((1, False), (2, True), (4, True), (5, False)):
        with on(clock.today() + days * DAY):
            deputy = now(colleague)
            assert deputy.has("signatory") is signs, days
            assert deputy.stands_for == (signatory.user_id if signs else None)
            assert members_with("signatory", made.organisation_id).filter(pk=colleague.user_id).exists() is signs
            assert members_with("signatory").filter(pk=colleague.user_id).exists() is signs
    assert now(colleague).has("auditor")
    assert Entry.objects.get(verb="delegation.give").object_id == made.pk
    assert Notice.objects.get(recipient=colleague.user).kind == "delegation.given"


def test_without_a_second_factor_the_duty_sleeps(signatory: Actor, colleague: Actor, authority: Organisation) -> None:
    cover(signatory, colleague)
    deputy = person_in(colleague.user, authority, second_factor=False)
    assert "signatory" in deputy.dormant
    assert not deputy.has("signatory")


def test_it_ends_when_it_is_withdrawn_and_when_the_signatory_leaves(
    signatory: Actor, colleague: Actor, authority: Organisation
) -> None:
    made = cover(signatory, colleague)
    withdraw_delegation(delegation=made, by=now(colleague))
    assert not now(colleague).has("signatory")
    assert Notice.objects.filter(recipient=signatory.user, kind="delegation.withdrawn").exists()
    cover(signatory, colleague)
    assert now(colleague).has("signatory")
    end_membership(membership=place(signatory), by=signatory, reason="Retired.")
    assert not now(colleague).has("signatory")


def test_an_administrator_names_a_deputy_for_whoever_could_not(
    signatory: Actor, colleague: Actor, authority: Organisation
) -> None:
    cover(signatory, colleague, by=make_member(authority, "administrator"))
    assert now(colleague).has("signatory")


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [(0, -1, "no_time"), (-5, -1, "no_time"), (0, 92, "too_long")],
)
def test_it_is_for_a_time_that_is_not_over(
    signatory: Actor, colleague: Actor, start: int, end: int, reason: str
) -> None:
    with pytest.raises(Refused) as refusal:
        cover(signatory, colleague, start, end)
    assert code(refusal) == reason
    assert not Delegation.objects.exists()


def test_the_deputy_is_a_colleague_who_does_not_sign_anyway(signatory: Actor, authority: Organisation) -> None:
    for deputy, reason in (
        (signatory, "not_a_colleague"),
        (make_member(make_organisation("authority"), "case_officer"), "not_a_colleague"),
        (make_member(authority, "signatory"), "signs_anyway"),
    ):
        with pytest.raises(Refused) as refusal:
            cover(signatory, deputy)
        assert code(refusal) == reason


def test_one_deputy_at_a_time(signatory: Actor, colleague: Actor, authority: Organisation) -> None:
    cover(signatory, colleague, 0, 5)
    with pytest.raises(Refused) as refusal:
        cover(signatory, make_member(authority, "case_officer"), 5, 9)
    assert code(refusal) == "covered"
    cover(signatory, make_member(authority, "case_officer"), 6, 9)


def test_a_deputy_passes_the_duty_on_to_nobody(signatory: Actor, colleague: Actor, authority: Organisation) -> None:
    cover(signatory, colleague)
    other = make_member(authority, "case_officer")
    for membership in (place(signatory), place(colleague)):
        with pytest.raises(Refused):
            give_delegation(
                membership=membership,
                deputy=other.user,
                starts_on=clock.today() + 20 * DAY,
                ends_on=clock.today() + 21 * DAY,
                reason="I am away too.",
                by=now(colleague),
            )
    assert Delegation.objects.count() == 1


def test_a_colleague_names_no_deputy_for_somebody_else(signatory: Actor, authority: Organisation) -> None:
    other = make_member(authority, "signatory")
    with pytest.raises(Refused) as refusal:
        cover(signatory, make_member(authority, "auditor"), by=other)
    assert code(refusal) == "other_duty"


def test_pages(signatory: Actor, colleague: Actor, authority: Organisation) -> None:
    client, address = client_of(signatory), f"/organisations/{authority.pk}/cover/"
    assert "Nobody covers for anybody" in client.get(address).content.decode()
    today = clock.today()
    asked = {
        "membership": str(place(signatory).pk),
        "deputy": str(colleague.user_id),
        "starts_on": today.isoformat(),
        "ends_on": (today + 200 * DAY).isoformat(),
        "reason": "Leave",
    }
    refused = client.post(f"{address}new/", asked)
    assert refused.status_code == 200
    assert "92 days at most" in refused.content.decode()
    assert client.post(f"{address}new/", {**asked, "ends_on": (today + 9 * DAY).isoformat()}).status_code == 302
    made = Delegation.objects.get()
    shown = client.get(address).content.decode()
    assert str(colleague.user) in shown
    assert "Signs in their place" in shown
    assert f"/cover/{made.pk}/end/" in shown
    exported = b"".join(client.get(f"{address}?export=csv")).decode()
    assert str(colleague.user) in exported
    assert client_of(colleague).get(f"/cover/{made.pk}/end/").status_code == 200
    assert client.post(f"/cover/{made.pk}/end/").status_code == 302
    assert Delegation.objects.get().state == "withdrawn"


def test_only_signatories_are_offered_and_to_a_signatory_only_themselves(
    signatory: Actor, colleague: Actor, authority: Organisation
) -> None:
    other = make_member(authority, "signatory")
    offered = client_of(signatory).get(f"/organisations/{authority.pk}/cover/new/").content.decode()
    assert str(place(signatory).pk) in offered
    assert str(place(other).pk) not in offered
    assert str(colleague.user_id) in offered
    assert client_of(colleague).get(f"/organisations/{authority.pk}/cover/new/").status_code == 403
