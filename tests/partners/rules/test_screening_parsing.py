"""Files with names come from strangers: whatever is in one, a row is used or left out with its reason, never half."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pytest

from partners.rules.screening.parsing import LONGEST_LINE, Listed, Skipped, Unreadable, read_list
from tests.factories.screening import csv_list, entity, ftm_list


def read(content: bytes, form: str = "csv") -> tuple[list[Listed], list[Skipped]]:
    rows = list(read_list(io.BytesIO(content), form))
    return [row for row in rows if isinstance(row, Listed)], [row for row in rows if isinstance(row, Skipped)]


def test_columns_are_found_by_their_heading_and_cells_split() -> None:
    content = csv_list('q1,Person,Kari Nordmann,"Кари; K. Nordmann",no;gb,1970-01-02,AB12345,sanction')
    ((row,), skipped) = read(b"\xef\xbb\xbf" + content)
    assert skipped == []
    assert (row.ref, row.kind, [name for name, _ in row.names]) == (
        "q1", "person", ["Kari Nordmann", "Кари", "K. Nordmann"],
    )  # fmt: skip
    assert (row.countries, row.births, dict(row.identifiers)) == (
        ("NO", "GB"), ("1970-01-02",), {"registration": ("AB12345",)},
    )  # fmt: skip


def test_entities_keep_what_the_list_says_and_weak_names_are_weak() -> None:
    content = ftm_list(
        entity("a", "Acme Ltd", "Company", alias=["Acme"], weakAlias=["The firm"], leiCode="549300X", country=["gb"])
    )
    ((row,), _) = read(content, "ftm")
    assert row.names == (("Acme Ltd", False), ("Acme", False), ("The firm", True))
    assert (row.kind, dict(row.identifiers), row.countries) == ("organisation", {"lei": ("549300X",)}, ("GB",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(b"id,name\n", mtime=0), "gzip"),
        (b"", "empty"),
        (b"ref;label\n1;Kari\n", "no column"),
        (b"\x00\x00\x00\n", "no column"),
    ],
    ids=["packed", "empty", "other columns", "no text"],
)
def test_a_file_that_is_none_says_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read(content)


def test_an_archive_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", b"0" * 10_000_000)
    for form in ("csv", "ftm"):
        with pytest.raises(Unreadable, match="zip archive"):
            read(out.getvalue(), form)


BROKEN: list[tuple[bytes, str]] = [
    (b"{", "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b"null", "no entity"),
    (b'{"id": "x", "schema": "Person"}', "no entity"),
    (b'{"id": "x", "schema": "Person", "properties": []}', "no entity"),
    (b'{"id": "x", "schema": "Vessel", "properties": {"name": ["MS"]}}', "no person"),
    (b'{"id": "x", "schema": {"a": 1}, "properties": {"name": ["MS"]}}', "no person"),
    (b'{"schema": "Person", "properties": {"name": ["A B"]}}', "no id"),
    (b'{"id": "x", "schema": "Person", "properties": {}}', "no name"),
    (b'{"id": "x", "schema": "Person", "properties": {"name": [{"a": 1}, null, true]}}', "no name"),
    (b"\xff\xfe{}", "UTF-8"),
    (b'{"id": "x", "pad": "' + b"a" * LONGEST_LINE + b'"}', "megabyte"),
]


@pytest.mark.parametrize(("line", "said"), BROKEN)
def test_a_broken_line_is_left_out_and_the_others_are_read(line: bytes, said: str) -> None:
    good = ftm_list(entity("good", "Kari Nordmann"))
    listed, skipped = read(good.replace(b"good", b"one") + line + b"\n" + good, "ftm")
    assert [row.ref for row in listed] == ["one", "good"]
    assert [row.line for row in skipped] == [2]
    assert said in skipped[0].reason


def test_characters_that_a_database_refuses_are_dropped() -> None:
    bad = {"id": "a\u0000b", "schema": "Person", "properties": {"name": ["Ka\ud800ri\u0000 Nord\u202emann"]}}
    ((row,), _) = read(json.dumps(bad).encode() + b"\n", "ftm")
    assert (row.ref, row.names) == ("ab", (("Kari Nordmann", False),))
    ((row,), _) = read(b"id,name\n1,Ka\x00ri\x07 Nordmann\n")
    assert row.names == (("Kari Nordmann", False),)


def test_an_entity_with_countless_names_is_bounded() -> None:
    ((row,), _) = read(ftm_list(entity("a", "X", alias=[f"Name {n}" for n in range(10_000)])), "ftm")
    assert len(row.names) == 200
    ((row,), _) = read(csv_list("a,Person,X," + ";".join(f"Name {n}" for n in range(10_000)) + ",,,,"))
    assert len(row.names) <= 200


def test_numbers_of_lines_are_those_of_the_file() -> None:
    _, skipped = read(csv_list("1,Person,Kari,,,,,", "2,Vessel,MS,,,,,", "3,Person,,,,,,"))
    assert [(row.line, row.reason) for row in skipped] == [
        (3, "It is no person or organisation."),
        (4, "It has no name."),
    ]


class Endless(io.RawIOBase):
    """A file of so many bytes without a single line's end, made as it is read."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.begun = False

    def readline(self, size: int | None = -1) -> bytes:
        if not self.begun:
            self.begun = True
            return b"id,name\n"
        take = min(self.left, size if size and size > 0 else self.left)
        self.left -= take
        return b"a" * take

    def read(self, size: int = -1) -> bytes:
        return b"id,n"

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0


def test_a_line_of_gigabytes_costs_no_memory() -> None:
    tracemalloc.start()
    rows = cast("Iterator[Any]", read_list(cast(BinaryIO, Endless(2_000_000_000)), "csv"))
    found = list(rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [row.reason for row in found] == ["The row is longer than a megabyte."]
    assert peak < 20_000_000
