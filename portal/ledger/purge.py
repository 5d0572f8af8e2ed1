"""Purging events whose retention has ended. The entry and its commitment stay, so the record still verifies."""

from __future__ import annotations

from django.db.models import DateField
from django.db.models.functions import Cast, Least, Now

from portal.core import clock
from portal.ledger.models import Event

BATCH = 1000


def purge_events(most: int = 50 * BATCH) -> int:
    """Delete events whose last day is past, at most that many; returns how many.

    The database's trigger looks at its own calendar: an event is not deleted early by a clock set forward.
    """
    done = 0
    while done < most:
        due = Event.objects.filter(retained_until__lt=Least(clock.today(), Cast(Now(), DateField())))
        gone = Event.objects.filter(pk__in=list(due.values_list("pk", flat=True)[:BATCH])).delete()[0]
        done += gone
        if gone < BATCH:
            break
    return done
