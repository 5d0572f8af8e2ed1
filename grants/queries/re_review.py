"""Reads about re-reviews."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from grants.models import Grant, GrantLine, Release, ReReview
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
    """Open ones whose grant has ended, or whose release was retired."""
    return ReReview.objects.filter(~Q(grant__state__in=GRANT_LIVE) | Q(release__state="retired"), state="open")


def unlooked(release: Release) -> QuerySet[Grant]:
    """Live grants on the release's model that were there when it was announced, and have no re-review about it yet."""
    lines = GrantLine.objects.filter(grant=OuterRef("pk"), release__model=release.model_id)
    raised = ReReview.objects.filter(grant=OuterRef("pk"), release=release)
    rows = Grant.objects.filter(Exists(lines), ~Exists(raised), state__in=GRANT_LIVE)
    return rows.filter(issued_at__lte=release.announced_at)


def releases_to_go_on_with() -> QuerySet[Release]:
    """Releases because of which grants are still to be looked at again."""
    return Release.objects.filter(re_reviews_due=True).select_related("model")
