"""The work on cases: what was decided, by whom for whom and how fast; what lies where, and for how long it lay."""

from __future__ import annotations

from grants.states import IN_HAND
from portal.dashboards.rollup.sources.base import Source, bands, history, in_band, joined, only, span, words


def _working_days(country: str, since: str, until: str) -> str:
    """Working days after the first day, up to the second one, by the country's calendar (models.Workday)."""
    nth = "SELECT nth FROM dashboards_workday WHERE country = {} AND day = ({} AT TIME ZONE 'UTC')::date"
    return f"greatest(0, ({nth.format(country, until)}) - ({nth.format(country, since)}))"


REQUESTS = Source(
    name="requests",
    measures=("decisions", "consents", "time_to_decide"),
    noun="grant_request",
    table="grants_grantrequest",
    select=f"""
    WITH request AS (
        SELECT r.id, r.institution_id, r.submitted_at, r.decided_at, authority.jurisdiction AS country,
            authority.jurisdiction || '>' || home.jurisdiction AS flow, home.jurisdiction AS home
        FROM grants_grantrequest r JOIN accounts_organisation authority ON authority.id = r.authority_id
        JOIN accounts_organisation home ON home.id = r.institution_id WHERE {only("r.id")}
    ), line AS (
        SELECT l.id, l.request_id, l.release_id, release.provider_id FROM grants_requestline l
        JOIN grants_release release ON release.id = l.release_id WHERE {only("l.request_id")}
    ), parties AS (
        SELECT request_id, NULL::uuid AS provider_id, NULL::uuid AS release_id, 1 AS reach FROM line GROUP BY 1
        UNION ALL SELECT request_id, provider_id, NULL::uuid, 2 FROM line GROUP BY 1, 2
        UNION ALL SELECT request_id, NULL::uuid, release_id, 4 FROM line GROUP BY 1, 3
    ), answer AS (
        SELECT c.line_id, c.provider_id, c.given_at, CASE c.answer WHEN 'decline' THEN 'declined' ELSE 'consented' END
            AS said, lead(c.given_at) OVER (PARTITION BY c.line_id ORDER BY c.id) AS next_at
        FROM grants_consent c WHERE c.line_id IN (SELECT id FROM line)
    ), decided AS (
        SELECT line.id, CASE WHEN granted.id IS NOT NULL THEN 'granted' ELSE 'refused:' || coalesce(
            (SELECT CASE review.outcome WHEN 'refused' THEN review.reason_code END FROM grants_linereview review
                WHERE review.line_id = line.id ORDER BY review.id DESC LIMIT 1),
            (SELECT CASE c.answer WHEN 'decline' THEN 'declined' END FROM grants_consent c
                WHERE c.line_id = line.id ORDER BY c.id DESC LIMIT 1), 'no_consent') END AS outcome
        FROM line JOIN request ON request.id = line.request_id AND request.decided_at IS NOT NULL
        LEFT JOIN grants_grantline granted ON granted.request_line_id = line.id
    )
    SELECT 'decisions', request.id, request.institution_id, tstzmultirange(tstzrange(request.decided_at, NULL)),
        request.decided_at, request.flow, decided.outcome, line.provider_id, line.release_id, 7, 0
    FROM decided JOIN line ON line.id = decided.id JOIN request ON request.id = line.request_id
    UNION ALL SELECT 'consents', request.id, request.institution_id,
        {span("answer.given_at", "answer.next_at")},
        answer.given_at, provider.jurisdiction || '>' || request.home, answer.said, line.provider_id, line.release_id,
        7, 0
    FROM answer JOIN line ON line.id = answer.line_id JOIN request ON request.id = line.request_id
    JOIN accounts_organisation provider ON provider.id = answer.provider_id
    UNION ALL SELECT 'time_to_decide', request.id, request.institution_id,
        tstzmultirange(tstzrange(request.decided_at, NULL)), request.decided_at, request.flow, '', parties.provider_id,
        parties.release_id, parties.reach,
        {_working_days("request.country", "request.submitted_at", "request.decided_at")}
    FROM request JOIN parties ON parties.request_id = request.id WHERE request.decided_at IS NOT NULL
    """,
)

_APPLICATIONS = ("submitted", "under_review", "awaiting_applicant", "awaiting_signatures")
_CASES = """
    SELECT id, institution_id, authority_id, 'application:' AS noun FROM partners_application
    UNION ALL SELECT id, institution_id, authority_id, 'request:' FROM grants_grantrequest
"""
WAITED_DAYS = (7, 14, 30, 60, 90, 180)
"""Days in a state from which on a case counts as one of the next band."""
CASES = Source(
    name="cases",
    measures=("cases", "case_ages", "stage_days"),
    noun="application",
    table=f"({_CASES}) one",
    after={"grant_request": "SELECT object_id FROM fresh"},
    select=f"""
    WITH state AS (
        SELECT * FROM ({history("application")}) a WHERE state IN ({words(_APPLICATIONS)})
        UNION ALL SELECT * FROM ({history("grant_request")}) r WHERE state IN ({words(IN_HAND)})
    ), stay AS (
        SELECT object_id, state, unnest({joined("span")}) AS span FROM state GROUP BY 1, 2
    )
    SELECT kind.measure, one.id, one.institution_id,
        tstzmultirange(CASE kind.measure WHEN 'cases' THEN stay.span ELSE tstzrange(upper(stay.span), NULL) END),
        CASE kind.measure WHEN 'stage_days' THEN upper(stay.span) END,
        CASE kind.measure WHEN 'cases' THEN one.authority_id::text
            ELSE one.authority_id::text || ':' || one.noun || stay.state END,
        CASE kind.measure WHEN 'cases' THEN one.noun || stay.state ELSE '' END, NULL::uuid, NULL::uuid, 1,
        CASE kind.measure WHEN 'cases' THEN 0
            ELSE {_working_days("authority.jurisdiction", "lower(stay.span)", "upper(stay.span)")} END
    FROM stay JOIN ({_CASES}) one ON one.id = stay.object_id
    JOIN accounts_organisation authority ON authority.id = one.authority_id
    CROSS JOIN (VALUES ('cases'), ('stage_days')) kind (measure)
    WHERE kind.measure = 'cases' OR NOT upper_inf(stay.span)
    UNION ALL SELECT 'case_ages', one.id, one.institution_id,
        tstzmultirange(stay.span * {in_band("lower(stay.span)")}), NULL::timestamptz,
        one.authority_id::text || ':' || one.noun || stay.state, band.since::text, NULL::uuid, NULL::uuid, 1, 0
    FROM stay JOIN ({_CASES}) one ON one.id = stay.object_id CROSS JOIN {bands(WAITED_DAYS)}
    """,
)

SOURCES = (REQUESTS, CASES)
