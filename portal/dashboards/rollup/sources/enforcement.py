"""Positions on the ladder, and appeals with their outcomes."""

from __future__ import annotations

from audits.queries.ladder import LADDER
from portal.dashboards.rollup.sources.base import Source, days_later, history, joined, only, words

_ENDED = words(("lifted", "ran_out", "set_aside"))
UNDECIDED = words(("opened", "notice_given", "heard"))

POSITIONS = Source(
    name="ladder",
    measures=("ladder",),
    noun="institution",
    table="partners_institution",
    institution="id",
    after={
        "enforcement": "SELECT institution_id FROM audits_enforcementcase WHERE id IN (SELECT object_id FROM fresh)"
    },
    select=f"""
    WITH one AS (SELECT id, institution_id FROM audits_enforcementcase WHERE {only("institution_id")}), event AS (
        SELECT e.id, e.case_id, e.kind, e.measure, e.until, e.happened_at AS at FROM audits_measureevent e
        JOIN one ON one.id = e.case_id
    ), decided AS (
        SELECT case_id, measure, tstzrange(at, lead(at) OVER turn)
            * CASE WHEN measure IN ('restriction', 'suspension')
                THEN tstzrange(NULL, {days_later("until")}) ELSE tstzrange(NULL, NULL) END AS span
        FROM event WHERE kind IN ('decided', 'varied') WINDOW turn AS (PARTITION BY case_id ORDER BY at, id)
    ), stay AS (
        SELECT case_id, kind, tstzrange(at, lead(at) OVER turn) AS span FROM event
        WHERE kind IN ('stayed', 'stay_ended', {_ENDED}) WINDOW turn AS (PARTITION BY case_id ORDER BY at, id)
    ), without AS (
        SELECT case_id, range_agg(span) AS spans FROM (
            SELECT case_id, span FROM stay WHERE kind = 'stayed'
            UNION ALL SELECT case_id, tstzrange(min(at), NULL) FROM event WHERE kind IN ({_ENDED}) GROUP BY 1
        ) off GROUP BY 1
    ), position AS (
        SELECT one.institution_id, decided.measure AS rung,
            tstzmultirange(decided.span) - coalesce(without.spans, '{{}}') AS spans
        FROM decided JOIN one ON one.id = decided.case_id LEFT JOIN without ON without.case_id = decided.case_id
        WHERE decided.measure IN ({words(tuple(rung.value for rung in LADDER))})
        UNION ALL SELECT one.institution_id, 'running', {joined("s.span")}
        FROM ({history("enforcement", "object_id IN (SELECT id FROM one)")}) s JOIN one ON one.id = s.object_id
        WHERE s.state IN ({UNDECIDED}) GROUP BY 1
    )
    SELECT 'ladder', institution_id, institution_id, {joined("spans")}, NULL::timestamptz, '', rung, NULL::uuid,
        NULL::uuid, 1, 0
    FROM position GROUP BY institution_id, rung
    """,
)

APPEALS = Source(
    name="appeals",
    measures=("appeals", "appeals_decided"),
    noun="appeal",
    table="audits_appeal",
    select=f"""
    WITH states AS (
        SELECT object_id, state, {joined("span")} AS spans FROM ({history("appeal")}) s GROUP BY 1, 2
    )
    SELECT kind.measure, appeal.id, appeal.institution_id, states.spans,
        CASE kind.measure WHEN 'appeals_decided' THEN lower(states.spans) END, '', states.state, NULL::uuid, NULL::uuid,
        1, 0
    FROM states JOIN audits_appeal appeal ON appeal.id = states.object_id
    CROSS JOIN (VALUES ('appeals'), ('appeals_decided')) kind (measure)
    WHERE kind.measure = 'appeals' OR states.state NOT IN ('lodged', 'admitted', 'heard')
    """,
)

SOURCES = (POSITIONS, APPEALS)
