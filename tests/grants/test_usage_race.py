"""The same report on two workers, reports of two gateways on the same lines, and a worker that dies in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from grants.actions.usage import Report, Reporter, report_usage
from grants.models import LineDay, UsageBucket, UsageWindow
from grants.rules.usage import Sent
from grants.tasks import roll_hours
from portal.accounts.models import Gateway
from portal.core import clock
from portal.workflow import deed
from tests.factories import grants as make
from tests.factories.accounts import make_gateway

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS, ROUNDS = 3, 5


def reporter_of(made: make.GrantCast) -> Reporter:
    actor = make_gateway(made.release.provider, scopes=["usage"])
    row = Gateway.objects.get(organisation_id=actor.body_id, name=actor.name)
    return Reporter(row.pk, made.release.provider_id)


def windows(made: make.GrantCast, number: int, *uses: str) -> list[tuple[int, Sent]]:
    """So many windows, back through the days, on each of the uses."""
    named = (str(made.institution.pk), made.release.key, made.environment.key)
    found = []
    for place in range(number):
        said = (clock.now() - timedelta(hours=place)).isoformat()
        use_case = uses[place % len(uses)]
        found.append(Sent(f"e-{place}", *named, use_case, "synthetic", "", "", said, said, 1, 2, 3, 1, 0, ""))
    return list(enumerate(found))


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of them in threads that start together; what each returned or raised."""
    barrier, found = threading.Barrier(len(deeds)), [None] * len(deeds)

    def work(place: int) -> None:
        try:
            barrier.wait()
            found[place] = deeds[place]()
        except Exception as error:  # noqa: BLE001 -- it is looked at by the test
            found[place] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_the_same_batch_on_several_workers_is_taken_once() -> None:
    made = make.grant_in_force()
    reporter, sent = reporter_of(made), windows(made, 200, "evaluation")
    found = at_once(*[lambda: report_usage(reporter=reporter, sent=sent, refused={})] * WORKERS)
    assert all(isinstance(each, Report) for each in found), found
    assert sorted(each.accepted for each in found) == [0, 0, 200]
    assert sorted(each.duplicates for each in found) == [0, 200, 200]
    assert sum(LineDay.objects.values_list("requests", flat=True)) == 200


def test_gateways_that_report_on_the_same_lines_in_another_order_do_not_block_each_other() -> None:
    made = make.grant_in_force({}, {"use_case": "benchmarking"})
    uses = ("evaluation", "benchmarking", "red_teaming", "safety_research")
    ours = [(reporter_of(made), windows(made, 300, *order)) for order in (uses, uses[::-1], uses[2:] + uses[:2])]
    for number in range(ROUNDS):
        sent = [
            (reporter, [(place, each._replace(event_id=f"{number}-{each.event_id}")) for place, each in batch])
            for reporter, batch in ours
        ]
        found = at_once(
            *[lambda pair=pair: report_usage(reporter=pair[0], sent=pair[1], refused={}) for pair in sent], roll_hours
        )
        assert [each.accepted for each in found[:3]] == [300] * 3, found
    assert UsageWindow.objects.count() == ROUNDS * 900
    assert sum(LineDay.objects.values_list("windows", flat=True)) == ROUNDS * 450


def test_a_worker_that_dies_before_it_commits_leaves_nothing_and_the_report_can_be_sent_again() -> None:
    made = make.grant_in_force()
    reporter, sent = reporter_of(made), windows(made, 50, "evaluation")

    def dies() -> None:
        with deed():
            report_usage(reporter=reporter, sent=sent, refused={})
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    (found,) = at_once(dies)
    assert isinstance(found, DatabaseError)
    assert not UsageWindow.objects.exists()
    assert not LineDay.objects.exists()
    assert not UsageBucket.objects.exists()
    assert report_usage(reporter=reporter, sent=sent, refused={}).accepted == 50
