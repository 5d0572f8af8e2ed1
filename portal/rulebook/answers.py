"""Checking one answer: from what was typed to the value that is kept, or to a sentence that says what to enter.

Answers are JSON: text as strings, numbers, dates as ISO 8601, yes/no as booleans, a choice as its key, several
choices, countries and documents as lists of keys, a person as an object, a table as a list of objects.
Nothing here raises on any JSON value.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from uuid import UUID

import pycountry
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core import clock
from portal.core.canonical import canonical
from portal.core.identifiers import IdentifierError, clean_domain, clean_lei, clean_ror
from portal.rulebook.schema import questions as shape
from portal.rulebook.schema.questions import Question

PERSON_FIELDS = ("name", "email", "job_title")
MAX_TYPED = 100_000
"""Characters that are looked at in one text; more is never an answer."""
MAX_NESTING = 8
MAX_LIST = 500
_NUMBER_LIMIT = Decimal(10) ** 15
_PHONE = re.compile(r"^\+[0-9][0-9 ()./-]{5,30}$")
_email = EmailValidator()
_url = URLValidator(schemes=["https", "http"])


@dataclass(frozen=True, slots=True)
class Checked:
    """The value to keep (None when there is no valid answer), and what is wrong, if anything is."""

    value: Any = None
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        """Neither an answer nor a fault."""
        return self.value is None and not self.problem


BLANK = Checked()


def tidy(answer: Any, depth: int = 0) -> Any:
    """The answer as the database can store it, for drafts: no NUL, no broken characters, nothing endless."""
    if isinstance(answer, str):
        text = answer[:MAX_TYPED].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return "".join(char for char in text if char in "\n\t\r" or unicodedata.category(char) != "Cc")
    if answer is None or isinstance(answer, bool):
        return answer
    if isinstance(answer, int):
        return answer if abs(answer) < 2**53 else str(answer)[:100] if abs(answer) < 10**100 else None
    if isinstance(answer, float):
        return answer if math.isfinite(answer) else None
    if depth >= MAX_NESTING:
        return None
    if isinstance(answer, list | tuple):
        return [tidy(item, depth + 1) for item in answer[:MAX_LIST]]
    if isinstance(answer, Mapping):
        pairs = list(answer.items())[:MAX_LIST]
        return {str(tidy(str(key), depth + 1))[:100]: tidy(value, depth + 1) for key, value in pairs}
    return None


def check(question: Question | shape.Column, answer: Any) -> Checked:
    """The answer's value, or the problem. A blank answer is neither; whether it may stay blank is asked elsewhere."""
    answer = tidy(answer)
    if is_blank(answer):
        return BLANK
    return _CHECKS[question.type](question, answer)


def is_blank(answer: Any) -> bool:
    """Whether there is nothing in the answer: no text but spaces, no items, no filled field."""
    if answer is None:
        return True
    if isinstance(answer, str):
        return not answer.strip()
    if isinstance(answer, Mapping):
        return all(is_blank(item) for item in answer.values())
    if isinstance(answer, list | tuple):
        return all(is_blank(item) for item in answer)
    return False


def same(left: Any, right: Any) -> bool:
    """Whether two answers are the same: blank is blank in every form, and true is not 1."""
    if is_blank(left) and is_blank(right):
        return True
    return canonical(left) == canonical(right)


def _wrong(message: str) -> Checked:
    return Checked(problem=message)


# --- text -----------------------------------------------------------------------------------------


def _text(question: Any, answer: Any) -> Checked:
    if not isinstance(answer, str):
        return _wrong(_("Enter text."))
    text = unicodedata.normalize("NFC", answer.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if question.type == "text":
        text = " ".join(text.split())
    if len(text) > question.max_length:
        over = len(text) - question.max_length
        return _wrong(
            ngettext(
                "Shorten this by %(over)s character: it may have at most %(most)s.",
                "Shorten this by %(over)s characters: it may have at most %(most)s.",
                over,
            )
            % {"over": over, "most": question.max_length}
        )
    least = getattr(question, "min_length", None)
    if least and len(text) < least:
        return _wrong(_("Write a little more: at least %(least)s characters.") % {"least": least})
    if getattr(question, "pattern", None) and not re.fullmatch(question.pattern, text):
        return _wrong(question.pattern_hint)
    if getattr(question, "format", None):
        return _formatted(question.format, text)
    return Checked(text)


def _formatted(name: str, text: str) -> Checked:
    cleaners: dict[str, Callable[[object], str]] = {"lei": clean_lei, "ror": clean_ror, "domain": clean_domain}
    if name in cleaners:
        try:
            return Checked(cleaners[name](text))
        except IdentifierError as error:
            return _wrong(str(error))
    if name == "phone":
        ok = _PHONE.fullmatch(text) is not None
        return Checked(text) if ok else _wrong(_("Enter the number with the country code, such as +44 20 7946 0000."))
    try:
        (_email if name == "email" else _url)(text)
    except ValidationError:
        if name == "email":
            return _wrong(_("Enter an e-mail address, such as name@institute.example."))
        return _wrong(_("Enter a web address, such as https://institute.example/page."))
    return Checked(text)


# --- single values --------------------------------------------------------------------------------


def _number(question: Any, answer: Any) -> Checked:
    number = _decimal(answer)
    if number is None:
        return _wrong(_("Enter a number in digits, such as 25."))
    if abs(number) >= _NUMBER_LIMIT:
        return _wrong(_("This number is too large. Check it."))
    if getattr(question, "whole", False) and number != number.to_integral_value():
        return _wrong(_("Enter a whole number."))
    low, high = getattr(question, "minimum", None), getattr(question, "maximum", None)
    if low is not None and number < Decimal(str(low)):
        return _wrong(_("Enter %(low)s or more.") % {"low": low})
    if high is not None and number > Decimal(str(high)):
        return _wrong(_("Enter %(high)s or less.") % {"high": high})
    return Checked(int(number) if number == number.to_integral_value() else float(number))


def _decimal(answer: Any) -> Decimal | None:
    if isinstance(answer, bool) or not isinstance(answer, int | float | str):
        return None
    text = re.sub(r"[\s\u00a0\u202f]", "", str(answer))
    text = re.sub(r",(?=\d{3}(?:\D|$))", "", text)
    if not text.isascii() or len(text) > 40:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 100 else None


def _date(question: Any, answer: Any) -> Checked:
    try:
        day = date.fromisoformat(answer.strip()) if isinstance(answer, str) else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        return _wrong(_("Enter a date that exists, such as 22 November 2026."))
    today = clock.today()
    if getattr(question, "past", False) and day > today:
        return _wrong(_("This date must not be in the future."))
    if getattr(question, "future", False) and day < today:
        return _wrong(_("This date must not be in the past."))
    earliest, latest = getattr(question, "not_before", None), getattr(question, "not_after", None)
    if earliest is not None and day < earliest:
        return _wrong(_("This must be %(day)s or later.") % {"day": date_format(earliest, "j F Y")})
    if latest is not None and day > latest:
        return _wrong(_("This must be %(day)s or earlier.") % {"day": date_format(latest, "j F Y")})
    return Checked(day.isoformat())


def _yes_no(_question: Any, answer: Any) -> Checked:
    if isinstance(answer, bool):
        return Checked(answer)
    word = answer.strip().lower() if isinstance(answer, str) else ""
    if word in ("yes", "true"):
        return Checked(True)
    if word in ("no", "false"):
        return Checked(False)
    return _wrong(_("Choose yes or no."))


def _choice(question: Any, answer: Any) -> Checked:
    if isinstance(answer, str) and answer in {option.key for option in question.options}:
        return Checked(answer)
    return _wrong(_("Choose one of the options."))


@cache
def countries() -> dict[str, str]:
    """Names of all countries by ISO 3166-1 alpha-2 code."""
    return {item.alpha_2: getattr(item, "common_name", item.name) for item in pycountry.countries}


def _country(question: Any, answer: Any) -> Checked:
    if not getattr(question, "many", False):
        code = answer.strip().upper() if isinstance(answer, str) else ""
        return Checked(code) if code in countries() else _wrong(_("Choose a country from the list."))
    codes = _keys(answer)
    if codes is None or not all(code.upper() in countries() for code in codes):
        return _wrong(_("Choose countries from the list."))
    return Checked(sorted({code.upper() for code in codes}))


# --- several values -------------------------------------------------------------------------------


def _keys(answer: Any) -> list[str] | None:
    """A list of strings without blanks, or None. A single string is a list of one."""
    items = [answer] if isinstance(answer, str) else answer
    if not isinstance(items, list) or not all(isinstance(item, str) or item is None for item in items):
        return None
    return [item.strip() for item in items if item and item.strip()]


def _several(question: Any, answer: Any) -> Checked:
    chosen = _keys(answer)
    offered = {option.key: option for option in question.options}
    if chosen is None or not set(chosen) <= set(offered):
        return _wrong(_("Choose from the options."))
    kept = [key for key in offered if key in chosen]
    alone = [key for key in kept if offered[key].exclusive]
    if alone and len(kept) > 1:
        return _wrong(_("“%(alone)s” cannot be chosen together with others.") % {"alone": offered[alone[0]].label})
    if question.max_items and len(kept) > question.max_items:
        return _wrong(_("Choose at most %(most)s.") % {"most": question.max_items})
    return Checked(kept)


def _evidence(question: Any, answer: Any) -> Checked:
    keys = _keys(answer)
    try:
        documents = [str(UUID(key)) for key in keys or []]
    except ValueError:
        documents = []
    if not documents:
        return _wrong(_("Choose documents from your library, or upload one."))
    documents = list(dict.fromkeys(documents))
    if len(documents) > question.max_items:
        return _wrong(_("Attach at most %(most)s documents.") % {"most": question.max_items})
    return Checked(documents)


def _person(_question: Any, answer: Any) -> Checked:
    if not isinstance(answer, Mapping):
        return _wrong(_("Enter the person’s name, e-mail address and job title."))
    fields = {name: answer.get(name) for name in PERSON_FIELDS}
    if not all(isinstance(value, str) and value.strip() for value in fields.values()):
        return _wrong(_("Enter the person’s name, e-mail address and job title."))
    person = {name: " ".join(unicodedata.normalize("NFC", str(value)).split()) for name, value in fields.items()}
    if len(person["name"]) > 150 or len(person["job_title"]) > 150:
        return _wrong(_("Shorten the name or job title to 150 characters."))
    email = _formatted("email", person["email"])
    return email if email.problem else Checked(person)


def _table(question: Any, answer: Any) -> Checked:
    if not isinstance(answer, list) or not all(isinstance(row, Mapping) or is_blank(row) for row in answer):
        return _wrong(_("Fill in the table row by row."))
    rows, problems = [], []
    filled = [row for row in answer if not is_blank(row)]
    for number, row in enumerate(filled, start=1):
        cells: dict[str, Any] = {}
        for column in question.columns:
            checked = check(column, row.get(column.key))
            problem = checked.problem or (_("This is missing.") if checked.is_blank and column.required else "")
            if problem:
                place = {"row": number, "column": column.label, "problem": problem}
                problems.append(_("Row %(row)s, %(column)s: %(problem)s") % place)
            elif not checked.is_blank:
                cells[column.key] = checked.value
        rows.append(cells)
    if problems:
        return _wrong(" ".join(problems[:5]))
    if len(rows) < question.min_items:
        return _wrong(_("Fill in at least %(least)s rows.") % {"least": question.min_items})
    if len(rows) > question.max_items:
        return _wrong(_("Fill in at most %(most)s rows.") % {"most": question.max_items})
    return Checked(rows)


_CHECKS: dict[str, Callable[[Any, Any], Checked]] = {
    "text": _text,
    "long_text": _text,
    "number": _number,
    "date": _date,
    "choice": _choice,
    "several": _several,
    "country": _country,
    "yes_no": _yes_no,
    "person": _person,
    "evidence": _evidence,
    "table": _table,
}
