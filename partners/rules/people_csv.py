"""A file with many people: what its bytes mean, row by row, and what is wrong with them. Nothing is read or written.

Every sentence about a problem names the column and says what to do.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from partners.rules.person import CHECKS
from portal.ui.tables import RISKY

MOST_ROWS = 10_000
MOST_BYTES = 5 * 1024 * 1024
PEOPLE = {"name": "Name", "email": "E-mail address", "position": "Position", "employer": "Employer"}
"""Columns about the person: key → heading. Headings are the file's format, and the same in every language."""
PARTS = {
    "checked_on": "checked on",
    "valid_until": "valid until",
    "vouched_by": "vouched by",
    "reference": "reference",
}
COLUMNS = {
    **PEOPLE,
    **{f"{kind}_{part}": f"{kind.capitalize()} {words}" for kind in CHECKS for part, words in PARTS.items()},
}
"""Every column that is read."""
TOLD = {"standing": "Standing", "lacks": "Lacks", "accepted": "Rules accepted on", "problem": "Problem"}
"""Columns of an export, or of a list of problems, that tell something and are not read again."""
EXPORTED = {**COLUMNS, **{key: title for key, title in TOLD.items() if key != "problem"}}
"""Every column of an export."""
LONGEST = {"name": 150, "email": 254, "position": 150, "employer": 200, "vouched_by": 200, "reference": 200}
_BREAKS = re.compile(r"\s+")
_DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"),
    re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})"),
)


class Unreadable(ValueError):
    """Nothing of the file can be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: its number, as a spreadsheet counts, and its cells by the keys of COLUMNS."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows that hold anything, and the headings of columns that are not read."""

    rows: tuple[Row, ...]
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WantedCheck:
    """A check as a row tells it. Without a last day it holds as long as the rulebook allows."""

    kind: str
    vouched_by: str
    checked_on: date
    valid_until: date | None
    reference: str


@dataclass(slots=True)
class Wanted:
    """What a row wants, and what is wrong with it."""

    number: int
    name: str = ""
    email: str = ""
    position: str = ""
    employer: str = ""
    checks: list[WantedCheck] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left: bool = False


# --- the file -------------------------------------------------------------------------------------


def read_sheet(content: bytes) -> Sheet:
    """The rows of the file. Raises Unreadable where it is no such file, or too large."""
    lines = _lines(_text(content))
    heads = next(lines, None)
    if heads is None:
        raise Unreadable(_("The file is empty. Start from the example file or from an export."))
    keys, ignored = _keys(heads[1])
    rows: list[Row] = []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) == MOST_ROWS:
            raise Unreadable(
                _("The file has more than %(most)s people. Split it, and import one part after the other.")
                % {"most": f"{MOST_ROWS:,}"}
            )
        rows.append(Row(number, _cells(keys, cells)))
    if not rows:
        raise Unreadable(_("The file has headings and no people below them."))
    return Sheet(tuple(rows), ignored)


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 5 MB. Split it, and import one part after the other."))
    if content.startswith(b"PK"):
        raise Unreadable(
            _("This is a workbook. In your spreadsheet choose “Save as” and “CSV UTF-8”, then upload that.")
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable(
            _("The file is not in UTF-8 (line %(line)s). In your spreadsheet choose “Save as” and “CSV UTF-8”.")
            % {"line": line}
        ) from error
    if "\x00" in text:
        raise Unreadable(_("The file holds bytes that are no text. Save it again as “CSV UTF-8”."))
    return text


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of its row in a spreadsheet. Commas, semicolons and tabs part its cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from enumerate(reader, start=1)
    except csv.Error as error:
        raise Unreadable(
            _("Line %(line)s can’t be read: a quotation mark is not closed or stands in the middle of a cell.")
            % {"line": reader.line_num}
        ) from error


def _plain(heading: str) -> str:
    return _BREAKS.sub(" ", heading.replace("_", " ").replace("-", " ")).strip().casefold()


_KEYS = {
    **{_plain(title): key for key, title in COLUMNS.items()},
    **{_plain(key): key for key in COLUMNS},
    **{_plain(title): "" for title in TOLD.values()},
    "standing": "standing",
    "e mail": "email",
}


def _keys(heads: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    keys, ignored = [], []
    for heading in heads:
        plain = _plain(heading)
        if plain not in _KEYS and plain:
            ignored.append(heading.strip()[:60])
        keys.append(_KEYS.get(plain, ""))
    for key in ("name", "email"):
        if key not in keys:
            raise Unreadable(
                _("The first line names the columns, and “%(column)s” is not among them. Start from the example file.")
                % {"column": PEOPLE[key]}
            )
    twice = next((key for key in keys if key and keys.count(key) > 1), None)
    if twice:
        raise Unreadable(_("The column “%(column)s” is there twice. Remove one.") % {"column": _title(twice)})
    return keys, tuple(ignored)


def _title(key: str) -> str:
    return {**COLUMNS, **TOLD}[key]


def _cells(keys: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    found = {key: _BREAKS.sub(" ", cell).strip() for key, cell in zip(keys, cells, strict=False) if key}
    if any(cell.strip() for cell in cells[len(keys) :]):
        found["surplus"] = "1"
    return found


# --- one row --------------------------------------------------------------------------------------


def read_row(row: Row) -> Wanted:
    """What the row wants: the person and the checks that are filled in. An empty cell never takes anything away."""
    wanted = Wanted(row.number)
    if "surplus" in row.cells:
        wanted.problems.append(
            _("The row has more cells than there are headings. Check its commas and quotation marks.")
        )
    texts = {key: _cell(wanted, key, row.cells.get(key, "")) for key in COLUMNS}
    wanted.name, wanted.email = texts["name"], texts["email"].lower()
    wanted.position, wanted.employer = texts["position"], texts["employer"]
    wanted.left = row.cells.get("standing", "").casefold() == "left"
    for key in ("name", "email"):
        if not texts[key]:
            wanted.problems.append(_("“%(column)s” is empty. Fill it in.") % {"column": PEOPLE[key]})
    if wanted.email and not _is_address(wanted.email):
        wanted.problems.append(
            _("“%(value)s” in “%(column)s” is no e-mail address, such as ada@institute.example.")
            % {"value": wanted.email[:80], "column": PEOPLE["email"]}
        )
    for kind in CHECKS:
        if check := _check(wanted, kind, {part: texts[f"{kind}_{part}"] for part in PARTS}):
            wanted.checks.append(check)
    return wanted


def _cell(wanted: Wanted, key: str, text: str) -> str:
    """The cell without the apostrophe that exports put before what a spreadsheet would run."""
    if text.startswith("'") and text[1:].startswith(RISKY):
        text = text[1:]
    elif text.startswith(RISKY):
        wanted.problems.append(
            _("“%(value)s” in “%(column)s” begins like a formula. Write it without “%(sign)s” at its start.")
            % {"value": text[:40], "column": COLUMNS[key], "sign": text[0]}
        )
        return ""
    most = LONGEST.get(key) or LONGEST.get(key.partition("_")[2]) or 40
    if len(text) > most:
        wanted.problems.append(
            _("“%(column)s” has %(n)s characters; %(most)s are the most.")
            % {"column": COLUMNS[key], "n": len(text), "most": most}
        )
        return ""
    return text


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _check(wanted: Wanted, kind: str, parts: Mapping[str, str]) -> WantedCheck | None:
    """The check of that kind, None where nothing is filled in or something is wrong."""
    if not any(parts.values()):
        return None
    before = len(wanted.problems)
    checked_on = _date(wanted, f"{kind}_checked_on", parts["checked_on"])
    valid_until = _date(wanted, f"{kind}_valid_until", parts["valid_until"])
    for part in ("checked_on", "vouched_by"):
        if not parts[part]:
            wanted.problems.append(
                _("“%(column)s” is empty, and a check needs it. Fill it in, or empty the other cells of that check.")
                % {"column": COLUMNS[f"{kind}_{part}"]}
            )
    if len(wanted.problems) > before or checked_on is None:
        return None
    return WantedCheck(kind, parts["vouched_by"], checked_on, valid_until, parts["reference"])


def _date(wanted: Wanted, key: str, text: str) -> date | None:
    """A date as 2027-05-03 or 3.5.2027. With strokes, day and month could be meant either way round."""
    if not text:
        return None
    for pattern in _DATES:
        if found := pattern.fullmatch(text):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                break
    wanted.problems.append(
        _("“%(value)s” in “%(column)s” is no date. Write year-month-day, for example 2027-05-03.")
        % {"value": text[:40], "column": COLUMNS[key]}
    )
    return None


def repeated(rows: Sequence[Wanted]) -> dict[str, int]:
    """Addresses that are in the file more than once → the first row that has them."""
    first: dict[str, int] = {}
    twice: dict[str, int] = {}
    for row in rows:
        if not row.email:
            continue
        if row.email in first:
            twice[row.email] = first[row.email]
        else:
            first[row.email] = row.number
    return twice
