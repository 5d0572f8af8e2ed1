"""Lists over a real table: filtered, searched, sorted by a whitelist, paged, exported; bad input is never an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
import django_tables2
import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import Organisation
from portal.core.actors import ANONYMOUS
from portal.ui import narrowing, paging
from portal.ui.lists import ListView
from portal.ui.tables import StateColumn, Table
from tests.factories.accounts import make_organisation

pytestmark = pytest.mark.django_db


class Names(Table):
    name = django_tables2.Column()
    state = StateColumn()


class Filters(django_filters.FilterSet):
    jurisdiction = django_filters.ChoiceFilter(choices=[("NO", "Norway"), ("GB", "United Kingdom")], label="Home")

    class Meta:
        model = Organisation
        fields = ("jurisdiction",)


class Organisations(ListView):
    title = "Organisations"
    table_class = Names
    filterset_class = Filters
    search_fields = ("name",)
    sorts = {"name": ("name",)}
    default_sort = "name"
    empty_title = "No organisations"
    page_size = 3

    def get_queryset(self) -> QuerySet[Any]:
        return Organisation.objects.filter(kind="institution")

    def saved_views(self) -> list[dict[str, Any]]:
        return [{"label": "Norway", "query": {"jurisdiction": "NO"}}, {"label": "All", "query": {}}]


class Newest(Organisations):
    keyset = "-id"


@pytest.fixture
def many() -> list[Organisation]:
    names = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "=Gum"]
    return [make_organisation("institution", name, "NO" if name < "D" else "GB") for name in names]


def ask(query: str = "", view: type[ListView] = Organisations) -> Any:
    request: Any = RequestFactory().get(f"/list/{query}")
    request.actor = ANONYMOUS
    request.user = type("Nobody", (), {"is_authenticated": False})()
    request.session = {}
    response = view.as_view()(request)
    if hasattr(response, "render"):
        response.render()
    return response


def shown(response: Any) -> list[str]:
    return [row.record.name for row in response.context_data["table"].rows]


def test_a_page_shows_its_rows_in_order(many: list[Organisation]) -> None:
    assert shown(ask()) == ["=Gum", "Alder", "Birch"]
    assert shown(ask("?page=2")) == ["Cedar", "Dogwood", "Elm"]


def test_sorting_turns_round(many: list[Organisation]) -> None:
    assert shown(ask("?sort=-name")) == ["Fir", "Elm", "Dogwood"]


@pytest.mark.parametrize("sort", ["password", "-created", "name__x", "", "?", "--name"])
def test_a_sorting_that_is_not_listed_is_ignored(many: list[Organisation], sort: str) -> None:
    assert shown(ask(f"?sort={sort}")) == ["=Gum", "Alder", "Birch"]


@pytest.mark.parametrize(
    "query", ["?page=x", "?page=-1", "?page=99999999999999999999", "?q=%00", "?jurisdiction=XX", "?export=exe"]
)
def test_bad_input_is_no_error(many: list[Organisation], query: str) -> None:
    assert ask(query).status_code == 200


def test_every_word_searched_for_must_occur(many: list[Organisation]) -> None:
    assert shown(ask("?q=dog")) == ["Dogwood"]
    assert shown(ask("?q=dog+elm")) == []


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks has to see to the bodies of Norway."""
    rows = Organisation.objects.filter(jurisdiction="NO")
    mine = narrowing.Narrowing("mine", "bodies to see to", rows)
    monkeypatch.setattr(narrowing, "_find", [lambda actor, key: mine if key == "mine" else None])


@pytest.mark.usefixtures("waiting")
def test_a_list_is_narrowed_to_what_waits_together_with_everything_else_it_does(many: list[Organisation]) -> None:
    assert shown(ask("?need=mine")) == ["=Gum", "Alder", "Birch"]
    assert shown(ask("?need=mine&page=2")) == ["Cedar"]
    assert shown(ask("?need=mine&q=d&sort=-name")) == ["Cedar", "Alder"]
    assert shown(ask("?need=mine&jurisdiction=GB")) == []
    assert shown(ask("?need=mine", Newest)) == ["=Gum", "Cedar", "Birch"]
    exported = b"".join(ask("?need=mine&export=csv")).decode()
    assert "Cedar" in exported
    assert "Elm" not in exported


@pytest.mark.usefixtures("waiting")
def test_what_waits_is_a_chip_that_takes_itself_away_and_stays_when_filters_are_sent(many: list[Organisation]) -> None:
    response: Any = ask("?need=mine&jurisdiction=NO&page=2")
    chip = response.context_data["chips"][0]
    assert (chip["label"], chip["url"]) == (
        "Only: bodies to see to",
        "?jurisdiction=NO",
    )
    assert '<input type="hidden" name="need" value="mine">' in response.content.decode()


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("key", ["theirs", "%00", "mine%00", "' OR 1=1"])
def test_a_key_that_is_not_ones_own_narrows_nothing_and_says_so(many: list[Organisation], key: str) -> None:
    response: Any = ask(f"?need={key}")
    assert shown(response) == ["=Gum", "Alder", "Birch"]
    assert response.context_data["page_obj"].paginator.count == len(many)
    assert "Not narrowed: that is not among your work" in response.content.decode()


def test_filters_in_use_are_chips_that_take_themselves_away(many: list[Organisation]) -> None:
    response: Any = ask("?jurisdiction=NO&q=a&page=1&sort=-name")
    chips = response.context_data["chips"]
    assert [chip["label"] for chip in chips] == ["“a”", "Home: Norway"]
    assert chips[1]["url"] == "?q=a&sort=-name"
    assert shown(response) == ["Cedar", "Alder"]


def test_the_saved_view_in_use_is_marked(many: list[Organisation]) -> None:
    response: Any = ask("?jurisdiction=NO&sort=-name")
    assert [one["current"] for one in response.context_data["saved"]] == [True, False]


def test_an_empty_list_says_so_and_a_narrowed_one_offers_the_way_back(db: None) -> None:
    assert b"No organisations" in ask().content
    assert b"Remove all filters" in ask("?q=nothing").content


def test_the_export_is_what_is_filtered_and_harmless(many: list[Organisation]) -> None:
    response: Any = ask("?jurisdiction=NO&export=csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert text.splitlines() == ["Name,State", "'=Gum,Active", "Alder,Active", "Birch,Active", "Cedar,Active"]
    assert response["Content-Disposition"].startswith('attachment; filename="organisations-')


def test_a_workbook_can_be_had(many: list[Organisation]) -> None:
    assert ask("?export=xlsx").content.startswith(b"PK")


def test_a_cursor_walks_through_everything_once(many: list[Organisation]) -> None:
    found, query = [], ""
    for _ in range(5):
        response: Any = ask(query, Newest)
        found += shown(response)
        cursor = response.context_data["page_obj"].next_cursor
        if not cursor:
            break
        query = f"?after={cursor}"
    assert found == [one.name for one in reversed(many)]


@pytest.mark.parametrize("cursor", ["x", "%00", "e30", "WzFd", "bnVsbA", "WyJ4IiwieSJd"])
def test_a_cursor_that_cannot_be_read_begins_anew(many: list[Organisation], cursor: str) -> None:
    assert len(shown(ask(f"?after={cursor}", Newest))) == 3


def test_counting_stops_early(many: list[Organisation], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "COUNT_LIMIT", 4)
    page: Any = paging.BoundedPaginator(Organisation.objects.order_by("pk"), 3)
    assert (page.count, page.num_pages, page.more) == (4, 2, True)


def test_a_list_costs_two_queries(many: list[Organisation], django_assert_num_queries: Callable[..., Any]) -> None:
    with CaptureQueriesContext(connection) as captured:
        ask("?jurisdiction=NO&q=a")
    assert len(captured) == 2
