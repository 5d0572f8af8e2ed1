"""Deeds on who may see an incident: its marking, the techniques seen in it, and who looked."""

from __future__ import annotations

from collections.abc import Sequence

from audits.models import Incident, IncidentLook
from audits.rules.marking import RESTRICTED, are_techniques
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import require
from portal.workflow import as_deed, lock, record


@as_deed
def mark_incident(*, incident: Incident, marking: str, techniques: Sequence[str], reason: str, by: Actor) -> Incident:
    """Set the marking (TLP 2.0) and the techniques of MITRE ATLAS. Who may see it follows from the marking."""
    require(are_techniques(techniques))
    lock(incident)
    found = sorted(set(techniques))
    record(
        incident,
        "mark",
        by=by,
        changes={"marking": marking, "techniques": found},
        detail={"was": incident.marking, "is": marking, "techniques": found, "reason": reason},
        about=[incident.institution_id],
    )
    return incident


def note_look(*, incident: Incident, by: Actor) -> None:
    """Keep that somebody looked at a restricted incident, once a day for each person. No deed: the incident stays."""
    if incident.marking not in RESTRICTED or by.user_id is None or by.body_id is None:
        return
    look = IncidentLook(
        incident=incident, person_id=by.user_id, body_id=by.body_id, on=clock.today(), marking=incident.marking
    )
    IncidentLook.objects.bulk_create([look], ignore_conflicts=True)
