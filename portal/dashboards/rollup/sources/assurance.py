"""Whether what was promised is checked: audits, findings, and the controls that were tested."""

from __future__ import annotations

from portal.dashboards.rollup.sources.base import (
    Source,
    bands,
    days_later,
    history,
    in_band,
    joined,
    only,
    span,
    told,
)

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

_OWED = """
    CASE entry.verb WHEN 'finding.record' THEN coalesce(event.detail ->> 'plan_due', '-')
    WHEN 'finding.reopen' THEN coalesce(event.detail ->> 'plan_due', '-')
    WHEN 'finding.return_plan' THEN coalesce(event.detail ->> 'due', '-')
    WHEN 'finding.agree_plan' THEN coalesce(event.detail ->> 'due', '+')
    WHEN 'finding.send_back' THEN coalesce(event.detail ->> 'due', '+')
    WHEN 'finding.extend' THEN coalesce(event.detail ->> 'until', '+') END
"""
"""By when the partner owes a plan or a remedy after each deed; null while somebody else has the pen (audits.overdue).
What the event does not say is read from the row: - is the plan's day, + the remedy's.
"""
_DAY = "CASE said.value WHEN '-' THEN finding.plan_due WHEN '+' THEN finding.remedy_due ELSE said.value::date END"
_TURNS = (
    "record", "reopen", "return_plan", "agree_plan", "send_back", "extend", "propose_plan", "remediate", "verify",
    "accept_risk",
)  # fmt: skip

OPEN_DAYS = (30, 90, 180, 365)
"""Days since it was recorded from which on a finding counts as one of the next band."""
FINDINGS = Source(
    name="findings",
    measures=("findings", "finding_ages", "findings_recorded"),
    noun="finding",
    table="audits_finding",
    select=f"""
    WITH finding AS (
        SELECT f.id, f.institution_id, f.severity, f.recorded_at, f.plan_due, f.remedy_due FROM audits_finding f
        WHERE {only("f.id")}
    ), due AS (
        SELECT finding.id, range_agg(said.span * tstzrange({days_later(_DAY)}, NULL)) AS late
        FROM ({told("finding", _TURNS, _OWED, "NOT (entry.verb = 'finding.extend' AND entry.state = 'open')")}) said
        JOIN finding ON finding.id = said.object_id WHERE said.value IS NOT NULL GROUP BY 1
    ), lived AS (
        SELECT object_id AS id, {joined("span", "state IN ('open', 'plan_agreed', 'remediated')")} AS unsettled
        FROM ({history("finding")}) s GROUP BY 1
    )
    SELECT kind.measure, finding.id, finding.institution_id,
        CASE kind.in_column WHEN 'open' THEN lived.unsettled - coalesce(due.late, '{{}}')
            WHEN 'overdue' THEN lived.unsettled * coalesce(due.late, '{{}}')
            ELSE {span("finding.recorded_at", "NULL")} END,
        CASE kind.in_column WHEN '' THEN finding.recorded_at END, finding.severity, kind.in_column,
        NULL::uuid, NULL::uuid, 1, 0
    FROM finding JOIN lived ON lived.id = finding.id LEFT JOIN due ON due.id = finding.id
    CROSS JOIN (VALUES ('findings', 'open'), ('findings', 'overdue'), ('findings_recorded', ''))
        kind (measure, in_column)
    UNION ALL SELECT 'finding_ages', finding.id, finding.institution_id,
        lived.unsettled * tstzmultirange({in_band("finding.recorded_at")}), NULL::timestamptz, finding.severity,
        band.since::text, NULL::uuid, NULL::uuid, 1, 0
    FROM finding JOIN lived ON lived.id = finding.id CROSS JOIN {bands(OPEN_DAYS)}
    """,
)

CONTROLS = Source(
    name="controls",
    measures=("controls",),
    noun="audit",
    table="audits_audit",
    select=f"""
    WITH result AS (
        SELECT item.audit_id, item.control_id, result.result, result.recorded_at,
            min(result.recorded_at) OVER (PARTITION BY result.subject_id) AS first_at,
            lead(result.recorded_at) OVER (PARTITION BY result.subject_id ORDER BY result.version) AS next_at
        FROM audits_check item JOIN audits_checkresult result ON result.subject_id = item.id
        WHERE {only("item.audit_id")}
    )
    SELECT 'controls', a.id, a.institution_id, {span("result.recorded_at", "result.next_at")}, result.first_at,
        left(book.key || ':' || control.oscal_id, 120), result.result, NULL::uuid, NULL::uuid, 1, 0
    FROM result JOIN audits_audit a ON a.id = result.audit_id JOIN audits_control control ON control.id = control_id
    JOIN audits_catalogue book ON book.id = control.catalogue_id
    """,
)

SOURCES = (AUDITS, FINDINGS, CONTROLS)
