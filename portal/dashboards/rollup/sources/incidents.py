"""What went wrong: incidents by severity, as severity and state were known at the time."""

from __future__ import annotations

from portal.dashboards.rollup.sources.base import Source, between, history, joined, only, span, told

NOT_COUNTED = "'duplicate', 'unfounded'"
"""States of an incident in which it is counted elsewhere, or nothing happened."""
EXACT_HOURS = 48
"""What took longer is counted in whole days."""
_SAID = """
    CASE entry.verb WHEN 'incident.report' THEN event.detail ->> 'severity' ELSE event.detail ->> 'is' END
"""
_MERGED = """
    SELECT incident_id FROM dashboards_deadlineversion
    WHERE after_seq >= %(after)s - 1000 AND after_seq < %(upto)s AND EXISTS (SELECT FROM fresh)
"""
"""Deeds on one incident change deadlines of those that were merged with it. A deed may take as long as others need for
some hundred entries until its own are written.
"""

INCIDENTS = Source(
    name="incidents",
    measures=("incidents", "incidents_open", "time_to_contain"),
    noun="incident",
    table="audits_incident",
    after={"incident": _MERGED},
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
            {joined("span", f"state NOT IN ({NOT_COUNTED}, 'closed')")} AS unsettled,
            min(since) FILTER (WHERE verb = 'incident.contain') AS contained_at
        FROM ({history("incident")}) s GROUP BY 1
    ), version AS (
        SELECT incident_id, due_at, least(met_at, waived_at) AS off_at,
            tstzrange(since, lead(since) OVER (PARTITION BY deadline_id ORDER BY after_seq)) AS span
        FROM (
            SELECT v.*, max(entry.time) OVER (PARTITION BY v.deadline_id ORDER BY v.after_seq) AS since
            FROM dashboards_deadlineversion v JOIN ledger_entry entry ON entry.seq = v.after_seq + 1
            WHERE {only("v.incident_id")}
        ) v
    ), missed AS (
        SELECT incident_id AS id, {joined(f"span * {between('due_at', 'off_at')}")} AS spans FROM version GROUP BY 1
    )
    SELECT kind.measure, incident.id, incident.institution_id,
        CASE kind.in_column
            WHEN 'late' THEN graded.spans * lived.unsettled * coalesce(missed.spans, '{{}}')
            WHEN 'in_time' THEN graded.spans * lived.unsettled - coalesce(missed.spans, '{{}}')
            WHEN '' THEN graded.spans * lived.founded * {span("lived.contained_at", "NULL")}
            ELSE graded.spans * lived.founded END,
        CASE kind.measure WHEN 'incidents' THEN incident.reported_at WHEN 'time_to_contain' THEN lived.contained_at END,
        graded.severity, coalesce(kind.in_column, incident.kind), incident.provider_id, incident.release_id, 7,
        CASE kind.measure WHEN 'time_to_contain'
            THEN CASE WHEN took.hours <= {EXACT_HOURS} THEN took.hours ELSE took.hours / 24 * 24 END ELSE 0 END
    FROM incident JOIN graded ON graded.id = incident.id JOIN lived ON lived.id = incident.id
    LEFT JOIN missed ON missed.id = incident.id
    CROSS JOIN (VALUES ('incidents', NULL), ('incidents_open', 'in_time'), ('incidents_open', 'late'),
        ('time_to_contain', '')) kind (measure, in_column)
    CROSS JOIN LATERAL (
        SELECT floor(extract(epoch FROM lived.contained_at - incident.reported_at) / 3600)::integer AS hours
    ) took
    WHERE kind.measure <> 'time_to_contain' OR lived.contained_at IS NOT NULL
    """,
)

SOURCES = (INCIDENTS,)
