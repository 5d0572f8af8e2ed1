"""Alerts as whoever judges them reads them: rows, the picture of one, and how often a kind was nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median_high
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from audits.alert_facts import Place, read
from audits.detection.watch import HOURLY
from audits.models import AUDIT_PERMISSION, Alert, AlertKind, AlertRecurrence, AlertVerdict, AuditUserObjectPermission
from grants.models import UsageHour
from portal.core import clock
from portal.core.actors import Actor

HOUR = timedelta(hours=1)
BEFORE, AFTER = timedelta(days=5), timedelta(days=1)
"""What the picture of an alert shows around its hour."""
RATES_DAYS = 365
RECURRENCES = 50


def alerts_on_desk(rows: QuerySet[Alert], actor: Actor) -> QuerySet[Alert]:
    """Case officers see alerts on partners of their authority, auditors those on partners whose audit is theirs."""
    seen = Q(pk__in=[])
    if actor.has("case_officer"):
        seen |= Q(authority_id=actor.body_id)
    if actor.has("auditor") and actor.user_id:
        assigned = AuditUserObjectPermission.objects.filter(
            content_object__institution=OuterRef("institution"),
            user_id=actor.user_id,
            permission__codename=AUDIT_PERMISSION,
        )
        seen |= Q(Exists(assigned))
    return rows.filter(seen)


def false_alarms(rows: QuerySet[Alert]) -> list[dict[str, Any]]:
    """For each kind of the last year: raised, open, nothing, incidents, and the share of nothing among those judged.

    The share is None where none was judged. One query.
    """
    since = clock.now() - timedelta(days=RATES_DAYS)
    counted = (
        rows.filter(raised_at__gte=since)
        .order_by()
        .values("kind")
        .annotate(
            raised=Count("pk"),
            nothing=Count("pk", filter=Q(state="nothing")),
            incidents=Count("pk", filter=Q(state="incident")),
        )
    )
    by_kind = {row["kind"]: row for row in counted}
    found = []
    for kind in AlertKind:
        row = by_kind.get(kind)
        if row is None:
            continue
        judged = row["nothing"] + row["incidents"]
        share = round(100 * row["nothing"] / judged) if judged else None
        found.append({**row, "label": kind.label, "open": row["raised"] - judged, "share": share})
    return found


def recurrences_of(alert: Alert) -> list[AlertRecurrence]:
    """When the same came again while the alert waited, the newest first; the last fifty. One query, if it did."""
    if alert.times == 1:
        return []
    rows: QuerySet[AlertRecurrence] = alert.recurrences.order_by("-begins_at", "-id")
    return list(rows[:RECURRENCES])


def verdicts_of(alert: Alert) -> QuerySet[AlertVerdict]:
    """What people made of it, in turn."""
    rows: QuerySet[AlertVerdict] = alert.verdicts.select_related("given_by", "body").order_by("given_at")
    return rows


def picture_of(alert: Alert) -> dict[str, Any]:
    """Requests by the hour around the alert, beside what was usual at each hour, for the chart. One query.

    Of the series that the alert is about; of all the partner's use where it is about no single one.
    """
    at = alert.begins_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    first, last = at - BEFORE, min(at + AFTER, clock.now().replace(minute=0, second=0, microsecond=0))
    used = _by_hour(alert, first - timedelta(days=HOURLY.kept), last + HOUR)
    shown = [first + place * HOUR for place in range(int((last - first) / HOUR) + 1)]
    usual = [
        median_high(used.get(hour - timedelta(days=day), 0) for day in range(1, HOURLY.kept + 1)) for hour in shown
    ]
    return {
        "kind": "line",
        "whole": True,
        "labels": [f"{hour:%d %b %H:%M}" for hour in shown],
        "mark": f"{at:%d %b %H:%M}",
        "mark_label": alert.reference,
        "series": [
            {"name": _("Requests"), "values": [used.get(hour, 0) for hour in shown], "tone": "red"},
            {"name": _("Usual at this hour (median of 14 days)"), "values": usual, "tone": "neutral"},
        ],
    }


def _by_hour(alert: Alert, since: datetime, until: datetime) -> dict[datetime, int]:
    rows = UsageHour.objects.filter(institution_id=alert.institution_id, hour__gte=since, hour__lt=until)
    if alert.gateway_id:
        rows = rows.filter(gateway_id=alert.gateway_id)
    if alert.release_id:
        rows = rows.filter(release_id=alert.release_id, use_case=alert.use_case)
    place = read(Place, alert.facts) if alert.kind == AlertKind.ENVIRONMENT else None
    if place is not None:
        rows = rows.filter(environment_key=place.value)
    sums = rows.order_by().values_list("hour").annotate(told=Sum("requests") + Sum("denied"))
    return {hour.astimezone(UTC): int(told) for hour, told in sums}
