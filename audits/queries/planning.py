"""Who is due for an audit or for another day, however many partners there are: one statement to the database.

For each live qualification it finds the audits so far and, for each rule of the rulebook that brings an audit forward,
the first such thing since an auditor was there last. What comes out are only those to whom something must be done: no
open periodic audit though one falls due within `plan_ahead_days`, or a planned one on another day than the rules give
now. So the second run finds nothing, and every look costs a few probes of indexes, for a partner as for a hundred
thousand.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from audits.programme import Due
from portal.core import clock
from portal.rulebook.schema import Rulebook
from portal.rulebook.schema.oversight import Sooner

AUDITED = ("in_force", "restricted", "suspended")
"""Qualifications whose holders are audited: a suspended partner's promises still bind."""

_HAPPENED = {
    "incident": """
        SELECT min(x.reported_at) FROM audits_incident x WHERE x.institution_id = q.institution_id
        AND x.severity = ANY(%s) AND x.state NOT IN ('duplicate', 'unfounded') AND x.reported_at > past.until
    """,
    "finding": """
        SELECT min(x.recorded_at) FROM audits_finding x WHERE x.institution_id = q.institution_id
        AND x.severity = ANY(%s) AND x.recorded_at > past.until
    """,
    "enforcement": """
        SELECT min(x.decided_at) FROM audits_enforcementcase x WHERE x.institution_id = q.institution_id
        AND x.state = 'decided' AND x.measure <> 'no_action' AND x.decided_at > past.until
    """,
    "material_change": """
        SELECT min(x.decided_at) FROM partners_application x WHERE x.institution_id = q.institution_id
        AND x.kind = 'change' AND x.state = 'approved' AND x.decided_at > past.until
    """,
    "alert": """
        SELECT x.first_at FROM grants_usagealert x WHERE x.institution_id = q.institution_id
        AND x.first_at > past.until ORDER BY x.first_at OFFSET %s LIMIT 1
    """,
}
"""When it happened first since an auditor was there last, by what a rule is `on`."""
_BY_SEVERITY = ("incident", "finding")
_EVERY = ["low", "moderate", "high", "critical"]


def next_due(rules: Rulebook, *, after: UUID | None = None, limit: int = 500) -> list[Due]:
    """The next partners, in the order of their qualifications, for whom an audit must be planned or planned anew.

    `after` is the last one's qualification. The day is `first_after_days` after the start of the qualification, later
    `every_months` after the last periodic audit was closed, and sooner where something happened since
    (rulebook: audits.intervals, audits.sooner).
    """
    statement, values = _statement(rules)
    values |= {"after": after or UUID(int=0), "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Due(*row) for row in cursor.fetchall()]


def _statement(rules: Rulebook) -> tuple[str, dict[str, Any]]:
    happened, values = _signals(rules.audits.sooner)
    intervals = dict(rules.audits.intervals.items())
    values |= {
        "tiers": list(intervals),
        "months": [rule.every_months for rule in intervals.values()],
        "first": [rule.first_after_days for rule in intervals.values()],
        "states": list(AUDITED),
        "today": clock.today(),
        "horizon": clock.today() + timedelta(days=rules.audits.plan_ahead_days),
    }
    return _DUE.replace("-- signals", happened), values


def _signals(sooner: tuple[Sooner, ...]) -> tuple[str, dict[str, Any]]:
    """A row for each rule: its key, and the day (UTC) of what happened."""
    rows, values = [], dict[str, Any]()
    for number, rule in enumerate(sooner):
        what = _HAPPENED[rule.on]
        if rule.on in _BY_SEVERITY:
            values[f"of_{number}"] = list(rule.severities) or _EVERY
        elif rule.on == "alert":
            values[f"of_{number}"] = rule.at_least - 1
        values |= {f"key_{number}": rule.key, f"days_{number}": rule.within_days}
        rows.append(f"(%(key_{number})s, ({what.replace('%s', f'%(of_{number})s')}), %(days_{number})s::int)")
    return ", ".join(rows) or "(NULL::text, NULL::timestamptz, NULL::int)", values


_DUE = """
SELECT q.id, q.institution_id, a.authority_id, o.jurisdiction, q.tier, past.number + 1, past.closed IS NULL,
    CASE WHEN brought.falls_on < usual.falls_on THEN brought.since ELSE usual.since END, wanted.falls_on,
    CASE WHEN brought.falls_on < usual.falls_on THEN brought.key ELSE '' END,
    planned.id, planned.planned_for, CASE WHEN planned.why ? 'moved' THEN planned.planned_for END
FROM partners_qualification q
JOIN unnest(%(tiers)s::text[], %(months)s::int[], %(first)s::int[]) AS rule (tier, months, first) ON rule.tier = q.tier
JOIN partners_application a ON a.id = q.application_id
JOIN accounts_organisation o ON o.id = q.institution_id
CROSS JOIN LATERAL (
    SELECT coalesce(max(p.number) FILTER (WHERE p.state IN ('closed', 'cancelled')), 0) AS number,
        max(p.closed_at) FILTER (WHERE p.kind = 'periodic') AS closed,
        coalesce(max(p.began_at) FILTER (WHERE p.kind <> 'follow_up'), '-infinity') AS until,
        count(*) FILTER (WHERE p.kind = 'periodic' AND p.state NOT IN ('closed', 'cancelled', 'planned')) AS running
    FROM audits_audit p WHERE p.institution_id = q.institution_id
) past
LEFT JOIN audits_audit planned
    ON planned.institution_id = q.institution_id AND planned.kind = 'periodic' AND planned.state = 'planned'
CROSS JOIN LATERAL (
    SELECT coalesce((past.closed AT TIME ZONE 'UTC')::date, q.valid_from) AS since,
        CASE WHEN past.closed IS NULL THEN q.valid_from + rule.first
            ELSE ((past.closed AT TIME ZONE 'UTC')::date + make_interval(months => rule.months))::date END AS falls_on
) usual
LEFT JOIN LATERAL (
    SELECT s.key, (s.at AT TIME ZONE 'UTC')::date AS since, (s.at AT TIME ZONE 'UTC')::date + s.days AS falls_on
    FROM (VALUES -- signals
    ) AS s (key, at, days) WHERE s.at IS NOT NULL ORDER BY 3, 1 LIMIT 1
) brought ON true
CROSS JOIN LATERAL (SELECT least(usual.falls_on, brought.falls_on) AS falls_on) wanted
WHERE q.state = ANY(%(states)s) AND q.valid_until >= %(today)s AND q.id > %(after)s AND past.running = 0
    AND CASE WHEN planned.id IS NULL THEN wanted.falls_on <= %(horizon)s
        ELSE planned.falls_on IS DISTINCT FROM wanted.falls_on OR planned.tier <> q.tier END
ORDER BY q.id LIMIT %(limit)s
"""
