"""Querysets that Django compiles once a process, and then only runs with other values.

Making a statement of a queryset takes Django ten times as long as the database takes to answer it. What is asked
hundreds of times a minute in the same words is therefore written as

    @compiled
    def newest_of(application: UUID) -> QuerySet[Revision]:
        return Revision.objects.filter(application=application).order_by("-number")[:1]

and called as `newest_of(application.pk)`: a list of what the queryset would have given, related objects and all.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import update_wrapper
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar
from uuid import UUID, uuid4

from django.db import connections
from django.db.models import QuerySet

from portal.core.prepared import rows_of

P = ParamSpec("P")
R = TypeVar("R")
VALUES = (UUID, str, date)
"""What may be left open: compared as it is (a moment is a date, too). Of everything else (None, a flag, a number) each
value is a statement of its own.
"""


class compiled(Generic[P, R]):  # noqa: N801 -- it is used as a decorator
    """A function from ids, texts and days to a queryset, compiled once for each set of its other arguments.

    The function may not look at these values itself, and may not ask for the time or for anything else that changes:
    it is called once. A day in the statement that was not given raises TypeError, as does a value that is not there.
    """

    def __init__(self, build: Callable[P, QuerySet[Any, R]]) -> None:
        self._build = build
        self._made: dict[tuple[Any, ...], _Statement] = {}
        self._lock = Lock()
        update_wrapper(self, build)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """The rows for these values."""
        given = [*args, *kwargs.values()]
        key = (*(type(value) if isinstance(value, VALUES) else value for value in given), *kwargs)
        statement = self._made.get(key)
        if statement is None:
            with self._lock:
                statement = self._made[key] = self._compile(args, kwargs)
        rows: list[R] = statement.rows([value for value in given if isinstance(value, VALUES)])
        return rows

    def _compile(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Statement:
        slots: list[Any] = []

        def slot(value: Any) -> Any:
            if not isinstance(value, VALUES):
                return value
            slots.append(_stand_in(value, len(slots)))
            return slots[-1]

        build: Any = self._build
        places = [slot(value) for value in args]
        names = {name: slot(value) for name, value in kwargs.items()}
        return _Statement(build(*places, **names), slots)


def _stand_in(value: Any, number: int) -> Any:
    """A value of the same kind that nobody else gives."""
    if isinstance(value, datetime):
        return datetime(1, 1, 1, microsecond=number + 1, tzinfo=UTC)
    if isinstance(value, date):
        return date(1, 1, 2 + number)
    return uuid4() if isinstance(value, UUID) else f"slot-{uuid4()}"


class _Statement:
    """The statement of a queryset, with the places of the values that are left open."""

    def __init__(self, queryset: QuerySet[Any, Any], slots: list[Any]) -> None:
        self._queryset = queryset
        self._compiler: Any = queryset.query.get_compiler(queryset.db)
        sql, values = self._compiler.as_sql()
        self._sql: str = sql
        self._values = [_place(value, slots) for value in values]
        missing = set(range(len(slots))) - {place for value in self._values for place in _places(value)}
        if missing:
            raise TypeError("A value does not come into the statement as it is: leave such a queryset to Django.")
        columns = self._compiler.select[: self._compiler.col_count]
        self._converters = self._compiler.get_converters([column for column, *_rest in columns])

    def rows(self, given: list[Any]) -> list[Any]:
        queryset: Any = self._queryset._chain()  # type: ignore[attr-defined]
        compiler = copy.copy(self._compiler)
        compiler.connection, compiler.query = connections[queryset.db], queryset.query
        compiler.execute_sql = lambda *args, **kwargs: [
            rows_of(self._sql, [_filled(value, given) for value in self._values], queryset.db)
        ]
        compiler.get_converters = lambda expressions: self._converters
        queryset.query.get_compiler = lambda *args, **kwargs: compiler
        return list(queryset)


class _Place(int):
    """Which of the values that are left open stands here."""


def _place(value: Any, slots: list[Any]) -> Any:
    if isinstance(value, list):
        return [_place(one, slots) for one in value]
    if isinstance(value, VALUES) and value in slots:
        return _Place(slots.index(value))
    if isinstance(value, date):
        raise TypeError("A moment would be kept as it is now: give it as an argument.")
    return value


def _places(value: Any) -> list[int]:
    if isinstance(value, list):
        return [place for one in value for place in _places(one)]
    return [value] if isinstance(value, _Place) else []


def _filled(value: Any, given: list[Any]) -> Any:
    if isinstance(value, _Place):
        return given[value]
    return [_filled(one, given) for one in value] if isinstance(value, list) else value
