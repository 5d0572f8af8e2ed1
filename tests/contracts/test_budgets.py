"""Every list costs at most twelve queries, whoever looks. That the number does not grow, each app's tests show.

What a process reads once and keeps, such as the text of the rules in force, is read before it is counted.
"""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import resolve, reverse

from portal.ui.lists import ListView
from tests.contracts.addresses import addresses
from tests.contracts.matrix import OK, Row
from tests.contracts.worlds import ROWS, db, every_row, rolled_back, world, worlds
from tests.query_budget import queries_of
from tests.world import World

__all__ = ["db", "world", "worlds"]
MOST = 12
LIBRARY = ("admin:django_celery_", "admin:auth_")


def is_list(row: Row) -> bool:
    """A list of the portal, or of the desk, that somebody may see. A list of one object's parts is that page's part."""
    if row.make is not None or row.path or not any(OK in row.get.of(name) for name in row.get.asked):
        return False
    if row.url.endswith("_changelist"):
        return not row.url.startswith(LIBRARY)
    if row.url not in addresses() or (":" not in row.url and "/" in row.url):
        return False
    return issubclass(getattr(resolve(reverse(row.url)).func, "view_class", object), ListView)


@every_row(is_list)
def test_a_list_costs_at_most_twelve_queries(url: str, world: World) -> None:
    row, wrong = ROWS[url], []
    for persona in row.get.asked:
        if OK not in row.get.of(persona):
            continue
        client = world.client(persona)
        with rolled_back():
            client.get(reverse(url))
        cache.clear()
        with rolled_back():
            asked = queries_of(client, reverse(url))
        if len(asked) > MOST:
            wrong.append(f"{persona}: {len(asked)}\n  " + "\n  ".join(query[:160] for query in asked))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("named", ["inbox", "grants:grants", "admin:partners_application_changelist"])
def test_lists_are_found(named: str) -> None:
    assert is_list(ROWS[named])
