"""Stories of organisations, their people and their machines, with as many parts as asked for, for the budgets of pages.

Told by the real actions. The people are those of the small world, so that they are called as in the permission matrix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from django.urls import reverse

from portal.accounts.actions.delegation import give_delegation, withdraw_delegation
from portal.accounts.actions.gateway import register_gateway, revoke_gateway, rotate_gateway
from portal.accounts.actions.invitation import resend_invitation, send_invitation, withdraw_invitation
from portal.accounts.actions.membership import change_roles, end_membership
from portal.accounts.actions.organisation import amend_organisation
from portal.accounts.models import Delegation, Invitation, Membership, Organisation
from portal.core import clock
from portal.core.actors import Actor
from portal.notifications.models import Message
from tests.factories.accounts import appointed, make_member, make_organisation
from tests.query_budget import Opened
from tests.world import World

ADMINISTRATOR, SYSTEM = "administrator@institution", "system_administrator"
INVITED = "invited@example.org"


class Telling:
    """A small world, and who opens a page of it."""

    def __init__(self) -> None:
        self.world = World()

    def opens(self, name: str, argument: object, *people: str) -> Iterator[Opened]:
        """The page of that name about something, by each of the people."""
        url = reverse(name, args=[argument])
        for who in people:
            yield Opened((name, who), self.world.client(who), url)

    def on_desk(self, model: str, pk: object, *deeds: str) -> Iterator[Opened]:
        """A row on the desk of the system administrator: what it is, its history, and the pages of its deeds."""
        for end in ("change", "history", *deeds):
            yield from self.opens(f"admin:accounts_{model}_{end}", pk, SYSTEM)


def of_bodies_and_people(parts: int) -> Iterator[Opened]:
    """One world with an organisation, somebody new, a machine, and those who keep the portal."""
    told = Telling()
    for story in (_organisation, _cover, _newcomer, _gateway, _appointment):
        yield from story(told, parts)


# --- organisations and people ---------------------------------------------------------------------
def _organisation(told: Telling, parts: int) -> Iterator[Opened]:
    """People, those who left, invitations, changes of details, and bodies that its people act for are many."""
    body, by = told.world.institution, told.world.actor(ADMINISTRATOR)
    own = _crowd(told.world, parts)
    for _ in range(parts):
        amend_organisation(organisation=body, name=body.name, website="https://institute.example", by=by)
        change_roles(membership=own, roles=["administrator", "applicant"], by=by)
        change_roles(membership=own, roles=["applicant"], by=by)
    invitation = _invite(body, parts, by)
    managers = (ADMINISTRATOR, SYSTEM)
    yield from told.opens("organisation", body.pk, "applicant", "representative", "named_person", *managers)
    yield from told.opens("organisation_amend", body.pk, *managers)
    yield from told.opens("invitation_send", body.pk, *managers)
    yield from told.opens("membership_roles", own.pk, *managers)
    yield from told.opens("membership_end", own.pk, "applicant", *managers)
    yield from told.opens("invitation_open", _token(invitation), "anonymous", "newcomer", *managers)
    yield from told.on_desk("organisation", body.pk, "close")
    yield from told.on_desk("membership", own.pk)
    yield from told.on_desk("user", own.user_id)
    yield from told.on_desk("invitation", invitation.pk)


def _crowd(world: World, parts: int) -> Membership:
    """Members, and some who left. The applicant, whose membership it gives, acts for other bodies as well."""
    body, applicant = world.institution, world.actor("applicant")
    for _ in range(parts):
        make_member(body, "applicant", "administrator")
        gone = make_member(body, "applicant")
        left = Membership.objects.select_related("organisation", "user").get(user=gone.user)
        end_membership(membership=left, reason="Moved on.", by=world.actor(ADMINISTRATOR))
        for who in (applicant, world.actor(ADMINISTRATOR)):
            make_member(make_organisation(), "applicant", user=who.user)
    rows = Membership.objects.select_related("organisation", "user")
    return rows.get(user=applicant.user, organisation=body, state="active")


def _invite(body: Organisation, parts: int, by: Actor) -> Invitation:
    """Invitations that wait, and some that were taken back; one was sent again and again."""
    for number in range(parts):
        for verb in ("waits", "back"):
            sent = send_invitation(organisation=body, email=f"{verb}{number}@example.org", roles=["applicant"], by=by)
        withdraw_invitation(invitation=sent, by=by)
    invitation = send_invitation(organisation=body, email=INVITED, roles=["administrator", "applicant"], by=by)
    for _ in range(parts):
        resend_invitation(invitation=invitation, by=by)
    return invitation


def _cover(told: Telling, parts: int) -> Iterator[Opened]:
    """Covers for absence of an authority's signatories are many; some have ended."""
    body, signatory = told.world.authority, told.world.actor("signatory")
    today = clock.today()
    for number in range(parts):
        for colleague in (make_member(body, "case_officer"), make_member(body, "signatory")):
            by = signatory if "case_officer" in colleague.roles else colleague
            deputy = make_member(body, "reviewer")
            made = _covered(body, by, deputy, today + timedelta(days=10 * number + 1))
        withdraw_delegation(delegation=made, by=by)
    cover = _covered(body, signatory, told.world.actor("auditor"), today + timedelta(days=10 * parts + 1))
    manager = "administrator@authority"
    everybody = ("case_officer", "reviewer", "signatory", "auditor", manager, "dormant")
    yield from told.opens("delegations", body.pk, *everybody)
    yield from told.opens("delegation_give", body.pk, "signatory", manager)
    yield from told.opens("delegation_withdraw", cover.pk, "signatory", "auditor", manager)


def _covered(body: Organisation, who: Actor, deputy: Actor, start: date) -> Delegation:
    """A deputy for two days."""
    place = Membership.objects.select_related("organisation", "user").get(user=who.user_id, organisation=body)
    end = start + timedelta(days=1)
    return give_delegation(membership=place, deputy=deputy.user, starts_on=start, ends_on=end, reason="Leave.", by=who)


def _token(invitation: Invitation) -> str:
    """What the link in the last mail ends with: only the mailbox knows it."""
    text = Message.objects.filter(to=invitation.email).latest("created_at").text
    found = re.search(r"/invitation/([^/\s]+)/", text)
    assert found, text
    return found[1]


def _newcomer(told: Telling, parts: int) -> Iterator[Opened]:
    """Bodies that invite somebody who belongs to none are many."""
    who = told.world.actor("newcomer")
    for _ in range(parts):
        body = make_organisation()
        by = make_member(body, "administrator")
        send_invitation(organisation=body, email=who.user.email, roles=["applicant"], by=by)
    yield Opened(("home", "newcomer"), told.world.client("newcomer"), reverse("home"))


# --- machines, and those who keep the portal ------------------------------------------------------
def _gateway(told: Telling, parts: int) -> Iterator[Opened]:
    """Gateways of the provider, revoked ones, and new secrets are many."""
    body, by = told.world.provider, told.world.actor("provider_staff")
    for number in range(parts):
        for name in (f"Old {number}", f"Spare {number}"):
            spare, _ = register_gateway(organisation=body, name=name, by=by)
            if name.startswith("Old"):
                revoke_gateway(gateway=spare, reason="Replaced.", by=by)
    gateway, _ = register_gateway(organisation=body, name="Ours", by=by)
    for _ in range(parts):
        rotate_gateway(gateway=gateway, by=by)
    keepers = ("provider_staff", "administrator@provider")
    for name in ("gateway", "gateway_revoke"):
        yield from told.opens(name, gateway.pk, *keepers, SYSTEM)
    yield from told.opens("gateway_rotate", gateway.pk, *keepers)
    yield from told.on_desk("gateway", gateway.pk)


def _appointment(told: Telling, parts: int) -> Iterator[Opened]:
    """System administrators are many."""
    colleagues = [appointed() for _ in range(parts)]
    yield from told.on_desk("appointment", colleagues[0].user.appointments.get().pk, "dismiss")
