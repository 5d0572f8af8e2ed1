"""Who is asking: turns a request's account, chosen body and second factor into an Actor. Two queries a request."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.accounts.models import Appointment, Membership
from portal.accounts.queries.delegations import DUTY, with_cover
from portal.accounts.roles import NEEDS_SECOND_FACTOR
from portal.core import clock
from portal.core.actors import ANONYMOUS, Actor
from portal.core.compiled import compiled

if TYPE_CHECKING:
    from portal.accounts.models import User

CHOSEN = "acting_membership"
"""Session key: the membership that the person chose to act in."""


class _MemberRequest(HttpRequest):
    """What `actor_of` leaves on a request for the templates, besides the actor."""

    memberships: list[Membership]
    membership: Membership | None


def factor_shown_at(request: HttpRequest) -> datetime | None:
    """When this session was last opened or confirmed with a second factor (or a passkey, which is two in one)."""
    records = get_authentication_records(request, request.user)
    shown = [record["at"] for record in records if record.get("method") == "mfa"]
    return datetime.fromtimestamp(max(shown), UTC) if shown else None


def active_memberships(user: User) -> list[Membership]:
    """The person's memberships in active organisations, the oldest first."""
    return _memberships(user.pk, clock.today())


@compiled
def _memberships(user: UUID, today: date) -> QuerySet[Membership]:
    rows = with_cover(Membership.objects.filter(user=user, state="active", organisation__state="active"), today)
    return rows.select_related("organisation").order_by("since", "pk")


@compiled
def _appointed(user: UUID) -> QuerySet[Appointment, UUID]:
    return Appointment.objects.filter(user=user, state="active").values_list("pk", flat=True)[:1]


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a page request. Inactive accounts are anonymous."""
    user: Any = request.user
    if not user.is_authenticated or not user.is_active:
        return ANONYMOUS
    user = getattr(user, "_wrapped", user)  # deeds lock its row, and need the model itself
    memberships = active_memberships(user)
    asking = cast(_MemberRequest, request)
    asking.memberships = memberships
    chosen = request.session.get(CHOSEN)
    membership = next((row for row in memberships if str(row.pk) == chosen), memberships[0] if memberships else None)
    asking.membership = membership
    return person(user, membership, confirmed_at=factor_shown_at(request))


def person(
    user: User, membership: Membership | None, *, second_factor: bool = False, confirmed_at: datetime | None = None
) -> Actor:
    """A person acting in a membership (or in none). Without a second factor, roles that need one stay dormant.

    `confirmed_at` is when a second factor was shown; `second_factor` alone says that it is shown now.
    """
    shown = confirmed_at or (clock.now() if second_factor else None)
    held = set(membership.roles) if membership else set()
    stands_for: UUID | None = getattr(membership, "covers_for", None)
    if DUTY in held:
        stands_for = None  # in their own right
    elif stands_for is not None:
        held.add(DUTY)
    if _appointed(user.pk):
        held.add("system_administrator")
    dormant = frozenset() if shown else frozenset(held & NEEDS_SECOND_FACTOR)
    return Actor(
        kind="person",
        body_id=membership.organisation_id if membership else None,
        body_kind=membership.organisation.kind if membership else "",
        body_name=membership.organisation.name if membership else "",
        roles=frozenset({"person", *held}) - dormant,
        dormant=dormant,
        user_id=user.pk,
        name=str(user),
        user=user,
        confirmed_at=shown,
        stands_for=stands_for,
    )


def confirmed(actor: Actor) -> Actor:
    """The same person, who has just shown a second factor again (for the demonstration and tests)."""
    return replace(actor, confirmed_at=clock.now())


def person_in(user: User, organisation: Any, *, second_factor: bool = True) -> Actor:
    """The person acting in their active membership of that organisation (for jobs, the demonstration and tests).

    Raises Membership.DoesNotExist where there is none.
    """
    found = _active(user.pk, organisation.pk, clock.today())
    if not found:
        raise Membership.DoesNotExist("They have no active membership of that organisation.")
    return person(user, found[0], second_factor=second_factor)


@compiled
def _active(user: UUID, organisation: UUID, today: date) -> QuerySet[Membership]:
    rows = with_cover(Membership.objects.select_related("organisation"), today)
    return rows.filter(user=user, organisation=organisation, state="active", organisation__state="active")


def machine(*, name: str, provider_id: UUID, provider: str) -> Actor:
    """A provider's gateway, after its token was checked."""
    return Actor(
        kind="client",
        body_id=provider_id,
        body_kind="provider",
        body_name=provider,
        roles=frozenset({"gateway"}),
        name=name,
    )
