"""Deeds on the duty of a system administrator."""

from __future__ import annotations

from portal.accounts.actions.membership import close_sessions
from portal.accounts.models import Appointment, User
from portal.accounts.rules import keeps_duties_apart, leaves_a_system_administrator, not_appointed_yet
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import require
from portal.workflow import as_deed, create, lock, move


@as_deed
def appoint_system_administrator(*, user: User, by: Actor) -> Appointment:
    """Appoint the person. Refused for a member of any organisation: who keeps the portal running has no case in it."""
    lock(user)
    require(keeps_duties_apart(elsewhere=user.memberships.filter(state="active").exists()))
    require(not_appointed_yet(appointed=Appointment.objects.filter(user=user, state="active").exists()))
    appointment = Appointment(user=user, since=clock.now())
    return create(appointment, "appoint", by=by, detail={"user": user.pk}, about=[user.pk], tier="scheme")


@as_deed
def dismiss_system_administrator(*, appointment: Appointment, by: Actor) -> Appointment:
    """End the duty and close the person's sessions. The last system administrator stays."""
    active = Appointment.objects.filter(state="active").select_for_update().order_by("pk")
    others = sum(1 for row in active if row.pk != appointment.pk)
    require(leaves_a_system_administrator(others=others))
    move(
        appointment,
        "dismiss",
        by=by,
        changes={"ended_at": clock.now()},
        detail={"user": appointment.user_id},
        about=[appointment.user_id],
        tier="scheme",
    )
    close_sessions(appointment.user)
    return appointment
