"""Statements that are compiled once, and planned once for each connection: for questions that a machine waits for.

Django binds values into the text of a statement, so the database plans it anew each time. For a statement with a
dozen joins that takes ten times as long as finding the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import psycopg
from django.db import connection
from django.db.models import QuerySet


def rows_of(statement: str, values: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement, with its plan kept for the connection (settings: PREPARED_STATEMENTS)."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw: Any = psycopg.Cursor(connection.connection)
    with connection.make_debug_cursor(raw) if connection.queries_logged else connection.make_cursor(raw) as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


class Slot(str):
    """Stands for a text that is known only when the statement is run."""

    __slots__ = ()


class Prepared:
    """A queryset of tuples with one text left open: `Prepared(lambda key: Row.objects.filter(key=key).values_list())`.

    The text is compared as it is; nothing of the queryset may depend on the moment at which it is compiled.
    """

    def __init__(self, build: Callable[[str], QuerySet[Any, Any]]) -> None:
        self._build = build

    @cached_property
    def _compiled(self) -> tuple[str, tuple[Any, ...]]:
        statement, values = self._build(Slot("slot")).query.sql_with_params()
        return statement, tuple(values)

    def within(self, prefix: str) -> tuple[str, Callable[[str], dict[str, Any]]]:
        """The statement for a place within another, each value by a name that begins so; and the values for a text."""
        statement, values = self._compiled
        names = [f"{prefix}_{number}" for number in range(len(values))]

        def named(text: str) -> dict[str, Any]:
            return {name: text if isinstance(value, Slot) else value for name, value in zip(names, values, strict=True)}

        return statement % tuple(f"%({name})s" for name in names), named

    def __call__(self, text: str) -> list[tuple[Any, ...]]:
        """The rows for that text."""
        statement, values = self._compiled
        return rows_of(statement, [text if isinstance(value, Slot) else value for value in values])
