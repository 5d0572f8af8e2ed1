"""Reads about the catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, QuerySet

from grants.models import GrantLine, Release
from portal.core import clock


def releases_of(model_ids: Collection[UUID]) -> dict[UUID, list[Release]]:
    """Model → its releases, the newest first. One query."""
    found: dict[UUID, list[Release]] = defaultdict(list)
    for release in Release.objects.filter(model_id__in=model_ids).select_related("model").order_by("-id"):
        found[release.model_id].append(release)
    return found


def lines_in_force_by_release(release_ids: Collection[UUID]) -> dict[UUID, int]:
    """Release → lines of grants in force on it, within their dates. One query."""
    rows = GrantLine.objects.filter(release_id__in=release_ids, grant__state="in_force", ends_on__gte=clock.today())
    return dict(rows.order_by().values_list("release_id").annotate(Count("pk")))


def releases_on_offer() -> QuerySet[Release]:
    """Releases that can be asked for, by provider and model."""
    rows = Release.objects.filter(state__in=("announced", "released"), model__state="listed", provider__state="active")
    return rows.select_related("model", "provider").order_by("provider__name", "model__name", "-announced_at")
