"""Periodic reports that partners owe, and alerts from reported use with what people made of them."""

from __future__ import annotations

from portal.dashboards.rollup.sources.base import Source, days_later, history, joined, only, told

OBLIGATIONS = Source(
    name="obligations",
    measures=("obligations", "obligations_kept"),
    noun="obligation",
    table="audits_obligation",
    select=f"""
    WITH duty AS (
        SELECT o.id, o.institution_id, o.kind, o.due FROM audits_obligation o WHERE {only("o.id")}
    ), day AS (
        SELECT duty.id, range_agg(said.span * tstzrange({days_later("coalesce(said.value, duty.due)")}, NULL)) AS late
        FROM ({told("obligation", ("plan", "return"), "(event.detail ->> 'due')::date")}) said
        JOIN duty ON duty.id = said.object_id GROUP BY 1
    ), lived AS (
        SELECT object_id AS id, {joined("span", "state IN ('due', 'returned')")} AS owed
        FROM ({history("obligation")}) s GROUP BY 1
    ), counted AS (
        SELECT 'obligations' AS measure, duty.id, 'waiting' AS in_column,
            lived.owed - coalesce(day.late, '{{}}') AS spans, NULL::timestamptz AS at
        FROM duty JOIN lived USING (id) LEFT JOIN day USING (id)
        UNION ALL SELECT 'obligations', duty.id, 'late', lived.owed * coalesce(day.late, '{{}}'), NULL
        FROM duty JOIN lived USING (id) LEFT JOIN day USING (id)
        UNION ALL SELECT 'obligations_kept', duty.id, CASE WHEN report.late > 0 THEN 'late' ELSE 'in_time' END,
            tstzmultirange(tstzrange(report.filed_at, NULL)), report.filed_at
        FROM duty JOIN audits_report report ON report.obligation_id = duty.id AND report.number = 1
    )
    SELECT counted.measure, duty.id, duty.institution_id, counted.spans, counted.at, duty.kind, counted.in_column,
        NULL::uuid, NULL::uuid, 1, 0
    FROM counted JOIN duty USING (id)
    """,
)

ALERTS = Source(
    name="alerts",
    measures=("alerts",),
    noun="alert",
    table="audits_alert",
    select=f"""
    SELECT 'alerts', alert.id, alert.institution_id, {joined("states.span")}, alert.raised_at, alert.kind, states.state,
        release.provider_id, alert.release_id, 7, 0
    FROM ({history("alert")}) states JOIN audits_alert alert ON alert.id = states.object_id
    LEFT JOIN grants_release release ON release.id = alert.release_id
    GROUP BY alert.id, states.state, release.provider_id
    """,
)

SOURCES = (OBLIGATIONS, ALERTS)
