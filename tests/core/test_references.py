"""Human references: counted without gap or double, by letter and year."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from portal.core import clock
from portal.core.references import next_reference, next_references


@pytest.mark.django_db
def test_numbers_count_up_by_letter_and_year():
    with clock.at(datetime(2026, 12, 31, 23, tzinfo=UTC)):
        assert [next_reference("A"), next_reference("A"), next_reference("G")] == [
            "A-2026-0001",
            "A-2026-0002",
            "G-2026-0001",
        ]
    with clock.at(datetime(2027, 1, 1, 1, tzinfo=UTC)):
        assert next_reference("A") == "A-2027-0001"


@pytest.mark.django_db
def test_a_block_of_numbers_is_in_a_row():
    next_reference("A")
    year = clock.now().year
    assert next_references("A", 3) == [f"A-{year}-0002", f"A-{year}-0003", f"A-{year}-0004"]
    assert next_reference("A") == f"A-{year}-0005"


@pytest.mark.django_db(transaction=True)
def test_a_deed_that_fails_gives_its_number_back():
    with pytest.raises(RuntimeError), transaction.atomic():
        next_reference("A")
        raise RuntimeError
    assert next_reference("A").endswith("-0001")


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_get_numbers_without_gap_or_double():
    start, taken = threading.Barrier(8), []

    def work(thread: int) -> None:
        try:
            start.wait()
            for number in range(20):
                with transaction.atomic():
                    reference = next_reference("A")
                    if (thread + number) % 5 == 0:  # some deeds fail, and give theirs back
                        transaction.set_rollback(True)
                    else:
                        taken.append(reference)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    year = clock.now().year
    assert sorted(taken) == [f"A-{year}-{number:04d}" for number in range(1, len(taken) + 1)]
    assert len(taken) == 128
