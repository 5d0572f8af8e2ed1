"""Tables of lists: django-tables2 columns, drawn so that they become lists on a phone, and exported safely."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import django_tables2 as tables
import tablib
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.ui import cells, tags
from portal.ui.templatetags import ui

EXPORT_ROWS = {"csv": 100_000, "xlsx": 20_000}
"""Rows at most in one export: a CSV is streamed, a workbook is built in memory."""
CHUNK = 500
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters that a spreadsheet may take for a formula (OWASP, CSV injection)."""
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class StateColumn(tables.Column):
    """The state of the row's object (or of the object at `accessor`), as its tag; in exports as its word."""

    def __init__(self, of: str = "", **options: Any) -> None:
        options.setdefault("accessor", f"{of}__state" if of else "state")
        self.of = of
        super().__init__(**options)

    def _subject(self, record: Any) -> Any:
        for part in filter(None, self.of.split("__")):
            record = getattr(record, part)
        return record

    def render(self, record: Any) -> SafeString:
        return tags.tag_of(self._subject(record))

    def value(self, record: Any) -> str:
        subject = self._subject(record)
        return str(subject.TABLE.state(subject.state).label)


class DayColumn(tables.Column):
    """A date as 22 Nov 2026; in exports as ISO 8601."""

    def render(self, value: Any) -> str:
        return ui.short_day(value)

    def value(self, value: Any) -> str:
        return str(value.isoformat()) if value else ""


class MomentColumn(tables.Column):
    """A moment to the minute; in exports as ISO 8601, whole. `never` stands where there was none."""

    def __init__(self, *, never: Any = "–", **options: Any) -> None:
        self.never = never
        super().__init__(**options)

    def render(self, value: Any) -> Any:
        return ui.moment(value) if value else self.never

    def value(self, value: Any) -> str:
        return str(value.isoformat()) if value else ""


class NumberColumn(tables.Column):
    """Figures to the right."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("attrs", {"td": {"class": "is-number"}, "th": {"class": "is-number"}})
        super().__init__(**options)

    def render(self, value: Any) -> str:
        return ui.figures(value)

    def value(self, value: Any) -> Any:
        return value


class LinkColumn(tables.Column):
    """The row's name as the link to its page (`get_absolute_url`): the first column of a list."""

    def render(self, value: Any, record: Any) -> SafeString:
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), value)

    def value(self, value: Any) -> str:
        return str(value)


class Table(tables.Table):
    """Base of all tables. Sorting is the list's own (`ListView.sorts`), so columns are not orderable here."""

    sorting: dict[str, dict[str, str]] = {}

    class Meta:
        orderable = False
        template_name = "components/list_table.html"

    def ui_columns(self) -> list[dict[str, Any]]:
        """Heading, class and sorting of each column."""
        return [
            {
                "label": column.header,
                "class": column.column.attrs.get("th", {}).get("class", ""),
                "sort": self.sorting.get(column.name),
            }
            for column in self.columns
        ]

    def ui_body(self) -> SafeString:
        """The rows as HTML."""
        return cells.body(self)


def safe_cell(value: Any) -> Any:
    """The value as a spreadsheet may hold it: text that could be taken for a formula starts with an apostrophe."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(RISKY) else text


def exported(table_class: type[Table], rows: Iterable[Any], **options: Any) -> Iterator[list[Any]]:
    """The rows as lists of safe cells, the headings first, made chunk by chunk."""
    source = iter(rows)
    first = True
    while chunk := list(islice(source, CHUNK)):
        values = iter(table_class(chunk, **options).as_values())
        head = next(values)
        if first:
            yield [safe_cell(cell) for cell in head]
            first = False
        yield from ([safe_cell(cell) for cell in row] for row in values)
    if first:
        yield [safe_cell(cell) for cell in next(iter(table_class([], **options).as_values()))]


def export(kind: str, name: str, table_class: type[Table], rows: QuerySet[Any], **options: Any) -> HttpResponseBase:
    """What is filtered, as a download: CSV as a stream, or an Excel workbook. KeyError for another kind."""
    limited = rows[: EXPORT_ROWS[kind]].iterator(chunk_size=CHUNK)
    lines = exported(table_class, limited, **options)
    response: HttpResponseBase
    if kind == "csv":
        response = StreamingHttpResponse(_csv(lines), content_type=CONTENT_TYPES[kind])
    else:
        response = HttpResponse(file_of(kind, lines, title=name), content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def file_of(kind: str, lines: Iterator[list[Any]], *, title: str) -> bytes:
    """Lines of safe cells, the headings first, as one file. For few rows: all of it is in memory."""
    if kind == "csv":
        return b"".join(_csv(lines))
    sheet = tablib.Dataset(headers=next(lines), title=title[:31])
    sheet.extend(lines)
    made: bytes = sheet.export("xlsx")
    return made


def _csv(lines: Iterable[list[Any]]) -> Iterator[bytes]:
    """Lines as bytes; the mark at the start tells spreadsheets that it is UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield b"\xef\xbb\xbf"
    for line in lines:
        writer.writerow(line)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
