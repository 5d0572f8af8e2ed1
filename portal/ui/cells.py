"""Drawing the cells of a table, worked out once for each column instead of once for each cell.

django-tables2 inspects the signature of a column's render method and looks up its model field for every
cell. With 25 rows that costs more than the query and the rest of the page, so `painter` does both once.
Columns that link, or render by a template, keep the library's own way.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import django_tables2 as tables
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import Model
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django_tables2.columns.linkcolumn import BaseLinkColumn

OWN_WAY = (tables.TemplateColumn, tables.ManyToManyColumn, tables.CheckBoxColumn, BaseLinkColumn)
Painter = Callable[[Any], Any]
"""From a bound row to the content of one of its cells."""


@cache
def _wanted(function: Any) -> tuple[str, ...] | None:
    """Names of the arguments that a render method takes (without self); None for all of them."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return None
    return tuple(one.name for one in parameters)


def _reader(bound: Any, first: Any) -> Callable[[Any], Any]:
    """How to get the column's value from a record like the first one."""
    accessor = tables.A(bound.accessor)
    if not isinstance(first, Model):
        return lambda record: accessor.resolve(record, quiet=True)
    bits, words = accessor.bits, _choices(accessor, first)

    def read(record: Any) -> Any:
        try:
            for bit in bits:
                record = getattr(record, bit)
                if callable(record) and not getattr(record, "alters_data", False):
                    record = record()
        except (AttributeError, ObjectDoesNotExist):
            return None
        return words.get(record, record) if words and type(record) in (str, int) else record

    return read


def _choices(accessor: Any, record: Any) -> dict[Any, str]:
    """The words for a field's choices: what get_FOO_display() looks up anew for every cell."""
    try:
        field = accessor.get_field(record)
    except (FieldDoesNotExist, AttributeError):
        return {}
    return {value: str(label) for value, label in getattr(field, "flatchoices", None) or ()}


def painter(table: Any, bound: Any, first: Any) -> Painter:
    """Draws the column's cell of any row of the table; `first` is the first record, which shows what all are like."""
    column, name = bound.column, bound.name
    if bound.link or isinstance(column, OWN_WAY):
        return lambda row: row.get_cell(name)
    read, default, empty = _reader(bound, first), bound.default, tuple(column.empty_values)
    render = bound.render
    if getattr(render, "__func__", None) is tables.Column.render:
        return lambda row: default if (value := read(row.record)) in empty else value
    wanted = _wanted(render.__func__) if inspect.ismethod(render) else None
    fixed = {"column": column, "bound_column": bound, "table": table}

    def paint(row: Any) -> Any:
        value = read(row.record)
        if value in empty:
            return default
        given = {**fixed, "value": value, "record": row.record, "bound_row": row}
        return render(**(given if wanted is None else {key: given[key] for key in wanted}))

    return paint


def body(table: Any) -> SafeString:
    """All rows as HTML: `<tr>` elements whose cells carry their column's heading, so that a phone can show lists."""
    rows = list(table.rows)
    if not rows:
        return mark_safe("")
    first = rows[0].record
    columns = [(_opening(bound), painter(table, bound, first)) for bound in table.columns]
    parts: list[str] = []
    for row in rows:
        parts.append('<tr role="row">')
        for opening, paint in columns:
            parts += (opening, conditional_escape(paint(row)), "</td>")
        parts.append("</tr>")
    return mark_safe("".join(parts))  # noqa: S308 every cell and every heading was escaped above


def _opening(bound: Any) -> str:
    css = bound.column.attrs.get("td", {}).get("class", "")
    styled = f' class="{escape(css)}"' if css else ""
    return f'<td role="cell" data-label="{escape(bound.header)}"{styled}>'
