"""The reviewer's queue against Django's stock changelist over the same rows, at 1,000 and at 100,000 applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench import Row
from tests.bench.bulk import applications
from tests.bench.stack import database, plain_pages
from tests.bench.timing import compare

if TYPE_CHECKING:
    from django.test import Client

QUEUE, STOCK, BARE = "/admin/partners/application/", "/stock/partners/application/", "/healthz"
FEW, MANY, VISIBLE = 1_000, 100_000, 1_000
RATIO, QUERIES, GROWTH = 1.6, 12, 1.2


def run() -> list[Row]:
    """The rows of the table: the queue to the stock changelist, its queries, and its growth with the rows."""
    with database(), plain_pages():
        return _measured()


def _measured() -> list[Row]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, reach = _reviewer()
    applications(FEW, **reach, visible=VISIBLE)
    small, _, _ = compare(lambda: _page(client, QUEUE), lambda: _page(client, BARE))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM partners_applicationuserobjectpermission")
    applications(MANY, **reach, visible=VISIBLE)
    large, _, _ = compare(lambda: _page(client, QUEUE), lambda: _page(client, BARE))
    ratio, ours, stock = compare(lambda: _page(client, QUEUE), lambda: _page(client, STOCK))
    with CaptureQueriesContext(connection) as queries:
        _page(client, QUEUE)
    growth = large / small
    return [
        Row(
            f"queue of {MANY:,} applications, {VISIBLE:,} visible, to the stock changelist",
            f"{ratio:.2f} × ({ours:.0f} ms : {stock:.0f} ms)",
            f"≤ {RATIO} ×",
            ratio <= RATIO,
        ),
        Row("queue: queries", str(len(queries)), f"≤ {QUERIES}", len(queries) <= QUERIES),
        Row(
            f"queue: growth from {FEW:,} to {MANY:,} applications",
            f"{growth:.2f} ×",
            f"≤ {GROWTH} ×",
            growth <= GROWTH,
        ),
    ]


def _reviewer() -> tuple[Client, dict[str, str]]:
    """A reviewer's browser, and whose the applications are."""
    from tests.factories.accounts import make_member, make_organisation
    from tests.world import client_for

    authority = make_organisation("authority", "Bench authority", "NO")
    actor = make_member(authority, "reviewer")
    return client_for(actor), {"authority": str(authority.pk), "reviewer": str(actor.user_id)}


def _page(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise AssertionError(f"{address} answered {answer.status_code}")
