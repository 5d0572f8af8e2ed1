"""Human references such as A-2026-0147: a letter, the year, and a number counted per letter and year."""

from __future__ import annotations

from django.db import connection

from portal.core import clock


def next_reference(letter: str) -> str:
    """The next reference of that letter in the current year. Inside a deed; a deed that fails gives its number back.

    The counter's row stays locked until the deed ends, so numbers are without gaps or doubles.
    """
    year = clock.now().year
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_counter (letter, year, used) VALUES (%s, %s, 1)
            ON CONFLICT (letter, year) DO UPDATE SET used = ledger_counter.used + 1 RETURNING used
            """,
            [letter, year],
        )
        (number,) = cursor.fetchone()
    return f"{letter}-{year}-{number:04d}"
