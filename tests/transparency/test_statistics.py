"""Published statistics: each figure is what a naive count gives, of quarters that are over, without a name."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from partners.actions.case import send_to_signatories
from partners.actions.remit import remit_application
from partners.models import Application, ClockStretch
from partners.queries.rulebook import rules_of
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.transparency.statistics import OUTCOMES, Ended, _by, days_of, ended_in, nearest, statistics
from tests.factories import partners as make
from tests.factories import refusals
from tests.factories.accounts import make_member
from tests.factories.audits import Stage
from tests.factories.partners import sign
from tests.query_budget import queries_of

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday


@pytest.fixture
def draft(db: None) -> Application:
    make.make_authority("NO")
    institution, applicant = make.make_institution()
    return make.begin_application(institution=institution, by=applicant)


def ended(draft: Application, count: int, state: str, at: datetime = MARCH, days: int = 7, **more: Any) -> None:
    """So many applications that ended then, a week after they were sent: put there without the months of work."""
    known = Application.objects.count()
    sent = at - timedelta(days=days)
    rows = [
        Application(
            **{field.attname: getattr(draft, field.attname) for field in Application._meta.fields if field.name != "id"}
            | {
                "state": state,
                "reference": f"X-{known + number}",
                "submitted_at": sent,
                "submitted_by_id": draft.started_by_id,
            }
            | {"screened_at": sent, "screened_by_id": draft.started_by_id}
            | {"decided_at": None if state == "withdrawn" else at}
            | more
        )
        for number in range(count)
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        QuerySet[Application](Application).bulk_create(rows)
        cursor.execute("SET session_replication_role = origin")
    ClockStretch.objects.bulk_create(
        ClockStretch(application=row, stage="screening", holder="authority", began_at=sent, ended_at=at, limit=10)
        for row in rows
    )


def page(query: str = "") -> str:
    return Client().get(f"/statistics/{query}").content.decode()


def table(key: str) -> list[list[str]]:
    answer = Client().get(f"/statistics/{key}.csv?year=2026")
    return list(csv.reader(io.StringIO(answer.content.decode().lstrip("\ufeff"))))


@time_machine.travel(NOW, tick=True)
def test_outcomes_times_and_reasons_of_a_year(draft: Application) -> None:
    ended(draft, 6, "approved")
    ended(draft, 5, "declined", datetime(2026, 5, 4, 9, tzinfo=UTC), refusal_reasons=["security"])
    ended(draft, 5, "withdrawn", days=21)
    assert table("quarter") == [
        ["Quarter", "Approved", "Declined", "Withdrawn", "Total"],
        ["Quarter 1", "6", "0", "5", "11"],
        ["Quarter 2", "0", "5", "0", "5"],
        ["All", "6", "5", "5", "16"],
    ]
    assert table("kind")[1] == ["Initial", "6", "5", "5", "16"]
    assert table("times")[1] == ["Screening", "5", "15"]
    assert table("times")[2] == ["Assessment", "too few", "too few"]
    assert table("reasons")[1][1] == "5"
    assert "security" in table("reasons")[1][0]


@time_machine.travel(NOW, tick=True)
def test_a_rare_outcome_is_not_told_apart(draft: Application) -> None:
    ended(draft, 6, "approved")
    ended(draft, 2, "declined", refusal_reasons=["security"])
    assert table("kind") == [["Kind", "Ended"], ["Initial", "8"], ["All", "8"]]
    assert table("reasons")[1][1] == "fewer than 5"


@time_machine.travel(NOW, tick=True)
def test_a_quarter_that_is_not_over_is_not_told(draft: Application) -> None:
    ended(draft, 6, "approved", datetime(2026, 9, 30, 23, tzinfo=UTC))
    ended(draft, 6, "approved", datetime(2026, 10, 1, tzinfo=UTC))
    assert len(ended_in(2026)) == 6
    assert statistics(2026).until == date(2026, 9, 30)


@time_machine.travel(NOW, tick=True)
def test_no_name_and_no_reference_is_published(draft: Application) -> None:
    ended(draft, 6, "approved", refusal_note="A secret")
    text = page()
    assert draft.authority.name in text
    assert [word for word in (draft.institution.name, "X-1", "A secret") if word in text] == []


@time_machine.travel(NOW, tick=True)
def test_it_costs_the_same_with_many(draft: Application) -> None:
    ended(draft, 6, "approved")
    few = queries_of(Client(), "/statistics/")
    ended(draft, 60, "declined", refusal_reasons=["security"])
    assert len(queries_of(Client(), "/statistics/")) == len(few) <= 6


@time_machine.travel(NOW, tick=True)
@pytest.mark.parametrize("query", ["?year=0", "?year=x", "?year=99999", "?year=２０２６", "?year=2026"])
def test_any_year_is_answered(draft: Application, query: str) -> None:
    assert Client().get(f"/statistics/{query}").status_code == 200
    assert Client().get(f"/statistics/nothing.csv{query}").status_code == 404


CASES = st.lists(
    st.tuples(st.sampled_from(OUTCOMES), st.sampled_from(("North", "South", "East")), st.integers(1, 12)), max_size=80
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(CASES)
def test_each_figure_that_is_shown_is_a_naive_count(drawn: list[tuple[str, str, int]]) -> None:
    cases = [
        Ended(number, "initial", state, where, "NO", [], datetime(2026, month, 3, tzinfo=UTC))
        for number, (state, where, month) in enumerate(drawn)
    ]
    figure = _by(cases, "authority", "", "Authority", lambda one: one.authority)
    for name, *cells in figure.rows:
        mine = [one for one in cases if name in (one.authority, "All")]
        states = Counter(one.state for one in mine)
        naive = [*(states[state] for state in OUTCOMES), len(mine)] if len(cells) > 1 else [len(mine)]
        for cell, count in zip(cells, naive, strict=True):
            assert cell in (str(count), "fewer than 5", "not shown")
            assert (cell == "fewer than 5") == (0 < count < 5)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.sampled_from((0.5, 0.9)))
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(values: list[int], share: float) -> None:
    found = nearest(values, share)
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < share * len(values)


# --- what a panel set aside -----------------------------------------------------------------------
def on(month: int, day: int = 10) -> Any:
    """That day of the year after the one in which the application was made."""
    return clock.at(datetime(clock.now().year + 1, month, day, 9, tzinfo=UTC))


def told(month: int) -> tuple[list[tuple[str, int, list[str]]], dict[str, list[int]]]:
    """What is published in that month of the year: outcome, quarter and reasons of each; and days in each stage."""
    with on(month, 2):
        cases = ended_in(clock.now().year)
        return [(one.state, one.quarter, one.reasons) for one in cases], days_of(cases)


def sent_again(made: refusals.Refused) -> None:
    send_to_signatories(application=made.application, by=made.cast.officer)


def test_a_refusal_that_fell_later_stays_as_it_was_published(stage: Stage) -> None:
    with on(2):
        made = refusals.refused()
    published_then = told(4)
    assert published_then[0] == [("declined", 1, ["security"])]
    with on(5):
        remit_application(application=made.application, reason="The logs were there.", by=SYSTEM)
    assert made.application.decided_at is None
    assert told(7) == published_then
    with on(8):
        sent_again(made)
        sign(made.cast, make_member(made.cast.authority, "signatory"), made.cast.other_signatory)
    outcomes, days = told(10)
    assert outcomes == [("declined", 1, ["security"]), ("approved", 3, [])]
    assert all(set(published_then[1][stage_]) <= set(days[stage_]) for stage_ in published_then[1])
    assert max(days["signatures"]) < 40, "what came before the panel belongs to the refusal"
    assert told(4) == published_then, "the first quarter alone"


def test_a_refusal_that_fell_before_its_quarter_was_over_was_never_published(stage: Stage) -> None:
    with on(2):
        made = refusals.refused()
    with on(3):
        remit_application(application=made.application, reason="The logs were there.", by=SYSTEM)
    assert told(4)[0] == []


def test_who_is_refused_once_more_counts_once_more(stage: Stage) -> None:
    with on(2):
        made = refusals.refused()
    with on(5):
        remit_application(application=made.application, reason="The logs were there.", by=SYSTEM)
    with on(8):
        sent_again(made)
        refusals.refuse(made.cast, make_member(made.cast.authority, "signatory"))
    assert told(10)[0] == [("declined", 1, ["security"]), ("declined", 3, ["security"])]


def test_a_refusal_that_was_set_aside_without_a_new_round_counts_once(stage: Stage) -> None:
    """The institution had begun another application meanwhile, so that nothing went back."""
    with on(2):
        made = refusals.refused()
    days = rules_of(made.application).qualification.cooling_off_days
    decided = made.application.decided_at
    assert decided is not None
    with clock.at(decided + timedelta(days=days + 1)):
        make.begin_application(institution=made.cast.institution, by=made.cast.applicant)
        remit_application(application=made.application, reason="The logs were there.", by=SYSTEM)
    assert made.application.state == "declined"
    assert told(12)[0] == [("declined", 1, ["security"])]
