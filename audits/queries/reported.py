"""What somebody reported, and how it goes on where work goes on: in words that tell no more than they may know."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Case, CharField, F, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from audits.access import sees_incident
from audits.models import Incident
from audits.queries.incident_family import merged_ids
from audits.queries.public_report import OF_INCIDENT
from portal.accounts.models import User
from portal.core.actors import Actor
from portal.core.verdicts import Text

_STATE_ABOVE = """
    WITH RECURSIVE above (state, next) AS (
        SELECT one.state, one.duplicate_of_id FROM audits_incident one WHERE one.id = audits_incident.duplicate_of_id
        UNION SELECT up.state, up.duplicate_of_id FROM audits_incident up JOIN above ON up.id = above.next
    )
    SELECT state FROM above WHERE next IS NULL
"""


def reported_by(actor: Actor) -> QuerySet[Any]:
    """Incidents that the actor reported, with `goes_on`, the state where work goes on, and `readable`: has a page.

    Whoever reported one keeps hearing how it goes on, whether or not they may read it.
    """
    above = Coalesce(RawSQL(_STATE_ABOVE, [], CharField()), F("state"))  # noqa: S611 a constant of this file
    page = Case(When(sees_incident(actor), then=Value(True)), default=Value(False), output_field=BooleanField())
    rows: QuerySet[Any] = Incident.objects.filter(reported_by=actor.user_id, reported_by__isnull=False)
    found: QuerySet[Any] = rows.annotate(goes_on=above, readable=page)
    return found.select_related("institution__organisation")


def in_words(state: str, goes_on: str) -> Text:
    """How an incident goes on, for who reported it: as whoever reports through the public form reads it."""
    is_known = state == "duplicate" and goes_on in ("reported", "triaged")
    return OF_INCIDENT["duplicate" if is_known else goes_on]


def reporters_of(incident: Incident) -> list[tuple[Incident, User]]:
    """The incident and all that were merged into it, each with who reported it, where they can sign in. Two queries."""
    rows = Incident.objects.filter(pk__in=[incident.pk, *merged_ids(incident)], reported_by__is_active=True)
    found = rows.select_related("reported_by", "institution__organisation").order_by("reported_at", "pk")
    return [(row, row.reported_by) for row in found if row.reported_by is not None]
