"""Fetch and authorise in one call."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from portal.core.actors import Actor
from portal.dashboards.models import SavedView
from portal.dashboards.queries.saved_view import views_of


def get_own_view(*, actor: Actor, pk: UUID) -> SavedView:
    """One of the actor's own saved views; of others nobody learns that there is one."""
    found = views_of(actor).filter(pk=pk).first()
    if found is None:
        raise Http404("No such view.")
    return found
