"""Checkpoints: taken once at their time, with an entry of their own, and verified with the record."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from portal.core import clock
from portal.ledger.checkpoint import ensure_checkpoint, ensure_daily_checkpoint, first_since
from portal.ledger.merkle import root_of
from portal.ledger.models import Checkpoint, Entry
from portal.ledger.proof import inclusion_proofs, root_by
from portal.ledger.verify import verify


@pytest.mark.django_db
def test_root_of_a_checkpoint_is_over_the_record_with_its_own_entry() -> None:
    first, second = ensure_checkpoint(since=clock.now()), ensure_checkpoint(since=clock.now())
    leaves = [bytes(leaf) for leaf in Entry.objects.order_by("seq").values_list("leaf_hash", flat=True)]
    assert (first.size, second.size) == (1, 2)
    assert second.root == root_of(leaves).hex()
    path = inclusion_proofs([2], size=2)[2]
    assert root_by(leaves[1], index=1, size=2, path=path).hex() == second.root
    assert list(verify()) == []


@pytest.mark.django_db
def test_asked_again_for_the_same_time_none_is_taken() -> None:
    moment = clock.now()
    taken = ensure_checkpoint(since=moment)
    assert ensure_checkpoint(since=moment) == first_since(moment) == taken
    assert ensure_daily_checkpoint() == taken
    with clock.at(clock.now() + timedelta(days=1)):
        assert ensure_daily_checkpoint() == ensure_daily_checkpoint() != taken


@pytest.mark.django_db
def test_no_checkpoint_is_taken_before_its_time() -> None:
    with pytest.raises(ValueError, match="before its time"):
        ensure_checkpoint(since=clock.now() + timedelta(seconds=30))
    assert not Checkpoint.objects.exists()


@pytest.mark.django_db
def test_altered_and_missing_checkpoints_are_found() -> None:
    taken = ensure_checkpoint(since=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_checkpoint DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_checkpoint SET root = repeat('0', 64)")
        assert [problem.where for problem in verify()] == [f"entry {taken.size}"]
        cursor.execute("DELETE FROM ledger_checkpoint")
        assert [problem.where for problem in verify()] == [f"entry {taken.size}"]
        cursor.execute("INSERT INTO ledger_checkpoint VALUES (gen_random_uuid(), 77, repeat('0', 64), now())")
        assert "checkpoint 77" in [problem.where for problem in verify()]


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_take_one() -> None:
    moment, together, found = clock.now(), threading.Barrier(4), []

    def run() -> None:
        together.wait()
        try:
            found.append(ensure_checkpoint(since=moment))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert set(found) == {Checkpoint.objects.get()}
