"""The SQL that turns what sources say into spells, and spells into tallies. The same for keeping and for rebuilding."""

from __future__ import annotations

from portal.dashboards.rollup.sources.base import Source, narrowed

ANY = "*"
ALL_UUID = "00000000-0000-0000-0000-000000000000"
_SPELL = (
    "measure, subject_id, since, until, month, in_group, in_column, jurisdiction, tier, provider_id, release_id,"
    " reach, units"
)
_KEYED = ", ".join(f"spell.{name.strip()}" for name in _SPELL.split(","))

SCRATCH = """
CREATE TEMPORARY TABLE IF NOT EXISTS rollup_touched (subject_id uuid) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS rollup_made (
    measure text, subject_id uuid, since timestamptz, until timestamptz, month date, in_group text, in_column text,
    jurisdiction text, tier text, provider_id uuid, release_id uuid, reach smallint, units integer
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS rollup_changed (
    sign integer, measure text, subject_id uuid, since timestamptz, until timestamptz, month date, in_group text,
    in_column text, jurisdiction text, tier text, provider_id uuid, release_id uuid, reach smallint, units integer
) ON COMMIT DELETE ROWS;
TRUNCATE rollup_touched, rollup_made, rollup_changed;
"""
"""Tables of the session: of which subjects, their spells as they are now, and what is gone or new (sign -1 or 1)."""


def touched(source: Source) -> str:
    """Fill in the subjects of the source that entries after %(after)s up to %(upto)s concern."""
    parts = [f"SELECT object_id FROM ledger_entry WHERE {_FRESH} AND object_type = '{source.noun}'"]
    parts += [_about(noun, query) for noun, query in source.after.items()]
    if not source.own_tier:
        parts.append(
            f"SELECT id FROM {source.table} WHERE {source.institution} IN (SELECT q.institution_id FROM ledger_entry"
            f" JOIN partners_qualification q ON q.id = object_id WHERE {_FRESH} AND object_type = 'qualification')"
        )
    if source.beside:
        parts.append(source.beside)
    return f"INSERT INTO rollup_touched {' UNION '.join(parts)}"


_FRESH = "seq > %(after)s AND seq <= %(upto)s"


def _about(noun: str, query: str) -> str:
    fresh = f"SELECT object_id FROM ledger_entry WHERE {_FRESH} AND object_type = '{noun}'"
    return f"SELECT * FROM (WITH fresh AS ({fresh}) {query}) about_{noun}"


def made(source: Source, *, all_subjects: bool) -> str:
    """Fill in the spells of the source's subjects, split where the partner's risk tier changed.

    What happened belongs to the tier of that moment.
    """
    return f"""
    INSERT INTO rollup_made ({_SPELL})
    WITH raw (
        measure, subject_id, institution_id, spans, at, in_group, in_column, provider_id, release_id, reach, units
    ) AS (SELECT * FROM ({narrowed(source.select, all_subjects=all_subjects)}) source),
    raw_spell AS (SELECT raw.*, one.span FROM raw, unnest(raw.spans) one (span)),
    {_OWN_TIER if source.own_tier else _TIERS}
    SELECT raw.measure, raw.subject_id, lower(piece.span), upper(piece.span),
        date_trunc('month', raw.at AT TIME ZONE 'UTC')::date, raw.in_group, raw.in_column, org.jurisdiction, tier.tier,
        raw.provider_id, raw.release_id, raw.reach, raw.units
    FROM raw_spell raw JOIN accounts_organisation org ON org.id = raw.institution_id
    JOIN tiers tier ON {_OWN if source.own_tier else _THEN}
    CROSS JOIN LATERAL (SELECT CASE WHEN raw.at IS NULL THEN raw.span * tier.span ELSE raw.span END AS span) piece
    """


_OWN_TIER = "tiers AS (SELECT DISTINCT in_column AS tier, tstzrange(NULL, NULL) AS span FROM raw)"
_OWN = "tier.tier = raw.in_column"
_TIERS = """
    live AS (
        SELECT subject_id AS institution_id, in_column AS tier, tstzrange(since, until) AS span FROM dashboards_spell
        WHERE measure = 'qualified' AND subject_id IN (SELECT institution_id FROM raw)
    ), tiers AS (
        SELECT * FROM live UNION ALL
        SELECT id, '', unnest(tstzmultirange(tstzrange(NULL, NULL)) - spans) FROM (
            SELECT whose.institution_id AS id, coalesce(range_agg(live.span), '{}'::tstzmultirange) AS spans
            FROM (SELECT DISTINCT institution_id FROM raw) whose LEFT JOIN live USING (institution_id) GROUP BY 1
        ) gap
    )
"""
_THEN = """
    tier.institution_id = raw.institution_id
    AND CASE WHEN raw.at IS NULL THEN tier.span && raw.span ELSE tier.span @> raw.at END
"""

REPLACE = f"""
WITH old AS (
    SELECT id, ROW({_KEYED})::text AS said, row_number() OVER (PARTITION BY ROW({_KEYED})::text) AS nth
    FROM dashboards_spell spell
    WHERE measure = ANY(%(measures)s) AND subject_id IN (SELECT subject_id FROM rollup_touched)
), new AS (
    SELECT spell.*, ROW({_KEYED})::text AS said, row_number() OVER (PARTITION BY ROW({_KEYED})::text) AS nth
    FROM rollup_made spell
), gone AS (
    DELETE FROM dashboards_spell spell USING old
    WHERE spell.id = old.id AND NOT EXISTS (SELECT FROM new WHERE new.said = old.said AND new.nth = old.nth)
    RETURNING {_KEYED}
), come AS (
    INSERT INTO dashboards_spell ({_SPELL}) SELECT {_SPELL} FROM new
    WHERE NOT EXISTS (SELECT FROM old WHERE old.said = new.said AND old.nth = new.nth)
    RETURNING {_SPELL}
)
INSERT INTO rollup_changed (sign, {_SPELL})
SELECT -1, {_SPELL} FROM gone UNION ALL SELECT 1, {_SPELL} FROM come
"""
"""Put in the place of the touched subjects' spells what was made, and note what is gone and what is new."""

FILL = f"""
WITH come AS (INSERT INTO dashboards_spell ({_SPELL}) SELECT {_SPELL} FROM rollup_made RETURNING {_SPELL})
INSERT INTO rollup_changed (sign, {_SPELL}) SELECT 1, {_SPELL} FROM come
"""
"""The same where nothing was kept before."""

_CELL = "narrow, jurisdiction, tier, measure, grain, day, month, in_group, in_column, units"
_CELLS = f"""
WITH edge AS (
    SELECT measure, month, in_group, in_column, jurisdiction, tier, provider_id, release_id, reach, units,
        (moment AT TIME ZONE 'UTC')::date AS day, sum(change) AS change
    FROM rollup_changed CROSS JOIN LATERAL (VALUES (since, sign), (until, -sign)) edge (moment, change)
    WHERE moment IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 HAVING sum(change) <> 0
), days AS (
    SELECT view.narrow, CASE GROUPING(jurisdiction) WHEN 1 THEN '{ANY}' ELSE jurisdiction END AS jurisdiction,
        CASE GROUPING(tier) WHEN 1 THEN '{ANY}' ELSE tier END AS tier, measure, day, month, in_group, in_column,
        units, sum(change) AS change
    FROM edge CROSS JOIN LATERAL (VALUES ('{ALL_UUID}'::uuid, 1), (provider_id, 2), (release_id, 4)) view (narrow, bit)
    WHERE reach & bit <> 0 AND view.narrow IS NOT NULL
    GROUP BY view.narrow, measure, day, month, in_group, in_column, units, CUBE (edge.jurisdiction, edge.tier)
), fives AS (
    SELECT narrow, jurisdiction, tier, measure, date_trunc('month', day)::date
        + least((extract(day FROM day)::int - 1) / 5, 5) * 5 AS day, month, in_group, in_column, units,
        sum(change) AS change FROM days GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
), months AS (
    SELECT narrow, jurisdiction, tier, measure, date_trunc('month', day)::date AS day, month, in_group, in_column,
        units, sum(change) AS change FROM fives GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
), years AS (
    SELECT narrow, jurisdiction, tier, measure, date_trunc('year', day)::date AS day, month, in_group, in_column,
        units, sum(change) AS change FROM months GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
), cell AS (
    SELECT {_CELL}, change FROM (
        SELECT 'd' AS grain, days.* FROM days WHERE tier <> '{ANY}' UNION ALL SELECT 'f', fives.* FROM fives
        UNION ALL SELECT 'm', months.* FROM months UNION ALL SELECT 'y', years.* FROM years
    ) cell WHERE change <> 0
)
"""
"""What changed, as sums of the days, five days, months and years in every view.

Days are by far the most rows, so they are kept for each tier alone, and the few tiers summed by who reads.
"""
ADD = f"""
{_CELLS}, kept AS (
    INSERT INTO dashboards_tally AS tally ({_CELL}, change)
    SELECT {_CELL}, change FROM cell ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    ON CONFLICT ({_CELL}) DO UPDATE SET change = tally.change + excluded.change
    RETURNING id, change
) SELECT id FROM kept WHERE change = 0
"""
"""Add that to what is kept; gives the rows that say nothing any more."""
ADD_ALL = f"""
{_CELLS} INSERT INTO dashboards_tally ({_CELL}, change)
SELECT {_CELL}, change FROM cell ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
"""
"""The same where nothing was kept before."""
