"""Query budgets: a page costs the same with thirty objects as with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

FEW, MANY = 1, 30


def queries_of(client: Client, url: str) -> list[str]:
    """The SQL that opening the page runs, savepoints left out. The page must open."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, f"{url} answered {response.status_code}"
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


def assert_query_budget(client: Client, url: str, make: Callable[[int], object], *, most: int = 12) -> None:
    """The page at `url` runs as many queries with 30 objects as with 1, and at most `most`.

    `make(n)` adds n objects that the page shows. Sessions and who asks are counted too.
    """
    assert_query_budgets([(client, url)], make, most=most)


def assert_query_budgets(
    pages: Sequence[tuple[Client, str]], make: Callable[[int], object], *, most: int = 12, many: int = MANY
) -> None:
    """The same of several pages that show the objects. `many` is fewer where making one takes many deeds."""
    make(FEW)
    for client, url in pages:
        client.get(url)
    before = [len(queries_of(client, url)) for client, url in pages]
    make(many - FEW)
    for (client, url), few in zip(pages, before, strict=True):
        asked = queries_of(client, url)
        told = "\n".join(f"  {sql[:300]}" for sql in asked)
        assert len(asked) == few, f"{url}: {few} queries with {FEW} object, {len(asked)} with {many}:\n{told}"
        assert len(asked) <= most, f"{url}: {len(asked)} queries, at most {most} are allowed:\n{told}"
