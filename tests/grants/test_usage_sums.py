"""Late, duplicate, shuffled and hostile windows give the sums of a naive model, whatever is rolled up meanwhile."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grants import partitions
from grants.actions.usage import Reporter, report_usage
from grants.models import LineDay, UsageDay, UsageHour, UsageIntake, UsageWindow
from grants.rules.usage import Sent
from grants.tasks import make_partitions, roll_days, roll_hours
from portal.accounts.models import Gateway
from portal.core import clock
from tests.factories import grants as make
from tests.factories.accounts import make_gateway
from tests.rollback import rolled_back

NOW = datetime(2028, 3, 4, 12, 30, tzinfo=UTC)
"""A leap year: 29 February, and the end of two months, lie within what may be reported."""
OLDEST = NOW - timedelta(days=35)
EDGES = [
    datetime(2028, 2, 28, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2028, 2, 29, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2028, 3, 1, tzinfo=UTC),
    datetime(2028, 1, 31, 23, 30, tzinfo=UTC),
    datetime(2028, 2, 1, tzinfo=UTC),
    OLDEST,
    NOW,
]
USES = ("evaluation", "benchmarking")

moments = st.one_of(
    st.sampled_from(EDGES),
    st.floats(-1, 41).map(lambda days: datetime(2028, 1, 25, tzinfo=UTC) + timedelta(days=days)),
)
events = st.builds(
    Sent,
    event_id=st.integers(0, 25).map(lambda number: f"e-{number}"),
    partner=st.just("partner"),
    release=st.just("release"),
    environment=st.sampled_from(["environment", "elsewhere"]),
    use_case=st.sampled_from(USES),
    data_class=st.just("synthetic"),
    person=st.just(""),
    workload=st.sampled_from(["", "nightly"]),
    started=moments.map(datetime.isoformat),
    ended=st.just(""),
    requests=st.integers(0, 10**9),
    tokens_in=st.integers(0, 10**12),
    tokens_out=st.integers(0, 10**12),
    seats=st.integers(0, 10**6),
    denied=st.integers(0, 10**9),
    country=st.sampled_from(["", "NO"]),
)
lengths = st.sampled_from([0, 1, 3600, 86400, 86401, -1])


def with_end(pair: tuple[Sent, int]) -> Sent:
    sent, seconds = pair
    return sent._replace(ended=(datetime.fromisoformat(sent.started) + timedelta(seconds=seconds)).isoformat())


reports = st.lists(st.lists(st.tuples(events, lengths).map(with_end), max_size=12), min_size=1, max_size=6)
between = st.lists(st.sampled_from(["hours", "days", "partitions", "again"]), max_size=6)


@dataclass
class Naive:
    """What a report is, in the simplest words: the first good event of an id counts, everything else does not."""

    kept: dict[str, Sent] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)

    def take(self, sent: Sent) -> None:
        began, ended = datetime.fromisoformat(sent.started), datetime.fromisoformat(sent.ended)
        good = OLDEST <= began <= ended <= NOW + timedelta(minutes=5) and ended - began <= timedelta(days=1)
        before = self.kept.get(sent.event_id)
        if not good or (before is not None and before != sent):
            self.outcomes["rejected"] += 1
        elif before is not None:
            self.outcomes["duplicate"] += 1
        else:
            self.kept[sent.event_id] = sent
            self.outcomes["accepted"] += 1

    def sums(self, of: Any) -> dict[Any, tuple[int, ...]]:
        found: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
        for sent in self.kept.values():
            row = found[of(datetime.fromisoformat(sent.started), sent)]
            for place, value in enumerate((1, sent.requests, sent.tokens_in + sent.tokens_out, sent.denied)):
                row[place] += value
            row[4] = max(row[4], sent.seats)
        return {key: tuple(values) for key, values in found.items()}


@pytest.fixture(scope="module")
def cast(stage: Any) -> tuple[make.GrantCast, Reporter]:
    made = stage[1]
    actor = make_gateway(made.release.provider, scopes=["usage"])
    row = Gateway.objects.get(organisation_id=actor.body_id, name=actor.name)
    return made, Reporter(row.pk, made.release.provider_id)


def named(made: make.GrantCast, sent: Sent) -> Sent:
    place = made.environment.key if sent.environment == "environment" else sent.environment
    return sent._replace(partner=str(made.institution.pk), release=made.release.key, environment=place)


def rolled(model: Any, at: str) -> dict[Any, tuple[int, ...]]:
    found: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for row in model.objects.all():
        sums = found[getattr(row, at), row.use_case, row.environment_key]
        for place, value in enumerate((row.windows, row.requests, row.tokens_in + row.tokens_out, row.denied)):
            sums[place] += value
        sums[4] = max(sums[4], row.seats)
    return {key: tuple(values) for key, values in found.items()}


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(batches=reports, steps=between, seed=st.integers(0, 10**6))
def test_sums_are_those_of_a_naive_model(
    cast: tuple[make.GrantCast, Reporter], batches: list[list[Sent]], steps: list[str], seed: int
) -> None:
    made, reporter = cast
    naive, line = Naive(), made.line.pk
    order = random.Random(seed)
    batches = [[named(made, sent) for sent in batch] for batch in batches]
    batches += [order.sample(batch, len(batch)) for batch in batches if order.random() < 0.5]
    order.shuffle(batches)
    with rolled_back(), clock.at(NOW):
        for number, batch in enumerate(batches):
            for sent in batch:
                naive.take(sent)
            report_usage(reporter=reporter, sent=list(enumerate(batch)), refused={})
            _between(steps[number : number + 1], reporter, batch, naive)
        roll_hours()
        roll_days()
        place = made.environment.key
        by_key = naive.sums(lambda began, sent: (began.date(), sent.use_case, sent.environment))
        by_hour = naive.sums(lambda began, sent: (_hour(began), sent.use_case, sent.environment))
        on_line = naive.sums(lambda began, sent: began.date() if _is_of(sent, place) else None)
        on_line.pop(None, None)
        assert rolled(UsageDay, "day") == by_key
        assert rolled(UsageHour, "hour") == by_hour
        days = {
            row.day: (row.windows, row.requests, row.tokens, row.denied, row.seats)
            for row in LineDay.objects.filter(line_id=line)
        }
        assert days == on_line
        assert _outcomes() == naive.outcomes
        assert UsageWindow.objects.count() == len(naive.kept)


def _between(steps: list[str], reporter: Reporter, batch: list[Sent], naive: Naive) -> None:
    for step in steps:
        if step == "hours":
            roll_hours()
        elif step == "days":
            roll_days()
        elif step == "partitions":
            make_partitions()
        else:
            for sent in batch:
                naive.take(sent)
            report_usage(reporter=reporter, sent=list(enumerate(batch)), refused={})


def _hour(began: datetime) -> datetime:
    return began.replace(minute=0, second=0, microsecond=0)


def _is_of(sent: Sent, place: str) -> bool:
    return sent.use_case == "evaluation" and sent.environment == place


def _outcomes() -> Counter[str]:
    found: Counter[str] = Counter()
    for outcome, count in UsageIntake.objects.values_list("outcome", "count"):
        found["accepted" if outcome == "late" else outcome] += count
    return found


# --- partitions ---------------------------------------------------------------------------------------------
def homes() -> dict[str, int]:
    """Partition → windows in it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, count(*) FROM grants_usagewindow GROUP BY 1")
        return dict(cursor.fetchall())


def test_what_has_no_partition_yet_is_caught_and_moved_into_its_own(cast: tuple[make.GrantCast, Reporter]) -> None:
    made, reporter = cast
    with rolled_back(), clock.at(NOW):
        sent = [_window(made, f"e-{number}", began) for number, began in enumerate(EDGES)]
        report_usage(reporter=reporter, sent=list(enumerate(sent)), refused={})
        assert homes() == {"grants_usagewindow_default": len(EDGES)}
        assert partitions.missing(NOW.date()) == partitions.wanted(NOW.date())
        assert make_partitions()["done"] == 6
        assert homes() == {
            "grants_usagewindow_2028_01": 2, "grants_usagewindow_2028_02": 4, "grants_usagewindow_2028_03": 2
        }  # fmt: skip
        assert (make_partitions()["done"], partitions.missing(NOW.date())) == (0, [])
        again = report_usage(reporter=reporter, sent=list(enumerate(sent)), refused={})
        assert (again.accepted, again.duplicates) == (0, len(EDGES))


def test_windows_are_not_changed_removed_or_truncated_in_any_partition(cast: tuple[make.GrantCast, Reporter]) -> None:
    made, reporter = cast
    with rolled_back():
        report_usage(reporter=reporter, sent=[(0, _window(made, "e-1", clock.now()))], refused={})
        (home,) = homes()
        for table in ("grants_usagewindow", home):
            for statement in (f"UPDATE {table} SET requests = 0", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with pytest.raises(Exception, match="append-only"), rolled_back(), connection.cursor() as cursor:
                    cursor.execute(statement)


def _window(made: make.GrantCast, event_id: str, began: datetime, **changes: Any) -> Sent:
    said = began.isoformat()
    named = (str(made.institution.pk), made.release.key, made.environment.key, "evaluation", "synthetic")
    return Sent(event_id, *named, "", "", said, said, 1, 0, 0, 0, 0, "")._replace(**changes)


def test_an_hour_that_is_rolled_twice_stays_as_it_is_and_a_late_window_makes_it_due(
    cast: tuple[make.GrantCast, Reporter],
) -> None:
    made, reporter = cast
    with rolled_back(), clock.at(NOW):
        report_usage(reporter=reporter, sent=[(0, _window(made, "e-1", EDGES[0]))], refused={})
        assert (roll_hours()["done"], roll_days()["done"]) == (1, 1)
        assert (roll_hours()["done"], roll_days()["done"]) == (0, 0)
        late = _window(made, "e-2", EDGES[0] - timedelta(minutes=2), requests=4)
        report_usage(reporter=reporter, sent=[(0, late)], refused={})
        assert (roll_hours()["done"], roll_days()["done"]) == (1, 1)
        assert UsageDay.objects.get().requests == UsageHour.objects.get().requests == 5
        assert isinstance(UsageDay.objects.get().institution_id, UUID)
