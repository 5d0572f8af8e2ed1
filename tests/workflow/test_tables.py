"""Every lifecycle of the project: every state can be reached, no deed is dead, and the database holds the table too."""

from typing import Any

import pytest
from django.db import connection

from portal.accounts.roles import BY_SLUG
from portal.ledger.verify import lifecycle_models

MODELS: list[Any] = list(lifecycle_models())


def named(model):
    return model.TABLE.noun


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_every_state_can_be_reached(model):
    table = model.TABLE
    reached = set(table.initial)
    while found := {b for a, b in table.transitions if a in reached} - reached:
        reached |= found
    assert reached == {state.slug for state in table.states}


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_nothing_leads_out_of_a_final_state(model):
    """But where what ended it does not stand, such as on appeal: the portal restores it, or has it decided anew."""
    final = {state.slug for state in model.TABLE.states if state.final}
    moves = [move for move in model.TABLE.moves if move.target and final & set(move.sources)]
    leading = [(move.verb, set(move.who)) for move in moves]
    known = {"grant": "restore", "qualification": "restore", "application": "remit"}
    assert leading == ([(known[model.TABLE.noun], {"system"})] if model.TABLE.noun in known else [])


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_the_roles_of_every_deed_exist(model):
    for move in model.TABLE.moves:
        assert move.who <= BY_SLUG.keys(), move.verb


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_states_and_deeds_have_words(model):
    for state in model.TABLE.states:
        assert str(state.label)
        assert str(state.meaning).endswith(".")
    for move in model.TABLE.moves:
        assert str(move.label)
        assert str(move.says)


def test_no_two_lifecycles_share_a_noun():
    nouns = [model.TABLE.noun for model in MODELS]
    assert len(set(nouns)) == len(nouns)


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=named)
def test_the_triggers_of_the_lifecycle_are_in_the_database(model):
    wanted = {
        "lifecycle_begins",
        "lifecycle_moves",
        "lifecycle_stays",
        "lifecycle_begun_recorded",
        "lifecycle_moved_recorded",
        "no_truncate",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O' AND NOT tgisinternal",
            [model._meta.db_table],
        )
        found = [name for (name,) in cursor.fetchall()]
    for name in wanted:
        assert any(name in trigger for trigger in found), name
