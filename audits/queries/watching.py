"""What the watch over use reads: hours, places and countries since the last time, for many institutions at once.

It reads sums by the hour, so it does not grow with the number of windows; countries alone are read from windows, each
once, by the index of the institution.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import CharField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from audits.models import Alert, AlertRecurrence, UseWatch
from grants.models import LineDay, UsageAlert, UsageBucket, UsageHour
from partners.models import Institution
from portal.core import clock
from portal.rulebook.schema.alerts import Alerts

HOUR = timedelta(hours=1)


class Series(NamedTuple):
    """What is watched as one."""

    institution_id: UUID
    release_id: UUID
    use_case: str


_HOURS = """
SELECT h.institution_id, h.release_id, h.use_case, h.hour, sum(h.requests + h.denied)
FROM audits_usewatch w JOIN grants_usagehour h
    ON h.institution_id = w.institution_id AND h.hour >= w.through AND h.hour >= %(since)s AND h.hour < %(until)s
WHERE w.institution_id = ANY(%(ids)s) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
_PLACES = """
SELECT h.institution_id, h.environment_key, h.gateway_id, min(h.hour), max(h.hour), sum(h.requests + h.denied)
FROM audits_usewatch w JOIN grants_usagehour h
    ON h.institution_id = w.institution_id AND h.hour >= w.through AND h.hour >= %(since)s AND h.hour < %(until)s
WHERE w.institution_id = ANY(%(ids)s) GROUP BY 1, 2, 3 ORDER BY 1, 4
"""
_COUNTRIES = """
SELECT u.institution_id, u.country, min(u.started_at), max(u.started_at), sum(u.requests + u.denied)
FROM audits_usewatch w JOIN grants_usagewindow u
    ON u.institution_id = w.institution_id AND u.started_at >= w.through AND u.started_at >= %(since)s
        AND u.started_at < %(until)s
WHERE w.institution_id = ANY(%(ids)s) AND u.country <> '' GROUP BY 1, 2 ORDER BY 1, 3
"""
_DECLARED = """
SELECT institution_id, country FROM grants_environment WHERE institution_id = ANY(%(ids)s)
UNION SELECT id, jurisdiction FROM accounts_organisation WHERE id = ANY(%(ids)s)
"""


class Span(NamedTuple):
    """Of which institutions, from the first hour that is not judged of any of them, until when.

    `since` says nothing new; by it the database knows before it begins that it needs few hours and which partitions.
    """

    ids: Sequence[UUID]
    since: datetime
    until: datetime


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _values(span: Span) -> dict[str, Any]:
    return {"ids": list(span.ids), "since": span.since, "until": span.until}


def hours_of(span: Span) -> list[tuple[Any, ...]]:
    """(institution, release, use case, hour, requests with those refused) of hours that are not judged, in order."""
    return _rows(_HOURS, _values(span))


def places_of(span: Span) -> list[tuple[Any, ...]]:
    """(institution, environment, gateway, first and last hour, requests) of the same hours."""
    return _rows(_PLACES, _values(span))


def countries_of(span: Span) -> list[tuple[Any, ...]]:
    """(institution, country, first and last moment, requests) of the windows that began in the same hours."""
    return _rows(_COUNTRIES, _values(span))


def declared_countries(ids: Sequence[UUID]) -> set[tuple[UUID, str]]:
    """Countries that are no surprise: of the institution itself and of each of its environments."""
    return set(_rows(_DECLARED, {"ids": list(ids)}))


def settled(rules: Alerts) -> datetime:
    """The hour that is not settled yet: hours before it are judged, unless they were never summed."""
    now = clock.now() - timedelta(hours=rules.settle_hours)
    return now.replace(minute=0, second=0, microsecond=0)


def judged_until(ids: Sequence[UUID], rules: Alerts) -> datetime:
    """Until which hour these may be judged: not beyond one of which windows came and no sum was ever made.

    A sum that is only to be made anew is not waited for, or whoever reports late all the time could stop the watch.
    """
    oldest = UseWatch.objects.filter(pk__in=ids).aggregate(oldest=Min("through"))["oldest"]
    waiting = UsageBucket.objects.filter(
        grain=UsageBucket.Grain.HOUR, changed__gt=F("rolled"), rolled=0, begins_at__gte=oldest
    )
    first = waiting.aggregate(first=Min("begins_at"))["first"]
    return min(settled(rules), first) if first else settled(rules)


def unwatched() -> QuerySet[Any]:
    """Institutions with use and without a watch, each with its first hour of use."""
    hours = UsageHour.objects.filter(institution=OuterRef("pk")).order_by("hour").values("hour")[:1]
    watched = UseWatch.objects.filter(institution=OuterRef("pk"))
    rows: QuerySet[Any] = Institution.objects.filter(~Exists(watched)).annotate(first=Subquery(hours))
    return rows.filter(first__isnull=False)


def due_watches(rules: Alerts) -> QuerySet[UseWatch]:
    """Watches over institutions with settled hours that were not judged."""
    hours = UsageHour.objects.filter(
        institution=OuterRef("institution"), hour__gte=OuterRef("through"), hour__lt=settled(rules)
    )
    return UseWatch.objects.filter(Exists(hours))


def _without_alert(prefix: str) -> Q:
    key = Concat(Value(f"{prefix}:"), Cast(OuterRef("pk"), CharField()))
    return Q(~Exists(Alert.objects.filter(occasion=key)), ~Exists(AlertRecurrence.objects.filter(occasion=key)))


def out_of_scope(rules: Alerts) -> QuerySet[UsageAlert]:
    """Use that no grant covered, of the last days, of which no alert was raised."""
    since = clock.now() - timedelta(days=rules.fresh_days)
    return UsageAlert.objects.filter(
        Q(last_at__gte=since) & Q(day__gte=since.date()) & _without_alert("out_of_scope")
    ).select_related("institution__organisation", "release")


def limits_reached(rules: Alerts) -> QuerySet[LineDay]:
    """Lines of which a day's limit was reached in the last days, and of which no alert was raised."""
    since = clock.today() - timedelta(days=rules.fresh_days)
    return LineDay.objects.filter(Q(day__gte=since, reached_at__isnull=False) & _without_alert("limit")).select_related(
        "line__grant", "line__institution__organisation"
    )
