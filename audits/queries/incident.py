"""Reads on incidents: what is due to whom, and the rulebook's words for it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from audits.access import sees_incident
from audits.models import Incident, IncidentDeadline, IncidentLook, IncidentUpdate, PublicReport
from audits.rules.marking import RESTRICTED
from portal.core.actors import Actor
from portal.rulebook.queries import rules
from portal.rulebook.schema import find

MOST_LOOKS = 50


def looks_at(incident: Incident) -> list[IncidentLook]:
    """Who looked at it while it was restricted, the latest first; as many as a page holds."""
    rows = IncidentLook.objects.filter(incident=incident).select_related("person", "body")
    return list(rows.order_by("-looked_at")[:MOST_LOOKS]) if incident.marking in RESTRICTED else []


def is_external(deadline: IncidentDeadline) -> bool:
    """Whether the recipient has no part in the portal, so that what was sent to it is noted here."""
    return find(rules(deadline.rulebook).incidents.recipients, deadline.recipient).external


Family = Mapping[UUID, Incident]
"""An incident and what was merged into it, by their ids: what one page shows together."""


def shown_deadlines(
    incident: Incident, family: Family | None = None
) -> tuple[list[IncidentDeadline], list[IncidentDeadline]]:
    """What is due or was filed, the soonest first, and what was set aside with a reason. One query."""
    known = family or {incident.pk: incident}
    rows = IncidentDeadline.objects.filter(Q(waived_at=None) | ~Q(set_aside=""), incident_id__in=list(known))
    found: tuple[list[IncidentDeadline], list[IncidentDeadline]] = ([], [])
    for row in rows.order_by("due_at"):
        row.incident = known[row.incident_id]
        found[row.waived_at is not None].append(row)
    return found


def updates_of(family: Family) -> QuerySet[IncidentUpdate]:
    """What was written about any of them, the newest first. One query."""
    rows: QuerySet[IncidentUpdate] = IncidentUpdate.objects.filter(incident_id__in=list(family))
    return rows.select_related("body", "deadline", "incident").order_by("-written_at")


def public_reports_of(family: Family) -> QuerySet[PublicReport]:
    """What anybody told that was taken up as one of them. One query."""
    return PublicReport.objects.filter(incident_id__in=list(family)).order_by("received_at")


def recipient_labels(version: str) -> dict[str, str]:
    """What that rulebook calls each recipient."""
    return {item.key: item.label for item in rules(version).incidents.recipients}


def due_to_anybody(actor: Actor) -> QuerySet[IncidentDeadline]:
    """What must reach whom by when, of every incident that the actor may see; officers see those of their authority."""
    seen = sees_incident(actor, "incident__")
    if actor.has("case_officer"):
        seen |= Q(incident__authority_id=actor.body_id)
    rows: QuerySet[IncidentDeadline] = IncidentDeadline.objects.filter(seen, waived_at=None)
    return rows.select_related("incident__institution__organisation")
