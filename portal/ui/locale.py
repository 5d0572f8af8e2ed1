"""The catalogues of templates/locale, compiled without a system's gettext: `python -m portal.ui.locale`.

The .mo files lie beside the .po files and are kept with them, so that nothing is to be compiled on a machine; a test
finds those that are out of date.
"""

from __future__ import annotations

import ast
import struct
from pathlib import Path

from portal.ui.tokens import PROJECT

CATALOGUES = PROJECT / "templates" / "locale"
MAGIC = 0x950412DE
"""The first four bytes of a .mo file, in little-endian order (GNU gettext manual, 10.3)."""
ENTRY, SIZES = 8, 28


def read(path: Path) -> dict[str, str]:
    """msgid → msgstr of a .po file. Plurals are joined by NUL, as the compiled form has them; no fuzzy ones."""
    found: dict[str, str] = {}
    for block in path.read_text().split("\n\n"):
        lines = block.splitlines()
        if any(line.startswith("#,") and "fuzzy" in line for line in lines):
            continue
        said = _fields(lines)
        if "msgid" not in said:
            continue
        ids = [said[key] for key in ("msgid", "msgid_plural") if key in said]
        texts = [text for key, text in said.items() if key.startswith("msgstr")]
        found["\0".join(ids)] = "\0".join(texts)
    return found


def _fields(lines: list[str]) -> dict[str, str]:
    """Keyword → text of one entry, its continued lines put together."""
    said: dict[str, str] = {}
    key = ""
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith('"'):
            said[key] += ast.literal_eval(line)
            continue
        key, _, text = line.partition(" ")
        said[key] = ast.literal_eval(text)
    return said


def compiled(texts: dict[str, str]) -> bytes:
    """The catalogue in the form that gettext reads. Texts that are empty are left out: they fall back to English."""
    pairs = sorted((key.encode(), text.encode()) for key, text in texts.items() if text.strip("\0"))
    count = len(pairs)
    place = SIZES + 2 * ENTRY * count
    tables: tuple[list[bytes], list[bytes]] = ([], [])
    pool = b""
    for column in (0, 1):
        for pair in pairs:
            tables[column].append(struct.pack("<II", len(pair[column]), place + len(pool)))
            pool += pair[column] + b"\0"
    head = struct.pack("<7I", MAGIC, 0, count, SIZES, SIZES + ENTRY * count, 0, 0)
    return head + b"".join(tables[0]) + b"".join(tables[1]) + pool


def stale() -> list[Path]:
    """Compiled catalogues that differ from their texts."""
    return [path for path, made in _all() if not path.exists() or path.read_bytes() != made]


def _all() -> list[tuple[Path, bytes]]:
    sources = sorted(CATALOGUES.glob("*/LC_MESSAGES/*.po"))
    return [(source.with_suffix(".mo"), compiled(read(source))) for source in sources]


if __name__ == "__main__":
    for path, made in _all():
        path.write_bytes(made)
