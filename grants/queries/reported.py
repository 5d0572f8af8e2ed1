"""What gateways reported, as each reader may read it: windows, alerts, sums by the day, and what was taken in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum, Value
from django.http import Http404

from grants.access import DESK, get_grant, is_partner, is_provider
from grants.models import (
    AccessTally,
    Grant,
    GrantLine,
    LineDay,
    Release,
    UsageAlert,
    UsageBucket,
    UsageIntake,
    UsageWindow,
)
from portal.accounts.models import Gateway, Organisation
from portal.core import clock
from portal.core.actors import Actor

NAMES = ("institution__organisation", "release__model", "environment", "provider")


def _windows() -> QuerySet[UsageWindow]:
    """Windows, without joins, and with `institution_name` and `gateway_name`.

    A join would have the database read every window of an institution, over all partitions, before it takes the first.
    """
    institution = Organisation.objects.filter(pk=OuterRef("institution_id")).values("name")
    gateway = Gateway.objects.filter(pk=OuterRef("gateway_id")).values("name")
    rows: QuerySet[UsageWindow] = UsageWindow.objects.annotate(
        institution_name=Subquery(institution), gateway_name=Subquery(gateway)
    )
    return rows.prefetch_related(
        Prefetch("release", Release.objects.select_related("model")),
        Prefetch("line", GrantLine.objects.select_related("grant")),
    )


def _is_any(value: F, among: ArraySubquery) -> Func:
    """Whether the value is in the array, which is read once: as a condition on each row in turn, not as a join."""
    return Func(value, among, template="(%(expressions)s))", arg_joiner=" = ANY(", output_field=BooleanField())


def windows_of(actor: Actor) -> QuerySet[UsageWindow]:
    """The windows on the actor's own institution, or its own models."""
    rows = _windows()
    if is_partner(actor):
        return rows.filter(institution_id=actor.body_id)
    return rows.filter(provider_id=actor.body_id) if is_provider(actor) else rows.none()


def windows_of_grant(actor: Actor, pk: UUID) -> tuple[Grant, QuerySet[UsageWindow]]:
    """A grant that the actor may look at, and the windows under its lines: for a provider, under those on its models.

    Raises Http404 for a stranger.
    """
    grant = get_grant(actor=actor, pk=pk)
    lines = ArraySubquery(GrantLine.objects.filter(grant=grant).order_by().values("pk"))
    rows = _windows().filter(_is_any(F("line_id"), lines), institution_id=grant.institution_id)
    if is_provider(actor):
        return grant, rows.filter(provider_id=actor.body_id)
    if is_partner(actor) or actor.has(*DESK):
        return grant, rows
    raise Http404("No such grant.")


def alerts_for(actor: Actor) -> QuerySet[UsageAlert]:
    """Use that no grant covered: of the actor's own institution, with its own models, or all for an authority."""
    rows: QuerySet[UsageAlert] = UsageAlert.objects.select_related(*NAMES, "line__grant")
    if is_partner(actor):
        return rows.filter(institution_id=actor.body_id)
    if is_provider(actor):
        return rows.filter(provider_id=actor.body_id)
    return rows if actor.has(*DESK) else rows.none()


def days_of(line_ids: Iterable[UUID], since: date) -> QuerySet[LineDay]:
    """What was reported under these lines, one row for each line and day since then. By index, whatever there is."""
    return LineDay.objects.filter(line_id__in=list(line_ids), day__gte=since).order_by("day", "line_id")


def asked_and_reported(
    line_ids: Iterable[UUID], provider_id: UUID | None, days: int
) -> tuple[dict[UUID, int], dict[UUID, int]]:
    """Line → questions that the provider's gateways were permitted, and requests that they reported. One query."""
    ids = list(line_ids)
    if not ids or provider_id is None:
        return {}, {}
    questions = AccessTally.objects.filter(
        provider_id=provider_id, line_id__in=ids, permitted=True, window__gte=clock.now() - timedelta(days=days)
    )
    reported = LineDay.objects.filter(line_id__in=ids, day__gt=clock.today() - timedelta(days=days))
    asked = questions.values_list("line_id").annotate(n=Sum("count"), of=Value("asked")).order_by()
    told = reported.values_list("line_id").annotate(n=Sum("requests"), of=Value("told")).order_by()
    found: dict[str, dict[UUID, int]] = {"asked": {}, "told": {}}
    for line_id, number, of in asked.union(told, all=True):
        found[of][line_id] = number
    return found["asked"], found["told"]


def gateways_of(actor: Actor, days: int) -> QuerySet[Gateway]:
    """A provider's machines that may report, with what was taken in of each in the last days and what was not."""
    since = clock.today() - timedelta(days=days)
    taken = UsageIntake.objects.filter(gateway=OuterRef("pk"), day__gt=since).order_by()

    def count(*outcomes: str) -> QuerySet[Any, Any]:
        some = taken.filter(outcome__in=outcomes).values("gateway").annotate(n=Sum("count"))
        return some.values("n")

    rows: QuerySet[Gateway] = Gateway.objects.filter(organisation_id=actor.organisation_id)
    rows = rows.filter(Q(scopes__contains=["usage"]) | Exists(taken))
    return rows.annotate(
        accepted=Subquery(count("accepted", "late")),
        late=Subquery(count("late")),
        duplicates=Subquery(count("duplicate")),
        rejected=Subquery(count("rejected")),
    ).order_by("name", "pk")


def due_buckets(grain: str) -> QuerySet[UsageBucket]:
    """Hours or days of gateways for which something was reported since they were summed."""
    return UsageBucket.objects.filter(grain=grain, changed__gt=F("rolled"))


def rejections_of(gateway_ids: Iterable[UUID], days: int) -> dict[UUID, list[tuple[str, int]]]:
    """Gateway → codes of events that were not taken in the last days, with how many, the most frequent first."""
    since = clock.today() - timedelta(days=days)
    rows = UsageIntake.objects.filter(gateway_id__in=list(gateway_ids), outcome="rejected", day__gt=since)
    found: dict[UUID, list[tuple[str, int]]] = {}
    counted = rows.values_list("gateway_id", "code").annotate(n=Sum("count")).order_by("gateway_id", "-n", "code")
    for gateway_id, code, count in counted:
        found.setdefault(gateway_id, []).append((code, count))
    return found
