"""How long decisions take: medians and nine in ten of the last twelve months, from the day of sending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from partners.queries.times import ENOUGH, DecisionTime, decision_times
from portal.core import clock
from tests.factories import partners as make

pytestmark = pytest.mark.django_db


BACKDATE = """
SET session_replication_role = replica;
UPDATE partners_application SET kind = %(kind)s, state = %(state)s, submitted_at = %(sent)s, submitted_by_id = %(who)s,
    screened_at = %(when)s, screened_by_id = %(who)s, decided_at = %(when)s WHERE id = %(pk)s;
SET session_replication_role = origin;
"""


def decided(*days: float, kind: str = "initial", state: str = "approved", ago: int = 30) -> None:
    """Applications that took so many days, decided so many days ago: put there without the months of work."""
    for took in days:
        institution, applicant = make.make_institution()
        pk = make.begin_application(institution=institution, by=applicant).pk
        when = clock.now() - timedelta(days=ago)
        sent = when - timedelta(days=took)
        row: dict[str, Any] = {
            "kind": kind,
            "state": state,
            "sent": sent,
            "when": when,
            "who": applicant.user_id,
            "pk": pk,
        }
        with connection.cursor() as cursor:
            cursor.execute(BACKDATE, row)


def times(kind: str = "initial") -> DecisionTime:
    return next(item for item in decision_times() if item.kind == kind)


@pytest.fixture(autouse=True)
def _authority() -> None:
    make.make_authority()


def test_half_and_nine_in_ten_are_told_in_days_begun() -> None:
    decided(10, 20, 30.2, 40, 90)
    assert times() == DecisionTime("initial", "Initial", 5, 31, 70)


def test_with_fewer_than_five_nothing_is_told_but_their_number() -> None:
    decided(10, 20, 30, 40)
    assert ENOUGH == 5
    assert times() == DecisionTime("initial", "Initial", 4, None, None)


def test_refusals_count_and_kinds_are_told_apart() -> None:
    decided(10, 10, 10, state="declined")
    decided(10, 10)
    decided(2, 2, 2, 2, 2, kind="renewal")
    assert (times().half, times("renewal").half, times("change").half) == (10, 2, None)


def test_what_is_older_than_a_year_or_not_decided_does_not_count() -> None:
    decided(100, 100, 100, 100, 100, ago=366)
    institution, applicant = make.make_institution()
    make.begin_application(institution=institution, by=applicant)
    assert times().decided == 0


def test_one_query(django_assert_num_queries: Any) -> None:
    decided(1, 2, 3, 4, 5)
    with django_assert_num_queries(1):
        decision_times()
