"""What went wrong: incidents by severity, as severity and state were known at the time."""

from __future__ import annotations

from portal.dashboards.rollup.sources.base import Source, history, joined, only, told

NOT_COUNTED = "'duplicate', 'unfounded'"
"""States of an incident in which it is counted elsewhere, or nothing happened."""
_SAID = """
    CASE entry.verb WHEN 'incident.report' THEN event.detail ->> 'severity' ELSE event.detail ->> 'is' END
"""

INCIDENTS = Source(
    name="incidents",
    measures=("incidents", "incidents_open"),
    noun="incident",
    table="audits_incident",
    select=f"""
    WITH incident AS (
        SELECT i.id, i.institution_id, i.kind, i.severity, i.reported_at, i.release_id,
            coalesce(release.provider_id, line.provider_id) AS provider_id
        FROM audits_incident i LEFT JOIN grants_release release ON release.id = i.release_id
        LEFT JOIN grants_grantline line ON line.id = i.line_id
        WHERE {only("i.id")}
    ), graded AS (
        SELECT said.object_id AS id, coalesce(said.value, incident.severity) AS severity, {joined("said.span")} AS spans
        FROM ({told("incident", ("report", "triage", "reclassify"), _SAID)}) said
        JOIN incident ON incident.id = said.object_id GROUP BY 1, 2
    ), lived AS (
        SELECT object_id AS id, {joined("span", f"state NOT IN ({NOT_COUNTED})")} AS founded,
            {joined("span", f"state NOT IN ({NOT_COUNTED}, 'closed')")} AS unsettled
        FROM ({history("incident")}) s GROUP BY 1
    ), missed AS (
        SELECT d.incident_id AS id, {joined("tstzrange(d.due_at, greatest(d.due_at, least(d.met_at, d.waived_at)))")}
            AS spans FROM audits_incidentdeadline d WHERE {only("d.incident_id")} GROUP BY 1
    )
    SELECT kind.measure, incident.id, incident.institution_id,
        CASE kind.in_column
            WHEN 'late' THEN graded.spans * lived.unsettled * coalesce(missed.spans, '{{}}')
            WHEN 'in_time' THEN graded.spans * lived.unsettled - coalesce(missed.spans, '{{}}')
            ELSE graded.spans * lived.founded END,
        CASE kind.measure WHEN 'incidents' THEN incident.reported_at END,
        graded.severity, coalesce(kind.in_column, incident.kind), incident.provider_id, incident.release_id, 7, 0
    FROM incident JOIN graded ON graded.id = incident.id JOIN lived ON lived.id = incident.id
    LEFT JOIN missed ON missed.id = incident.id
    CROSS JOIN (VALUES ('incidents', NULL), ('incidents_open', 'in_time'), ('incidents_open', 'late'))
        kind (measure, in_column)
    """,
)

SOURCES = (INCIDENTS,)
