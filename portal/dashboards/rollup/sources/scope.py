"""What partners may do: who is qualified, which lines and grants are in force, what is held."""

from __future__ import annotations

from grants.states import HOLD_STOPS
from partners.models.qualification import LIVE
from portal.dashboards.rollup.sources.base import (
    Source,
    between,
    days_later,
    history,
    joined,
    midnight,
    only,
    span,
    words,
)

USABLE = ("in_force", "restricted")
"""States of a qualification in which the gate permits anything at all."""
ALWAYS = "tstzmultirange(tstzrange(NULL, NULL))"

_QUALIFICATIONS = f"SELECT id FROM partners_qualification WHERE {only('institution_id')}"
QUALIFIED = Source(
    name="qualified",
    measures=("qualified",),
    noun="institution",
    table="partners_institution",
    institution="id",
    after={
        "qualification": "SELECT institution_id FROM partners_qualification WHERE id IN (SELECT object_id FROM fresh)"
    },
    own_tier=True,
    select=f"""
    WITH lived AS (
        SELECT q.institution_id, q.tier, {joined("s.span")}
            * tstzmultirange(tstzrange(NULL, {days_later("q.valid_until")})) AS spans
        FROM ({history("qualification", f"object_id IN ({_QUALIFICATIONS})")}) s
        JOIN partners_qualification q ON q.id = s.object_id
        WHERE s.state IN ({words(LIVE)}) GROUP BY q.id
    )
    SELECT 'qualified', lived.institution_id, lived.institution_id, {joined("lived.spans")}, NULL::timestamptz,
        org.jurisdiction, lived.tier, NULL::uuid, NULL::uuid, 1, 0
    FROM lived JOIN accounts_organisation org ON org.id = lived.institution_id
    GROUP BY lived.institution_id, org.jurisdiction, lived.tier
    """,
)

_GRANTS_OF_HOLD = """
    SELECT g.id FROM grants_hold h JOIN grants_grant g ON g.institution_id = h.institution_id
    WHERE h.id IN (SELECT object_id FROM fresh) AND h.person_id IS NULL
"""
_WITHDRAWN_FROM = """
    SELECT line.grant_id FROM grants_consentwithdrawal w JOIN grants_grantline line ON line.id = w.line_id
    WHERE w.id IN (SELECT object_id FROM fresh)
"""
_OF_PARTNERS = f"institution_id IN (SELECT institution_id FROM grants_grant WHERE {only('id')})"
LINES = Source(
    name="lines",
    measures=("lines", "lines_held", "lines_until"),
    noun="grant",
    table="grants_grant",
    after={"consent_withdrawal": _WITHDRAWN_FROM, "hold": _GRANTS_OF_HOLD},
    select=f"""
    WITH granted AS (
        SELECT object_id AS grant_id, {joined("span", "state = 'in_force'")} AS spans
        FROM ({history("grant")}) g GROUP BY object_id
    ), line AS (
        SELECT l.*, granted.spans * {
        span(
            midnight("l.starts_on"),
            "least("
            + days_later("l.ends_on")
            + '''
            , (SELECT min(greatest(v.since, '''
            + days_later("v.ends_on")
            + ''')) FROM grants_lineversion v
                WHERE v.line_id = l.id)
            , (SELECT s.surrendered_at FROM grants_linesurrender s WHERE s.line_id = l.id)
            , (SELECT min(greatest(w.given_at, '''
            + midnight("w.effective_on")
            + ''')) FROM grants_consentwithdrawal w
                WHERE w.line_id = l.id AND w.state <> 'taken_back'))''',
        )
    } AS in_force, granted.spans * {
        span(
            "'-infinity'",
            "least("
            + midnight("l.starts_on")
            + ", (SELECT s.surrendered_at FROM grants_linesurrender s WHERE s.line_id = l.id))",
        )
    } AS to_come
        FROM grants_grantline l JOIN granted ON granted.grant_id = l.grant_id
    ), cap AS (
        SELECT id, off_on, range_agg(span) AS spans FROM (
            SELECT id, ends_on + 1 AS off_on, tstzrange(NULL, NULL) AS span FROM line
            UNION ALL SELECT v.line_id, v.ends_on + 1, tstzrange(v.since, NULL) FROM grants_lineversion v
            JOIN line ON line.id = v.line_id
            UNION ALL SELECT w.line_id, w.effective_on, {between("w.given_at", "w.taken_back_at")}
            FROM grants_consentwithdrawal w JOIN line ON line.id = w.line_id
        ) said GROUP BY 1, 2
    ), known AS (
        SELECT cap.id, cap.off_on,
            cap.spans - coalesce(range_agg(sooner.spans) FILTER (WHERE sooner.id IS NOT NULL), '{{}}') AS spans
        FROM cap LEFT JOIN cap sooner ON sooner.id = cap.id AND sooner.off_on < cap.off_on
        GROUP BY cap.id, cap.off_on, cap.spans
    ), held AS (
        SELECT h.partner_id, h.grant_id, h.line_id, h.environment_id, s.span
        FROM ({history("hold", f"object_id IN (SELECT id FROM grants_hold WHERE {_OF_PARTNERS})")}) s
        JOIN grants_hold h ON h.id = s.object_id WHERE s.state IN ({words(HOLD_STOPS)})
    ), usable AS (
        SELECT q.institution_id, {joined("s.span", f"s.state IN ({words(USABLE)})")} AS spans
        FROM ({
        history("qualification", f"object_id IN (SELECT id FROM partners_qualification WHERE {_OF_PARTNERS})")
    }) s
        JOIN partners_qualification q ON q.id = s.object_id GROUP BY q.institution_id
    ), stopped AS (
        SELECT line.id, held.span FROM line JOIN held ON held.partner_id = line.institution_id
        UNION ALL SELECT line.id, held.span FROM line JOIN held ON held.grant_id = line.grant_id
        UNION ALL SELECT line.id, held.span FROM line JOIN held ON held.line_id = line.id
        UNION ALL SELECT line.id, held.span FROM line JOIN held ON held.environment_id = line.environment_id
    ), stops AS (SELECT id, range_agg(span) AS spans FROM stopped GROUP BY id)
    SELECT kind.measure, line.grant_id, line.institution_id,
        CASE kind.measure WHEN 'lines' THEN line.in_force ELSE line.in_force
            * (coalesce(stops.spans, '{{}}') + ({ALWAYS} - coalesce(usable.spans, '{{}}'))) END,
        NULL::timestamptz, line.release_id::text, line.use_case, line.provider_id, line.release_id, 7, 0
    FROM line LEFT JOIN stops ON stops.id = line.id LEFT JOIN usable ON usable.institution_id = line.institution_id
    CROSS JOIN (VALUES ('lines'), ('lines_held')) kind (measure)
    WHERE NOT isempty(line.in_force)
    UNION ALL SELECT 'lines_until', line.grant_id, line.institution_id,
        known.spans * CASE kind.in_column WHEN '' THEN line.in_force ELSE line.to_come END, NULL,
        to_char(known.off_on, 'YYYY-MM'),
        CASE kind.in_column WHEN '' THEN '' ELSE to_char(line.starts_on, 'YYYY-MM') END,
        line.provider_id, line.release_id, 7, 0
    FROM line JOIN known ON known.id = line.id CROSS JOIN (VALUES (''), ('to_come')) kind (in_column)
    """,
)

GRANTS = Source(
    name="grants",
    measures=("grants",),
    noun="grant",
    table="grants_grant",
    select=f"""
    WITH states AS ({history("grant")}), parties AS (
        SELECT grant_id, provider_id, NULL::uuid AS release_id, 3 AS reach FROM grants_grantline
        WHERE {only("grant_id")} GROUP BY 1, 2
        UNION ALL SELECT grant_id, provider_id, release_id, 4 FROM grants_grantline
        WHERE {only("grant_id")} GROUP BY 1, 2, 3
    )
    SELECT 'grants', g.id, g.institution_id, {joined("states.span")}, NULL::timestamptz, parties.provider_id::text,
        states.state, parties.provider_id, parties.release_id, parties.reach, 0
    FROM states JOIN grants_grant g ON g.id = states.object_id JOIN parties ON parties.grant_id = g.id
    GROUP BY g.id, g.institution_id, parties.provider_id, states.state, parties.release_id, parties.reach
    """,
)

_PARTNER = f"institution_id IN (SELECT id FROM partners_institution WHERE {only('id')})"
HOLDERS = Source(
    name="holders",
    measures=("holders",),
    noun="institution",
    table="partners_institution",
    institution="id",
    after={"grant": "SELECT institution_id FROM grants_grant WHERE id IN (SELECT object_id FROM fresh)"},
    select=f"""
    WITH lived AS (
        SELECT g.institution_id, s.span
        FROM ({history("grant", f"object_id IN (SELECT id FROM grants_grant WHERE {_PARTNER})")}) s
        JOIN grants_grant g ON g.id = s.object_id WHERE s.state = 'in_force' AND NOT isempty(s.span)
    ), edge AS (
        SELECT institution_id, lower(span) AS at, 1 AS change FROM lived
        UNION ALL SELECT institution_id, upper(span), -1 FROM lived WHERE NOT upper_inf(span)
    ), held AS (
        SELECT institution_id, sum(sum(change)) OVER turn AS grants, tstzrange(at, lead(at) OVER turn) AS span
        FROM edge GROUP BY institution_id, at WINDOW turn AS (PARTITION BY institution_id ORDER BY at)
    )
    SELECT 'holders', institution_id, institution_id, {joined("span")}, NULL::timestamptz, '', grants::text,
        NULL::uuid, NULL::uuid, 1, 0
    FROM held WHERE grants > 0 GROUP BY institution_id, grants
    """,
)

ENVIRONMENTS = Source(
    name="environments",
    measures=("environments",),
    noun="environment",
    table="grants_environment",
    select=f"""
    SELECT 'environments', place.id, place.institution_id, {joined("states.span")}, NULL::timestamptz, place.country,
        states.state, NULL::uuid, NULL::uuid, 1, 0
    FROM ({history("environment")}) states JOIN grants_environment place ON place.id = states.object_id
    GROUP BY place.id, states.state
    """,
)

TAKEN_BACK = Source(
    name="taken_back",
    measures=("taken_back",),
    noun="grant",
    table="grants_grant",
    after={"consent_withdrawal": _WITHDRAWN_FROM},
    select=f"""
    WITH line AS (SELECT * FROM grants_grantline WHERE {only("grant_id")}), ended AS (
        SELECT object_id, state, span FROM ({history("grant")}) s WHERE state IN ('revoked', 'surrendered')
    ), parties AS (
        SELECT grant_id, NULL::uuid AS provider_id, NULL::uuid AS release_id, 1 AS reach FROM line GROUP BY 1
        UNION ALL SELECT grant_id, provider_id, NULL::uuid, 2 FROM line GROUP BY 1, 2
        UNION ALL SELECT grant_id, NULL::uuid, release_id, 4 FROM line GROUP BY 1, 3
    ), taken AS (
        SELECT line.grant_id, 'narrowed' AS kind, {span("v.since", "NULL")} AS spans, v.since AS at, line.provider_id,
            line.release_id, 7 AS reach
        FROM line JOIN grants_lineversion v ON v.line_id = line.id
        UNION ALL SELECT line.grant_id, 'withdrawn', {span("w.given_at", "w.taken_back_at")}, w.given_at,
            line.provider_id, line.release_id, 7 FROM line JOIN grants_consentwithdrawal w ON w.line_id = line.id
        UNION ALL SELECT line.grant_id, 'given_back', {span("s.surrendered_at", "NULL")}, s.surrendered_at,
            line.provider_id, line.release_id, 7 FROM line JOIN grants_linesurrender s ON s.line_id = line.id
        UNION ALL SELECT grant_id, state, tstzmultirange(span), lower(span), provider_id, release_id, reach
        FROM ended JOIN parties ON parties.grant_id = ended.object_id
    )
    SELECT 'taken_back', g.id, g.institution_id, taken.spans, taken.at, '', taken.kind,
        taken.provider_id, taken.release_id, taken.reach, 0
    FROM taken JOIN grants_grant g ON g.id = taken.grant_id
    """,
)

SOURCES = (LINES, GRANTS, HOLDERS, ENVIRONMENTS, TAKEN_BACK)
