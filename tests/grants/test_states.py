"""The lifecycles of grants, as tables."""

from __future__ import annotations

import pytest

from grants import states
from portal.core.states import StateTable

TABLES = [value for value in vars(states).values() if isinstance(value, StateTable)]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.noun)
def test_every_state_can_be_reached(table: StateTable) -> None:
    reached = set(table.initial)
    while more := {b for a, b in table.transitions if a in reached} - reached:
        reached |= more
    assert reached == {state.slug for state in table.states}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.noun)
def test_nothing_leaves_a_final_state(table: StateTable) -> None:
    """But that the portal puts a grant back whose removal does not stand, on appeal: nobody does so by hand."""
    final = {state.slug for state in table.states if state.final}
    leave = [(move.verb, set(move.who)) for move in table.moves if move.target and final & set(move.sources)]
    assert leave == ([("restore", {"system"})] if table.noun == "grant" else [])


def test_the_portal_never_grants_or_consents_because_time_passed() -> None:
    by_system = {f"{t.noun}.{m.verb}" for t in TABLES for m in t.moves if "system" in m.who and m.sources}
    assert not by_system & {"grant_request.consent", "grant_request.sign", "grant_request.grant", "grant.accept"}


@pytest.mark.django_db
def test_migrations_build_the_tables() -> None:
    from grants.models import Hold

    assert not Hold.objects.exists()
