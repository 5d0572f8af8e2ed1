"""Two workers at once, one that is killed, one that breaks off in the middle: nothing is counted twice or lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, connections, transaction

from audits.actions.incident import reclassify_incident
from portal.dashboards.models import Cursor, Tally
from portal.dashboards.rollup import keep
from portal.dashboards.rollup.keep import keep_batch, rebuild
from portal.dashboards.rollup.sources.base import Source
from portal.dashboards.tasks import keep_rollups
from portal.ledger.models import Head
from tests.dashboards.rollup.kept import everything, keep_all
from tests.factories.audits import Stage, planned_audit, qualified, triaged_incident
from tests.factories.rulebook import founded_rulebook

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS, SEEN = 4, 20


@pytest.fixture
def told() -> Stage:
    """Some deeds of a partner, of which nothing is kept yet."""
    founded_rulebook()
    stage = qualified()
    planned_audit(stage)
    for severity in ("low", "high"):
        _, incident = triaged_incident(stage, severity=severity)
        reclassify_incident(incident=incident, severity="critical", reason="Worse.", by=stage.officer)
    return stage


def _assert_is_whole() -> None:
    """All of the record is kept, and is what it is when it is made anew."""
    assert Cursor.objects.get().seq == Head.objects.get().size > SEEN
    kept = everything()
    rebuild()
    assert everything() == kept
    assert Tally.objects.exists()


def _at_once(work: Callable[[], object], workers: int = WORKERS) -> list[Exception]:
    """The same work in so many threads, each with a connection of its own; what went wrong in them."""
    together, wrong = threading.Barrier(workers), list[Exception]()

    def run() -> None:
        together.wait()
        try:
            work()
        except Exception as error:  # noqa: BLE001 -- the thread's own; the test tells of it
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return wrong


def test_workers_at_once_take_each_entry_in_once(told: Stage) -> None:
    assert _at_once(lambda: keep_all(limit=3)) == []
    _assert_is_whole()


def test_the_sweep_takes_all_of_it_and_says_how_much(told: Stage) -> None:
    assert keep_rollups()["done"] == Head.objects.get().size
    assert keep_rollups()["done"] == 0
    _assert_is_whole()


def test_keeping_while_all_is_made_anew_loses_nothing(told: Stage) -> None:
    keep_batch(7)
    works: list[Callable[[], None]] = [rebuild, keep_all]
    turn = iter(works)
    assert _at_once(lambda: next(turn)(), workers=2) == []
    keep_all()
    _assert_is_whole()


@pytest.mark.parametrize("broken", ["lines", "incidents", "cases"])
def test_what_breaks_off_leaves_no_trace(told: Stage, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_batch(11)
    before, whole = everything(), keep._take_in

    def breaks(source: Source, *rest: object) -> None:
        whole(source, *rest)  # type: ignore[arg-type]
        if source.name == broken:
            raise RuntimeError("The power is gone.")

    monkeypatch.setattr(keep, "_take_in", breaks)
    with pytest.raises(RuntimeError):
        keep_batch()
    monkeypatch.undo()
    assert everything() == before
    assert Cursor.objects.get().seq == 11
    keep_all()
    _assert_is_whole()


@contextmanager
def _sums_locked() -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE dashboards_tally IN SHARE MODE")
        yield


def test_a_worker_that_is_killed_while_it_writes_is_as_if_it_had_never_been(told: Stage) -> None:
    keep_batch(11)
    before, pid, wrong = everything(), list[int](), list[Exception]()

    def run() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pid.append(cursor.fetchone()[0])
            keep_batch()
        except DatabaseError as error:
            wrong.append(error)
        finally:
            connections.close_all()

    with _sums_locked():
        worker = threading.Thread(target=run)
        worker.start()
        with connection.cursor() as cursor:
            waits = "SELECT count(*) FROM pg_locks WHERE pid = ANY(%s) AND NOT granted"
            count = 0
            while not count:
                cursor.execute(waits, [pid])
                count = cursor.fetchone()[0]
            cursor.execute("SELECT pg_terminate_backend(%s)", pid)
        worker.join(60)
    assert len(wrong) == 1
    assert everything() == before
    keep_all()
    _assert_is_whole()
