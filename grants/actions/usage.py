"""Taking in what gateways report: each event once, counted under its line and day in the same transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from grants.actions.usage_counts import Counts, Slot, write_counts
from grants.queries.coverage import Key, Named, keys_of
from grants.rules.usage import LATE, SKEW, Problem, Sent, Timely, digest_of, times_of, written
from portal.core import clock
from portal.core.prepared import rows_of
from portal.workflow import as_deed

COLUMNS = (
    "event_id, digest, started_at, ended_at, requests, tokens_in, tokens_out, seats, denied, country, person_id,"
    " workload, gateway_id, provider_id, institution_id, release_id, environment_id, environment_key, use_case,"
    " data_class, line_id, scope, received_at"
)
NULL = r"\N"
PORTION = 200
"""Windows that are sent to the database at once."""
_COPY = f"COPY grants_usagewindow ({COLUMNS}) FROM STDIN"
_LOCK = "SELECT 1 FROM pg_advisory_xact_lock(hashtextextended('usage:' || %(gateway)s::text, 0))"
_KNOWN = """
SELECT event_id, digest FROM grants_usagewindow WHERE gateway_id = %(gateway)s
    AND event_id = ANY(string_to_array(%(events)s, ' ')) AND started_at >= %(oldest)s AND started_at <= %(latest)s
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
    timely = times_of(sent, now, oldest, report.problems)
    keys = keys_of([each.sent for each in timely], reporter.provider_id)
    known = _named(timely, keys, report)
    values = {"gateway": reporter.gateway_id, "oldest": oldest, "latest": now + SKEW}
    fresh = _fresh(known, _seen(known, values), report)
    counts = _copy(fresh, keys, reporter, now)
    write_counts(counts, reporter, _outcomes(report), now)
    return report


def _named(windows: list[Timely], keys: dict[Named, Key], report: Report) -> list[Timely]:
    """Those whose release is the provider's own and whose partner takes part."""
    unknown = {named: problem for named, key in keys.items() if (problem := _unknown(key)) is not None}
    if not unknown:
        return windows
    for window in windows:
        if problem := unknown.get(window.sent[1:6]):
            report.problems[window.place] = problem
    return [window for window in windows if window.sent[1:6] not in unknown]


def _unknown(key: Key) -> Problem | None:
    if key.release_id is None:
        return Problem("release_unknown", _("Report only on your own releases, by their identifier or id."))
    if key.institution_id is None:
        return Problem("partner_unknown", _("Name the partner by its key or LEI."))
    return None


def _seen(windows: list[Timely], values: dict[str, Any]) -> dict[str, int]:
    """The digests of those events that were reported before."""
    if not windows:
        return {}
    events = " ".join([window.sent.event_id for window in windows])  # no id has a blank
    return dict(rows_of(_KNOWN, {**values, "events": events}))


def _fresh(windows: list[Timely], seen: dict[str, int], report: Report) -> Iterator[tuple[Timely, int]]:
    """Windows that are not there yet, each with its digest; of the same id in the batch, the first counts."""
    late = (clock.now() - LATE).timestamp()
    for window in windows:
        digest, event = digest_of(window), window.sent.event_id
        before = seen.get(event)
        if before is None:
            seen[event] = digest
            report.accepted += 1
            report.late += window.end < late
            yield window, digest
        elif before == digest:
            report.duplicates += 1
        else:
            problem = Problem("conflict", _("Give every window an id of its own. The first one stays."))
            report.problems[window.place] = problem


def _copy(fresh: Iterable[tuple[Timely, int]], keys: dict[Named, Key], reporter: Reporter, now: datetime) -> Counts:
    """Write the windows, and count them. Their texts have no character that COPY would read as anything else.

    They are sent in portions: the database writes one while the next is made, so `fresh` is best worked out meanwhile.
    It may not ask the database.
    """
    counts, head = Counts(), f"{reporter.gateway_id}\t{reporter.provider_id}"
    slots: dict[tuple[Named, int, str], Slot] = {}
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(_COPY) as copy:
        lines: list[str] = []
        for window, digest in fresh:
            sent = window.sent
            named = sent[1:6]
            key = keys[named]
            limits, scope = key.at(window.began)
            slot = slots.get((named, id(limits), scope))
            if slot is None:
                slot = counts.slot(key, limits, scope)
                slot.tail = _tail(slot, head, now)
                slots[named, id(limits), scope] = slot
            slot.add(window.start, sent)
            began, ended = written(sent.started, window.began), written(sent.ended, window.ended)
            lines.append(f"{sent.event_id}\t{digest}\t{began}\t{ended}\t{window.counts}\t{slot.tail}")
            if len(lines) == PORTION:
                copy.write("".join(lines))
                lines.clear()
        copy.write("".join(lines))
    return counts


def _tail(slot: Slot, head: str, now: datetime) -> str:
    """The part of a row that is the same for all windows of one key under one line."""
    key, limits = slot.key, slot.limits
    _partner, _release, environment, use_case, data_class = key.named
    parts = (
        head, key.institution_id, key.release_id, key.environment_id or NULL, environment, use_case, data_class,
        limits.line_id if limits else NULL, slot.scope, now,
    )  # fmt: skip
    return "\t".join(map(str, parts)) + "\n"


def _outcomes(report: Report) -> Counter[tuple[str, str]]:
    """How many events there were of each outcome and code."""
    found: Counter[tuple[str, str]] = Counter(("rejected", problem.code) for problem in report.problems.values())
    found["accepted", ""] = report.accepted - report.late
    found["late", ""] = report.late
    found["duplicate", ""] = report.duplicates
    return +found
