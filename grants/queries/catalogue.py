"""Reads about the catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery

from grants.models import GrantLine, Model, Release
from portal.core import clock


def releases_of(model_ids: Collection[UUID]) -> dict[UUID, list[Release]]:
    """Model → its releases, the newest first. One query."""
    found: dict[UUID, list[Release]] = defaultdict(list)
    for release in Release.objects.filter(model_id__in=model_ids).select_related("model").order_by("-id"):
        found[release.model_id].append(release)
    return found


def lines_in_force() -> QuerySet[GrantLine]:
    """Lines of grants in force, within their dates."""
    return GrantLine.objects.filter(grant__state="in_force", ends_on__gte=clock.today()).order_by()


def lines_in_force_by_release(release_ids: Collection[UUID]) -> dict[UUID, int]:
    """Release → lines in force on it. One query."""
    rows = lines_in_force().filter(release_id__in=release_ids)
    return dict(rows.values_list("release_id").annotate(Count("pk")))


def with_counts(rows: QuerySet[Model]) -> QuerySet[Model]:
    """Models with `release_count`, `latest` (the version announced last) and `line_count`, those in force."""
    releases = Release.objects.filter(model=OuterRef("pk")).order_by()
    lines = lines_in_force().filter(release__model=OuterRef("pk")).values("release__model")
    return rows.annotate(
        release_count=Subquery(releases.values("model").annotate(n=Count("pk")).values("n")),
        latest=Subquery(releases.order_by("-announced_at", "-pk").values("version")[:1]),
        line_count=Subquery(lines.annotate(n=Count("pk")).values("n")),
    )


def with_lines(rows: QuerySet[Release]) -> QuerySet[Release]:
    """Releases with `line_count`, the lines in force on each."""
    lines = lines_in_force().filter(release=OuterRef("pk")).values("release")
    return rows.annotate(line_count=Subquery(lines.annotate(n=Count("pk")).values("n")))


def is_granted_on(release: Release) -> bool:
    """Whether a grant line, live or not, names the release. From then on it does not change."""
    return GrantLine.objects.filter(release=release).exists()


def re_reviews_by_state(release: Release) -> dict[str, int]:
    """How many grants are looked at again because of the release, by state. One query."""
    return dict(release.re_reviews.order_by().values_list("state").annotate(Count("pk")))


def releases_on_offer() -> QuerySet[Release]:
    """Releases that can be asked for, by provider and model."""
    rows = Release.objects.filter(state__in=("announced", "released"), model__state="listed", provider__state="active")
    return rows.select_related("model", "provider").order_by("provider__name", "model__name", "-announced_at")
