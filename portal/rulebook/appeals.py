"""Until when a decision can be appealed against: one day, for letters, pages, notices and the deed that lodges."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.rulebook.places import LastDay
from portal.rulebook.schema import Rulebook, find


def days_to_appeal(kind: str, book: Rulebook) -> int:
    """Calendar days after that of the decision (appeal.against.<kind>.window_days)."""
    return find(book.appeal.against, kind).window_days


def country_of(subject: Any) -> str:
    """By whose calendar: that of the authority that decided; where it has no country, that of the institution."""
    return str(subject.authority.jurisdiction or subject.institution.organisation.jurisdiction)


def last_day_to_appeal(kind: str, *, decided_at: datetime, country: str, book: Rulebook) -> LastDay:
    """The last day, under the version of the rulebook by which it was decided."""
    return LastDay.within(days_to_appeal(kind, book), of=decided_at, country=country)
