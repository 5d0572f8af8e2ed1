"""Deeds on memberships. Ending one ends every right at once: roles, object permissions and open sessions."""

from __future__ import annotations

from collections.abc import Sequence

from allauth.usersessions.models import UserSession

from portal.accounts import assign
from portal.accounts.models import Appointment, Membership, Organisation, User
from portal.accounts.rules import (
    fits_kind,
    keeps_duties_apart,
    leaves_an_administrator,
    not_a_member_yet,
    takes_part,
)
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import require
from portal.workflow import as_deed, create, lock, move, record


@as_deed
def join_organisation(*, user: User, organisation: Organisation, roles: Sequence[str], by: Actor) -> Membership:
    """Make the person a member. Called by registering, accepting an invitation, and the system administrator."""
    lock(user)
    require(takes_part(organisation))
    require(fits_kind(roles, organisation))
    require(keeps_duties_apart(elsewhere=Appointment.objects.filter(user=user, state="active").exists()))
    require(not_a_member_yet(member=user.memberships.filter(state="active", organisation=organisation).exists()))
    membership = Membership(user=user, organisation=organisation, roles=sorted(set(roles)), since=clock.now())
    return create(
        membership, "join", by=by, detail={"user": user.pk, "roles": membership.roles}, about=[organisation.pk, user.pk]
    )


@as_deed
def change_roles(*, membership: Membership, roles: Sequence[str], by: Actor) -> Membership:
    """Replace the member's roles. Object permissions of a role taken away go with it."""
    _lock_body(membership)
    require(fits_kind(roles, membership.organisation))
    if "administrator" in membership.roles and "administrator" not in roles:
        require(leaves_an_administrator(others=_other_administrators(membership), organisation=membership.organisation))
    was = list(membership.roles)
    record(
        membership,
        "change_roles",
        by=by,
        changes={"roles": sorted(set(roles))},
        detail={"was": was, "is": sorted(set(roles))},
        about=[membership.organisation_id, membership.user_id],
    )
    if set(was) - set(roles):
        assign.unassign_all(membership.user)
    return membership


@as_deed
def end_membership(*, membership: Membership, by: Actor, reason: str = "") -> Membership:
    """End it, and with it every right: object permissions go, sessions are closed."""
    _lock_body(membership)
    if "administrator" in membership.roles:
        require(leaves_an_administrator(others=_other_administrators(membership), organisation=membership.organisation))
    move(
        membership,
        "end",
        by=by,
        changes={"ended_at": clock.now()},
        detail={"reason": reason, "roles": membership.roles},
        about=[membership.organisation_id, membership.user_id],
    )
    assign.unassign_all(membership.user)
    close_sessions(membership.user)
    return membership


def close_sessions(user: User) -> None:
    """Close every session of the person; each is signed out at its next request."""
    for session in UserSession.objects.filter(user=user):
        session.end()


def _lock_body(membership: Membership) -> None:
    """Two administrators leaving at once must not both find the other: the organisation's row is the lock."""
    lock(membership.organisation)
    lock(membership)


def _other_administrators(membership: Membership) -> int:
    others = membership.organisation.memberships.filter(state="active", roles__contains=["administrator"])
    return others.exclude(pk=membership.pk).count()
