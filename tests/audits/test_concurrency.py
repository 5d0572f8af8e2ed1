"""Two schedulers by mistake: real transactions on two connections plan each partner once."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from audits.actions.obligation import plan_due_obligations
from audits.actions.planning import plan_due_audits
from audits.models import Audit, Obligation
from portal.core.actors import SYSTEM
from portal.ledger.verify import verify
from tests.factories.audits import qualified
from tests.factories.rulebook import founded_rulebook

SCHEDULERS = 4


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_plan_nothing_twice() -> None:
    founded_rulebook()
    for country in ("NO", "SE"):
        qualified(jurisdiction=country)
    counted: list[tuple[int, int]] = []
    together = threading.Barrier(SCHEDULERS)

    def run() -> None:
        together.wait()
        try:
            counted.append((plan_due_audits(by=SYSTEM), plan_due_obligations(by=SYSTEM)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(SCHEDULERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(audits for audits, _reports in counted) == Audit.objects.count() == 2
    assert sum(reports for _audits, reports in counted) == Obligation.objects.count() == 4
    assert len(counted) == SCHEDULERS
    assert list(verify()) == []
