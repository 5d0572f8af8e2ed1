"""What a superuser can do behind the triggers' back, for the tests of the verifier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from portal.ledger.verify import verify


@contextmanager
def behind_the_triggers() -> Iterator[None]:
    """Neither triggers nor foreign keys are checked within."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = origin")


def tamper(sql: str, params: Sequence[Any] = ()) -> None:
    """Run the SQL behind the triggers; it must change something."""
    with behind_the_triggers(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        assert cursor.rowcount > 0, "nothing was changed, so nothing is tested"


def found() -> list[str]:
    """What the verifier says."""
    return [str(problem) for problem in verify()]
