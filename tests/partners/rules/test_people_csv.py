"""Files of people: good ones, odd ones and hostile ones. Each problem is a sentence that says what to do."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from uuid import UUID

import pytest

from partners.rules.people_csv import (
    COLUMNS,
    MOST_BYTES,
    MOST_ROWS,
    Unreadable,
    Wanted,
    read_row,
    read_sheet,
)
from partners.rules.people_import import MOST_CHANGED, Known, OnRecord, Outcome, not_too_many, plan
from portal.rulebook.durations import add_months

HEAD = "Name,E-mail address,Training checked on,Training valid until,Training vouched by\n"
TODAY = date(2026, 11, 26)


def rows(text: str | bytes) -> list[Wanted]:
    content = text if isinstance(text, bytes) else text.encode()
    return [read_row(row) for row in read_sheet(content).rows]


def one(text: str) -> Wanted:
    (row,) = rows(HEAD + text + "\n")
    return row


def outcomes(text: str, known: dict[str, Known] | None = None, own: str = "") -> list[Outcome]:
    def longest(kind: str, day: date) -> date:
        return add_months(day, 12)

    return list(plan(rows(text), known or {}, own_address=own, longest=longest, today=TODAY))


# --- the file -------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_what_spreadsheets_write_is_read(delimiter: str, end: str, mark: bytes) -> None:
    text = HEAD.replace(",", delimiter) + delimiter.join(("Åse Ødegård", "AASE@x.example", "2026-03-01", "", "Unit"))
    (row,) = rows(mark + text.replace("\n", end).encode())
    assert (row.name, row.email, row.problems) == ("Åse Ødegård", "aase@x.example", [])
    assert row.checks[0].checked_on == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (HEAD.encode(), "no people below"),
        (HEAD.encode() + b",,,,\n\n,,,,\n", "no people below"),
        ("Name,E-mail address\nÅse,a@x.example\n".encode("latin-1"), "not in UTF-8 (line 2)"),
        ("Name,E-mail address\nÅse,a@x.example\n".encode("utf-16"), "not in UTF-8"),
        (b"PK\x03\x04\x14\x00\x06\x00", "workbook"),
        (b"Name,E-mail address\nA\x00da,a@x.example\n", "no text"),
        (b"First name,Mail\nAda,a@x.example\n", "“Name” is not among them"),
        (b"Name,Name,E-mail address\nAda,Ada,a@x.example\n", "“Name” is there twice"),
        (b'Name,E-mail address\n"Ada,a@x.example\n', "quotation mark"),
        (b'Name,E-mail address\n"Ada" Berg,a@x.example\n', "quotation mark"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not in UTF-8"),
        (b"a" * (MOST_BYTES + 1), "larger than 5 MB"),
        (HEAD.encode() + b"Ada,a@x.example,,,\n" * (MOST_ROWS + 1), "more than 10,000 people"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why_and_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable) as error:
        rows(content)
    assert says in str(error.value)


def test_ten_thousand_people_are_not_too_many() -> None:
    assert len(rows(HEAD + "Ada,a@x.example,,,\n" * MOST_ROWS)) == MOST_ROWS


def test_columns_that_are_not_read_are_named_and_those_of_an_export_are_not_a_surprise() -> None:
    sheet = read_sheet(b"Name,Salary,email,Standing,Lacks,Rules accepted on\nAda,100,a@x.example,Cleared,,\n")
    assert sheet.ignored == ("Salary",)
    assert read_row(sheet.rows[0]).email == "a@x.example"


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    text = HEAD + '"Ada\nBerg",a@x.example,,,\n\n,,,,\nBo,b@x.example,,,\n'
    found = rows(text)
    assert [(row.number, row.name) for row in found] == [(2, "Ada Berg"), (5, "Bo")]


# --- one row --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (",a@x.example,,,", "“Name” is empty"),
        ("Ada,,,,", "“E-mail address” is empty"),
        ("Ada,ada at x,,,", "“ada at x” in “E-mail address” is no e-mail address"),
        ("Ada,a@x.example,03/05/2027,,Unit", "“03/05/2027” in “Training checked on” is no date"),
        ("Ada,a@x.example,2026-02-30,,Unit", "“2026-02-30” in “Training checked on” is no date"),
        ("Ada,a@x.example,45323,,Unit", "“45323” in “Training checked on” is no date"),
        ("Ada,a@x.example,1 March 2026,,Unit", "is no date. Write year-month-day"),
        ("Ada,a@x.example,2026-03-01,,", "“Training vouched by” is empty, and a check needs it"),
        ("Ada,a@x.example,,2027-03-01,Unit", "“Training checked on” is empty, and a check needs it"),
        ("=HYPERLINK(1),a@x.example,,,", "in “Name” begins like a formula. Write it without “=”"),
        ("@SUM(1),a@x.example,,,", "begins like a formula"),
        ("Ada,a@x.example,2026-03-01,,=cmd|'/c calc'!A0", "in “Training vouched by” begins like a formula"),
        ("＝1+1,a@x.example,,,", "begins like a formula"),
        ("+47 22,a@x.example,,,", "begins like a formula"),
        (f"{'A' * 151},a@x.example,,,", "“Name” has 151 characters; 150 are the most"),
        ("Ada,a@x.example,,,,surplus", "more cells than there are headings"),
    ],
)
def test_each_problem_names_its_column_and_what_to_do(cells: str, says: str) -> None:
    assert any(says in problem for problem in one(cells).problems), one(cells).problems


@pytest.mark.parametrize("written", ["2026-03-01", "01.03.2026", "1.3.2026"])
def test_dates_that_can_be_meant_in_one_way_only_are_read(written: str) -> None:
    assert one(f"Ada,a@x.example,{written},,Unit").checks[0].checked_on == date(2026, 3, 1)


def test_the_apostrophe_of_an_export_is_taken_off_and_no_other() -> None:
    assert one("'=Ada,a@x.example,,,").name == "=Ada"
    assert one("'Ada,a@x.example,,,").name == "'Ada"


def test_several_problems_of_a_row_are_all_told() -> None:
    assert len(one(",ada at x,03/05/2027,,").problems) == 4


# --- what would happen ----------------------------------------------------------------------------

ADA = Known(
    UUID(int=1),
    "Ada Berg",
    "Analyst",
    "",
    frozenset({OnRecord("training", date(2026, 3, 1), date(2027, 3, 1), "Unit", "")}),
)


def test_new_changed_unchanged_and_wrong_rows_are_told_apart() -> None:
    text = HEAD.replace("\n", ",Position\n")
    text += "Bo,b@x.example,,,,\n"
    text += "Ada Berg,a@x.example,2026-03-01,2027-03-01,Unit,Analyst\n"
    text += "Bo again,B@x.example,,,,\n"
    text += "Cy,c@x.example,2026-12-24,,Unit,\n"
    found = outcomes(text, {"a@x.example": ADA})
    assert [item.kind for item in found] == ["new", "unchanged", "problem", "problem"]
    assert found[2].says == ("“b@x.example” is in row 2 already. Keep one of the two.",)
    assert found[3].says[0].startswith("Training: A check is recorded once it was made")


def test_what_changes_is_told_with_what_was() -> None:
    text = HEAD.replace("\n", ",Position,Employer\n") + "Ada Lind,a@x.example,2026-11-01,2027-10-31,Unit,,Havel\n"
    (found,) = outcomes(text, {"a@x.example": ADA})
    assert found.kind == "changed"
    assert found.says == ("Name: Ada Berg → Ada Lind", "Employer: – → Havel", "Training until 31 October 2027")
    assert found.details == {"name": "Ada Lind", "employer": "Havel"}, "an empty cell takes nothing away"


def test_a_check_without_a_last_day_is_the_one_on_record_and_a_too_long_one_is_a_problem() -> None:
    (same,) = outcomes(HEAD + "Ada Berg,a@x.example,2026-03-01,,Unit\n", {"a@x.example": ADA})
    assert same.kind == "unchanged"
    (long,) = outcomes(HEAD + "Ada Berg,a@x.example,2026-03-01,2028-03-01,Unit\n", {"a@x.example": ADA})
    assert long.kind == "problem"
    assert "until 1 March 2027 at most" in long.says[0]


def test_nobody_imports_a_check_of_their_own() -> None:
    text = HEAD + "Ada Berg,a@x.example,2026-11-01,,Unit\n"
    (found,) = outcomes(text, {"a@x.example": ADA}, own="a@x.example")
    assert found.kind == "problem"
    assert "This is you" in found.says[0]


def test_who_left_is_not_named_again_by_an_export() -> None:
    (found,) = outcomes("Name,E-mail address,Standing\nAda,a@x.example,Left\n")
    assert found.kind == "unchanged"
    assert "Has left" in found.says[0]


def test_every_column_has_a_heading_of_its_own() -> None:
    assert not [a for a, b in pairwise(sorted(COLUMNS.values())) if a == b]


def test_a_file_that_changes_too_many_people_at_once_is_to_be_split() -> None:
    assert not_too_many(MOST_CHANGED)
    assert "Split it into several files" in str(not_too_many(MOST_CHANGED + 1).reason)
