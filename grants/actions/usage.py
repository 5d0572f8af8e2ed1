"""Taking in what gateways report: each event once, counted under its line and day in the same transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from grants.actions.usage_counts import Counts, write_counts
from grants.models.usage import Scope
from grants.queries.coverage import Key, Named, keys_of
from grants.rules.usage import LATE, Problem, Sent, Window, times_of
from portal.core import clock
from portal.core.prepared import rows_of
from portal.workflow import as_deed

COLUMNS = (
    "event_id, digest, started_at, ended_at, requests, tokens_in, tokens_out, seats, denied, country, person_id,"
    " workload, gateway_id, provider_id, institution_id, release_id, environment_id, environment_key, use_case,"
    " data_class, line_id, scope, received_at"
)
_COPY = f"COPY grants_usagewindow ({COLUMNS}) FROM STDIN"
_LOCK = "SELECT 1 FROM pg_advisory_xact_lock(hashtextextended('usage:' || %(gateway)s::text, 0))"
_KNOWN = """
SELECT event_id, digest FROM grants_usagewindow
WHERE gateway_id = %(gateway)s AND event_id = ANY(%(events)s) AND started_at >= %(oldest)s
"""


@dataclass(frozen=True, slots=True)
class Reporter:
    """The gateway that reports, and the provider whose releases it may report on."""

    gateway_id: UUID
    provider_id: UUID


@dataclass(slots=True)
class Report:
    """What became of a report: how many windows were taken, how many were there before, and which were not taken."""

    accepted: int = 0
    duplicates: int = 0
    late: int = 0
    problems: dict[int, Problem] = field(default_factory=dict)
    """By the place of the item in what was sent."""


@as_deed
def report_usage(*, reporter: Reporter, sent: Sequence[tuple[int, Sent]], refused: dict[int, Problem]) -> Report:
    """Take in windows, each with its place in the batch. `refused` are the items that were no windows at all.

    The same event again is a duplicate; its id with another content a conflict. Reports of one gateway come one after
    the other, so that two workers with the same batch take it once; those of different gateways do not wait for each
    other but where they count under the same line and day, in a fixed order.
    """
    report, now = Report(problems=dict(refused)), clock.now()
    oldest = now - timedelta(days=settings.USAGE_LATEST_DAYS)
    rows_of(_LOCK, {"gateway": reporter.gateway_id})
    timely = _timely(sent, now, oldest, report)
    keys = keys_of([window.sent for _place, window in timely], reporter.provider_id)
    known = _named(timely, keys, report)
    fresh = list(_fresh(known, reporter, oldest, report))
    counts = _copy(fresh, keys, reporter, now)
    report.accepted = len(fresh)
    report.late = sum(now - window.ended > LATE for window, _digest in fresh)
    write_counts(counts, reporter, _outcomes(report), now)
    return report


Placed = tuple[int, Window]


def _timely(sent: Sequence[tuple[int, Sent]], now: datetime, oldest: datetime, report: Report) -> list[Placed]:
    found = times_of([each for _place, each in sent], now, oldest)
    for (place, _sent), each in zip(sent, found, strict=True):
        if isinstance(each, Problem):
            report.problems[place] = each
    return [(place, each) for (place, _s), each in zip(sent, found, strict=True) if isinstance(each, Window)]


def _named(windows: list[Placed], keys: dict[Named, Key], report: Report) -> list[Placed]:
    """Those whose release is the provider's own and whose partner takes part."""
    unknown = {named: problem for named, key in keys.items() if (problem := _unknown(key)) is not None}
    if not unknown:
        return windows
    for place, window in windows:
        if problem := unknown.get(window.sent[1:6]):
            report.problems[place] = problem
    return [(place, window) for place, window in windows if window.sent[1:6] not in unknown]


def _unknown(key: Key) -> Problem | None:
    if key.release_id is None:
        return Problem("release_unknown", _("Report only on your own releases, by their identifier or id."))
    if key.institution_id is None:
        return Problem("partner_unknown", _("Name the partner by its key or LEI."))
    return None


def _fresh(windows: list[Placed], reporter: Reporter, oldest: datetime, report: Report) -> Iterator[tuple[Window, int]]:
    """Windows that are not there yet, each with its digest; of the same id in the batch, the first counts."""
    events = [window.sent.event_id for _place, window in windows]
    values = {"gateway": reporter.gateway_id, "events": events, "oldest": oldest}
    seen: dict[str, int] = dict(rows_of(_KNOWN, values)) if events else {}  # type: ignore[arg-type]
    for place, window in windows:
        digest, event = window.digest(), window.sent.event_id
        before = seen.get(event)
        if before is None:
            seen[event] = digest
            yield window, digest
        elif before == digest:
            report.duplicates += 1
        else:
            report.problems[place] = Problem("conflict", _("Give every window an id of its own. The first one stays."))


def _copy(fresh: list[tuple[Window, int]], keys: dict[Named, Key], reporter: Reporter, now: datetime) -> Counts:
    """Write the windows, and count them. Their texts have no character that COPY would read as anything else."""
    counts, tails = Counts(), _Tails(reporter, now)
    lines = []
    for window, digest in fresh:
        sent, key = window.sent, keys[window.sent[1:6]]
        limits, scope = key.at(window.began)
        counts.add(window, key, limits, scope)
        lines.append(
            f"{sent.event_id}\t{digest}\t{window.began}\t{window.ended}\t{sent.requests}\t{sent.tokens_in}\t"
            f"{sent.tokens_out}\t{sent.seats}\t{sent.denied}\t{sent.country}\t{sent.person or NULL}\t{sent.workload}\t"
            f"{tails.of(key, limits.line_id if limits else None, scope)}"
        )
    if lines:
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(_COPY) as copy:
            copy.write("".join(lines).encode())
    return counts


NULL = r"\N"


class _Tails:
    """The part of a row that is the same for all windows of one key under one line."""

    def __init__(self, reporter: Reporter, now: datetime) -> None:
        self._head = f"{reporter.gateway_id}\t{reporter.provider_id}"
        self._now = now
        self._made: dict[Any, str] = {}

    def of(self, key: Key, line_id: UUID | None, scope: str) -> str:
        found = self._made.get((key.named, scope, line_id))
        if found is None:
            _partner, _release, environment, use_case, data_class = key.named
            parts = (
                self._head, key.institution_id, key.release_id, key.environment_id or NULL, environment, use_case,
                data_class, line_id or NULL, scope, self._now,
            )  # fmt: skip
            found = self._made[key.named, scope, line_id] = "\t".join(map(str, parts)) + "\n"
        return found


def _outcomes(report: Report) -> Counter[tuple[str, str]]:
    """How many events there were of each outcome and code."""
    found: Counter[tuple[str, str]] = Counter(("rejected", problem.code) for problem in report.problems.values())
    found["accepted", ""] = report.accepted - report.late
    found["late", ""] = report.late
    found["duplicate", ""] = report.duplicates
    return +found


__all__ = ["Report", "Reporter", "Scope", "report_usage"]
