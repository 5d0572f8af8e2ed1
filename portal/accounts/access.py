"""Fetch and authorise in one call: `Http404` for a stranger, `Refused` for a reader without the right."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404

from portal.accounts.models import Delegation, Gateway, Invitation, Membership, Organisation
from portal.accounts.models.invitation import token_hash
from portal.core.actors import Actor

M = TypeVar("M", bound=Model)


def organisations_for(actor: Actor) -> QuerySet[Organisation]:
    """The organisations that the actor may look at: their own, and all for the system administrator."""
    if actor.has("system_administrator"):
        return Organisation.objects.all()
    return Organisation.objects.filter(pk=actor.body_id) if actor.body_id else Organisation.objects.none()


def get_organisation(*, actor: Actor, pk: UUID) -> Organisation:
    """The organisation, for its members and the system administrator. Raises Http404 for everybody else."""
    return _one(organisations_for(actor).filter(pk=pk))


def get_membership(*, actor: Actor, pk: UUID) -> Membership:
    """A membership of one's own organisation, or any for the system administrator. Raises Http404 else."""
    rows: QuerySet[Membership] = Membership.objects.select_related("organisation", "user")
    return _one(rows.filter(pk=pk, organisation__in=organisations_for(actor)))


def get_invitation(*, actor: Actor, pk: UUID) -> Invitation:
    """An invitation of one's own organisation, or any for the system administrator. Raises Http404 else."""
    rows: QuerySet[Invitation] = Invitation.objects.select_related("organisation", "invited_by")
    return _one(rows.filter(pk=pk, organisation__in=organisations_for(actor)))


def get_own_invitation(*, actor: Actor, pk: UUID) -> Invitation:
    """An invitation that was sent to the actor's own address. Raises Http404 for everybody else's."""
    address = actor.user.email if actor.user is not None else ""
    rows: QuerySet[Invitation] = Invitation.objects.select_related("organisation")
    return _one(rows.filter(pk=pk, email__iexact=address))


def get_invitation_by_token(*, token: str) -> Invitation:
    """The invitation that the link opens, in whatever state; whoever has the link may see it. Raises Http404 else."""
    rows: QuerySet[Invitation] = Invitation.objects.select_related("organisation", "invited_by")
    return _one(rows.filter(token_hash=token_hash(token)))


def get_authority(*, actor: Actor, pk: UUID) -> Organisation:
    """One's own authority, for its people; covers for absence are its business. Raises Http404 for everybody else."""
    found = get_organisation(actor=actor, pk=pk)
    if found.kind != Organisation.Kind.AUTHORITY or found.pk != actor.body_id:
        raise Http404("No such authority.")
    return found


def get_delegation(*, actor: Actor, pk: UUID) -> Delegation:
    """A cover for absence of one's own authority. Raises Http404 else."""
    rows: QuerySet[Delegation] = Delegation.objects.select_related("membership__user", "deputy")
    return _one(rows.filter(pk=pk, organisation=actor.body_id))


def get_gateway(*, actor: Actor, pk: UUID) -> Gateway:
    """A gateway of one's own provider, or any for the system administrator. Raises Http404 else."""
    rows: QuerySet[Gateway] = Gateway.objects.select_related("organisation", "client")
    return _one(rows.filter(pk=pk, organisation__in=organisations_for(actor)))


def _one(rows: QuerySet[M]) -> M:
    found: M | None = rows.first()
    if found is None:
        raise Http404
    return found
