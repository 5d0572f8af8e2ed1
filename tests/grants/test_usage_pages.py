"""Pages of reported use: against limits, by gateway, window by window, and what no grant covered."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.urls import reverse

from tests.contracts.details import is_of_an_object, readers
from tests.contracts.matrix.usage import ROWS
from tests.factories import grants as make
from tests.factories.usage import Sender, noon
from tests.query_budget import assert_query_budgets
from tests.world import client_for


@pytest.fixture
def sender(made: make.GrantCast) -> Sender:
    return Sender(made)


def text_of(actor: Any, name: str, *args: Any, query: str = "") -> str:
    response = client_for(actor).get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return response.getvalue().decode()


def test_the_grant_shows_reported_use_against_limits_and_day_by_day(sender: Sender) -> None:
    cast = sender.made
    limit = f"{cast.line.requests_per_day:,}"
    assert "Gateways reported" not in text_of(cast.applicant, "grants:use", cast.grant.pk)
    sender.send(sender.event(requests=37, tokens_in=1200, seats=4, denied=6), sender.event(began=noon(2), requests=5))
    for actor, name in (
        (cast.applicant, "grants:use"),
        (cast.staff, "grants:grant_use"),
        (cast.officer, "grants:grant_use"),
    ):
        page = text_of(actor, name, cast.grant.pk)
        assert "Gateways reported 42 requests in 30 days" in page
        assert f"37 of {limit}" in page
        assert "1,200 of " in page


def test_a_provider_sees_use_of_its_own_lines_only(sender: Sender, partner: Any) -> None:
    first, staff = make.make_release()
    second, other = make.make_release()
    place = make.make_environment(partner.institution, partner.applicant)
    asked = make.draft_request({}, {}, made=partner, staff=staff, places=[(first, place), (second, place)])
    make.to_provider(make.review(make.take_up(make.submit(asked))))
    one, two = make.lines_of(asked.request)
    make.give_consent(line=one, answer="consent", by=staff)
    make.give_consent(line=two, answer="consent", by=other)
    cast = make.accept(make.sign_grant(make.to_signatories(asked)))
    ours = Sender(cast)
    ours.send(ours.event(requests=11, event_id="seen-by-first"))
    for name in ("grants:grant_use", "grants:grant_windows"):
        assert str(first) in text_of(staff, name, cast.grant.pk)
        theirs = text_of(other, name, cast.grant.pk)
        assert "seen-by-first" not in theirs
        assert "11 requests" not in theirs
    assert "seen-by-first" not in text_of(other, "grants:windows", query="?export=csv")
    assert "seen-by-first" in text_of(staff, "grants:windows", query="?export=csv")


def test_windows_are_listed_filtered_and_exported(sender: Sender) -> None:
    cast = sender.made
    sender.send(
        sender.event("w-1", noon(1), requests=3, workload="nightly"), sender.event("w-2", use_case="benchmarking")
    )
    page = text_of(cast.applicant, "grants:windows")
    assert f"{noon(1).day} " in page
    assert "12:00–" in page
    outside = text_of(cast.applicant, "grants:windows", query="?scope=no_line&export=csv")
    assert ("w-2" in outside, "w-1" in outside) == (True, False)
    of_grant = text_of(cast.officer, "grants:grant_windows", cast.grant.pk, query="?export=csv")
    assert ("w-2" in of_grant, "w-1" in of_grant) == (False, True)
    assert "nightly" in of_grant
    rows = list(
        csv.DictReader(io.StringIO(text_of(cast.staff, "grants:windows", query="?export=csv").lstrip("\ufeff")))
    )
    assert {row["Event"] for row in rows} == {"w-1", "w-2"}
    assert {row["Requests"] for row in rows} == {"3", "1"}


def test_a_provider_sees_what_was_taken_of_each_gateways_reports_and_why_not(sender: Sender) -> None:
    sender.send(sender.event("a", noon(3)), sender.event("a", noon(3), requests=2), sender.event(release="nothing"))
    page = text_of(sender.made.staff, "grants:usage_reports")
    assert sender.actor.name in page
    assert "You have no release of this name: 1" in page
    assert "The id was used for another window: 1" in page
    assert "Reported in 30 days" in text_of(sender.made.staff, "grants:uses")


def test_alerts_are_listed_for_those_concerned(sender: Sender) -> None:
    cast = sender.made
    sender.send(sender.event(environment="elsewhere", denied=7))
    for actor in (cast.applicant, cast.staff, cast.officer):
        assert "elsewhere" in text_of(actor, "grants:alerts")
    _other, stranger = make.make_release()
    assert "elsewhere" not in text_of(stranger, "grants:alerts")


def test_pages_cost_the_same_with_many_windows(sender: Sender) -> None:
    cast = sender.made
    grant = reverse("grants:grant_windows", args=[cast.grant.pk])
    use = reverse("grants:grant_use", args=[cast.grant.pk])
    clients = {name: client_for(getattr(cast, name)) for name in ("applicant", "staff", "officer")}
    pages = [
        *((client, grant) for client in clients.values()),
        *((client, reverse("grants:alerts")) for client in clients.values()),
        (clients["applicant"], reverse("grants:windows")),
        (clients["staff"], reverse("grants:windows")),
        (clients["staff"], reverse("grants:usage_reports")),
    ]

    def more(number: int) -> None:
        for place in range(number):  # both kinds, side by side on one page
            began = noon(place % 20)
            sender.send(sender.event(began=began), sender.event(environment=f"lab-{place}", began=began))

    assert_query_budgets(pages, more, most=12)
    details = [(client, use) for client in clients.values()]
    assert_query_budgets([*details, (clients["staff"], reverse("grants:uses"))], more, most=16)


def test_every_page_of_an_object_is_held_to_a_budget() -> None:
    """By `test_pages_cost_the_same_with_many_windows`: an institution, a provider and an authority open each."""
    pages = {row.url for row in ROWS if is_of_an_object(row) and readers(row)}
    assert pages == {"grants:grant_windows", "grants:grant_use"}
