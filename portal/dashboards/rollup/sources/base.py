"""What a source is: which measures it gives, of which rows, after which entries of the record, and by which query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import LiteralString

EVERYWHERE, OF_PROVIDER, OF_RELEASE = 1, 2, 4
"""Bits of `reach`: counted for the whole scheme, for the provider, for the release."""


@dataclass(frozen=True)
class Source:
    """Some measures that are made from the same rows, for one kind of subject.

    `table` has the subjects; `institution` is its column with the partner's id. `after` is by object type of an entry
    the query of the subjects that it concerns, given the entries' objects as `object_id` of a relation `fresh`.
    Of the subjects themselves nothing need be said (`noun` is their own object type), nor of the partner's tier.
    `beside` is the query of the subjects of which something is new that the record does not tell.

    `select` gives rows (measure, subject_id, institution_id, spans tstzmultirange, at timestamptz, in_group, in_column,
    provider_id, release_id, reach, units). In it `{only:column}` is the condition that the column is one of the
    subjects in question. `at` is when something happened, null for what stands; it is counted from `spans` on.
    """

    name: str
    measures: tuple[str, ...]
    noun: str
    table: str
    select: str
    institution: str = "institution_id"
    after: Mapping[str, str] = field(default_factory=dict)
    beside: str = ""
    own_tier: bool = False


def only(column: LiteralString) -> str:
    """The condition that the column is one of the subjects in question; true of all when everything is made anew."""
    return "{only:" + column + "}"


def narrowed(select: str, *, all_subjects: bool) -> str:
    """The query with its conditions written out."""
    pieces = select.split("{only:")
    said = [pieces[0]]
    for piece in pieces[1:]:
        column, rest = piece.split("}", 1)
        said.append("true" if all_subjects else f"{column} IN (SELECT subject_id FROM rollup_touched)")
        said.append(rest)
    return "".join(said)


def history(noun: LiteralString, where: str = "") -> str:
    """Of each object of a noun the states that it was in: (object_id, state, verb, seq, since, span).

    `where` chooses the objects, if they are not the subjects. A clock that went back leaves no state out: times never
    fall within an object.
    """
    return f"""
        SELECT object_id, state, verb, seq, since, tstzrange(since, lead(since) OVER turn) AS span FROM (
            SELECT object_id, state, verb, seq, max(time) OVER (PARTITION BY object_id ORDER BY seq) AS since
            FROM ledger_entry WHERE object_type = '{noun}' AND {where or only("object_id")}
        ) entry WINDOW turn AS (PARTITION BY object_id ORDER BY seq)
    """


def told(noun: LiteralString, verbs: tuple[LiteralString, ...], value: str, where: str = "true") -> str:
    """What events said of each object, from when until the next one said something else: (object_id, value, span).

    `value` reads it from `event.detail` (jsonb); it is null where the event was purged, which is for the caller to
    fill. `where` leaves out entries that say nothing of it.
    """
    said = ", ".join(f"'{noun}.{verb}'" for verb in verbs)
    return f"""
        SELECT object_id, value, verb, tstzrange(since, lead(since) OVER turn) AS span FROM (
            SELECT entry.object_id, entry.seq, entry.verb, {value} AS value,
                max(entry.time) OVER (PARTITION BY entry.object_id ORDER BY entry.seq) AS since
            FROM ledger_entry entry LEFT JOIN LATERAL (
                SELECT event.content::jsonb -> 'detail' AS detail FROM ledger_event event
                WHERE event.entry_id = entry.seq
            ) event ON true
            WHERE entry.object_type = '{noun}' AND entry.verb IN ({said}) AND {only("entry.object_id")}
                AND {where}
        ) said WINDOW turn AS (PARTITION BY object_id ORDER BY seq)
    """


def midnight(day: str) -> str:
    """The moment at which a day begins (UTC)."""
    return f"(({day})::timestamp AT TIME ZONE 'UTC')"


def days_later(day: str, days: int = 1) -> str:
    """The moment at which the day so many days later begins (UTC)."""
    return midnight(f"{day} + {days}")


def between(since: str, until: str) -> str:
    """From one moment to another (null: without end) as a range; nothing where the second is before the first."""
    if until == "NULL":
        return f"tstzrange({since}, NULL)"
    return f"tstzrange({since}, CASE WHEN {until} < {since} THEN {since} ELSE {until} END)"


def span(since: str, until: str) -> str:
    """The same as a multirange."""
    return f"tstzmultirange({between(since, until)})"


def joined(spans: str, where: str = "") -> str:
    """Ranges as one multirange, without gaps and overlaps; an empty one where there are none."""
    chosen = f" FILTER (WHERE {where})" if where else ""
    return f"coalesce(range_agg({spans}){chosen}, '{{}}'::tstzmultirange)"


def words(values: tuple[str, ...]) -> str:
    """A list of words for IN."""
    return ", ".join(f"'{value}'" for value in values)


def bands(limits: tuple[int, ...]) -> str:
    """Bands of age in days as rows `band (since, until)`: up to each limit, and from the last one on."""
    pairs = zip((0, *limits), (*map(str, limits), "NULL::integer"), strict=True)
    return f"(VALUES {', '.join(f'({since}, {until})' for since, until in pairs)}) band (since, until)"


def in_band(since: str) -> str:
    """The period in which what began at that moment is as old as the band says, in days of UTC, as a range.

    It grows older by itself: that is known when the spell is made, and nothing has to run at midnight.
    """
    day = f"({since} AT TIME ZONE 'UTC')::date"
    begins = f"CASE WHEN band.since > 0 THEN {midnight(f'{day} + band.since')} END"
    return f"tstzrange({begins}, {midnight(f'{day} + band.until')})"
