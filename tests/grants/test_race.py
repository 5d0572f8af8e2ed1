"""A hold that was committed is seen by every question that starts after it, in another connection."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from grants.actions.hold import lift_hold, place_hold
from grants.queries.decision import decide
from tests.factories import grants as make

ROUNDS = 12


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
