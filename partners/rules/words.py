"""Words and trigrams: how a name is found by somebody who spells it another way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

MARKS = "\ue000", "\ue001"
"""Private characters that stand around what was found, until it is escaped. Never in what is kept."""
LEAST, ALIKE = 4, 0.3
"""Letters of a word that is looked for by likeness; and how alike two words are that may be the same."""
_WORD = re.compile(r"[^\W\d_]{2,40}")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def plain(text: str) -> str:
    """In small letters without accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(one))


def words(text: str) -> list[str]:
    """The words of a text, plain, each once, in order of the alphabet."""
    return sorted({word for word in _WORD.findall(plain(text)) if len(word) >= LEAST})


def trigrams(word: str) -> list[str]:
    """The threes of letters of a word, with two blanks before and one after it, as PostgreSQL's pg_trgm makes them."""
    padded = f"  {plain(word)} "
    return sorted({padded[at : at + 3] for at in range(len(padded) - 2)})


def likeness(one: str, other: str) -> float:
    """The share of trigrams that two words have in common, from 0 to 1."""
    ours, theirs = set(trigrams(one)), set(trigrams(other))
    return len(ours & theirs) / len(ours | theirs)


def texts(value: Any) -> Iterator[str]:
    """Every text in an answer, however deep; not ids of documents. Keys of choices are read as words."""
    if isinstance(value, str):
        if value and not _ID.fullmatch(value):
            yield value.replace("_", " ") if value.isidentifier() else value
    elif isinstance(value, dict):
        for _key, item in sorted(value.items()):  # in one order, whether it comes from a form or from the database
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def names(value: Any, key: str = "") -> Iterator[str]:
    """What is a name in answers: what is kept under "name", or under a key that ends in it."""
    if isinstance(value, str) and (key == "name" or key.endswith("_name")):
        yield value
    elif isinstance(value, dict):
        for inner, item in sorted(value.items()):
            yield from names(item, inner)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from names(item, key)


def kept(parts: Iterable[str], most: int) -> str:
    """Texts as they are kept for searching: joined, without what a database cannot hold or what marks use."""
    text = "\n".join(part.strip() for part in parts if part and part.strip())
    for one in ("\x00", *MARKS):
        text = text.replace(one, "")
    return text[:most]
