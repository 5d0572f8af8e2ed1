"""Invitations: one mailbox, one use, fourteen days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from portal.accounts.actions.invitation import (
    accept_invitation,
    lapse_invitation,
    resend_invitation,
    send_invitation,
    withdraw_invitation,
)
from portal.accounts.models import Invitation, Membership, User
from portal.accounts.tasks import lapse_invitations
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from portal.notifications.models import Message
from tests.factories.accounts import make_member, make_organisation, newcomer
from tests.world import World, client_for

pytestmark = pytest.mark.django_db
EMAIL = "colleague@institute.example"


@pytest.fixture
def administrator() -> Actor:
    return make_member(make_organisation(), "administrator")


@pytest.fixture
def invitation(administrator: Actor) -> Invitation:
    return invite(administrator)


def invite(by: Actor, email: str = EMAIL, roles: tuple[str, ...] = ("applicant",)) -> Invitation:
    from portal.accounts.models import Organisation

    return send_invitation(organisation=Organisation.objects.get(pk=by.body_id), email=email, roles=roles, by=by)


def reader(email: str = EMAIL) -> Actor:
    """Somebody signed in with a verified account for the address."""
    actor = newcomer()
    User.objects.filter(pk=actor.user_id).update(email=email)
    actor.user.refresh_from_db()
    return actor


def refusal(deed: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        deed()
    return caught.value.verdict.code


def test_accepting_makes_a_member_in_the_roles_offered(invitation: Invitation) -> None:
    by = reader("Colleague@Institute.example".lower())
    membership = accept_invitation(invitation=invitation, by=by)
    assert (membership.user, membership.roles) == (by.user, ["applicant"])
    assert Invitation.objects.get().accepted_by == by.user


@pytest.mark.parametrize("who", ["another address", "a visitor", "the administrator"])
def test_only_the_mailbox_invited_can_accept(invitation: Invitation, administrator: Actor, who: str) -> None:
    by = {"another address": newcomer(), "a visitor": Actor(kind="anonymous"), "the administrator": administrator}[who]
    assert refusal(lambda: accept_invitation(invitation=invitation, by=by)) == "other_address"
    assert Invitation.objects.get().state == "sent"


def test_it_works_once(invitation: Invitation) -> None:
    by = reader()
    membership = accept_invitation(invitation=invitation, by=by)
    assert refusal(lambda: accept_invitation(invitation=invitation, by=by)) == "wrong_state"
    assert Membership.objects.filter(user=by.user).get() == membership


def test_withdrawn_is_over(invitation: Invitation, administrator: Actor) -> None:
    withdraw_invitation(invitation=invitation, by=administrator)
    assert refusal(lambda: accept_invitation(invitation=invitation, by=reader())) == "wrong_state"


@pytest.mark.parametrize(
    ("after", "code"),
    [(timedelta(days=13, hours=23), ""), (timedelta(days=14), "expired"), (timedelta(days=99), "expired")],
)
def test_it_holds_for_fourteen_days_whether_or_not_the_sweep_was_there(
    invitation: Invitation, after: timedelta, code: str
) -> None:
    by = reader()
    with clock.at(invitation.sent_at + after):
        if code:
            assert refusal(lambda: accept_invitation(invitation=invitation, by=by)) == code
            assert Invitation.objects.get().state == "sent", "a refused deed leaves nothing"
        else:
            accept_invitation(invitation=invitation, by=by)


def test_the_sweep_lapses_what_is_over_and_nothing_else(administrator: Actor) -> None:
    old, new = invite(administrator, "old@example.org"), invite(administrator, "new@example.org")
    with clock.at(clock.now() + timedelta(days=10)):
        resend_invitation(invitation=new, by=administrator)
    with clock.at(old.sent_at + timedelta(days=15)):
        assert lapse_invitations()["done"] == 1
        assert lapse_invitations()["done"] == 0
    assert dict(Invitation.objects.values_list("email", "state")) == {
        "old@example.org": "lapsed",
        "new@example.org": "sent",
    }


def test_the_sweep_loses_to_whoever_was_first(invitation: Invitation) -> None:
    stale = Invitation.objects.get()
    accept_invitation(invitation=invitation, by=reader())
    with clock.at(invitation.expires_at):
        assert lapse_invitation(invitation=stale).state == "accepted"


def test_a_new_link_ends_the_old_one(
    invitation: Invitation, administrator: Actor, link_in: Callable[[str], str]
) -> None:
    old = link_in(EMAIL)
    resend_invitation(invitation=invitation, by=administrator)
    new = link_in(EMAIL)
    assert new != old
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200


def test_one_open_invitation_for_an_address(invitation: Invitation, administrator: Actor) -> None:
    assert refusal(lambda: invite(administrator, EMAIL.upper())) == "already"
    with pytest.raises(IntegrityError), transaction.atomic():
        twin = Invitation.objects.get()
        twin.pk, twin.token_hash = None, "0" * 64
        twin._stored_state = None
        twin._moving = True
        twin.save(force_insert=True)


def test_members_are_not_invited_again(administrator: Actor) -> None:
    assert refusal(lambda: invite(administrator, administrator.user.email)) == "already"


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("administrator@institution", ""),
        ("system_administrator", ""),
        ("applicant", "wrong_role"),
        ("administrator@institution.stranger", "other_body"),
        ("newcomer", "wrong_role"),
    ],
)
def test_who_invites(world: World, who: str, code: str) -> None:
    def deed() -> Invitation:
        return send_invitation(organisation=world.institution, email=EMAIL, roles=["applicant"], by=world.actor(who))

    if code:
        assert refusal(deed) == code
        assert not Message.objects.filter(to=EMAIL).exists()
    else:
        assert deed().state == "sent"


def test_the_link_is_in_the_mail_and_nowhere_else(invitation: Invitation, mail: Callable[[str], Message]) -> None:
    message = mail(EMAIL)
    token = message.text.split("/invitation/")[1].split("/")[0]
    assert len(token) >= 43, "256 bits"
    assert token not in str(Invitation.objects.values().get())
    assert message.sensitive
    assert token in message.html


def test_a_wrong_link_is_a_stranger_s() -> None:
    assert Client().get("/invitation/no-such-token/").status_code == 404


def test_the_page_says_why_it_is_over(
    invitation: Invitation, administrator: Actor, link_in: Callable[[str], str]
) -> None:
    link = link_in(EMAIL)
    withdraw_invitation(invitation=invitation, by=administrator)
    page = Client().get(link)
    assert page.status_code == 200
    assert b"has been used or withdrawn" in page.content
    assert client_for(reader()).post(link).status_code == 403


def test_a_visitor_who_posts_is_led_to_sign_in(invitation: Invitation, link_in: Callable[[str], str]) -> None:
    link = link_in(EMAIL)
    assert Client().post(link)["Location"] == f"/account/login/?next={link}"
