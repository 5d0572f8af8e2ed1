"""Reads about re-reviews."""

from __future__ import annotations

from django.db.models import QuerySet

from grants.models import Grant, ReReview
from grants.states import GRANT_LIVE
from portal.core.actors import Actor


def re_reviews_for(actor: Actor) -> QuerySet[ReReview]:
    """Re-reviews that the actor may look at: case officers of the authority that runs the grant, and auditors all."""
    rows = ReReview.objects.select_related(
        "grant", "release__model", "release__provider", "institution__organisation", "looked_by"
    )
    if actor.has("auditor"):
        return rows
    return rows.filter(authority_id=actor.body_id) if actor.has("case_officer") else rows.none()


def re_reviews_of(grant: Grant) -> list[ReReview]:
    """Those of one grant, the newest first. One query."""
    return list(grant.re_reviews.select_related("release__model").order_by("-raised_at", "-pk"))


def about_nothing() -> QuerySet[ReReview]:
    """Open ones whose grant has ended."""
    return ReReview.objects.filter(state="open").exclude(grant__state__in=GRANT_LIVE)
