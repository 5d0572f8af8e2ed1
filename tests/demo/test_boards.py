"""The boards over the demonstration's story: each figure equals a count over the rows, for each role that reads any."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from portal.accounts.actor import person_in
from portal.accounts.models import Membership
from portal.accounts.roles import MEMBER_ROLES
from portal.core import clock
from portal.core.actors import Actor
from portal.dashboards.boards import DRAWN
from portal.dashboards.rollup.keep import keep_batch
from portal.dashboards.sights import READERS
from tests.dashboards.counts import COUNTS
from tests.dashboards.counts.held import Held, providers
from tests.dashboards.counts.seen import assert_exported, says_something
from tests.demo.conftest import Told
from tests.world import client_for

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.usefixtures("told"), pytest.mark.django_db]

EMPTY_OF = {"appeals"}
"""Figures of which the story tells too little for every filter to show something."""


@pytest.fixture(scope="package")
def held(told: Told) -> Iterator[Held]:
    """The story's facts, at one moment for all tests."""
    with clock.at(clock.now()):
        while keep_batch():
            pass
        yield Held()


@pytest.mark.parametrize("key", list(DRAWN))
def test_a_figure_is_what_the_rows_say_with_all_filters(held: Held, key: str) -> None:
    seen = 0
    for query in held.queries(some=150):
        figure = held.assert_figure(key, query)
        seen += figure is not None and says_something(figure)
    assert seen > 10 or key in EMPTY_OF, "there was nothing to see"


@pytest.mark.parametrize("key", [key for key, drawn in DRAWN.items() if drawn.of_models and not drawn.secret])
def test_a_provider_is_told_what_the_rows_about_its_releases_say(held: Held, key: str) -> None:
    for provider in providers():
        for query in ("", "period=3", "tier=standard", "jurisdiction=FR", "tier=high&period=24"):
            assert held.assert_figure(key, query, provider) is not None


def test_the_first_page_says_what_the_rows_say(held: Held) -> None:
    for query in held.queries(some=80, seed=2):
        held.assert_first_page(query)
    for provider in providers():
        held.assert_first_page("", provider)


def one_with(role: str) -> Actor:
    """Somebody with that role, and as few others as there are."""
    rows = Membership.objects.filter(state="active", roles__contains=[role]).select_related("user", "organisation")
    row = min(rows.order_by("pk"), key=lambda one: len(one.roles))
    return person_in(row.user, row.organisation, second_factor=True)


@pytest.mark.parametrize("role", [role.slug for role in MEMBER_ROLES])
def test_each_role_gets_files_with_what_the_rows_say_or_none(held: Held, role: str) -> None:
    actor = one_with(role)
    client, provider = client_for(actor), str(actor.organisation_id) if role == "provider_staff" else ""
    for key, drawn in DRAWN.items():
        for query in ("", "tier=high"):
            answer = client.get(f"/oversight/{key}.csv?{query}")
            if role not in READERS or (provider and (drawn.secret or not drawn.of_models)):
                assert answer.status_code == 404, key
                continue
            lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
            asked = held.board(query, provider).narrowed
            assert_exported(lines, COUNTS[key](held.seen(asked)), (key, role, query))
