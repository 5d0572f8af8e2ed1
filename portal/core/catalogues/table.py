"""A catalogue as a table: CSV with a header, one control a line.

Columns, found by their heading: `id`, `title` and `statement` must be there; `group`, `parent` (the id of the control
above), `label`, `class` and `guidance` may be. Commas, semicolons and tabs are told apart by the header.
"""

from __future__ import annotations

import csv
import io
import re

from django.utils.translation import gettext as _

from portal.core.catalogues.rows import Collector
from portal.core.oscal import CatalogueError, Read

MAX_BYTES = 10 * 1024 * 1024
NEEDED = ("id", "title", "statement")
UNGROUPED = "controls"


def read_table(content: bytes, read: Read) -> None:
    """Fill the Read. The file says neither title nor version. Raises CatalogueError."""
    table = csv_rows(content, needed=NEEDED)
    rows = Collector(read)
    for line, row in table:
        if row is None:
            rows.skip(_("line %(number)s") % {"number": line}, _("It has more cells than the header."))
            continue
        name = " ".join(row.get("group", "").split())
        group = rows.group(_slug(name), name) if name else rows.group(UNGROUPED, _("Controls"))
        parent = row.get("parent", "").strip()
        where = _("line %(number)s") % {"number": line}
        if parent and not rows.has(parent):
            rows.skip(
                where, _("The control above it, %(id)s, is not before it; it was left out.") % {"id": parent[:60]}
            )
            continue
        rows.control(
            row["id"].strip(),
            group=group,
            parent=parent,
            title=" ".join(row["title"].split()),
            statement=row["statement"].strip(),
            label=row.get("label", "").strip(),
            guidance=row.get("guidance", "").strip(),
            klass=row.get("class", "").strip(),
            where=where,
        )


def csv_rows(content: bytes, *, needed: tuple[str, ...]) -> list[tuple[int, dict[str, str] | None]]:
    """Lines of a CSV file by the headings of their cells, with their number; None for one that is too long.

    Raises CatalogueError for what is no such table or lacks a column that is needed.
    """
    if len(content) > MAX_BYTES:
        raise CatalogueError(_("The file is larger than 10 MB."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogueError(_("The file is not CSV in UTF-8. Save it as “CSV UTF-8”.")) from error
    if "\x00" in text:
        raise CatalogueError(_("The file has a NUL character in it, which no text needs. Take it out and try again."))
    first = text.partition("\n")[0]
    found = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(found, [])]
        if missing := [name for name in needed if name not in header]:
            raise CatalogueError(
                _("The first line must name the columns. Missing: %(names)s.") % {"names": ", ".join(missing)}
            )
        if len(set(filter(None, header))) < len(list(filter(None, header))):
            raise CatalogueError(_("Two columns have the same heading."))
        return [(found.line_num, _cells(header, cells)) for cells in found if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise CatalogueError(
            _("Line %(number)s is no CSV: %(why)s.") % {"number": found.line_num, "why": error}
        ) from error


def _cells(header: list[str], cells: list[str]) -> dict[str, str] | None:
    if len(cells) > len(header) and any(cells[len(header) :]):
        return None
    return dict(zip(header, cells + [""] * len(header), strict=False))


def _slug(name: str) -> str:
    """An identifier for a group that has a name only."""
    return re.sub(r"[^\w.]+", "-", name.lower()).strip("-")[:110] or "group"
