"""Each figure equals a count over the rows: for each reader's sight, with all filters, after a year of random deeds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client

from grants.models import Release
from portal.accounts.models import Organisation
from portal.accounts.roles import MEMBER_ROLES
from portal.core.actors import Actor
from portal.dashboards.boards import DRAWN, PAGES
from portal.dashboards.sights import READERS
from tests.dashboards.counts import COUNTS
from tests.dashboards.counts.drawn import Shown, assert_drawn, assert_files, mutants, shown_on
from tests.dashboards.counts.held import Held, providers
from tests.dashboards.counts.seen import assert_exported, says_something
from tests.dashboards.counts.world import Months, something_stands, told_for_a_year
from tests.dashboards.rollup.kept import keep_all
from tests.factories.accounts import make_member, make_organisation
from tests.rollback import db
from tests.world import client_for

__all__ = ["db"]

DEEDS, SEED = 150, 5
SIGHTS = {
    "oversight_member": "oversight",
    "case_officer": "authority",
    "signatory": "authority",
    "auditor": "authority",
}


@pytest.fixture(scope="module")
def held(db: None) -> Iterator[Held]:
    """A year of three partners, and the moment at its end, at which the clock stands still."""
    time = Months()
    story = told_for_a_year(time, SEED, DEEDS)
    something_stands(time, story)
    with time.after(hours=1):
        keep_all()
        yield Held()


def test_every_figure_is_counted() -> None:
    """Whoever adds a figure adds its count to tests/dashboards/counts."""
    assert set(COUNTS) == set(DRAWN)


@pytest.mark.parametrize("key", list(DRAWN))
def test_a_figure_is_what_the_rows_say_with_all_filters(held: Held, key: str) -> None:
    seen = 0
    for query in held.queries(some=240):
        figure = held.assert_figure(key, query)
        seen += figure is not None and says_something(figure)
    assert seen > 3, "there was nothing to see"


@pytest.mark.parametrize("key", [key for key, drawn in DRAWN.items() if drawn.of_models and not drawn.secret])
def test_a_provider_is_told_what_the_rows_about_its_releases_say(held: Held, key: str) -> None:
    for provider in providers():
        for query in ("", "period=3", "tier=standard", "jurisdiction=FR"):
            assert held.assert_figure(key, query, provider) is not None
        for release in Release.objects.filter(provider=provider):
            held.assert_figure(key, f"release={release.pk}", provider)


def test_the_first_page_says_what_the_rows_say(held: Held) -> None:
    for query in held.queries(some=60, seed=2):
        held.assert_first_page(query)
    for provider in providers():
        held.assert_first_page("", provider)


def _readers() -> Iterator[tuple[Actor, str]]:
    for role, kind in SIGHTS.items():
        yield make_member(make_organisation(kind, jurisdiction="CA"), role), ""
    for provider in providers():
        yield make_member(Organisation.objects.get(pk=provider), "provider_staff"), provider


def test_each_reader_gets_files_with_what_the_rows_say(held: Held) -> None:
    for actor, provider in _readers():
        client = client_for(actor)
        for key, drawn in DRAWN.items():
            answer = client.get(f"/oversight/{key}.csv?period=6&tier=standard")
            if provider and (drawn.secret or not drawn.of_models):
                assert answer.status_code == 404, key
                continue
            asked = held.board("period=6&tier=standard", provider).narrowed
            lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
            assert_exported(lines, COUNTS[key](held.seen(asked)), (key, actor.roles))


def _boards(actor: Actor, query: str) -> Iterator[Shown]:
    """Every figure with a table on every board that the reader has."""
    client = client_for(actor)
    for page in PAGES:
        answer = client.get(f"/oversight/{page.key}/?{query}")
        if answer.status_code == 200:
            yield from shown_on(answer.content.decode())


def _files(client: Client, key: str, query: str) -> tuple[bytes, bytes]:
    text, book = (client.get(f"/oversight/{key}.{kind}?{query}").content for kind in ("csv", "xlsx"))
    return text, book


def test_what_is_drawn_is_the_table_and_its_files_for_each_reader(held: Held) -> None:
    drawn: dict[str, int] = {}
    for actor, provider in _readers():
        client, whole = client_for(actor), actor.has("oversight_member")
        country = next(one for one in held.queries() if one.startswith("jurisdiction="))
        past = f"until={held.board('').narrowed.since.isoformat()}&period=24"
        for query in ("", "period=24", past, country, "tier=standard&period=3") if whole else ("period=6",):
            for one in _boards(actor, query):
                assert_drawn(one)
                drawn[one.key] = drawn.get(one.key, 0) + bool(one.chart or one.matrix)
                if query in ("", "period=6"):
                    text, book = (
                        client.get(f"/oversight/{one.key}.{kind}?{query}").content for kind in ("csv", "xlsx")
                    )
                    assert_files(one, text, book)
        if provider:
            releases = Release.objects.filter(provider=provider).values_list("pk", flat=True)
            for one in _boards(actor, f"release={releases[0]}"):
                assert_drawn(one)
    # Gateways' acknowledgements are told in two lines, without a chart.
    assert {key for key, times in drawn.items() if times} == set(DRAWN) - {"acknowledged"}


def test_a_drawing_that_is_not_its_table_is_found(held: Held) -> None:
    member = make_member(make_organisation("oversight", jurisdiction="CA"), "oversight_member")
    seen: dict[str, int] = {}
    for one in _boards(member, "period=24"):
        for mistake, mutant in mutants(one) if one.chart or one.matrix else ():
            with pytest.raises(AssertionError):
                assert_drawn(mutant)
                pytest.fail(f"{one.key}: {mistake}")
            seen[one.key] = seen.get(one.key, 0) + 1
    assert len(seen) > 20
    assert min(seen.values()) > 1, seen


def test_a_file_that_is_not_the_table_is_found(held: Held) -> None:
    member = make_member(make_organisation("oversight", jurisdiction="CA"), "oversight_member")
    client = client_for(member)
    one = next(one for one in _boards(member, "") if one.key == "incidents")
    text, book = _files(client, "incidents", "")
    assert_files(one, text, book)
    with pytest.raises(AssertionError):
        assert_files(replace(one, rows=one.rows[1:]), text, book)
    with pytest.raises(AssertionError):
        assert_files(one, text, client.get("/oversight/incidents.xlsx?period=3").content)


@pytest.mark.parametrize("role, kind", [(role.slug, kind) for role in MEMBER_ROLES for kind in role.kinds])
def test_whoever_has_no_sight_gets_no_figure(held: Held, role: str, kind: str) -> None:
    client = client_for(make_member(make_organisation(kind), role))
    told = [key for key in DRAWN if client.get(f"/oversight/{key}.csv").status_code != 404]
    assert bool(told) == (role in READERS)
