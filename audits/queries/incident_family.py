"""Incidents that turned out to be one: the one where work goes on, and all that were merged into it, however deep."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from audits.models import Incident, IncidentUpdate

BELOW = """
    WITH RECURSIVE below(id) AS (
        SELECT id FROM audits_incident WHERE duplicate_of_id = %s
        UNION
        SELECT incident.id FROM audits_incident incident JOIN below ON incident.duplicate_of_id = below.id
    )
    SELECT id FROM below
"""


def root_of(incident: Incident) -> Incident:
    """The incident where work goes on; itself where it is no duplicate. A query for each step upward."""
    while incident.duplicate_of is not None:
        incident = incident.duplicate_of
    return incident


def merged_ids(incident: Incident) -> list[UUID]:
    """What was merged into it, directly or through another. One query."""
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [incident.pk])
        return [row[0] for row in cursor.fetchall()]


def merged_into(incident: Incident) -> QuerySet[Incident]:
    """As `merged_ids`, as rows with what deadlines look at, the oldest first. One query."""
    related = ("institution__organisation", "authority", "environment", "release__provider")
    below = RawSQL(BELOW, [incident.pk])  # noqa: S611 a constant of this file
    return Incident.objects.filter(pk__in=below).select_related(*related).order_by("reported_at", "pk")


def filed_since(root: Incident, incident: Incident) -> bool:
    """Whether anything was filed about either since `incident` was merged into another. Up to two queries."""
    if incident.merged_at is None:
        return False
    return IncidentUpdate.objects.filter(
        incident_id__in=[root.pk, *merged_ids(root)], deadline__isnull=False, written_at__gte=incident.merged_at
    ).exists()


def could_be(incident: Incident) -> QuerySet[Incident]:
    """Incidents of the same institution that this one can be merged into, the newest first."""
    rows: QuerySet[Incident] = Incident.objects.filter(institution_id=incident.institution_id)
    return rows.filter(state__in=["reported", "triaged", "contained", "resolved"]).exclude(pk=incident.pk).order_by(
        "-reported_at", "pk"
    )  # fmt: skip
