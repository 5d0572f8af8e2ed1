"""The oversight dashboard: what it shows, to whom, at what price, and that it changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audits.actions.incident import hold_for_incident
from portal.core import clock
from portal.core.actors import Actor
from portal.dashboards.filters import FilterForm, narrowed
from portal.dashboards.queries.counts import Board
from portal.dashboards.queries.offered import offered
from portal.dashboards.views import FIGURES
from portal.ledger.models import Head
from portal.rulebook.queries import rules
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage, opened_case, planned_audit, reported_incident, triaged_incident
from tests.query_budget import assert_query_budget
from tests.world import client_for

URL = "/oversight/"


@pytest.fixture
def member(stage: Stage) -> Actor:
    return make_member(make_organisation("oversight", jurisdiction="FR"), "oversight_member")


@pytest.fixture
def client(member: Actor) -> Client:
    return client_for(member)


def test_home_names_serious_incidents_and_holds(client: Client, stage: Stage) -> None:
    page = client.get("/").content.decode()
    assert "holds that stop access" in page[page.index("Nothing waits among") :]
    hold_for_incident(
        incident=triaged_incident(stage, severity="high")[1],
        target=stage.institution,
        reason="Lost keys.",
        lifted_when="New keys.",
        by=stage.signatory,
    )
    page = client.get("/").content.decode()
    assert "Nothing waits among" not in page
    assert "serious incident that is not closed" in page


def test_empty_scheme_is_shown_in_words(client: Client) -> None:
    page = client.get(URL)
    assert page.status_code == 200
    for words in (
        "No access is in force",
        "No incident was reported",
        "Nothing is on hold",
        "No audit is late",
        "Nothing that was",
    ):
        assert words in page.content.decode()


def test_figures_count_what_happened(stage: Stage, client: Client) -> None:
    planned_audit(stage)
    reported_incident(stage, severity="critical")
    _, incident = triaged_incident(stage, severity="high")
    hold_for_incident(
        incident=incident, target=stage.institution, reason="Keys leaked", lifted_when="New keys", by=stage.signatory
    )
    page = client.get(URL).content.decode()
    assert "1 hold is in force; 1 waits for a second body" in page
    assert "Serious incidents rose from 0 to 2" in page


def test_late_audits_are_the_title(stage: Stage, client: Client) -> None:
    _, audit = planned_audit(stage)
    with clock.at(clock.now() + timedelta(days=400)):
        assert audit.planned_for < clock.today()
        figure = FIGURES["audits"](_board())
    assert figure.title == "1 audit is late"


def test_cases_being_heard_are_on_the_ladder(stage: Stage, client: Client) -> None:
    opened_case(stage)
    assert "1 is being heard" in client.get(URL).content.decode()


@pytest.mark.parametrize("key", list(FIGURES))
def test_each_figure_can_be_exported_as_it_is_narrowed(client: Client, key: str) -> None:
    answer = client.get(f"/oversight/{key}.csv?jurisdiction=NO&period=6")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].count(",") >= 1


def test_unknown_export_is_not_found(client: Client) -> None:
    assert client.get("/oversight/nothing.csv").status_code == 404


def test_country_narrows_what_is_counted(stage: Stage, client: Client) -> None:
    reported_incident(stage, severity="high")
    here = client.get("/oversight/incidents.csv?jurisdiction=NO").content.decode()
    sum_of = lambda text: sum(int(cell) for line in text.splitlines()[1:] for cell in line.split(",")[1:])  # noqa: E731
    assert sum_of(here) == 1
    other = FIGURES["incidents"](_board(jurisdiction="SE"))
    assert sum(sum(row[1:]) for row in other.rows) == 0


@pytest.mark.parametrize("query", ["period=", "period=999", "jurisdiction=XX", "tier='\"--", "period=12&period=6"])
def test_filters_that_make_no_sense_are_left_out(client: Client, query: str) -> None:
    assert client.get(f"{URL}?{query}").status_code == 200


def test_dashboard_costs_the_same_with_many_rows(stage: Stage, client: Client) -> None:
    assert_query_budget(client, URL, make=lambda n: [reported_incident(stage) for _ in range(n)], most=12)


def test_reading_changes_nothing(stage: Stage, client: Client) -> None:
    reported_incident(stage)
    before = Head.objects.get().size
    with CaptureQueriesContext(connection) as captured:
        client.get(URL)
    written = [query["sql"] for query in captured if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert not [sql for sql in written if "session" not in sql]
    assert Head.objects.get().size == before
    assert client.post(URL).status_code == 405


def test_oversight_member_can_change_nothing_in_the_case(stage: Stage, member: Actor) -> None:
    _, incident = reported_incident(stage)
    for table_move in incident.TABLE.moves:
        assert not member.roles & table_move.who, table_move.verb


def test_everybody_else_is_kept_out(stage: Stage) -> None:
    assert client_for(stage.applicant).get(URL).status_code == 404
    assert Client().get(URL).status_code == 302


def _board(**filters: str) -> Board:
    return Board(narrowed(FilterForm(filters, countries={"NO", "SE"}, offered=offered())), rules())
