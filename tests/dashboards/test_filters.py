"""What narrows the boards: read from the address, forced for a provider's people, and never an error page."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict
from django.test import Client

from portal.core import clock
from portal.dashboards.filters import Narrowed, from_address
from portal.dashboards.queries.offered import Offered, offered
from tests.factories.accounts import make_member, make_organisation
from tests.factories.grants import make_release
from tests.factories.rulebook import founded_rulebook
from tests.world import client_for

URL = "/oversight/"
DAY = datetime(2026, 11, 27, 12, tzinfo=UTC)
TWO = Offered((("r1", "Meridian 4.1", "p1", "Meridian"), ("r2", "Orion 2", "p2", "Orion")))


def asked(query: str, own: str = "", choices: Offered = TWO) -> Narrowed:
    with clock.at(DAY):
        return from_address(QueryDict(query), {"NO", "SE"}, choices, own)[1]


@pytest.fixture
def book(db: None) -> None:
    founded_rulebook()


def test_all_filters_combine() -> None:
    query = "period=6&jurisdiction=NO&tier=high&provider=p1&release=r1"
    assert asked(query) == Narrowed(date(2026, 6, 1), date(2026, 11, 27), "NO", "high", "p1", "r1")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "period=999",
        "period=",
        "jurisdiction=XX",
        "tier='\"--",
        "provider=%00",
        "release=../../",
        "period=12&period=0",
        "provider=p9&release=r9",
    ],
)
def test_what_makes_no_sense_is_left_out(query: str) -> None:
    assert asked(query) == Narrowed(date(2025, 12, 1), date(2026, 11, 27))


def test_the_period_before_ends_where_the_period_begins() -> None:
    before = asked("period=6&tier=high").before()
    assert before == Narrowed(date(2025, 12, 1), date(2026, 5, 31), tier="high")
    assert (before.months, before.before().until) == (6, date(2025, 11, 30))


def test_a_past_day_is_the_end_of_its_period() -> None:
    assert asked("until=2026-03-15&period=3") == Narrowed(date(2026, 1, 1), date(2026, 3, 15))


@pytest.mark.parametrize("day", ["2026-11-28", "0001-01-01", "31 February", "2026-02-30", "9" * 50])
def test_a_day_that_makes_no_sense_is_said_and_left_out(day: str) -> None:
    with clock.at(DAY):
        form, found = from_address(QueryDict(f"until={day}"), {"NO"}, TWO)
    assert found.until == DAY.date()
    assert form.errors["until"]


@pytest.mark.parametrize("query", ["", "provider=p1", "provider=", "release=r1", "provider=p1&release=r1"])
def test_a_provider_cannot_leave_its_own_releases(query: str) -> None:
    found = asked(query, own="p2")
    assert (found.provider, found.release) == ("p2", "")


def test_a_provider_is_offered_its_own_releases_alone(book: None) -> None:
    ours, theirs = (make_organisation("provider", name) for name in ("Ours", "Theirs"))
    (release, staff), (other, _whose) = make_release(ours), make_release(theirs)
    page = client_for(staff).get(f"{URL}?release={other.pk}")
    html = page.content.decode()
    assert page.status_code == 200
    assert str(release.pk) in html
    assert str(other.pk) not in html.replace(f"?release={other.pk}", "")
    assert "Theirs" not in html


def test_everything_that_was_announced_is_offered(book: None) -> None:
    ours, theirs = (make_organisation("provider", name) for name in ("Alpha", "Beta"))
    make_release(theirs)
    make_release(ours)
    assert [name for _pk, name in offered().providers] == ["Alpha", "Beta"]
    assert [name for name, _releases in offered().of()] == ["Alpha", "Beta"]


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("authority", "case_officer"),
        ("authority", "signatory"),
        ("authority", "auditor"),
        ("provider", "provider_staff"),
    ],
)
def test_who_else_reads(book: None, kind: str, role: str) -> None:
    assert client_for(make_member(make_organisation(kind), role)).get(URL).status_code == 200


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("institution", "applicant"),
        ("institution", "representative"),
        ("authority", "reviewer"),
        ("oversight", "administrator"),
    ],
)
def test_nobody_else_learns_that_it_is_there(book: None, kind: str, role: str) -> None:
    assert client_for(make_member(make_organisation(kind), role)).get(URL).status_code == 404
    assert Client().get(URL).status_code == 302
