"""What several tests share in the database, made once and undone at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

_LOCK_ALL = """
DO $$
DECLARE one regclass;
BEGIN
    FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace LOOP
        EXECUTE format('LOCK TABLE %s IN SHARE UPDATE EXCLUSIVE MODE', one);
    END LOOP;
END $$
"""


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction or savepoint that is always undone; the durable deeds inside take it for that of a TestCase."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]
    whole = not connection.in_atomic_block
    with atomic:
        if whole:
            keep_vacuum_away()
        yield
        transaction.set_rollback(True)


def keep_vacuum_away() -> None:
    """Keep autovacuum off all tables to the end of this transaction, which is a long one.

    It comes for what earlier tests undid, does not count rows that are not committed, and leaves word that a table
    with pages holds none: from then on the planner reads the tables of this transaction from end to end in loops.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_ALL)


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's transaction for each test, one for the module that imports this."""
    with django_db_blocker.unblock(), rolled_back():
        yield
