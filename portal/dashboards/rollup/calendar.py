"""Keeping the calendars of the authorities' countries long enough for what is counted in working days."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate

from django.db.models import Max

from portal.accounts.models import Organisation
from portal.core import clock
from portal.dashboards.models import Workday
from portal.rulebook.durations import is_working_day, working_days_between

FIRST = date(2000, 1, 1)
KEPT_FROM = date(2020, 1, 1)
"""Nothing in the scheme is older."""


def keep_calendars() -> None:
    """Have every authority's country's calendar until the end of next year. Two queries where it is there already."""
    ends = date(clock.today().year + 1, 12, 31)
    countries = (
        Organisation.objects.filter(kind="authority").order_by().values_list("jurisdiction", flat=True).distinct()
    )
    kept = dict(Workday.objects.values_list("country").annotate(last=Max("day")))
    for country in countries:
        since = kept[country] + timedelta(days=1) if country in kept else KEPT_FROM
        if since <= ends:
            Workday.objects.bulk_create(_days(country, since, ends), ignore_conflicts=True, batch_size=2000)


def _days(country: str, since: date, until: date) -> list[Workday]:
    days = [since + timedelta(days=step) for step in range((until - since).days + 1)]
    before = working_days_between(FIRST, since - timedelta(days=1), country)
    counts = accumulate((is_working_day(day, country) for day in days), initial=before)
    next(counts)
    return [Workday(country=country, day=day, nth=nth) for day, nth in zip(days, counts, strict=True)]
