"""Query budgets: a page costs the same with thirty objects as with one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.rollback import rolled_back

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


# --- the pages of one thing -----------------------------------------------------------------------
Place = tuple[str, ...]
"""The name of a page's address first, who opens it last; between them what else tells it from others of the story."""
Asked = dict[Place, list[str]]


Story = Callable[[int], Iterable["Opened"]]
"""Tells how things go with so many parts of each kind; it goes on as its pages are opened."""
PARTS = (1, 5)


@dataclass(frozen=True)
class Opened:
    """A page that a story opens, and whose client does."""

    place: Place
    client: Client
    url: str


def asked_in(story: Story) -> tuple[Asked, Asked]:
    """The queries of every page of a story with few parts, and with many. What the story makes is undone."""
    known: set[str] = set()
    few, many = (_asked_in(story, parts, known) for parts in PARTS)
    return few, many


def _asked_in(story: Story, parts: int, known: set[str]) -> Asked:
    """What a process reads once, or a session keeps from its first page, comes before: pages in `known` were opened."""
    asked: Asked = {}
    people: set[str] = set()
    cache.clear()
    with rolled_back():
        for page in story(parts):
            name, *between, who = page.place
            if who not in people:
                page.client.get(reverse("home"))
            if name not in known:
                page.client.get(page.url)
            people.add(who)
            known.add(name)
            while (place := (name, *between, who)) in asked:
                between.append("again")
            asked[place] = queries_of(page.client, page.url)
    return asked


def too_dear(few: Asked, many: Asked, *, most: int) -> str:
    """Pages that ask more than `most`, ask more with many parts than with few, or ask the same twice; "" for none."""
    return "\n".join(
        told for place, asked in many.items() if (told := _what_is_wrong(place, few.get(place, []), asked, most))
    )


def _what_is_wrong(place: Place, few: list[str], many: list[str], most: int) -> str:
    again = [sql for sql, times in Counter(many).items() if times > 1]
    if len(few) == len(many) <= most and not again:
        return ""
    said = f"{place}: {len(few)} queries with few parts, {len(many)} with many, at most {most} are allowed."
    if len(few) == len(many) <= most:
        return "\n  twice: ".join([said, *(sql[:300] for sql in again)])
    return "\n  ".join([said, *(sql[:300] for sql in many)])
