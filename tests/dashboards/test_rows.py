"""Ways down: behind each number of each figure lies a list of as many rows, for each role what it may see of them."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from django.test import Client

from portal.core import clock
from portal.core.actors import Actor
from portal.dashboards.behind import ROWS, followed
from portal.dashboards.boards import DRAWN
from portal.dashboards.figures import Cell, Figure
from portal.dashboards.rows.subjects import SUBJECTS
from portal.dashboards.rows.titles import TITLES, UNITS
from tests.dashboards.drawn import board_of, figure_of
from tests.dashboards.rollup.deeds import told
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage, reported_incident
from tests.query_budget import assert_query_budget
from tests.world import client_for

ROLES = [
    ("oversight", "oversight_member"),
    ("authority", "case_officer"),
    ("authority", "signatory"),
    ("authority", "auditor"),
    ("provider", "provider_staff"),
]
MORE = "The figure counts more than this"
STEPS = 160


def shown(key: str, query: str = "", provider: str = "") -> Figure:
    return followed(figure_of(key, query, provider), board_of(key, query, provider).narrowed)


def linked(figure: Figure) -> list[tuple[int, str]]:
    """Each number that can be followed, with the address of its rows. Some have words to them: 5, 2 held."""
    return [(int(str(value).split(",")[0]), url) for _heading, cells in figure.cells for value, url in cells if url]


NOT_COUNTED = {
    "pace": {"Median, working days", "90th percentile, working days"},
    "contain": {"Median, hours", "90th percentile, hours", "Median before"},
    "stages": {"Median, working days", "90th percentile, working days"},
    "controls": {"Controls"},
}
"""Numbers that are no count of rows that the record tells of: times, and how long a catalogue is."""


KINDS = {
    "of the period before": "before=1",
    "still in force at the end of a month": "lines_until/?",
    "each control once": "column=each",
    "a family of controls": "group=family%3A",
    "all that is there of a country": "column=there",
}
"""Cells that count otherwise than by a group and a column, by what is in their address."""


def spread_out(links: list[tuple[int, str]], most: int) -> list[tuple[int, str]]:
    """So many of them from everywhere in the table, the last one among them."""
    every = -(-len(links) // most) if links else 1
    return links[::-every]


def assert_all_lead(figure: Figure) -> None:
    """Every number of the table can be followed, but for those."""
    for row in figure.rows:
        for head, value in zip(figure.head[1:], row[1:], strict=True):
            if isinstance(value, int) and value and str(head) not in NOT_COUNTED.get(figure.key, ()):
                assert figure.url_of(value), (figure.key, head, value)


def rows_at(client: Client, url: str) -> tuple[int, str]:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.context["page_obj"].paginator.count, answer.content.decode()


def story(stage: Stage) -> Any:
    """Random deeds of two partners over half a year."""
    made, moment = told(stage, 5), clock.now()
    for _turn in range(STEPS):
        moment += timedelta(hours=26)
        with clock.at(moment):
            made.step()
    return made


def reader(kind: str, role: str, stage: Stage, provider: Any) -> Actor:
    own = {"authority": stage.cast.authority, "provider": provider}.get(kind) or make_organisation(kind)
    return make_member(own, role)


def test_each_figure_and_measure_has_its_way() -> None:
    assert set(ROWS) == set(DRAWN)
    counted = {name for one in DRAWN.values() for reads in _reads(one) for name in reads}
    assert counted <= set(SUBJECTS) == set(TITLES)
    assert set(UNITS) <= set(SUBJECTS)


@cache
def _reads(one: Any) -> tuple[frozenset[str], ...]:
    return (one.reads.standing, one.reads.happened, one.reads.spread)


def test_numbers_are_as_many_rows_for_each_role_and_on_past_days(stage: Stage) -> None:
    made = story(stage)
    provider = made.granted[0].release.provider
    moment = clock.now() + timedelta(hours=26 * STEPS)
    past = f"until={(clock.today() + timedelta(days=150)).isoformat()}&period=3"
    seen: set[str] = set()
    with clock.at(moment):
        for kind, role in ROLES:
            actor = reader(kind, role, stage, provider)
            client, own = client_for(actor), str(provider.pk) if kind == "provider" else ""
            for query in ("", past) if kind == "oversight" else ("",):
                links = set[str]()
                for key, drawn in DRAWN.items():
                    if own and (not drawn.of_models or drawn.secret):
                        continue
                    figure = shown(key, query, own)
                    assert figure.behind is not None
                    assert_all_lead(figure)
                    assert client.get(figure.behind[0]).status_code == 200, (role, key)
                    for count, url in spread_out(linked(figure), 16 if kind == "oversight" else 4):
                        listed, page = rows_at(client, url)
                        assert listed <= count, (role, key, url)
                        assert (listed < count) == (MORE in page), (role, key, url)
                        if kind == "oversight":
                            assert listed == count, (key, url)
                            seen |= {key, *(name for name, words in KINDS.items() if words in url)}
                        links |= set(re.findall(r'<td[^>]*>\s*<a href="([^"]+)"', page)[:1])
                    for row in figure.matrix_rows:
                        for one in row["cells"]:
                            counts = one.get("counts", one["label"])
                            if kind == "oversight" and "/rows/" in one["url"] and isinstance(counts, int):
                                assert rows_at(client, one["url"])[0] == counts, (key, one["url"])
                                seen.add(f"matrix of {key}")
                for link in links:
                    if "/alert/" not in link:  # the story's alerts were raised without facts
                        assert client.get(link, follow=True).status_code == 200, (role, link)
    assert len(seen) > 15, seen
    assert {"matrix of scope", "matrix of flows", "matrix of load", *KINDS} <= seen, seen


def test_filters_narrow_the_rows_as_the_figure(stage: Stage) -> None:
    made = story(stage)
    client = client_for(make_member(make_organisation("oversight", jurisdiction="FR"), "oversight_member"))
    release = made.granted[0].release
    with clock.at(clock.now() + timedelta(hours=26 * STEPS)):
        for query in (
            "jurisdiction=NO",
            "tier=elevated&period=6",
            f"release={release.pk}",
            f"provider={release.provider_id}",
        ):
            for key in ("incidents", "decisions", "audits", "holds", "ages", "taken_back"):
                if key in DRAWN and (DRAWN[key].of_models or "=" not in query or query[0] in "jt"):
                    for count, url in linked(shown(key, query)):
                        assert rows_at(client, url)[0] == count, url


@pytest.mark.parametrize("measure", sorted(SUBJECTS))
def test_lists_open_whatever_the_address_says(stage: Stage, measure: str) -> None:
    client = client_for(make_member(make_organisation("oversight", jurisdiction="FR"), "oversight_member"))
    for query in ("group=%27&column=x&month=13", "until=9999-99-99&period=x", "month=2026-02-01&sort=partner&q=x"):
        assert client.get(f"/oversight/rows/{measure}/?{query}").status_code == 200


def test_providers_find_only_lists_of_figures_that_they_are_told(stage: Stage) -> None:
    client = client_for(make_member(make_organisation("provider", jurisdiction="US"), "provider_staff"))
    for measure in SUBJECTS:
        told_to_them = any(
            measure in names for one in DRAWN.values() if one.of_models and not one.secret for names in _reads(one)
        )
        assert client.get(f"/oversight/rows/{measure}/").status_code == (200 if told_to_them else 404), measure
    assert client_for(stage.applicant).get("/oversight/rows/incidents/").status_code == 404
    assert Client().get("/oversight/rows/incidents/").status_code == 302


def test_a_list_costs_the_same_with_many_rows(stage: Stage) -> None:
    client = client_for(make_member(make_organisation("oversight", jurisdiction="FR"), "oversight_member"))

    def more(count: int) -> None:
        for _ in range(count):
            reported_incident(stage)
        board_of("incidents")

    assert_query_budget(client, "/oversight/rows/incidents/", make=more, most=12)


def test_a_number_is_a_number_in_every_file() -> None:
    assert isinstance(Cell(3), int)
    assert f"{Cell(3)}" == "3"
