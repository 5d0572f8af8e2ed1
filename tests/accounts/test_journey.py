"""From a stranger to a colleague: sign up, confirm, register, invite, accept, by the real pages and mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portal.accounts.models import Invitation, Membership, Organisation
from tests.accounts.steps import confirm, set_up_app, sign_in, sign_up


@pytest.mark.django_db(transaction=True)
def test_sign_up_register_invite_and_accept(link_in: Callable[[str], str], code_of: Callable[[str], str]) -> None:
    """With real commits: what is to happen after them is part of the way."""
    founder = Client()
    sign_up(founder, "founder@institute.example", "Ada Founder")
    assert sign_in(founder, "founder@institute.example").url == "/account/confirm-email/"
    confirm(founder, link_in("founder@institute.example"))
    assert sign_in(founder, "founder@institute.example").url == "/"
    assert b"Register your institution" in founder.get("/").content

    answer = founder.post(
        "/organisations/register/", {"name": "Institute of Tests", "jurisdiction": "NO", "website": ""}, follow=True
    )
    assert answer.redirect_chain[0][0] == "/organisations/registered/"
    institute = Organisation.objects.get(name="Institute of Tests")
    assert founder.get(f"/organisations/{institute.pk}/invite/").status_code == 403, "administrator sleeps until 2FA"

    set_up_app(founder, code_of)
    answer = founder.post(
        f"/organisations/{institute.pk}/invite/", {"email": "Colleague@Institute.example", "roles": ["applicant"]}
    )
    assert answer.status_code == 302
    invitation_link = link_in("colleague@institute.example")

    visitor = Client()
    page = visitor.get(invitation_link)
    assert b"Institute of Tests" in page.content
    assert b"Create an account" in page.content
    sign_up(visitor, "colleague@institute.example", "Bo Colleague")
    confirm(visitor, link_in("colleague@institute.example"))
    sign_in(visitor, "colleague@institute.example")
    answer = visitor.post(invitation_link)
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    membership = Membership.objects.get(user__email="colleague@institute.example")
    assert (membership.organisation, membership.roles) == (institute, ["applicant"])
    assert Invitation.objects.get().state == "accepted"
    assert visitor.get(f"/organisations/{institute.pk}/").status_code == 200


def test_a_newcomer_accepts_without_looking_for_the_link(world: Any, client_for: Any) -> None:
    from portal.accounts.actions.invitation import send_invitation

    newcomer = world.actor("newcomer")
    by = world.actor("administrator@institution")
    send_invitation(organisation=world.institution, email=newcomer.user.email, roles=["applicant"], by=by)
    client = client_for(newcomer)
    assert b"Accept and join" in client.get("/").content
    client.post(f"/invitations/{Invitation.objects.get().pk}/accept/")
    assert Membership.objects.filter(user=newcomer.user, organisation=world.institution).exists()


def test_the_outsider_is_told_apart_from_the_colleague(world: Any, client_for: Any) -> None:
    page = f"/organisations/{world.institution.pk}/"
    assert client_for(world.actor("applicant.colleague")).get(page).status_code == 200
    assert client_for(world.actor("applicant.stranger")).get(page).status_code == 404
    assert Client().get(page)["Location"] == f"/account/login/?next={page}"
