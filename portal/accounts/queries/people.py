"""Reads about people: who holds which role where."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.accounts.models import Appointment, Membership, User
from portal.accounts.queries.delegations import DUTY, live_delegations
from portal.core import clock
from portal.core.compiled import compiled


def members_with(role: str, organisation_id: UUID | None = None) -> QuerySet[User]:
    """Active accounts that hold the role in an active membership (of that organisation, where one is named).

    Among signatories are those who cover for one today.
    """
    return _holders((role,), organisation_id, clock.today() if role == DUTY else None)


def people_with(*roles: str, organisation_id: UUID | None = None) -> list[User]:
    """The same people as a list, with any of the roles, by a statement that is compiled once: for notices."""
    return _compiled(roles, organisation_id, clock.today() if DUTY in roles else None)


def _holders(roles: tuple[str, ...], organisation_id: UUID | None, cover_on: date | None) -> QuerySet[User]:
    """Who holds one of the roles, with those who cover for a signatory on that day where one is given."""
    held = Membership.objects.filter(
        user=OuterRef("pk"), state="active", organisation__state="active", roles__overlap=list(roles)
    )
    if organisation_id is not None:
        held = held.filter(organisation_id=organisation_id)
    holds: Q | Exists = Exists(held)
    if cover_on is not None:
        inside = {"organisation__memberships__user": OuterRef("pk"), "organisation__memberships__state": "active"}
        covered = live_delegations(cover_on).filter(deputy=OuterRef("pk"), organisation__state="active", **inside)
        if organisation_id is not None:
            covered = covered.filter(organisation_id=organisation_id)
        holds = Q(holds) | Q(Exists(covered))
    return User.objects.filter(holds, is_active=True)


_compiled = compiled(_holders)


def members_of(organisation_id: UUID) -> QuerySet[User]:
    """Active accounts with an active membership of the organisation."""
    held = Membership.objects.filter(user=OuterRef("pk"), organisation_id=organisation_id, state="active")
    return User.objects.filter(Exists(held), is_active=True)


def system_administrators() -> QuerySet[User]:
    """Active accounts that are appointed as system administrators."""
    return User.objects.filter(Exists(Appointment.objects.filter(user=OuterRef("pk"), state="active")), is_active=True)
