"""A hold that was committed is seen by every question that starts after it, in another connection and process."""

from __future__ import annotations

import multiprocessing
import threading
import time
from uuid import UUID

import pytest
from django.db import connection, transaction

from grants.actions.hold import lift_hold, place_hold
from grants.queries.decision import decide
from tests.factories import grants as make
from tests.grants.gate.asker import Race, ask_all_the_time

ROUNDS = 12
BY_DEED, RACES = 30, 1000
PATIENCE = 60.0
"""Seconds without a single answer after which the other process is taken for dead."""


@pytest.mark.django_db(transaction=True)
def test_no_permit_follows_a_committed_hold() -> None:
    made = make.grant_in_force()
    question, wrong = made.question(), []
    committed, stop = threading.Event(), threading.Event()

    def ask() -> None:
        try:
            while not stop.is_set():
                before = committed.is_set()
                permitted = decide(question).permitted
                if before and committed.is_set() and permitted:
                    wrong.append("permitted after the hold was committed")
        finally:
            connection.close()

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    for _ in range(ROUNDS):
        hold = place_hold(target=made.grant, reason="Lost keys.", lifted_when="New keys.", by=made.signatory)
        committed.set()
        assert not decide(question).permitted
        committed.clear()
        lift_hold(hold=hold, reason="New keys.", by=made.signatory)
    stop.set()
    for asker in askers:
        asker.join()
    assert not wrong


@pytest.mark.django_db(transaction=True)
def test_a_thousand_times_no_permit_of_another_process_follows_a_committed_hold() -> None:
    """Each time a question begins after the commit and ends before the hold is lifted; it is never a permit.

    The first holds are placed and lifted by the real deeds; the others are the same row, committed again and again, so
    that what is raced is the commit and not the writing of the record.
    """
    made = make.grant_in_force()
    context = multiprocessing.get_context("spawn")
    race = Race.made(context)
    name = connection.settings_dict["NAME"]
    asker = context.Process(target=ask_all_the_time, args=(race, name, made.question()), daemon=True)
    asker.start()
    try:
        _answered(race, 2)
        for number in range(1, RACES + 1):
            if number <= BY_DEED:
                hold = place_hold(target=made.grant, reason="Lost keys.", lifted_when="New keys.", by=made.signatory)
            else:
                _commit("UPDATE grants_hold SET state = 'placed', ended_at = NULL WHERE id = %s", hold.pk)
            race.committed.value = number
            _answered(race, 2)  # the first may have begun before the commit
            race.lifting.value = number
            if number <= BY_DEED:
                lift_hold(hold=hold, reason="New keys.", by=made.signatory)
            else:
                _commit("UPDATE grants_hold SET state = 'lifted', ended_at = now() WHERE id = %s", hold.pk)
    finally:
        race.stop.value = 1
        asker.join(PATIENCE)
    assert race.wrong.value == 0
    assert race.decisive.value >= RACES
    assert race.permitted.value > 0


def _commit(statement: str, key: UUID) -> None:
    """Behind the triggers' back: nothing is recorded, only the row is there or not."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, [key])


def _answered(race: Race, more: int) -> None:
    """Wait until the other process has had so many more answers."""
    wanted, until = race.asked.value + more, time.monotonic() + PATIENCE
    while race.asked.value < wanted:
        assert time.monotonic() < until, "the other process does not answer"
        time.sleep(0.0005)
