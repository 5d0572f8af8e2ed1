"""Keeping the rollups: what the record says since the last time goes into the sums; or all of it, anew."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from portal.dashboards.models import Cursor, Spell, Tally
from portal.dashboards.rollup import statements
from portal.dashboards.rollup.calendar import keep_calendars
from portal.dashboards.rollup.sources import SOURCES, Source
from portal.dashboards.rollup.texts import dropped, made_otherwise, measures_before, note
from portal.ledger.models import Head

BATCH = 5000
"""Entries at a time: few enough that a batch takes seconds, enough that a backlog of a million is done in minutes."""


@transaction.atomic
def keep_batch(limit: int = BATCH) -> int:
    """Take in the next entries of the record; gives how many there were.

    Twice is once: the spells of each subject that the entries concern are made anew from the record as it is now, and
    only the difference goes into the sums. A second worker waits for the first, and finds its entries done. What
    breaks off leaves everything as it was, the cursor too. Entries are numbered under the lock of the record's head, so
    that none with a lower number is still to come.
    """
    cursor_row = _locked()
    size = Head.objects.filter(pk=1).values_list("size", flat=True).first() or 0
    upto = max(cursor_row.seq, min(cursor_row.seq + limit, size))
    taken, bounds = upto - cursor_row.seq, {"after": cursor_row.seq, "upto": upto}
    if taken:
        keep_calendars()
    with connection.cursor() as cursor:
        for source in SOURCES:
            if taken or source.beside:
                _take_in(source, bounds, cursor)
    if taken:
        cursor_row.seq = upto
        cursor_row.save()
    return taken


def _take_in(source: Source, bounds: dict[str, int], cursor: CursorWrapper) -> None:
    cursor.execute(statements.SCRATCH)
    cursor.execute(statements.touched(source), bounds)
    if cursor.rowcount:
        cursor.execute("ANALYZE rollup_touched")
        cursor.execute(statements.made(source, all_subjects=False))
        cursor.execute(statements.REPLACE, {"measures": list(source.measures)})
        cursor.execute(statements.ADD)
        if nothing := [pk for (pk,) in cursor.fetchall()]:
            Tally.objects.filter(pk__in=nothing).delete()


def rebuild(tell: Callable[[str], None] = lambda name: None) -> None:
    """Make everything anew from the whole record, a source at a time. Boards go on showing what was kept until then.

    What is recorded meanwhile is taken in by the next batches, as ever.
    """
    with transaction.atomic():
        cursor_row = _locked()
        keep_calendars()
        size = Head.objects.filter(pk=1).values_list("size", flat=True).first() or 0
        if cursor_row.seq == 0:
            # Nothing is kept yet: what is on record now need not be taken in entry by entry.
            cursor_row.seq = size
            for source in SOURCES:
                _rebuild_source(source, cursor_row)
                tell(source.name)
            return
    for source in SOURCES:
        with transaction.atomic():
            _rebuild_source(source, _locked())
        tell(source.name)


@transaction.atomic
def renew_next() -> str:
    """After an update: make the next source anew that was made otherwise than it says now. Gives its name, or "".

    A worker that comes second waits for the first, and finds the next one.
    """
    cursor_row = _locked()
    for name, measures in dropped(cursor_row.made_by).items():
        _forget(measures)
        del cursor_row.made_by[name]
        cursor_row.save()
    for source in made_otherwise(cursor_row.made_by):
        keep_calendars()
        _rebuild_source(source, cursor_row)
        return source.name
    return ""


def _rebuild_source(source: Source, cursor_row: Cursor) -> None:
    _forget(measures_before(cursor_row.made_by, source))
    with connection.cursor() as cursor:
        cursor.execute(statements.SCRATCH)
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(statements.made(source, all_subjects=True))
        cursor.execute(statements.FILL)
        cursor.execute("ANALYZE rollup_changed")
        cursor.execute(statements.ADD_ALL)
    note(cursor_row, source)
    cursor_row.save()


def _forget(measures: list[str]) -> None:
    Spell.objects.filter(measure__in=measures).delete()
    Tally.objects.filter(measure__in=measures).delete()


def _locked() -> Cursor:
    """The cursor, locked until the transaction ends. Where nothing was kept yet, everything will be as sources say."""
    Cursor.objects.bulk_create([Cursor(pk=1)], ignore_conflicts=True)
    cursor_row = Cursor.objects.select_for_update().get(pk=1)
    if cursor_row.seq == 0 and not cursor_row.made_by:
        note(cursor_row, *SOURCES)
    return cursor_row
