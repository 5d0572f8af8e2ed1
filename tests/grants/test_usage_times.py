"""Times of windows: however they are written, the database keeps the moment that was read; so does the digest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.rules.usage import Problem, Sent, digest_of, times_of, written

pytestmark = pytest.mark.django_db
MOMENTS = st.integers(0, 8 * 366 * 86_400 * 10**6).map(
    lambda count: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(microseconds=count)
)
ABROAD = timezone(timedelta(hours=5, minutes=30))
WEEK = "{0}-W{1:02}-{2}T{3:%H:%M:%S}Z"


def spellings(moment: datetime) -> list[str]:
    """The moment as gateways write it, and as only Python reads it."""
    whole = moment.replace(microsecond=0)
    plain = moment.isoformat()
    return [
        plain,
        plain.replace("+00:00", "Z"),
        plain.replace("T", " "),
        moment.astimezone(ABROAD).isoformat(),
        f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}999Z",
        f"{moment:%Y-%m-%dT%H:%M:%S},{moment.microsecond:06}Z",
        f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond:06}+00:00",
        WEEK.format(*whole.isocalendar(), whole),
        f"{whole:%Y-%m-%dT%H:%M}Z",
    ]


def window(started: str) -> Sent:
    return Sent("w", "p", "r", "e", "u", "d", "", "", started, started, 1, 2, 3, 4, 5, "NO")


@settings(max_examples=60)
@given(MOMENTS)
def test_the_database_reads_what_was_read_here(moment: datetime) -> None:
    for text in spellings(moment):
        read = datetime.fromisoformat(text).astimezone(UTC)
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::timestamptz", [written(text, read)])
            assert cursor.fetchone() == (read,), text


@given(MOMENTS)
def test_the_digest_does_not_depend_on_the_spelling(moment: datetime) -> None:
    digests: dict[datetime, set[int]] = {}
    for text in spellings(moment):
        problems: dict[int, Problem] = {}
        (found,) = times_of([(0, window(text))], moment + timedelta(days=1), moment - timedelta(days=1), problems)
        assert not problems
        digests.setdefault(found.began, set()).add(digest_of(found))
    assert all(len(same) == 1 for same in digests.values())
    assert len({next(iter(same)) for same in digests.values()}) == len(digests), "another moment, another digest"
