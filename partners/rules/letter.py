"""The code on a letter: short enough to type, long enough that nobody finds one by guessing."""

from __future__ import annotations

import secrets
import unicodedata

from portal.core.identifiers import CROCKFORD

DIGITS = 19
"""Random digits of a code: 95 bits. One more is the check digit."""
LENGTH = DIGITS + 1
_BASE = len(CROCKFORD)
_LOOKS_LIKE = str.maketrans({"o": "0", "i": "1", "l": "1", "u": "v"})
MOST_TYPED = 60


def new_code() -> str:
    """A new code: 19 random digits of Crockford's base 32, and a check digit. Without hyphens, in lower case."""
    digits = "".join(secrets.choice(CROCKFORD) for _ in range(DIGITS))
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """By ISO 7064's hybrid system for 33 and 32: finds every wrong digit, and two that changed places."""
    rest = _BASE
    for digit in digits:
        rest = (rest + CROCKFORD.index(digit)) % _BASE or _BASE
        rest = rest * 2 % (_BASE + 1)
    return CROCKFORD[(_BASE + 1 - rest) % _BASE]


def written(code: str) -> str:
    """As it is printed: capitals in groups of four."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4)).upper()


def clean_code(typed: object) -> str:
    """The code that was typed, or "" where it can't be one. Hyphens, blanks and what looks alike are forgiven."""
    if not isinstance(typed, str) or len(typed) > MOST_TYPED:
        return ""
    text = unicodedata.normalize("NFKC", typed).lower()
    text = "".join(char for char in text if char not in "-‐‑‒–—_. " and not char.isspace()).translate(_LOOKS_LIKE)
    if len(text) != LENGTH or any(char not in CROCKFORD for char in text):
        return ""
    return text if check_digit(text[:DIGITS]) == text[DIGITS] else ""
