"""A whole scheme in bulk, with its record: partners, requests, grants, incidents, audits, reports, holds, alerts.

Everything is a function of a number, so that a second filling goes on where the first one ended.
"""

from __future__ import annotations

from typing import Any

from tests.bench.bulk import unguarded

COUNTRIES = ("NO", "GB", "FR", "US", "DE")
GRANTS_EACH = 200
"""Grants of each partner; the other counts follow from it."""

_BODIES = """
INSERT INTO accounts_organisation (id, state, kind, name, jurisdiction, website, created_at)
SELECT md5('auth' || n)::uuid, 'active', 'authority', 'Authority ' || n, (%(countries)s::text[])[n], '', now()
FROM generate_series(1, 5) n
UNION ALL SELECT md5('prov' || n)::uuid, 'active', 'provider', 'Provider ' || n, (%(countries)s::text[])[n], '', now()
FROM generate_series(1, 4) n ON CONFLICT DO NOTHING;
INSERT INTO grants_model (id, state, provider_id, name, summary, created_at)
SELECT md5('model' || n)::uuid, 'listed', md5('prov' || n)::uuid, 'Model ' || n, '', now() FROM generate_series(1, 4) n
ON CONFLICT DO NOTHING;
INSERT INTO grants_release (id, state, model_id, provider_id, version, key, capability_tier, access_routes, notes,
    announced_at, re_reviews_due)
SELECT md5('rel' || n)::uuid, 'available', md5('model' || 1 + n %% 4)::uuid, md5('prov' || 1 + n %% 4)::uuid, n::text,
    'release-' || n, 'general', '{api}', '', now(), false FROM generate_series(0, 15) n ON CONFLICT DO NOTHING;
"""
_PARTNERS = """
INSERT INTO accounts_organisation (id, state, kind, name, jurisdiction, website, created_at)
SELECT md5('p' || n)::uuid, 'active', 'institution', 'Partner ' || n, (%(countries)s::text[])[1 + n %% 5], '', now()
FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO partners_institution (id, state, kind, lei, ror, address, language, changed_at)
SELECT md5('p' || n)::uuid, 'active', 'company', '', '', '', '', now() FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO partners_application (id, state, reference, kind, institution_id, authority_id, rulebook, tier, tier_reason,
    answers_version, started_at, circumstances, handled_by, refusal_reasons, refusal_note)
SELECT md5('pa' || n)::uuid, 'withdrawn', 'A-B-' || n, 'initial', md5('p' || n)::uuid, md5('auth' || 1 + n %% 5)::uuid,
    '1.0', 'standard', '', 1, now(), '{}', '{}', '[]', '' FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO partners_qualification (id, state, reference, institution_id, application_id, rulebook, tier, valid_from,
    valid_until, reason, conditions, changed_at)
SELECT md5('pq' || n)::uuid, 'in_force', 'Q-B-' || n, md5('p' || n)::uuid, md5('pa' || n)::uuid, '1.0',
    (ARRAY['standard', 'elevated', 'high'])[1 + n %% 3], current_date - 700, current_date + 300, '', '', now()
FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO grants_environment (id, state, institution_id, name, key, country, owner, description, created_at,
    facts_digest, suspended_why, remark)
SELECT md5('env' || n)::uuid, 'attested', md5('p' || n)::uuid, 'Lab', 'lab', (%(countries)s::text[])[1 + n %% 5], '',
    '', now(), '', '', '' FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO bench_deed (at, verb, noun, id, state)
SELECT now() - interval '700 days' + n * interval '1 minute', verb, noun, md5(prefix || n)::uuid, state
FROM generate_series(%(first)s, %(last)s) n, (VALUES ('qualification.grant', 'qualification', 'pq', 'in_force'),
    ('environment.register', 'environment', 'env', 'attested')) deed (verb, noun, prefix, state);
"""
_OF = "md5('p' || 1 + (n - 1) / %(each)s)::uuid"
_GRANTS = f"""
CREATE TEMPORARY TABLE bench_grant ON COMMIT DROP AS
SELECT n, (n * 7919::bigint) %% 690 AS age, {_OF} AS partner, md5('auth' || 1 + n %% 5)::uuid AS authority,
    md5('env' || 1 + (n - 1) / %(each)s)::uuid AS place,
    CASE WHEN n %% 3 = 0 THEN 'expired' WHEN n %% 50 = 0 THEN 'revoked' ELSE 'in_force' END AS state
FROM generate_series((%(first)s - 1) * %(each)s + 1, %(last)s * %(each)s) n;
INSERT INTO grants_grantrequest (id, state, reference, kind, institution_id, authority_id, title, purpose, rulebook,
    risk_tier, begun_by_id, begun_at, submitted_by_id, submitted_at, digest, decided_at)
SELECT md5('req' || n)::uuid, 'granted', 'R-B-' || n, 'initial', partner, authority, 'Evaluation', '', '1.0',
    'standard', gen_random_uuid(), now(), gen_random_uuid(), now() - (age + 5 + n %% 40) * interval '1 day', '',
    now() - age * interval '1 day' FROM bench_grant;
INSERT INTO grants_requestline (id, release_id, environment_id, use_case, data_class, access_route, requests_per_day,
    tokens_per_day, seats, starts_on, ends_on, request_id, number, justification)
SELECT md5('rl' || n || '.' || l)::uuid, md5('rel' || (n * 3 + l) %% 16)::uuid, place,
    (%(uses)s::text[])[1 + (n + l) %% cardinality(%(uses)s::text[])], 'synthetic', 'api', 10, 10, 1,
    current_date - age::int, current_date - age::int + 365, md5('req' || n)::uuid, l, ''
FROM bench_grant, generate_series(1, 3) l;
INSERT INTO grants_linereview (id, line_id, outcome, requests_per_day, tokens_per_day, seats, ends_on, conditions,
    obligations, stops_at_limit, reason_code, reason, reviewed_by_id, body_id, reviewed_at)
SELECT md5('lr' || n)::uuid, md5('rl' || n || '.3')::uuid, 'refused', 10, 10, 1, current_date, '{{}}', '{{}}', false,
    'other', 'No.', gen_random_uuid(), authority, now() FROM bench_grant;
INSERT INTO grants_consent (id, line_id, provider_id, review_id, answer, conditions, reason_code, reason, given_by_id,
    given_at)
SELECT md5('co' || n || '.' || l)::uuid, md5('rl' || n || '.' || l)::uuid,
    md5('prov' || 1 + (n * 3 + l) %% 16 %% 4)::uuid, md5('lr' || n)::uuid, 'consent', '{{}}', '', '', gen_random_uuid(),
    now() - (age + 1) * interval '1 day' FROM bench_grant, generate_series(1, 2) l;
INSERT INTO grants_grant (id, state, reference, request_id, institution_id, authority_id, rulebook, starts_on, ends_on,
    issued_at, in_force_since, ended_at, end_reason)
SELECT md5('g' || n)::uuid, state, 'G-B-' || n, md5('req' || n)::uuid, partner, authority, '1.0',
    current_date - age::int, current_date - age::int + 365, now() - age * interval '1 day',
    now() - age * interval '1 day', CASE WHEN state <> 'in_force' THEN now() - age / 2 * interval '1 day' END, ''
FROM bench_grant;
INSERT INTO grants_grantline (id, release_id, environment_id, use_case, data_class, access_route, requests_per_day,
    tokens_per_day, seats, starts_on, ends_on, grant_id, request_line_id, number, institution_id, provider_id,
    conditions, provider_conditions, obligations, stops_at_limit)
SELECT md5('gl' || n || '.' || l.number)::uuid, l.release_id, l.environment_id, l.use_case, l.data_class,
    l.access_route, 10, 10, 1, l.starts_on, l.ends_on, md5('g' || n)::uuid, l.id, l.number, partner, r.provider_id,
    '{{}}', '{{}}', '{{}}', false
FROM bench_grant JOIN grants_requestline l ON l.request_id = md5('req' || n)::uuid AND l.number < 3
JOIN grants_release r ON r.id = l.release_id;
INSERT INTO bench_deed (at, verb, noun, id, state)
SELECT now() - (age + 5 + n %% 40) * interval '1 day', 'grant_request.submit', 'grant_request', md5('req' || n)::uuid,
    'submitted' FROM bench_grant
UNION ALL SELECT now() - age * interval '1 day', 'grant_request.grant', 'grant_request', md5('req' || n)::uuid,
    'granted' FROM bench_grant
UNION ALL SELECT now() - age * interval '1 day', 'grant.issue', 'grant', md5('g' || n)::uuid, 'awaiting_agreement'
FROM bench_grant
UNION ALL SELECT now() - age * interval '1 day' + interval '1 hour', 'grant.accept', 'grant', md5('g' || n)::uuid,
    'in_force' FROM bench_grant
UNION ALL SELECT now() - age / 2 * interval '1 day', 'grant.end', 'grant', md5('g' || n)::uuid, state
FROM bench_grant WHERE state <> 'in_force';
INSERT INTO grants_hold (id, state, institution_id, grant_id, emergency, reason, lifted_when, incident, rulebook,
    placed_at, confirmed_at, confirmed_by_id, confirmed_body_id, ended_at, end_reason)
SELECT md5('h' || n)::uuid, CASE WHEN n %% 1000 = 0 THEN 'confirmed' ELSE 'lifted' END, partner, md5('g' || n)::uuid,
    false, 'Danger', 'Over', '', '1.0', now() - age * interval '1 day', now() - age * interval '1 day',
    gen_random_uuid(), authority, CASE WHEN n %% 1000 <> 0 THEN now() - age / 2 * interval '1 day' END, ''
FROM bench_grant WHERE n %% 100 = 0;
INSERT INTO bench_deed (at, verb, noun, id, state)
SELECT h.placed_at, 'hold.place', 'hold', h.id, 'placed' FROM grants_hold h
JOIN bench_grant ON h.id = md5('h' || n)::uuid
UNION ALL SELECT h.placed_at + interval '1 hour', 'hold.confirm', 'hold', h.id, 'confirmed' FROM grants_hold h
JOIN bench_grant ON h.id = md5('h' || n)::uuid
UNION ALL SELECT h.ended_at + interval '2 hours', 'hold.lift', 'hold', h.id, 'lifted' FROM grants_hold h
JOIN bench_grant ON h.id = md5('h' || n)::uuid WHERE h.ended_at IS NOT NULL;
"""
_INCIDENTS = f"""
CREATE TEMPORARY TABLE bench_incident ON COMMIT DROP AS
SELECT n, {_OF} AS partner, md5('i' || n)::uuid AS id,
    now() - (n * 7907::bigint) %% 1000000 * interval '1 minute' AS at, n %% 40 = 0 AS open,
    (ARRAY['low', 'moderate', 'high', 'critical'])[1 + n %% 4] AS severity
FROM generate_series((%(first)s - 1) * %(each)s + 1, %(last)s * %(each)s) n;
INSERT INTO audits_incident (id, state, reference, institution_id, authority_id, severity, kind, harms, techniques,
    marking, title, description, aware_at, rulebook, release_id, reported_at, contained_at, resolved_by_id, closed_at,
    closed_by_id, cause, lessons, follow_up)
SELECT id, CASE WHEN open THEN 'triaged' ELSE 'closed' END, 'I-B-' || n, partner, md5('auth' || 1 + n %% 5)::uuid,
    severity, 'other', '{{}}', '{{}}', 'amber', 'Something went wrong', '', at, '1.0', md5('rel' || n %% 16)::uuid, at,
    CASE WHEN NOT open THEN at + interval '1 hour' * (1 + n %% 90) END, md5('x')::uuid,
    CASE WHEN NOT open THEN at + interval '9 days' END, CASE WHEN NOT open THEN md5('y')::uuid END, '', '', ''
FROM bench_incident;
INSERT INTO audits_incidentdeadline (id, incident_id, rule, step, occurrence, label, recipient, duty, source, rulebook,
    starts_at, due_at, zone, met_at, set_aside, stage)
SELECT md5('dl' || n)::uuid, id, 'bench', 'first', 1, 'Report', 'authority', 'partner', 'A law', '1.0', at,
    at + interval '3 days', 'UTC', CASE WHEN n %% 7 > 0 THEN at + interval '2 days' END, '', 2 FROM bench_incident;
INSERT INTO bench_deed (at, verb, noun, id, state, detail)
SELECT at, 'incident.report', 'incident', id, 'reported', jsonb_build_object('severity', severity) FROM bench_incident
UNION ALL SELECT at + interval '1 hour' * (1 + n %% 90), 'incident.contain', 'incident', id, 'contained', NULL
FROM bench_incident WHERE NOT open
UNION ALL SELECT at + interval '9 days', 'incident.close', 'incident', id, 'closed', NULL
FROM bench_incident WHERE NOT open;
"""
_CHECKS = f"""
CREATE TEMPORARY TABLE bench_check ON COMMIT DROP AS
SELECT n, {_OF} AS partner, md5('au' || n)::uuid AS audit, md5('f' || n)::uuid AS finding, md5('ob' || n)::uuid AS duty,
    md5('al' || n)::uuid AS alert, (n * 7901::bigint %% 700)::int AS age, n %% 3 = 0 AS open
FROM generate_series((%(first)s - 1) * %(each)s + 1, %(last)s * %(each)s) n;
INSERT INTO audits_audit (id, state, reference, institution_id, authority_id, kind, number, mode, tier, rulebook,
    planned_for, why, planned_at, announced, sample_size, summary, response, closed_at, closed_by_id, cancelled_reason)
SELECT audit, CASE WHEN open THEN 'planned' ELSE 'closed' END, 'AU-B-' || n, partner, md5('auth' || 1 + n %% 5)::uuid,
    'cause', NULL, 'desk', 'standard', '1.0', current_date - age + 60, '{{}}', now() - age * interval '1 day', true, 0,
    '', '', CASE WHEN NOT open THEN now() - age * interval '1 day' END, md5('x')::uuid, '' FROM bench_check;
INSERT INTO audits_finding (id, state, reference, audit_id, institution_id, severity, title, description, rulebook,
    recorded_by_id, recorded_at, plan_due, remedy_due, plan, remediation)
SELECT finding, 'open', 'F-B-' || n, audit, partner, (ARRAY['low', 'moderate', 'high', 'critical'])[1 + n %% 4], '', '',
    '1.0', md5('x')::uuid, now() - age * interval '1 day', current_date - age + 20, current_date - age + 60, '', ''
FROM bench_check WHERE n %% 10 = 0;
INSERT INTO audits_obligation (id, state, reference, institution_id, authority_id, kind, title, rulebook, period_start,
    period_end, due, planned_at, accepted_at, accepted_by_id, reminders, returned_reason)
SELECT duty, CASE WHEN open THEN 'due' ELSE 'accepted' END, 'R-B-' || n, partner, md5('auth' || 1 + n %% 5)::uuid,
    'security_attestation', '', '1.0', current_date - age - n, current_date - age - n + 1, current_date - age + 30,
    now() - age * interval '1 day', CASE WHEN NOT open THEN now() END, CASE WHEN NOT open THEN md5('x')::uuid END, 0, ''
FROM bench_check;
INSERT INTO audits_alert (id, state, reference, kind, occasion, institution_id, authority_id, release_id, use_case,
    begins_at, ends_at, facts, rulebook, raised_at, judged_at)
SELECT alert, CASE WHEN open THEN 'raised' ELSE 'nothing' END, 'AL-B-' || n, 'volume', n::text, partner,
    md5('auth' || 1 + n %% 5)::uuid, md5('rel' || n %% 16)::uuid, '', now(), now(), '{{}}', '1.0',
    now() - age * interval '1 day', CASE WHEN NOT open THEN now() END FROM bench_check;
INSERT INTO bench_deed (at, verb, noun, id, state, detail)
SELECT now() - age * interval '1 day', 'audit.plan', 'audit', audit, 'planned',
    jsonb_build_object('planned_for', current_date - age + 60) FROM bench_check
UNION ALL SELECT now() - age * interval '1 day' + interval '20 days', 'audit.close', 'audit', audit, 'closed', NULL
FROM bench_check WHERE NOT open
UNION ALL SELECT now() - age * interval '1 day', 'finding.record', 'finding', finding, 'open',
    jsonb_build_object('plan_due', current_date - age + 20) FROM bench_check WHERE n %% 10 = 0
UNION ALL SELECT now() - age * interval '1 day', 'obligation.plan', 'obligation', duty, 'due',
    jsonb_build_object('due', current_date - age + 30) FROM bench_check
UNION ALL SELECT now() - age * interval '1 day' + interval '25 days', 'obligation.accept', 'obligation', duty,
    'accepted', NULL FROM bench_check WHERE NOT open
UNION ALL SELECT now() - age * interval '1 day', 'alert.raise', 'alert', alert, 'raised', NULL FROM bench_check
UNION ALL SELECT now() - age * interval '1 day' + interval '1 day', 'alert.clear', 'alert', alert, 'nothing', NULL
FROM bench_check WHERE NOT open;
"""
_RECORD = """
CREATE TEMPORARY TABLE bench_entry ON COMMIT DROP AS
SELECT (SELECT size FROM ledger_head WHERE id = 1) + row_number() OVER (ORDER BY at) AS seq, deed.*
FROM bench_deed deed;
INSERT INTO ledger_entry (seq, time, verb, role, object_type, object_id, state, rulebook, retained_until, commitment,
    leaf_hash, xact)
SELECT seq, at, verb, 'system', noun, id, state, '1.0', current_date + 3650, '\\x00', '\\x00', 0 FROM bench_entry;
INSERT INTO ledger_event (entry_id, tier, salt, content, about, retained_until)
SELECT seq, 'case', '\\x00', jsonb_build_object('verb', verb, 'object', id, 'detail', detail)::text, ARRAY[id],
    current_date + 3650 FROM bench_entry WHERE detail IS NOT NULL;
INSERT INTO dashboards_deadlineversion (deadline_id, incident_id, after_seq, due_at, met_at, waived_at)
SELECT d.id, d.incident_id, e.seq - 1, d.due_at, NULL, NULL
FROM bench_entry e JOIN audits_incidentdeadline d ON d.incident_id = e.id WHERE e.verb = 'incident.report'
ON CONFLICT DO NOTHING;
UPDATE ledger_head SET size = (SELECT max(seq) FROM ledger_entry) WHERE id = 1;
"""
_DEEDS = """
CREATE TEMPORARY TABLE bench_deed (at timestamptz, verb text, noun text, id uuid, state text, detail jsonb)
ON COMMIT DROP
"""


def fill(first: int, last: int, *, incidents_each: int, uses: list[str]) -> None:
    """Partners number `first` to `last`, with 200 grants, so many incidents, and 20 of every other thing each."""
    values: dict[str, Any] = {"countries": list(COUNTRIES), "uses": uses, "first": first, "last": last}
    with unguarded() as cursor:
        cursor.execute(_DEEDS)
        cursor.execute(_BODIES, values)
        cursor.execute(_PARTNERS, values)
        cursor.execute(_GRANTS, {**values, "each": GRANTS_EACH})
        cursor.execute(_INCIDENTS, {**values, "each": incidents_each})
        cursor.execute(_CHECKS, {**values, "each": 20})
        cursor.execute(_RECORD)
