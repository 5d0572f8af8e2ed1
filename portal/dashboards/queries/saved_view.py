"""A person's saved views."""

from __future__ import annotations

from django.db.models import QuerySet
from django.db.models.functions import Lower

from portal.core.actors import Actor
from portal.dashboards.models import SavedView


def views_of(actor: Actor) -> QuerySet[SavedView]:
    """The actor's own, in the organisation that they act for, by name."""
    if actor.user_id is None or actor.body_id is None:
        return SavedView.objects.none()
    return SavedView.objects.filter(owner=actor.user_id, organisation=actor.body_id).order_by(Lower("name"), "pk")
