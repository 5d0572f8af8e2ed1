"""Deeds on invitations. The link goes to the mailbox named and nowhere else; only its hash is kept."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from portal.accounts.actions.membership import join_organisation
from portal.accounts.mail import invitation_mail
from portal.accounts.models import Invitation, Membership, Organisation
from portal.accounts.models.invitation import token_hash
from portal.accounts.rules import accepts, fits_kind, not_a_member_yet, not_invited_yet, still_open, takes_part
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import require
from portal.workflow import as_deed, create, lock, move, record

VALID_FOR = timedelta(days=14)


@as_deed
def send_invitation(*, organisation: Organisation, email: str, roles: Sequence[str], by: Actor) -> Invitation:
    """Offer membership to whoever reads that mailbox. One open invitation for an address at a time."""
    lock(organisation)
    address = email.strip().lower()
    require(takes_part(organisation))
    require(fits_kind(roles, organisation))
    members = organisation.memberships.filter(state="active", user__email__iexact=address)
    require(not_a_member_yet(member=members.exists()))
    require(not_invited_yet(invited=organisation.invitations.filter(state="sent", email__iexact=address).exists()))
    token, moment = secrets.token_urlsafe(32), clock.now()
    invitation = Invitation(
        organisation=organisation,
        email=address,
        roles=sorted(set(roles)),
        invited_by=by.user,
        token_hash=token_hash(token),
        sent_at=moment,
        expires_at=moment + VALID_FOR,
    )
    create(
        invitation,
        "send",
        by=by,
        detail={"email": address, "roles": invitation.roles, "expires_at": invitation.expires_at},
        about=[organisation.pk],
    )
    invitation_mail(invitation, token=token)
    return invitation


@as_deed
def resend_invitation(*, invitation: Invitation, by: Actor) -> Invitation:
    """Send a new link, valid for its full time again. The link sent before stops working."""
    token, moment = secrets.token_urlsafe(32), clock.now()
    changes = {"token_hash": token_hash(token), "sent_at": moment, "expires_at": moment + VALID_FOR}
    record(
        invitation,
        "resend",
        by=by,
        changes=changes,
        detail={"expires_at": changes["expires_at"]},
        about=[invitation.organisation_id],
    )
    invitation_mail(invitation, token=token)
    return invitation


@as_deed
def accept_invitation(*, invitation: Invitation, by: Actor) -> Membership:
    """Join the organisation in the roles offered. Refused for another mailbox, a late answer, a used invitation."""
    lock(invitation)
    require(accepts(invitation.email, by))
    move(
        invitation,
        "accept",
        by=by,
        changes={"accepted_by": by.user},
        about=[invitation.organisation_id, by.user_id],
    )
    require(still_open(invitation))
    return join_organisation(user=by.user, organisation=invitation.organisation, roles=invitation.roles, by=by)


@as_deed
def withdraw_invitation(*, invitation: Invitation, by: Actor) -> Invitation:
    """Take the invitation back; its link stops working."""
    return move(invitation, "withdraw", by=by, about=[invitation.organisation_id])


@as_deed
def lapse_invitation(*, invitation: Invitation) -> Invitation:
    """Close an invitation whose time is over. Nothing happens where somebody was first."""
    lock(invitation)
    if invitation.state != "sent" or clock.now() < invitation.expires_at:
        return invitation
    return move(invitation, "lapse", by=SYSTEM, about=[invitation.organisation_id])
