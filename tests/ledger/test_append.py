"""Appending: gapless under fire, closed to every other hand, and purged in time without a scar."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from portal.core import clock
from portal.core.ids import new_id
from portal.ledger.append import Deed, Written, append, commitment
from portal.ledger.models import Entry, Event, Head, Node
from portal.ledger.purge import purge_events
from portal.ledger.verify import verify
from tests.ledger.support import found

THREADS, EACH = 8, 125


def deed_of(number: int = 0, *, retained_until: date = date(2040, 1, 1), **fields: Any) -> Deed:
    return Deed(
        verb="test.count",
        object_type="test",
        object_id=new_id(),
        time=datetime(2026, 3, 1, 12, tzinfo=UTC),
        role="system",
        retained_until=retained_until,
        detail={"number": number},
        **fields,
    )


@pytest.mark.django_db(transaction=True)
def test_a_thousand_concurrent_entries_are_gapless_and_verify():
    start = threading.Barrier(THREADS)
    wrong: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            start.wait()
            for number in range(EACH):
                with transaction.atomic():
                    append([deed_of(thread * EACH + number)])
        except BaseException as error:  # noqa: BLE001 -- shown by the test's own thread
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    assert list(verify()) == []  # while the others append: it sees one moment, never half an entry
    for thread in threads:
        thread.join()
    assert wrong == []
    assert list(Entry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, THREADS * EACH + 1))
    assert Event.objects.count() == Head.objects.get().size == THREADS * EACH
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_leaves_no_number_unused():
    append_one()
    with pytest.raises(RuntimeError), transaction.atomic():
        append([deed_of(), deed_of()])
        raise RuntimeError
    append_one()
    assert list(Entry.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2]
    assert found() == []


def append_one(**fields: Any) -> Written:
    with transaction.atomic():
        (entry,) = append([deed_of(**fields)])
    return entry


TABLES = {"ledger_entry": "role", "ledger_event": "tier", "ledger_node": "level", "ledger_head": "root"}


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "how", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]
)
def test_the_database_refuses_to_change_what_was_recorded(table, how):
    append_one()
    append_one()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(how.format(table=table, column=TABLES[table]))
    assert found() == []


@pytest.mark.django_db
def test_the_head_never_shrinks():
    append_one()
    append_one()
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        Head.objects.update(size=1)


@pytest.mark.django_db
def test_an_event_past_its_retention_is_purged_and_the_record_still_verifies():
    old = append_one(retained_until=clock.today() - timedelta(days=1))
    kept = append_one(retained_until=clock.today())
    assert purge_events() == 1
    assert list(Event.objects.values_list("pk", flat=True)) == [kept.seq]
    assert Entry.objects.filter(pk=old.seq).exists()
    assert found() == []
    assert purge_events() == 0


@pytest.mark.django_db
def test_a_clock_set_forward_purges_nothing_early():
    append_one(retained_until=clock.today() + timedelta(days=30))
    with clock.at(clock.now() + timedelta(days=60)):
        assert purge_events() == 0
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_an_event_within_its_retention_cannot_be_deleted():
    append_one(retained_until=clock.today())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.all().delete()


@pytest.mark.django_db
def test_an_opened_event_is_proved_by_its_commitment_alone():
    entry = append_one()
    event = Event.objects.get(pk=entry.seq)
    assert commitment(bytes(event.salt), event.content.encode()) == bytes(entry.commitment)
    assert commitment(b"\0" * 32, event.content.encode()) != bytes(entry.commitment)


@pytest.mark.django_db
def test_two_equal_deeds_have_different_commitments():
    same = UUID(int=1)
    first, second = (Deed(**{**vars_of(deed_of()), "object_id": same}) for _turn in range(2))
    one, two = append([first, second])
    assert bytes(one.commitment) != bytes(two.commitment)


def vars_of(deed: Deed) -> dict:
    return {name: getattr(deed, name) for name in Deed.__slots__}


@pytest.mark.django_db
def test_timelines_find_an_event_by_every_object_that_it_is_about():
    case, body = new_id(), new_id()
    entry = append_one(about=(case, body, case))
    for pk in (entry.object_id, case, body):
        assert Event.objects.filter(about__contains=[pk]).get().pk == entry.seq
    assert Node.objects.count() == 0


@given(st.integers(min_value=0, max_value=40), st.integers(min_value=1, max_value=40))
def test_chunks_give_the_tree_that_single_leaves_give(first, chunk):
    from portal.ledger.merkle import Frontier, leaf_hash

    leaves = [leaf_hash(bytes([number])) for number in range(first + chunk)]
    tree = Frontier()
    for leaf in leaves[:first]:
        tree.append(leaf)
    kept = Frontier(tree.size, list(tree.peaks))
    for leaf in leaves[first:]:
        kept.append(leaf)
        tree.append(leaf)
    assert kept.root() == tree.root()
