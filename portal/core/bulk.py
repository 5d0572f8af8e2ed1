"""Many rows into one table at once."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from django.db import connections, models, router
from django.db.models import AutoField, Model, QuerySet
from django.db.models.expressions import DatabaseDefault

MANY = 100
"""From so many rows on, COPY is worth its three exchanges with the server."""


def insert(objects: Sequence[Model]) -> None:
    """Insert the objects, all of one model, with the values that they have: by INSERT, or by COPY when there are many.

    Both fire the triggers of each row. Values may not be expressions.
    """
    if not objects:
        return
    model = type(objects[0])
    if len(objects) < MANY:
        rows: QuerySet[Any] = QuerySet(model)  # a model's own manager may refuse what has no entry in the record
        rows.bulk_create(objects)
        return
    connection = connections[router.db_for_write(model)]
    fields = [field for field in model._meta.concrete_fields if not _left_to_the_database(field, objects)]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    values = attrgetter(*(field.attname for field in fields))
    steps = [(place, field) for place, field in enumerate(fields) if not _is_plain(field)]
    into = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(into) as copy:
        for one in objects:
            row = list(values(one))
            for place, field in steps:
                row[place] = field.get_db_prep_save(field.pre_save(one, True), connection)
            copy.write_row(row)
    for one in objects:
        one._state.adding, one._state.db = False, connection.alias


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


def _left_to_the_database(field: Any, objects: Sequence[Model]) -> bool:
    """Whether the database numbers the rows, or none of the objects has a value in place of its default."""
    if isinstance(field, AutoField):
        return True
    return field.has_db_default() and all(isinstance(getattr(one, field.attname), DatabaseDefault) for one in objects)
