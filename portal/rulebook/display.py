"""Answers as a person reads them: on the check page, in the case, in letters, and side by side when they change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from portal.rulebook.answers import PERSON_FIELDS, check, countries, is_blank, tidy
from portal.rulebook.schema.questions import Column, Question, TableQuestion

Names = Mapping[str, str]
_MOST_WORDS = 3000
"""Above so many words on a side, two texts are compared by paragraph."""


@dataclass(frozen=True, slots=True)
class Display:
    """An answer for reading. `lines` always has it; `columns` and `rows` as well when it is a table."""

    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def __bool__(self) -> bool:
        return bool(self.lines)


def display(question: Question | Column, answer: Any, names: Names | None = None) -> Display:
    """The answer for reading; a wrong one as it was typed. `names` has the titles of documents by id."""
    checked = check(question, answer)
    if checked.problem:
        return Display(lines=_as_typed(tidy(answer)))
    if checked.is_blank:
        return Display()
    value = checked.value
    if isinstance(question, TableQuestion):
        return _table(question, value)
    return Display(lines=_lines(question, value, names or {}))


def render(question: Question | Column, answer: Any, names: Names | None = None) -> str:
    """The answer as plain text, a line for each item; empty when there is none."""
    return str(display(question, answer, names))


def _lines(question: Any, value: Any, names: Names) -> tuple[str, ...]:
    match question.type:
        case "yes_no":
            return (_("Yes") if value else _("No"),)
        case "number":
            unit = getattr(question, "unit", "")
            return (f"{number_format(value, use_l10n=True, force_grouping=True)} {unit}".strip(),)
        case "date":
            return (date_format(date.fromisoformat(value), "j F Y"),)
        case "choice":
            return (_option(question, value),)
        case "several":
            return tuple(_option(question, item) for item in value)
        case "country":
            codes = value if isinstance(value, list) else [value]
            return tuple(countries()[code] for code in codes)
        case "person":
            return tuple(value[field] for field in PERSON_FIELDS)
        case "evidence":
            return tuple(names.get(item) or _("Document %(id)s") % {"id": item[-8:]} for item in value)
    return tuple(str(value).split("\n"))


def _option(question: Any, key: str) -> str:
    return next((str(option.label) for option in question.options if option.key == key), key)


def _table(question: TableQuestion, rows: list[dict[str, Any]]) -> Display:
    cells = tuple(tuple(" ".join(_cell(column, row.get(column.key))) for column in question.columns) for row in rows)
    lines = tuple(" · ".join(cell for cell in row if cell) for row in cells)
    return Display(lines=lines, columns=tuple(column.label for column in question.columns), rows=cells)


def _cell(column: Column, value: Any) -> tuple[str, ...]:
    return () if value is None else _lines(column, value, {})


def _as_typed(answer: Any) -> tuple[str, ...]:
    if is_blank(answer):
        return ()
    if isinstance(answer, list):
        return tuple(line for item in answer for line in _as_typed(item))
    if isinstance(answer, Mapping):
        return (" · ".join(str(item) for item in answer.values() if not is_blank(item)),)
    return tuple(str(answer).split("\n"))


# --- side by side ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text, and whether the other side has it too."""

    text: str
    changed: bool


def compare(before: str, after: str) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Both texts as segments, by words. The texts are whole: joined segments give them back."""
    left, right = _words(before), _words(after)
    if max(len(left), len(right)) > _MOST_WORDS:
        left, right = before.splitlines(keepends=True), after.splitlines(keepends=True)
    old: list[Segment] = []
    new: list[Segment] = []
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        changed = kind != "equal"
        if a < b:
            old.append(Segment("".join(left[a:b]), changed))
        if c < d:
            new.append(Segment("".join(right[c:d]), changed))
    return tuple(old), tuple(new)


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\S+", text)
