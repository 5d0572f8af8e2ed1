"""The boards: what they show, to whom, at what price, and that they change nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audits.actions.incident import hold_for_incident
from portal.core import clock
from portal.core.actors import Actor
from portal.dashboards.behind import followed
from portal.dashboards.boards import DRAWN, PAGES
from portal.ledger.models import Head
from portal.rulebook.queries import rules
from tests.dashboards import naive
from tests.dashboards.drawn import board_of, figure_of, kept
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage, opened_case, planned_audit, reported_incident, triaged_incident
from tests.query_budget import assert_query_budget
from tests.world import client_for

URL = "/oversight/"
ADDRESSES = (URL, *(f"{URL}{page.key}/" for page in PAGES))
NONSENSE = [
    "period=999",
    "jurisdiction=XX",
    "tier='\"--",
    "period=12&period=6",
    "until=0001-01-01",
    "until=9999-12-31",
    "provider=1&release=%27",
    "release=" + "9" * 300,
]


@pytest.fixture
def member(stage: Stage) -> Actor:
    return make_member(make_organisation("oversight", jurisdiction="FR"), "oversight_member")


@pytest.fixture
def client(member: Actor) -> Client:
    return client_for(member)


def test_home_names_serious_incidents_and_holds(client: Client, stage: Stage) -> None:
    page = client.get("/").content.decode()
    assert "holds that stop access" in page[page.index("Nothing waits among") :]
    _hold(stage)
    needed, _quiet, nothing = client.get("/").content.decode().partition("Nothing waits among")
    for words in ("serious incident that is not closed", "hold that stops access"):
        assert words in needed
        assert words not in nothing


def _hold(stage: Stage) -> None:
    hold_for_incident(
        incident=triaged_incident(stage, severity="high")[1],
        target=stage.institution,
        reason="Lost keys.",
        lifted_when="New keys.",
        by=stage.signatory,
    )


def test_empty_scheme_is_shown_in_words(client: Client) -> None:
    said = "".join(client.get(address).content.decode() for address in ADDRESSES)
    for words in (
        "No access is in force",
        "No incident was reported",
        "Nothing is on hold",
        "No audit is late",
        "Nothing that was",
        "No appeal was decided",
        "No line was refused",
        "There is no environment",
    ):
        assert words in said


def test_what_is_held_is_what_the_first_page_says_first(stage: Stage, client: Client) -> None:
    planned_audit(stage)
    reported_incident(stage, severity="critical")
    _hold(stage)
    kept()
    first = client.get(URL).content.decode()
    assert "1 hold is in force; 1 waits for a second body" in first[first.index("Needs a look") :]
    assert "Serious incidents rose from 0 to 2" in client.get(f"{URL}incidents/").content.decode()


def test_late_audits_are_the_title(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    with clock.at(clock.now() + timedelta(days=400)):
        assert audit.planned_for < clock.today()
        figure = figure_of("audits")
    assert (figure.title, figure.alarm) == ("1 audit is late", "red")


def test_cases_being_heard_are_on_the_ladder(stage: Stage) -> None:
    opened_case(stage)
    assert "1 is being heard" in figure_of("ladder").title


@pytest.mark.parametrize("query", ["", "jurisdiction=NO", "jurisdiction=SE", "tier=standard", "tier=high"])
def test_figures_equal_a_count_over_the_rows(stage: Stage, query: str) -> None:
    planned_audit(stage)
    for severity in ("low", "high", "critical", "high"):
        reported_incident(stage, severity=severity)
    _hold(stage)
    opened_case(stage)
    board = board_of("incidents", query)
    counted = naive.Board(board.narrowed, rules()).counts
    made = figure_of("incidents", query)
    assert [sum(column) for column in list(zip(*made.rows, strict=True))[1:-1]] == [
        sum(count for (_month, severity), count in counted["incidents"].items() if severity == key)
        for key in ("low", "moderate", "high", "critical")
    ]
    assert sum(row[-1] for row in figure_of("holds", query).rows) == sum(counted["holds"].values())
    assert figure_of("ladder", query).rows[-1][1] == counted["ladder"].get(("", "running"), 0)
    audits = figure_of("audits", query).rows
    for place, column in ((2, "running"), (3, "due"), (4, "late")):
        told = sum(row[place] for row in audits)
        assert told == sum(count for (_name, key), count in counted["audits"].items() if key == column)


def test_a_past_day_shows_what_was_so_then(stage: Stage) -> None:
    yesterday = clock.today() - timedelta(days=1)
    _hold(stage)
    assert figure_of("holds").rows[0][-1] == 1
    query = f"until={yesterday.isoformat()}"
    past = followed(figure_of("holds", query), board_of("holds", query).narrowed)
    assert past.title == "Nothing is on hold"
    assert past.behind is not None
    assert "rows/holds/?until=" in past.behind[0]


@pytest.mark.parametrize("key", list(DRAWN))
def test_each_figure_can_be_exported_as_it_is_narrowed(client: Client, key: str) -> None:
    answer = client.get(f"/oversight/{key}.csv?jurisdiction=NO&period=6")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv")
    assert "," in answer.content.decode("utf-8-sig").splitlines()[0]


def test_unknown_pages_and_exports_are_not_found(client: Client) -> None:
    assert client.get("/oversight/nothing.csv").status_code == 404
    assert client.get("/oversight/nothing/").status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("query", NONSENSE)
def test_addresses_that_make_no_sense_still_open(client: Client, address: str, query: str) -> None:
    assert client.get(f"{address}?{query}").status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_boards_cost_the_same_with_many_rows(stage: Stage, client: Client, address: str) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            reported_incident(stage)
        kept()

    assert_query_budget(client, address, make=more, most=12)


@pytest.mark.parametrize("name", ["lines", "holds"])
def test_lists_behind_figures_cost_the_same_with_many_rows(stage: Stage, client: Client, name: str) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            _hold(stage)

    assert_query_budget(client, f"{URL}{name}/", make=more, most=12)


def test_a_provider_reads_nothing_that_is_not_about_models(stage: Stage) -> None:
    reader = client_for(make_member(make_organisation("provider"), "provider_staff"))
    for key, drawn in DRAWN.items():
        expected = 200 if drawn.of_models and not drawn.secret else 404
        assert reader.get(f"/oversight/{key}.csv").status_code == expected, key
    assert "alert" not in reader.get(URL).content.decode().lower()


def test_reading_changes_nothing(stage: Stage, client: Client) -> None:
    reported_incident(stage)
    before = Head.objects.get().size
    with CaptureQueriesContext(connection) as captured:
        for address in ADDRESSES:
            client.get(address)
    written = [query["sql"] for query in captured if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert not [sql for sql in written if "session" not in sql]
    assert Head.objects.get().size == before
    assert client.post(URL).status_code == 405


def test_oversight_member_can_change_nothing_in_the_case(stage: Stage, member: Actor) -> None:
    _, incident = reported_incident(stage)
    for table_move in incident.TABLE.moves:
        assert not member.roles & table_move.who, table_move.verb


def test_everybody_else_is_kept_out(stage: Stage) -> None:
    for address in (*ADDRESSES, f"{URL}lines/", f"{URL}holds/"):
        assert client_for(stage.applicant).get(address).status_code == 404
        assert Client().get(address).status_code == 302
