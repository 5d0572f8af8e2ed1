"""The world in which the rows of the matrix are asked: one for each app, undone at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.urls import reverse

from tests.contracts.addresses import addresses
from tests.contracts.matrix import Row, all_rows, rows_by_app
from tests.factories.rulebook import founded_rulebook
from tests.rollback import db, rolled_back
from tests.world import World

__all__ = ["APPS", "ROWS", "db", "every_row", "path_of", "rolled_back", "world", "worlds"]

ROWS = {row.url: row for row in all_rows()}
APPS = {row.url: app for app, rows in rows_by_app().items() for row in rows}


def path_of(row: Row, world: World) -> str:
    """The address of the row in this world; what it is about is made by the real actions."""
    return row.path or reverse(row.url, kwargs=dict(row.make(world)) if row.make else None)


class Worlds:
    """One world at a time: that of the app whose rows are asked. It is undone before the next app's."""

    def __init__(self) -> None:
        self._app, self._undo = "", ExitStack()
        self._made: World | None = None

    def of(self, app: str) -> World:
        """The app's world, made when its first row is asked: each app tells its own story of the institution."""
        if self._made is None or app != self._app:
            self.end()
            self._undo.enter_context(rolled_back())
            founded_rulebook()
            self._app, self._made = app, World()
        return self._made

    def end(self) -> None:
        self._undo.close()
        self._made = None


@pytest.fixture(scope="module")
def worlds(db: None) -> Iterator[Worlds]:
    found = Worlds()
    yield found
    found.end()


@pytest.fixture
def world(url: str, worlds: Worlds) -> World:
    """The world in which the row of the URL is asked. (A fixture with a parameter is made anew for every row.)"""
    return worlds.of(APPS[url])


def every_row(chosen: Callable[[Row], bool] = lambda _row: True) -> pytest.MarkDecorator:
    """Each URL of a chosen row with its app's world; an app's rows run in one process, which makes that world once."""
    known = set(addresses())
    rows = sorted((app, url) for url, app in APPS.items() if url in known and chosen(ROWS[url]))
    group = pytest.mark.xdist_group
    return pytest.mark.parametrize(
        "url", [pytest.param(url, id=url, marks=group(f"matrix-{app}")) for app, url in rows]
    )
