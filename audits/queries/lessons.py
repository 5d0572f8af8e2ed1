"""Lessons of incidents: those that auditors can make findings of, and the findings that were made of them."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from audits.models import Audit, Finding, FollowUp, Incident
from audits.rules.incident import LEARNED
from audits.rules.marking import HIDDEN_FROM_AUDITORS
from audits.states import FINDING


def lessons_for(audit: Audit) -> QuerySet[Incident]:
    """Incidents of the institution with lessons that a finding in this audit can be made of, the newest first.

    None that the marking keeps to the people on its case, and only those of the authority that audits.
    """
    of = {"institution_id": audit.institution_id, "authority_id": audit.authority_id, "state__in": LEARNED}
    rows: QuerySet[Incident] = (
        Incident.objects.filter(**of).exclude(lessons="").exclude(marking__in=HIDDEN_FROM_AUDITORS)
    )
    return rows.order_by("-reported_at", "pk")


def waiting_for(audit: Audit) -> QuerySet[Incident]:
    """Those whose lessons were handed to auditors at the closing, and that no finding was made of yet. One query."""
    made = Finding.objects.filter(incident=OuterRef("pk"))
    return lessons_for(audit).filter(~Exists(made), follow_up=FollowUp.FINDING)


def with_findings(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Incidents with `findings_made`: id, title and state of each finding that was made of their lessons. No query."""
    made = Finding.objects.filter(incident=OuterRef("pk")).order_by("recorded_at", "pk")
    as_json = made.values(json=JSONObject(pk="pk", title="title", state="state"))
    found: QuerySet[Any] = rows.annotate(findings_made=ArraySubquery(as_json))
    return found


def findings_of(incident: Any) -> list[dict[str, Any]]:
    """Of an incident that was read by `with_findings`: pk, title, and the state in words."""
    return [{**row, "state": FINDING.state(row["state"]).label} for row in incident.findings_made]
