"""Statements that are compiled once, and planned once for each connection: for questions that a machine waits for.

Django binds values into the text of a statement, so the database plans it anew each time. For a statement with a
dozen joins that takes ten times as long as finding the rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.models import QuerySet


def rows_of(
    statement: str, values: Mapping[str, Any] | Sequence[Any], alias: str = DEFAULT_DB_ALIAS
) -> list[tuple[Any, ...]]:
    """The rows of a statement that only reads, with its plan kept for the connection (settings: PREPARED_STATEMENTS).

    A connection kept from an earlier request is not asked first whether it still stands, as Django does: that is a
    whole exchange for each question. Where it has ended meanwhile, the statement is sent once more over a new one.
    """
    connection: Any = connections[alias]
    unproven = not connection.health_check_done and not connection.in_atomic_block
    numbered, names = _numbered(statement)
    given = [values[name] for name in names] if isinstance(values, Mapping) else values
    try:
        rows = _run(connection, numbered, given)
    except OperationalError:
        kept = connection.connection
        if not unproven or kept is None or not kept.closed:
            raise
        connection.close()
        rows = _run(connection, numbered, given)
    connection.health_check_done = True
    return rows


def _run(connection: Any, numbered: bytes, given: Sequence[Any]) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    raw: Any = psycopg.RawCursor(connection.connection)
    with connection.make_debug_cursor(raw) if connection.queries_logged else connection.make_cursor(raw) as cursor:
        cursor.execute(numbered, given)
        if connection.queries_logged:  # psycopg does not remember what it had prepared
            connection.queries_log[-1]["sql"] = numbered.decode()
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@lru_cache(maxsize=1024)
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement as PostgreSQL takes it, with `$1` for a value's place, and the names of the values in that order.

    psycopg would take the text apart each time: it remembers short statements only.
    """
    names: list[str] = []
    count = 0

    def place(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] == "%%":
            return "%"
        if found[1] is None:
            count += 1
            return f"${count}"
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return _PLACES.sub(place, statement).encode(), tuple(names)


_PLACES = re.compile(r"%%|%s|%\((\w+)\)s")


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
