"""Wake processes that wait for rows: a NOTIFY, which PostgreSQL sends with the commit and drops with a rollback.

It carries nothing. Who wakes looks for what is due, so that a lost one delays and loses nothing.
"""

from __future__ import annotations

from django.db import connection

CHANNEL = "portal_wake"


def wake() -> None:
    """Wake them when the present transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
