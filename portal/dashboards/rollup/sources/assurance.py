"""Whether what was promised is checked: audits due, under way, late and done."""

from __future__ import annotations

from portal.dashboards.rollup.sources.base import Source, days_later, history, joined, only, told

DUE_DAYS = 90
"""An audit counts as due from so many days before its planned day on."""
RUNNING = "'fieldwork', 'draft_report', 'partner_response'"
_PLANNED = """
    CASE entry.verb WHEN 'audit.reschedule' THEN event.detail ->> 'is' ELSE event.detail ->> 'planned_for' END::date
"""

AUDITS = Source(
    name="audits",
    measures=("audits", "audits_done"),
    noun="audit",
    table="audits_audit",
    select=f"""
    WITH audit AS (
        SELECT a.id, a.institution_id, a.closed_at, a.planned_for, coalesce(a.authority_id::text, '') AS authority
        FROM audits_audit a WHERE {only("a.id")}
    ), days AS (
        SELECT audit.id, said.span, coalesce(said.value, audit.planned_for) AS planned_for
        FROM ({told("audit", ("plan", "replan", "reschedule"), _PLANNED)}) said
        JOIN audit ON audit.id = said.object_id
    ), planned AS (
        SELECT id, range_agg(span * tstzrange({days_later("planned_for", -DUE_DAYS)}, {days_later("planned_for")}))
            AS due, range_agg(span * tstzrange({days_later("planned_for")}, NULL)) AS late
        FROM days GROUP BY id
    ), lived AS (
        SELECT object_id AS id, {joined("span", "state IN ('planned', 'notified')")} AS waiting,
            {joined("span", f"state IN ({RUNNING})")} AS running, {joined("span", "state = 'closed'")} AS closed
        FROM ({history("audit")}) s GROUP BY 1
    )
    SELECT kind.measure, audit.id, audit.institution_id,
        CASE kind.in_column WHEN 'due' THEN lived.waiting * planned.due WHEN 'late' THEN lived.waiting * planned.late
            WHEN 'running' THEN lived.running ELSE lived.closed END,
        CASE kind.measure WHEN 'audits_done' THEN lower(lived.closed) END,
        audit.authority, kind.in_column, NULL::uuid, NULL::uuid, 1, 0
    FROM audit JOIN lived ON lived.id = audit.id JOIN planned ON planned.id = audit.id
    CROSS JOIN (VALUES ('audits', 'due'), ('audits', 'late'), ('audits', 'running'), ('audits_done', ''))
        kind (measure, in_column)
    """,
)

SOURCES = (AUDITS,)
