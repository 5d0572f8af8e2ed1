"""Four workers sweep the same use at once, in real transactions: each alert is raised once, and the record is whole."""

from __future__ import annotations

import contextvars
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from audits.models import Alert, UseWatch, WatchedSeries
from audits.use_sweep import sweep_use
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.ledger.verify import verify
from tests.factories import grants as make
from tests.factories.rulebook import founded_rulebook
from tests.factories.watched import gateway_of, hour_of, office_days, tell

WORKERS = 4


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_raise_each_alert_once() -> None:
    founded_rulebook()
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    with clock.at(noon):
        made = make.grant_in_force()
        gateway = gateway_of(made)
        tell(made, gateway, [*office_days(20), (hour_of(1, 3), 4100)])
        tell(made, gateway, [(noon - timedelta(hours=1), 7)], use_case="red_teaming")
        tell(made, gateway, [(hour_of(1, 4), 9)], country="BR")
        failures = _at_once()
    assert failures == []
    kinds = Counter(alert.kind for alert in Alert.objects.all())
    assert (kinds["rhythm"], kinds["country"]) == (1, 1)
    assert kinds["out_of_scope"] >= 1
    assert UseWatch.objects.count() == 1
    assert WatchedSeries.objects.count() == 1
    assert list(verify()) == []


def _at_once() -> list[str]:
    """Sweep in several threads that begin together; what went wrong in any of them."""
    together, failures = threading.Barrier(WORKERS), []

    def run() -> None:
        together.wait()
        try:
            tally = sweep_use(by=SYSTEM)
            failures.extend([tally.error] if tally.failed else [])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=contextvars.copy_context().run, args=(run,)) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures
