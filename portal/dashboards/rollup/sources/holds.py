"""What stops access, from when to when, on what, and whether a second body has confirmed it."""

from __future__ import annotations

from grants.models.hold import TARGETS
from grants.states import HOLD_STOPS
from portal.dashboards.rollup.sources.base import Source, history, joined, only, words

_KIND = "CASE " + " ".join(f"WHEN h.{target}_id IS NOT NULL THEN '{target}'" for target in TARGETS) + " END"
_ON = """
    CASE WHEN h.line_id IS NOT NULL THEN line.id = h.line_id WHEN h.grant_id IS NOT NULL THEN line.grant_id = h.grant_id
    WHEN h.environment_id IS NOT NULL THEN line.environment_id = h.environment_id ELSE true END
"""
"""Which of the partner's lines a hold is on."""

HOLDS = Source(
    name="holds",
    measures=("holds", "holds_placed"),
    noun="hold",
    table="grants_hold",
    select=f"""
    WITH hold AS (
        SELECT h.id, h.institution_id, h.placed_at, h.emergency, {_KIND} AS kind, h.line_id, h.grant_id,
            h.environment_id FROM grants_hold h WHERE {only("h.id")}
    ), touched AS (
        SELECT DISTINCT h.id, line.provider_id, line.release_id FROM hold h
        JOIN grants_grantline line ON line.institution_id = h.institution_id AND {_ON}
        JOIN grants_grant g ON g.id = line.grant_id AND g.issued_at <= h.placed_at
    ), parties AS (
        SELECT id, NULL::uuid AS provider_id, NULL::uuid AS release_id, 1 AS reach FROM hold
        UNION ALL SELECT DISTINCT id, provider_id, NULL::uuid, 2 FROM touched
        UNION ALL SELECT id, NULL::uuid, release_id, 4 FROM touched
    ), states AS (
        SELECT s.object_id, CASE WHEN s.state = 'placed' AND hold.emergency THEN 'waiting' ELSE 'confirmed' END
            AS in_column, {joined("s.span")} AS spans
        FROM ({history("hold")}) s JOIN hold ON hold.id = s.object_id
        WHERE s.state IN ({words(HOLD_STOPS)}) GROUP BY 1, 2
    ), counted AS (
        SELECT 'holds' AS measure, object_id, in_column, spans, NULL::timestamptz AS at FROM states
        UNION ALL SELECT 'holds_placed', id, '', tstzmultirange(tstzrange(placed_at, NULL)), placed_at FROM hold
    )
    SELECT counted.measure, hold.id, hold.institution_id, counted.spans, counted.at, hold.kind, counted.in_column,
        parties.provider_id, parties.release_id, parties.reach, 0
    FROM counted JOIN hold ON hold.id = counted.object_id JOIN parties ON parties.id = hold.id
    """,
)

_DELIVERED = """
    FROM grants_signal signal JOIN grants_delivery delivery ON delivery.signal_id = signal.id
    WHERE signal.hold_id IS NOT NULL AND signal.event = 'account-disabled' AND delivery.acknowledged_at IS NOT NULL
"""
ACKNOWLEDGED = Source(
    name="acknowledged",
    measures=("holds_acknowledged",),
    noun="hold",
    table="grants_hold",
    beside=f"""
    SELECT signal.hold_id {_DELIVERED} AND NOT EXISTS (
        SELECT FROM dashboards_spell told WHERE told.measure = 'holds_acknowledged'
        AND told.subject_id = signal.hold_id AND told.since = delivery.acknowledged_at
    )
    """,
    select=f"""
    SELECT 'holds_acknowledged', h.id, h.institution_id, tstzmultirange(tstzrange(took.at, NULL)), took.at, '', '',
        took.provider_id, NULL::uuid, 3, took.seconds
    FROM (
        SELECT signal.hold_id, signal.provider_id, delivery.acknowledged_at AS at,
            greatest(0, floor(extract(epoch FROM delivery.acknowledged_at - signal.happened_at)))::integer AS seconds
        {_DELIVERED} AND {only("signal.hold_id")}
    ) took JOIN grants_hold h ON h.id = took.hold_id
    """,
)

SOURCES = (HOLDS, ACKNOWLEDGED)
