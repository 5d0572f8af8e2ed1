"""The world in which the rows of the matrix are asked: one for each app, undone at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from tests.contracts.addresses import addresses
from tests.contracts.matrix import Row, all_rows, rows_by_app
from tests.factories.rulebook import founded_rulebook
from tests.world import World

ROWS = {row.url: row for row in all_rows()}
APPS = {row.url: app for app, rows in rows_by_app().items() for row in rows}


def path_of(row: Row, world: World) -> str:
    """The address of the row in this world; what it is about is made by the real actions."""
    return row.path or reverse(row.url, kwargs=dict(row.make(world)) if row.make else None)


@contextmanager
def rolled_back() -> Iterator[None]:
    """A savepoint that is always undone; the deeds inside take it for the test's own transaction."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]
    with atomic:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """In place of a transaction for each test, one for the module: the world is made once."""
    with django_db_blocker.unblock(), rolled_back():
        yield


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
