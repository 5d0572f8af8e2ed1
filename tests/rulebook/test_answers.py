"""Checking single answers: what is kept, and the sentence for what is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from portal.core import clock
from portal.rulebook.answers import check, countries, tidy
from portal.rulebook.display import compare, display, render
from portal.rulebook.schema import Question
from tests.factories.rulebook import founding_rules

ADAPTER: TypeAdapter[Any] = TypeAdapter(Question)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=40)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=10), inner, max_size=4)),
    max_leaves=12,
)
EVERY = founding_rules().questionnaire.questions
ONE_OF_EACH = list({question.type: question for question in EVERY}.values())


def made(kind: str, **fields: Any) -> Any:
    return ADAPTER.validate_python({"key": "q", "label": "Question", "type": kind, **fields})


OPTIONS = [{"key": "a", "label": "A"}, {"key": "b", "label": "B"}, {"key": "none", "label": "None", "exclusive": True}]
TABLE = {
    "columns": [
        {"key": "name", "label": "Name", "type": "text"},
        {"key": "share", "label": "Share", "type": "number", "required": False},
        {"key": "place", "label": "Country", "type": "country"},
    ],
    "max_items": 2,
}
PERSON = {"name": " Ada  Okafor ", "email": "ada@institute.example", "job_title": "Director"}
DOCUMENT = str(uuid4())

KEPT: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("text", {}, "  a \n b ", "a b"),
    ("text", {"format": "lei"}, "506700ge1g29325qx363", "506700GE1G29325QX363"),
    ("text", {"format": "ror"}, "03yrm5c26", "https://ror.org/03yrm5c26"),
    ("text", {"format": "domain"}, "https://www.Institute.Example/x", "institute.example"),
    ("text", {"format": "email"}, "ada@institute.example", "ada@institute.example"),
    ("text", {"format": "url"}, "https://institute.example/a", "https://institute.example/a"),
    ("text", {"format": "phone"}, "+44 20 7946 0000", "+44 20 7946 0000"),
    ("text", {"pattern": "[0-9]{3}", "pattern_hint": "Three digits."}, "123", "123"),
    ("long_text", {}, " a\r\nb ", "a\nb"),
    ("long_text", {}, "e\u0301", "\u00e9"),
    ("long_text", {}, "a\x00b", "ab"),
    ("number", {}, 12, 12),
    ("number", {}, "12", 12),
    ("number", {}, "1,234,567", 1234567),
    ("number", {}, "1 234", 1234),
    ("number", {}, 12.0, 12),
    ("number", {"whole": False}, "2.5", 2.5),
    ("number", {"minimum": 0}, 0, 0),
    ("date", {}, "2024-02-29", "2024-02-29"),
    ("choice", {"options": OPTIONS}, "a", "a"),
    ("several", {"options": OPTIONS}, ["b", "a", "b"], ["a", "b"]),
    ("several", {"options": OPTIONS}, "a", ["a"]),
    ("country", {}, "no", "NO"),
    ("country", {"many": True}, ["NO", "ca", "NO"], ["CA", "NO"]),
    ("yes_no", {}, True, True),
    ("yes_no", {}, "no", False),
    ("person", {}, PERSON, {**PERSON, "name": "Ada Okafor"}),
    ("evidence", {}, [DOCUMENT, DOCUMENT.upper()], [DOCUMENT]),
    ("table", TABLE, [{"name": "X", "place": "no"}, {}], [{"name": "X", "place": "NO"}]),
]
WRONG: list[tuple[str, dict[str, Any], Any, str]] = [
    ("text", {}, 3, "text"),
    ("text", {"max_length": 3}, "abcd", "Shorten"),
    ("text", {"min_length": 3}, "ab", "more"),
    ("text", {"pattern": "[0-9]{3}", "pattern_hint": "Three digits."}, "12a", "Three digits."),
    ("text", {"format": "lei"}, "506700GE1G29325QX364", "check digits"),
    ("text", {"format": "ror"}, "03yrm5c27", "check digits"),
    ("text", {"format": "domain"}, "ada@institute.example", "after the @"),
    ("text", {"format": "email"}, "ada", "e-mail"),
    ("text", {"format": "url"}, "javascript:alert(1)", "web address"),
    ("text", {"format": "phone"}, "020 7946 0000", "country code"),
    ("number", {}, "twelve", "digits"),
    ("number", {}, True, "digits"),
    ("number", {}, "1e500", "digits"),
    ("number", {}, "99999999999999999", "large"),
    ("number", {}, "٣", "digits"),
    ("number", {}, 2.5, "whole"),
    ("number", {"minimum": 1}, 0, "1 or more"),
    ("number", {"maximum": 5}, 6, "5 or less"),
    ("date", {}, "2023-02-29", "exists"),
    ("date", {}, "22/11/2026", "exists"),
    ("date", {}, "0001-01-01", "exists"),
    ("date", {"past": True}, "2026-11-23", "future"),
    ("date", {"future": True}, "2026-11-21", "past"),
    ("date", {"not_before": "2026-01-01"}, "2025-12-31", "1 January 2026"),
    ("date", {"not_after": "2026-01-01"}, "2026-01-02", "1 January 2026"),
    ("choice", {"options": OPTIONS}, "c", "one of"),
    ("choice", {"options": OPTIONS}, ["a"], "one of"),
    ("several", {"options": OPTIONS}, ["a", "c"], "options"),
    ("several", {"options": OPTIONS}, ["a", "none"], "“None” cannot"),
    ("several", {"options": OPTIONS, "max_items": 1}, ["a", "b"], "at most 1"),
    ("country", {}, "ZZ", "country"),
    ("country", {"many": True}, ["NO", "ZZ"], "countries"),
    ("yes_no", {}, "maybe", "yes or no"),
    ("person", {}, "Ada", "name, e-mail"),
    ("person", {}, {**PERSON, "email": "ada"}, "e-mail"),
    ("person", {}, {**PERSON, "job_title": ""}, "job title"),
    ("person", {}, {**PERSON, "name": "x" * 151}, "150"),
    ("evidence", {}, ["not-an-id"], "library"),
    ("evidence", {"max_items": 1}, [DOCUMENT, str(uuid4())], "at most 1"),
    ("table", TABLE, "x", "row by row"),
    ("table", TABLE, [{"name": "X", "place": "ZZ"}], "Row 1, Country"),
    ("table", TABLE, [{"name": "X"}], "Row 1, Country: This is missing."),
    ("table", TABLE, [{"name": str(n), "place": "NO"} for n in range(3)], "at most 2 rows"),
    ("table", {**TABLE, "min_items": 2}, [{"name": "X", "place": "NO"}], "at least 2 rows"),
]


@pytest.mark.parametrize(("kind", "fields", "answer", "value"), KEPT)
def test_a_good_answer_is_kept_in_its_one_form(kind: str, fields: dict[str, Any], answer: Any, value: Any) -> None:
    checked = check(made(kind, **fields), answer)
    assert (checked.value, checked.problem) == (value, "")
    assert type(checked.value) is type(value)


@pytest.mark.parametrize(("kind", "fields", "answer", "word"), WRONG)
def test_a_wrong_answer_says_what_to_enter(kind: str, fields: dict[str, Any], answer: Any, word: str) -> None:
    with clock.at(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        checked = check(made(kind, **fields), answer)
    assert checked.value is None
    assert word in checked.problem


@pytest.mark.parametrize("question", ONE_OF_EACH, ids=lambda question: question.type)
@pytest.mark.parametrize("blank", [None, "", "  \n", [], [""], {}, {"name": "", "email": " "}, [{}, {"name": ""}]])
def test_nothing_is_blank_and_no_fault(question: Any, blank: Any) -> None:
    assert check(question, blank).is_blank


@given(st.sampled_from(ONE_OF_EACH), JSON)
def test_no_answer_makes_the_check_fail(question: Any, answer: Any) -> None:
    checked = check(question, answer)
    assert checked.is_blank or (checked.value is None) == bool(checked.problem)


@given(st.sampled_from(ONE_OF_EACH), JSON)
def test_what_is_kept_is_kept_again_and_can_be_stored(question: Any, answer: Any) -> None:
    value = check(question, answer).value
    if value is not None:
        assert check(question, value).value == value
        json.dumps(value, allow_nan=False).encode()


@given(JSON)
def test_a_draft_can_always_be_stored(answer: Any) -> None:
    stored = json.dumps(tidy(answer), allow_nan=False, ensure_ascii=False).encode("utf-8")
    assert b"\\u0000" not in stored
    assert tidy(tidy(answer)) == tidy(answer)


@given(st.sampled_from(ONE_OF_EACH), JSON)
def test_every_answer_can_be_read(question: Any, answer: Any) -> None:
    assert all(isinstance(line, str) for line in display(question, answer).lines)


@pytest.mark.shared_data
@pytest.mark.parametrize("question", ONE_OF_EACH, ids=lambda question: question.type)
def test_strings_that_break_software_do_not_break_the_check(question: Any) -> None:
    folder = Path(__file__).resolve().parents[3] / "shared" / "data"
    naughty = json.loads((folder / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    assert len(naughty) > 400
    for text in naughty:
        for answer in (text, [text], {"name": text, "email": text, "job_title": text}, [{"name": text}]):
            checked = check(question, answer)
            assert checked.value is None or not checked.problem
            assert "\x00" not in render(question, answer)


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_texts_side_by_side_are_whole(before: str, after: str) -> None:
    left, right = compare(before, after)
    assert "".join(segment.text for segment in left) == before
    assert "".join(segment.text for segment in right) == after
    assert [s.text for s in left if not s.changed] == [s.text for s in right if not s.changed]
    assert any(segment.changed for segment in (*left, *right)) == (before != after)


@pytest.mark.parametrize(
    ("kind", "fields", "answer", "text"),
    [
        ("yes_no", {}, True, "Yes"),
        ("number", {"unit": "people"}, 1250, "1,250 people"),
        ("date", {}, "2026-11-22", "22 November 2026"),
        ("choice", {"options": OPTIONS}, "a", "A"),
        ("several", {"options": OPTIONS}, ["a", "b"], "A\nB"),
        ("country", {}, "NO", "Norway"),
        ("person", {}, PERSON, "Ada Okafor\nada@institute.example\nDirector"),
        ("evidence", {}, [DOCUMENT], "Charter"),
        ("table", TABLE, [{"name": "X", "share": "12", "place": "NO"}], "X · 12 · Norway"),
        ("number", {}, "twelve", "twelve"),
        ("text", {}, None, ""),
    ],
)
def test_an_answer_reads_as_a_person_writes_it(kind: str, fields: dict[str, Any], answer: Any, text: str) -> None:
    assert render(made(kind, **fields), answer, {DOCUMENT: "Charter"}) == text


def test_countries_have_their_common_names() -> None:
    assert (countries()["KR"], countries()["CZ"], len(countries())) == ("South Korea", "Czechia", 249)
