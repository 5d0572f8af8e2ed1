"""Human references such as A-2026-0147: a letter, the year, and a number counted per letter and year."""

from __future__ import annotations

from django.db import connection

from portal.core import clock


def next_reference(letter: str) -> str:
    """The next reference of that letter in the current year. Inside a deed; a deed that fails gives its number back.

    The counter's row stays locked until the deed ends, so numbers are without gaps or doubles.
    """
    return next_references(letter, 1)[0]


def next_references(letter: str, count: int) -> list[str]:
    """The next `count` references of that letter, as `next_reference` gives them."""
    year = clock.now().year
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_counter (letter, year, used) VALUES (%s, %s, %s)
            ON CONFLICT (letter, year) DO UPDATE SET used = ledger_counter.used + EXCLUDED.used RETURNING used
            """,
            [letter, year, count],
        )
        (last,) = cursor.fetchone()
    return [f"{letter}-{year}-{number:04d}" for number in range(last - count + 1, last + 1)]
