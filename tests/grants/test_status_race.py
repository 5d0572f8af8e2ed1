"""Two deeds on one partner at the same moment: neither leaves a status that overlooks the other."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from grants.actions.credential import issue_credential, publish_due
from grants.actions.hold import lift_hold, place_hold
from grants.models import Grant, Hold, StatusChange, StatusEntry, StatusList
from grants.queries.status import alive, wrong_entries
from portal.core.verdicts import Conflict
from tests.factories import grants as make
from tests.grants.holder import Holder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("rotation")]
ROUNDS = 8


def at_once(*deeds: Callable[[], Any]) -> None:
    """Do them in threads of their own, all at the same moment; a lost race is tried again."""
    gate, failed = threading.Barrier(len(deeds)), []

    def run(deed: Callable[[], Any]) -> None:
        try:
            gate.wait(20)
            for _ in range(5):
                try:
                    deed()
                except Conflict:
                    continue
                return
        except Exception as error:  # noqa: BLE001 -- told by the assertion below
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.fixture
def made(transactional_db: None) -> make.GrantCast:
    return make.grant_in_force()


def grant_of(made: make.GrantCast) -> Grant:
    return made.grant


def hold_on(target: Any, made: make.GrantCast) -> Callable[[], Any]:
    return lambda: place_hold(target=target, reason="-", lifted_when="-", by=made.signatory)


def standing_hold() -> Hold:
    return Hold.objects.get(state="placed")


def test_issuing_and_holding_see_each_other(made: make.GrantCast) -> None:
    key = Holder().register(made.grant, made.applicant).key
    for _ in range(ROUNDS):
        at_once(lambda: issue_credential(grant=grant_of(made), key=key, by=made.applicant), hold_on(made.grant, made))
        assert not wrong_entries(alive()).exists()
        assert StatusEntry.objects.filter(value=2).count() == 2
        lift_hold(hold=standing_hold(), reason="-", by=made.signatory)


def test_lifting_one_hold_and_placing_another_see_each_other(made: make.GrantCast) -> None:
    Holder().register(made.grant, made.applicant)
    hold_on(made.grant, made)()
    for number in range(ROUNDS):
        former = standing_hold()
        at_once(
            functools.partial(lift_hold, hold=former, reason="-", by=made.signatory),
            hold_on(made.institution if number % 2 else made.line, made),
        )
        assert not wrong_entries(alive()).exists()


def test_publishers_and_deeds_at_once_lose_no_change(made: make.GrantCast) -> None:
    Holder().register(made.grant, made.applicant)
    for _ in range(ROUNDS):
        at_once(publish_due, hold_on(made.grant, made), publish_due)
        publish_due()
        assert not StatusChange.objects.exists()
        before = StatusList.objects.get().token
        lift_hold(hold=standing_hold(), reason="-", by=made.signatory)
        publish_due()
        assert StatusList.objects.get().token != before
