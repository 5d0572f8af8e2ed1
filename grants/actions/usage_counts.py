"""What is counted while use comes in, in the transaction that keeps the windows: lines by the day, alerts, what is due.

Rows that reports of several gateways share are written in the order of their keys, table after table, so that two
reports wait for each other at most, and never in a circle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from grants.models.usage import Scope
from grants.notices_usage import tell_of_attempts, tell_of_limit
from grants.queries.coverage import Key, Limits
from grants.rules.usage import Window, percent
from portal.core.prepared import rows_of
from portal.rulebook.queries import rules

if TYPE_CHECKING:
    from grants.actions.usage import Reporter

_DAYS = """
INSERT INTO grants_lineday AS d (line_id, day, windows, requests, tokens, seats, denied)
SELECT * FROM unnest(%s::uuid[], %s::date[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[], %s::bigint[])
    n (line_id, day, windows, requests, tokens, seats, denied)
ORDER BY line_id, day
ON CONFLICT (line_id, day) DO UPDATE SET windows = d.windows + excluded.windows,
    requests = d.requests + excluded.requests, tokens = d.tokens + excluded.tokens,
    seats = GREATEST(d.seats, excluded.seats), denied = d.denied + excluded.denied
RETURNING d.line_id, d.day, d.requests, d.tokens, d.seats, d.warned_at, d.reached_at
"""
_ALERTS = """
INSERT INTO grants_usagealert AS a (kind, day, provider_id, institution_id, release_id, environment_id,
    environment_key, use_case, data_class, line_id, windows, requests, denied, first_at, last_at)
SELECT n.*, %s, %s FROM unnest(%s::text[], %s::date[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[],
    %s::text[], %s::text[], %s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[])
    n (kind, day, provider_id, institution_id, release_id, environment_id, environment_key, use_case, data_class,
    line_id, windows, requests, denied)
ORDER BY day, institution_id, release_id, environment_key, use_case, data_class, kind
ON CONFLICT (day, institution_id, release_id, environment_key, use_case, data_class, kind) DO UPDATE SET
    windows = a.windows + excluded.windows, requests = a.requests + excluded.requests,
    denied = a.denied + excluded.denied, last_at = excluded.last_at, line_id = COALESCE(excluded.line_id, a.line_id)
RETURNING a.id, a.first_at = a.last_at
"""
_BUCKETS = """
INSERT INTO grants_usagebucket AS b (gateway_id, grain, begins_at, changed, rolled)
SELECT %s, 'hour', at, 1, 0 FROM unnest(%s::timestamptz[]) at ORDER BY at
ON CONFLICT (gateway_id, grain, begins_at) DO UPDATE SET changed = b.changed + 1
RETURNING 1
"""
_INTAKE = """
INSERT INTO grants_usageintake AS i (gateway_id, day, outcome, code, count)
SELECT %s, %s, * FROM unnest(%s::text[], %s::text[], %s::bigint[]) n (outcome, code, count) ORDER BY outcome, code
ON CONFLICT (gateway_id, day, outcome, code) DO UPDATE SET count = i.count + excluded.count
RETURNING 1
"""
_TOLD = """
UPDATE grants_lineday d SET warned_at = COALESCE(d.warned_at, %s),
    reached_at = CASE WHEN n.reached THEN COALESCE(d.reached_at, %s) ELSE d.reached_at END
FROM unnest(%s::uuid[], %s::date[], %s::bool[]) n (line_id, day, reached)
WHERE d.line_id = n.line_id AND d.day = n.day RETURNING 1
"""


@dataclass(slots=True)
class Tally:
    """Sums of windows."""

    windows: int = 0
    requests: int = 0
    tokens: int = 0
    seats: int = 0
    denied: int = 0


@dataclass(slots=True)
class Counts:
    """What a report adds: by line and day, by kind of alert, key and day, and which hours it touches."""

    lines: dict[tuple[UUID, date], Tally] = field(default_factory=dict)
    limits: dict[UUID, Limits] = field(default_factory=dict)
    alerts: dict[tuple[Any, ...], Tally] = field(default_factory=dict)
    keys: dict[tuple[Any, ...], tuple[Key, Limits | None]] = field(default_factory=dict)
    hours: set[datetime] = field(default_factory=set)

    def add(self, window: Window, key: Key, limits: Limits | None, scope: str) -> None:
        """Count one window. It belongs to the hour and the day (UTC) in which it began."""
        began, sent = window.began, window.sent
        self.hours.add(began.replace(minute=0, second=0, microsecond=0))
        if limits is not None:
            self.limits[limits.line_id] = limits
            _add(self.lines, (limits.line_id, began.date()), sent)
        if scope != Scope.COVERED:
            _partner, _release, environment, use_case, data_class = key.named
            place = (began.date(), key.institution_id, key.release_id, environment, use_case, data_class, str(scope))
            self.keys[place] = key, limits
            _add(self.alerts, place, sent)


def _add(tallies: dict[Any, Tally], place: Any, sent: Any) -> None:
    tally = tallies.get(place)
    if tally is None:
        tally = tallies[place] = Tally()
    tally.windows += 1
    tally.requests += sent.requests
    tally.tokens += sent.tokens_in + sent.tokens_out
    tally.denied += sent.denied
    if sent.seats > tally.seats:
        tally.seats = sent.seats


def write_counts(counts: Counts, reporter: Reporter, outcomes: Counter[tuple[str, str]], now: datetime) -> None:
    """Write all of it, and tell whoever has to hear."""
    if counts.hours:
        rows_of(_BUCKETS, [reporter.gateway_id, sorted(counts.hours)])
    if counts.lines:
        _tell_of_limits(counts, _lines(counts), reporter, now)
    if counts.alerts:
        _write_alerts(counts, reporter, now)
    if outcomes:
        names, numbers = sorted(outcomes), [outcomes[name] for name in sorted(outcomes)]
        columns = [[outcome for outcome, _code in names], [code for _outcome, code in names], numbers]
        rows_of(_INTAKE, [reporter.gateway_id, now.date(), *columns])


def _lines(counts: Counts) -> list[tuple[Any, ...]]:
    rows = [(*place, t.windows, t.requests, t.tokens, t.seats, t.denied) for place, t in counts.lines.items()]
    return rows_of(_DAYS, _columns(rows))


def _columns(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _tell_of_limits(counts: Counts, rows: list[tuple[Any, ...]], reporter: Reporter, now: datetime) -> None:
    """Tell of each line and day once when most of a limit is used, and once when all of it is."""
    book, told = rules(), []
    for line_id, day, requests, tokens, seats, warned_at, reached_at in sorted(rows):
        limits = counts.limits[line_id]
        used = max(percent(requests, limits.requests), percent(tokens, limits.tokens))
        reached = used >= 100 or seats > limits.seats
        warn_at = book.scope.limits[limits.tier].warn_at_percent
        if (reached and reached_at is None) or (used >= warn_at and warned_at is None):
            told.append((line_id, day, reached))
            tell_of_limit(limits, reporter.provider_id, day, used=used, seats=seats, reached=reached)
    if told:
        rows_of(_TOLD, [now, now, *_columns(told)])


def _write_alerts(counts: Counts, reporter: Reporter, now: datetime) -> None:
    rows = []
    for place, tally in counts.alerts.items():
        day, institution, release, environment, use_case, data_class, kind = place
        key, limits = counts.keys[place]
        line = limits.line_id if limits else None
        rows.append(
            (kind, day, reporter.provider_id, institution, release, key.environment_id, environment, use_case,
             data_class, line, tally.windows, tally.requests, tally.denied)
        )  # fmt: skip
    found = rows_of(_ALERTS, [now, now, *_columns(rows)])
    if any(new for _id, new in found):
        concerned = {place[1]: counts.keys[place][1] for place in sorted(counts.alerts, key=str)}
        tell_of_attempts(concerned, reporter.provider_id, now.date())
