"""Many rows into one table at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

from django.db import connections, models, router
from django.db.models import AutoField, Model, QuerySet
from django.db.models.expressions import Expression

MANY = 100
"""From so many rows on, COPY is worth its three exchanges with the server."""


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Many small objects leave much garbage but few cycles: the collector looks less often within the block."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def insert(model: type[Model], rows: Sequence[Any]) -> None:
    """Insert the rows with the values that they have: by INSERT, or by COPY when there are many.

    A row is an object of the model, or any with attributes of its fields' names (a foreign key's ends in `_id`): very
    many are quicker made so. Both ways fire the triggers of each row. Values may not be expressions.
    """
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not _left_to_the_database(field, rows)]
    if len(rows) < MANY:
        queryset: QuerySet[Any] = QuerySet(model)  # a model's own manager may refuse what has no entry in the record
        queryset.bulk_create(_object(model, row, fields) for row in rows)
        return
    connection = connections[router.db_for_write(model)]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    values = attrgetter(*(field.attname for field in fields))
    steps = [(place, field) for place, field in enumerate(fields) if not _is_plain(field)]
    into = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(into) as copy:
        for one in rows:
            row = list(values(one))
            for place, field in steps:
                row[place] = field.get_db_prep_save(field.pre_save(one, True), connection)
            copy.write_row(row)
    if isinstance(rows[0], model):
        for one in rows:
            one._state.adding, one._state.db = False, connection.alias


def update(model: type[Model], rows: Sequence[Any], names: Sequence[str]) -> None:
    """Write these fields of rows that exist, with the values that the objects have: one statement, whatever the number.

    `names` are attributes of fields (a foreign key's ends in `_id`). Values may not be expressions.
    """
    if not rows:
        return
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    key = model._meta.pk
    assert key is not None
    known = {field.attname: field for field in model._meta.concrete_fields}
    fields = [key, *(known[name] for name in names)]
    columns = [quote(str(field.column)) for field in fields]
    given = ", ".join(f"%s::{field.rel_db_type(connection) or field.db_type(connection)}[]" for field in fields)
    changed = ", ".join(f"{column} = new.{column}" for column in columns[1:])
    statement = (
        f"UPDATE {quote(model._meta.db_table)} AS held SET {changed}"  # noqa: S608
        f" FROM unnest({given}) AS new ({', '.join(columns)}) WHERE held.{columns[0]} = new.{columns[0]}"
    )
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows] for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _object(model: type[Model], row: Any, fields: Sequence[Any]) -> Model:
    if isinstance(row, model):
        return row
    return model(**{field.attname: getattr(row, field.attname) for field in fields})


def _is_plain(field: Any) -> bool:
    """Whether the driver writes the value as it is. Most are; asking each field about each row takes long."""
    kind = getattr(field, "target_field", field)
    return type(kind) in PLAIN and not getattr(field, "auto_now", False) and not getattr(field, "auto_now_add", False)


PLAIN = (
    models.UUIDField,
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BigIntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.BooleanField,
    models.DateField,
    models.DateTimeField,
    models.BinaryField,
)


def _left_to_the_database(field: Any, rows: Sequence[Any]) -> bool:
    """Whether the database numbers the rows, or none of them has a value in place of its default."""
    if isinstance(field, AutoField):
        return True
    return field.has_db_default() and all(
        isinstance(getattr(one, field.attname, field.db_default), Expression) for one in rows
    )
