"""The reviewer's queue against Django's stock changelist over the same rows, at 1,000 and at 100,000 applications."""

from __future__ import annotations

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from tests.bench import Row
from tests.bench.bulk import applications
from tests.bench.timing import compare
from tests.factories.accounts import make_member, make_organisation
from tests.world import client_for

QUEUE, STOCK = "/admin/partners/application/", "/stock/partners/application/"


@override_settings(ROOT_URLCONF="tests.bench.urls")
def run() -> list[Row]:
    """Targets: ≤ 1.6 × stock, ≤ 12 queries, from 1,000 to 100,000 rows no growth over 20 %."""
    authority = make_organisation("authority", "Bench authority", "NO")
    actor = make_member(authority, "reviewer")
    client = client_for(actor)
    reach = {"authority": str(authority.pk), "reviewer": str(actor.user_id)}
    applications(1_000, **reach, visible=1_000)
    small, _, _ = compare(lambda: _page(client, QUEUE), lambda: _page(client, "/healthz"))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM partners_applicationuserobjectpermission")
    applications(100_000, **reach, visible=1_000)
    large, _, _ = compare(lambda: _page(client, QUEUE), lambda: _page(client, "/healthz"))
    ratio, ours, stock = compare(lambda: _page(client, QUEUE), lambda: _page(client, STOCK))
    with CaptureQueriesContext(connection) as queries:
        _page(client, QUEUE)
    return [
        Row(
            "queue of 100,000 applications, 1,000 visible, to stock changelist",
            ratio,
            1.6,
            note=f"{ours:.0f} ms : {stock:.0f} ms",
        ),
        Row("queue: queries", len(queries), 12, unit=""),
        Row("queue: growth from 1,000 to 100,000 rows", large / small, 1.2),
    ]


def _page(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise AssertionError(f"{address} answered {answer.status_code}")
