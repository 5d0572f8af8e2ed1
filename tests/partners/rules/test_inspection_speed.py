"""No file of a few megabytes holds a worker up: what is looked for is looked for once."""

from __future__ import annotations

import time

import pytest

from partners.content import on_disk
from partners.inspection import inspect
from tests.partners.hostile import office
from tests.partners.sending import words

SIZE = 8 * 1024 * 1024
MOST = 20 * 1024 * 1024
SECONDS = 10
"""One pass takes a fraction of a second; a square of the size would take hours."""


@pytest.mark.parametrize(
    "piece",
    [
        b" ",
        b"\n",
        b"\t",
        b", ",
        b"<",
        b"< ",
        b"a|'",
        b"a|' ",
        b'"',
        b"= ",
        b"=IMPORT",
        b"\n=\n",
        b"a,b\n",
        b"=DDE ",
        b"<?",
    ],
)
def test_no_text_takes_longer_than_its_length(piece: bytes) -> None:
    before = time.monotonic()
    inspect("data.csv", b"x" + piece * (SIZE // len(piece)), most=MOST)
    inspect("data.csv", piece * (SIZE // len(piece)), most=MOST)
    assert time.monotonic() - before < SECONDS


def test_a_file_on_disk_is_judged_as_its_bytes_are(tmp_path) -> None:
    for name, content in {
        "a.txt": b"Plain words.\n",
        "b.txt": b"",
        "c.csv": b"name\n   =WEBSERVICE(1)\n",
        "d.csv": b"name\nx =WEBSERVICE(1)\n",
        "e.txt": b"\xef\xbb\xbf  <p>",
        "f.pdf": b"MZ\x90",
        "g.txt": "é".encode("latin-1"),
        "h.txt": b"a\x00b",
        "i.txt": "\x85".encode(),
    }.items():
        (tmp_path / name).write_bytes(content)
        with (tmp_path / name).open("rb") as file, on_disk(file) as found:
            assert inspect(name, found, most=MOST) == inspect(name, content, most=MOST), name


def test_cells_that_act_are_found_after_blanks_and_not_within_words() -> None:
    assert not inspect("a.csv", b"name\n   =WEBSERVICE(1)\n", most=MOST)
    assert not inspect("a.csv", b"name,\t@DDE (1)\n", most=MOST)
    assert inspect("a.csv", b"name\nx =WEBSERVICE(1)\n", most=MOST)


def test_a_field_that_starts_a_program_is_found_wherever_in_a_long_text() -> None:
    for before in (0, 1024 * 1024 - 3, 25 * 1024 * 1024):
        text = b"<w:t>" + words(before) + b"</w:t><w:instrText>DDEAUTO cmd</w:instrText>"
        assert not inspect("a.docx", office({"word/footer1.xml": text}), most=4 * MOST), before
