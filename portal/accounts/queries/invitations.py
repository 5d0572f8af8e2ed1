"""Reads about invitations."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from portal.accounts.models import Invitation
from portal.core import clock
from portal.core.actors import Actor


def open_invitations_for(actor: Actor) -> QuerySet[Invitation]:
    """Invitations that wait for the actor's own address and are still valid, the newest first."""
    rows = Invitation.objects.filter(state="sent", email__iexact=actor.user.email, expires_at__gt=clock.now())
    return rows.select_related("organisation").order_by("-sent_at")


def open_invitations_of(organisation_id: UUID) -> QuerySet[Invitation]:
    """Invitations of the organisation that nobody has answered yet, the newest first."""
    rows = Invitation.objects.filter(organisation_id=organisation_id, state="sent")
    return rows.select_related("invited_by").order_by("-sent_at")


def due_to_lapse() -> QuerySet[Invitation]:
    """Invitations whose time is over."""
    return Invitation.objects.filter(state="sent", expires_at__lte=clock.now()).select_related("organisation")
