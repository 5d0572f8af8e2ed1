"""What is counted while use comes in, in the transaction that keeps the windows: lines by the day, alerts, what is due.

Rows that reports of several gateways share are written in the order of their keys, table after table, so that two
reports wait for each other at most, and never in a circle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from grants.models.usage import Scope
from grants.notices_usage import tell_of_attempts, tell_of_limit
from grants.queries.coverage import Key, Limits
from grants.rules.usage import Sent, percent
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


HOUR = 3600
"""Seconds."""


def _moment(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * HOUR, UTC)


@dataclass(slots=True)
class Tally:
    """Sums of windows."""

    windows: int = 0
    requests: int = 0
    tokens: int = 0
    seats: int = 0
    denied: int = 0

    def add(self, other: Tally) -> None:
        self.windows += other.windows
        self.requests += other.requests
        self.tokens += other.tokens
        self.denied += other.denied
        self.seats = max(self.seats, other.seats)


@dataclass(slots=True)
class Slot:
    """Windows of one key that count under one line (or none) and stood the same when they began.

    A window belongs to the hour and the day (UTC) in which it began. Hours are counted from the epoch.
    """

    key: Key
    limits: Limits | None
    scope: str
    tail: str = ""
    hours: dict[int, Tally] = field(default_factory=dict)

    def add(self, start: float, sent: Sent) -> None:
        """Count one window that began so many seconds after the epoch."""
        hour = int(start // HOUR)
        tally = self.hours.get(hour)
        if tally is None:
            tally = self.hours[hour] = Tally()
        _id, _p, _r, _e, _u, _d, _person, _w, _s, _t, requests, tokens_in, tokens_out, seats, denied, _country = sent
        tally.windows += 1
        tally.requests += requests
        tally.tokens += tokens_in + tokens_out
        tally.denied += denied
        if seats > tally.seats:
            tally.seats = seats

    def days(self) -> dict[date, Tally]:
        """The sums by the day."""
        found: dict[date, Tally] = {}
        for hour, tally in self.hours.items():
            found.setdefault(_moment(hour).date(), Tally()).add(tally)
        return found


@dataclass(slots=True)
class Counts:
    """What a report adds."""

    slots: list[Slot] = field(default_factory=list)

    def slot(self, key: Key, limits: Limits | None, scope: str) -> Slot:
        """A new slot."""
        made = Slot(key, limits, scope)
        self.slots.append(made)
        return made

    def hours(self) -> list[datetime]:
        """The hours that are touched."""
        found = sorted({hour for slot in self.slots for hour in slot.hours})
        return [_moment(hour) for hour in found]

    def lines(self) -> dict[tuple[UUID, date], Tally]:
        """By line and day."""
        found: dict[tuple[UUID, date], Tally] = {}
        for slot in self.slots:
            for day, tally in slot.days().items() if slot.limits else ():
                assert slot.limits  # as the loop says
                found.setdefault((slot.limits.line_id, day), Tally()).add(tally)
        return found

    def alerts(self) -> dict[tuple[Any, ...], tuple[Slot, Tally]]:
        """By day, what was used, and why no line covered it."""
        found: dict[tuple[Any, ...], tuple[Slot, Tally]] = {}
        for slot in self.slots:
            if slot.scope == Scope.COVERED:
                continue
            _partner, _release, environment, use_case, data_class = slot.key.named
            what = (slot.key.institution_id, slot.key.release_id, environment, use_case, data_class, slot.scope)
            for day, tally in slot.days().items():
                found.setdefault((day, *what), (slot, Tally()))[1].add(tally)
        return found


def write_counts(counts: Counts, reporter: Reporter, outcomes: Counter[tuple[str, str]], now: datetime) -> None:
    """Write all of it, and tell whoever has to hear."""
    if counts.slots:
        rows_of(_BUCKETS, [reporter.gateway_id, counts.hours()])
    if lines := counts.lines():
        rows = [(*place, t.windows, t.requests, t.tokens, t.seats, t.denied) for place, t in lines.items()]
        _tell_of_limits(counts, rows_of(_DAYS, _columns(rows)), reporter, now)
    if alerts := counts.alerts():
        _write_alerts(alerts, reporter, now)
    if outcomes:
        names, numbers = sorted(outcomes), [outcomes[name] for name in sorted(outcomes)]
        columns = [[outcome for outcome, _code in names], [code for _outcome, code in names], numbers]
        rows_of(_INTAKE, [reporter.gateway_id, now.date(), *columns])


def _columns(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _tell_of_limits(counts: Counts, rows: list[tuple[Any, ...]], reporter: Reporter, now: datetime) -> None:
    """Tell of each line and day once when most of a limit is used, and once when all of it is."""
    book, told = rules(), []
    limits_of = {slot.limits.line_id: slot.limits for slot in counts.slots if slot.limits}
    for line_id, day, requests, tokens, seats, warned_at, reached_at in rows:
        limits = limits_of[line_id]
        used = max(percent(requests, limits.requests), percent(tokens, limits.tokens))
        reached = used >= 100 or seats > limits.seats
        warn_at = book.scope.limits[limits.tier].warn_at_percent
        if (reached and reached_at is None) or (used >= warn_at and warned_at is None):
            told.append((line_id, day, reached))
            tell_of_limit(limits, reporter.provider_id, day, used=used, seats=seats, reached=reached)
    if told:
        rows_of(_TOLD, [now, now, *_columns(told)])


def _write_alerts(alerts: dict[tuple[Any, ...], tuple[Slot, Tally]], reporter: Reporter, now: datetime) -> None:
    rows, concerned = [], {}
    for place, (slot, tally) in alerts.items():
        day, institution, release, environment, use_case, data_class, kind = place
        concerned[institution] = slot.limits
        line = slot.limits.line_id if slot.limits else None
        rows.append(
            (kind, day, reporter.provider_id, institution, release, slot.key.environment_id, environment, use_case,
             data_class, line, tally.windows, tally.requests, tally.denied)
        )  # fmt: skip
    if any(new for _id, new in rows_of(_ALERTS, [now, now, *_columns(rows)])):
        tell_of_attempts(concerned, reporter.provider_id, now.date())
