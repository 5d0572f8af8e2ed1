"""Partitions of the windows of use: one for each month (UTC), made ahead; a default one catches what has none yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection, transaction

TABLE = "grants_usagewindow"
DEFAULT = f"{TABLE}_default"
BEFORE, AHEAD = 2, 3
"""Months before and after the present one for which there is to be a partition."""


def month_of(day: date, later: int = 0) -> date:
    """The first day of its month, or of one so many months later (or earlier)."""
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def wanted(today: date) -> list[date]:
    """The months for which there is to be a partition today."""
    return [month_of(today, later) for later in range(-BEFORE, AHEAD + 1)]


def name_of(month: date) -> str:
    return f"{TABLE}_{month:%Y_%m}"


def missing(today: date) -> list[date]:
    """Of these months, those without a partition."""
    months = wanted(today)
    absent = "SELECT name FROM unnest(%s::text[]) name WHERE to_regclass(name) IS NULL"
    with connection.cursor() as cursor:
        cursor.execute(absent, [list(map(name_of, months))])
        names = {row[0] for row in cursor.fetchall()}
    return [month for month in months if name_of(month) in names]


def make(months: Iterable[date]) -> int:
    """Make the partitions of these months. Twice, or two at once, is once. Returns how many were new."""
    return sum(_make(month) for month in months)


def _make(month: date) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [TABLE])
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name_of(month)])
        if cursor.fetchone()[0]:
            return False
        create(cursor, month)
    return True


def create(cursor: Any, month: date) -> None:
    """Make one partition, and move into it what the default one has caught of its month.

    Rows are moved past the trigger that forbids it: nothing of them changes, and only the table's owner can.
    """
    name = name_of(month)
    first, last = f"{month:%Y-%m-%d} 00:00+00", f"{month_of(month, 1):%Y-%m-%d} 00:00+00"
    within = f"started_at >= '{first}' AND started_at < '{last}'"
    cursor.execute(
        f"""
        LOCK TABLE {TABLE} IN SHARE UPDATE EXCLUSIVE MODE;
        LOCK TABLE {DEFAULT} IN ACCESS EXCLUSIVE MODE;
        CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
        INSERT INTO {name} SELECT * FROM {DEFAULT} WHERE {within};
        ALTER TABLE {DEFAULT} DISABLE TRIGGER USER;
        DELETE FROM {DEFAULT} WHERE {within};
        ALTER TABLE {DEFAULT} ENABLE TRIGGER USER;
        ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM ('{first}') TO ('{last}');
        """  # noqa: S608 -- names and dates of this module
    )
    forbid_truncating(cursor, name)


def forbid_truncating(cursor: Any, name: str) -> None:
    """Give a partition the trigger against TRUNCATE: unlike those on rows, it does not come from the parent."""
    cursor.execute(
        """
        SELECT p.proname, t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgrelid = %s::regclass AND t.tgname LIKE 'pgtrigger_no_truncate%%' AND NOT t.tgisinternal
        """,
        [TABLE],
    )
    for function, trigger in cursor.fetchall():
        cursor.execute(
            f"CREATE TRIGGER {trigger} BEFORE TRUNCATE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
