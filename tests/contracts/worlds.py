"""The world in which the rows of the matrix are asked: one for each app, undone at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse

from tests.contracts.addresses import addresses
from tests.contracts.matrix import Row, all_rows, rows_by_app
from tests.factories.rulebook import founded_rulebook
from tests.rollback import db, rolled_back
from tests.world import World

__all__ = ["APPS", "ROWS", "db", "every_row", "path_of", "rolled_back", "world"]

ROWS = {row.url: row for row in all_rows()}
APPS = {row.url: app for app, rows in rows_by_app().items() for row in rows}


def path_of(row: Row, world: World) -> str:
    """The address of the row in this world; what it is about is made by the real actions."""
    return row.path or reverse(row.url, kwargs=dict(row.make(world)) if row.make else None)


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, db: None) -> Iterator[World]:
    """One world for the rows of an app, undone before the next: each app tells its own story of the institution."""
    with rolled_back():
        founded_rulebook()
        yield World()


def every_row(chosen: Callable[[Row], bool] = lambda _row: True) -> pytest.MarkDecorator:
    """Each URL of a chosen row with its app's world; an app's rows run in one process, which makes that world once."""
    known = set(addresses())
    rows = sorted((app, url) for url, app in APPS.items() if url in known and chosen(ROWS[url]))
    group = pytest.mark.xdist_group
    cases = [pytest.param(app, url, id=url, marks=group(f"matrix-{app}")) for app, url in rows]
    return pytest.mark.parametrize(("world", "url"), cases, indirect=["world"])
