"""Filters of the queue that a person may use."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import Http404

from partners.models import SavedFilter
from portal.core.actors import Actor


def filters_for(actor: Actor) -> list[SavedFilter]:
    """One's own, then those that colleagues of the body share, by name. One query."""
    rows = SavedFilter.objects.filter(Q(owner=actor.user_id) | Q(shared=True), body=actor.body_id)
    found = list(rows.select_related("owner").order_by("name", "pk"))
    return sorted(found, key=lambda row: row.owner_id != actor.user_id)


def get_own_filter(*, actor: Actor, pk: UUID) -> SavedFilter:
    """A filter of one's own. Http404 for everybody else's."""
    found = SavedFilter.objects.filter(pk=pk, owner=actor.user_id, body=actor.body_id).first()
    if found is None:
        raise Http404("No such filter.")
    return found
