"""Reading one row under a lock, and writing it, without Django's making the statement anew each time."""

from __future__ import annotations

from functools import cache, reduce
from typing import Any

from django.db import connections, models, router

from portal.core.prepared import rows_of


def read_locked(row: models.Model) -> None:
    """Lock the row until the transaction ends, and load what it holds now, as `refresh_from_db` does.

    Objects that it points to, and lists that were read for it, are forgotten. Fields that were deferred stay so.
    Raises DoesNotExist where there is no such row.
    """
    alias = router.db_for_write(type(row), instance=row)
    connection = connections[alias]
    deferred = frozenset(row.get_deferred_fields())
    statement, fields = _statement(type(row), alias, deferred)
    found = rows_of(statement, [row.pk], alias)
    if not found:
        model: Any = type(row)
        raise model.DoesNotExist(f"{type(row).__name__} matching query does not exist.")
    for (attname, converters), stored in zip(fields, found[0], strict=True):
        row.__dict__[attname] = reduce(lambda value, convert: convert(value, None, connection), converters, stored)
    _forget(row)
    row._state.adding, row._state.db = False, alias


def _forget(row: models.Model) -> None:
    row._state.fields_cache.clear()
    row.__dict__.pop("_prefetched_objects_cache", None)


@cache
def _statement(
    model: type[models.Model], alias: str, deferred: frozenset[str]
) -> tuple[str, list[tuple[str, list[Any]]]]:
    """The statement for rows of that model, and for each of its columns the attribute and what makes its value."""
    connection = connections[alias]
    quote, pk = connection.ops.quote_name, model._meta.pk
    if pk is None or pk.attname in deferred:
        raise TypeError(f"{model.__name__} has no key to be found by.")
    fields = [field for field in model._meta.concrete_fields if field.attname not in deferred]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    statement = f"SELECT {columns} FROM {quote(model._meta.db_table)} WHERE {quote(str(pk.column))} = %s FOR UPDATE"  # noqa: S608
    made = []
    for field in fields:
        column: Any = field.get_col(model._meta.db_table)
        converters = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
        made.append((field.attname, converters))
    return statement, made


def write_changes(row: models.Model, names: tuple[str, ...]) -> None:
    """Write these fields of a row that exists, as `save(update_fields=…)` does; no signal is sent.

    Values may not be expressions. Raises DoesNotExist where there is no such row.
    """
    alias = router.db_for_write(type(row), instance=row)
    connection = connections[alias]
    statement, fields = _update(type(row), alias, names)
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, row.pk])
        found = cursor.rowcount
    if not found:
        model: Any = type(row)
        raise model.DoesNotExist(f"{type(row).__name__} matching query does not exist.")


@cache
def _update(model: type[models.Model], alias: str, names: tuple[str, ...]) -> tuple[str, list[Any]]:
    quote, pk = connections[alias].ops.quote_name, model._meta.pk
    known = {name: field for field in model._meta.concrete_fields for name in (field.name, field.attname)}
    fields = [known[name] for name in names]
    columns = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    if pk is None:
        raise TypeError(f"{model.__name__} has no key to be found by.")
    return f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE {quote(str(pk.column))} = %s", fields  # noqa: S608
