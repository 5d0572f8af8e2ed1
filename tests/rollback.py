"""What several tests share in the database, made once and undone at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction or savepoint that is always undone; the durable deeds inside take it for that of a TestCase."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]
    with atomic:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's transaction for each test, one for the module that imports this."""
    with django_db_blocker.unblock(), rolled_back():
        yield
