"""Home pages over the demonstration's story: each card leads, for whoever has it, to as many rows as it counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from portal.accounts.actor import person_in
from portal.accounts.models import Membership
from portal.accounts.needs import needs_of
from portal.accounts.roles import MEMBER_ROLES
from portal.core.actors import Actor
from portal.ui.narrowing import PARAMETER
from tests.world import client_for

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.usefixtures("told"), pytest.mark.django_db]

MOST = 6
"""People of a role whose cards are followed: those with the most cards that count something."""


def people_of(role: str) -> list[Actor]:
    """Who has the role in the story, those with the most that waits first."""
    held = Membership.objects.filter(state="active", roles__contains=[role]).select_related("user", "organisation")
    actors = [person_in(row.user, row.organisation, second_factor=True) for row in held.order_by("pk")[:60]]
    return sorted(actors, key=lambda actor: -sum(need.count > 0 for need in needs_of(actor)))[:MOST]


def key_of(url: str) -> str:
    return parse_qs(urlsplit(url).query).get(PARAMETER, [""])[0]


def shown(page: Any) -> int:
    """How many rows the list of the page has, on all of its pages."""
    found = page.context
    if "cl" in found:
        return int(found["cl"].result_count)
    return found["view"].rows().count() if "view" in found else len(found["applications"])


def narrowed(actor: Actor) -> Iterator[tuple[str, str, int]]:
    """Key (or address), address and count of each card that leads to a narrowed list."""
    for need in needs_of(actor):
        if "?" in need.url:
            yield key_of(need.url) or need.url, need.url, need.count


NOTHING_WAITS = {"named_person"}
"""Roles whose cards lead to the pages where the work is done, none to a list."""
ROLES = [role.slug for role in MEMBER_ROLES]


@pytest.mark.parametrize("role", ROLES)
def test_each_card_leads_to_as_many_rows_as_it_counts(role: str) -> None:
    most: dict[str, int] = {}
    for actor in people_of(role):
        client = client_for(actor)
        for key, url, count in narrowed(actor):
            page = client.get(url)
            assert page.status_code == 200, (role, url)
            assert (key, shown(page)) == (key, count), (role, url)
            assert "Only: " in page.content.decode() or not key_of(url), url
            most[key] = max(count, most.get(key, 0))
    assert any(most.values()) or role in NOTHING_WAITS, most


def test_nobody_sees_more_with_the_key_of_another_role() -> None:
    everybody = {role: people_of(role)[0] for role in ROLES if people_of(role)}
    urls = {url for actor in everybody.values() for _key, url, _count in narrowed(actor) if key_of(url)}
    for role, actor in everybody.items():
        own, client = {key for key, _url, _count in narrowed(actor)}, client_for(actor)
        for url in sorted(urls):
            whole, page = client.get(urlsplit(url).path), client.get(url)
            assert page.status_code == whole.status_code, (role, url)
            if page.status_code == 200:
                least = shown(whole)
                assert shown(page) == least if key_of(url) not in own else shown(page) <= least, (role, url)


@pytest.mark.parametrize("role", ROLES)
def test_a_narrowed_list_stays_within_its_budget(
    role: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for actor in people_of(role)[:1]:
        client = client_for(actor)
        for _key, url, _count in narrowed(actor):
            client.get(urlsplit(url).path)  # what a process keeps has been read
            with django_assert_max_num_queries(12, info=url):
                client.get(url)
