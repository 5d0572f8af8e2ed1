"""Verdicts, the clock, identifiers and state tables: the pure helpers that all rules rest on."""

from datetime import UTC, date, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from portal.core import clock
from portal.core.actors import ANONYMOUS, SYSTEM, Actor
from portal.core.ids import new_id
from portal.core.states import Move, State, StateTable, mermaid, roles
from portal.core.verdicts import ALLOWED, Conflict, Refused, first_refusal, refused, require

NO = refused("Not today.", code="no", rule="test.no")


# --- verdicts ---
def test_a_refusal_is_false_and_carries_its_reason():
    assert ALLOWED
    assert not NO
    with pytest.raises(Refused) as raised:
        require(NO)
    assert raised.value.verdict == NO
    assert str(raised.value) == "Not today."
    require(ALLOWED)


def test_the_first_refusal_wins_and_the_rest_is_not_asked():
    def never():
        raise AssertionError

    assert first_refusal(ALLOWED, lambda: NO, never) is NO
    assert first_refusal(ALLOWED, lambda: ALLOWED) is ALLOWED
    assert first_refusal() is ALLOWED


def test_a_conflict_is_a_refusal():
    assert issubclass(Conflict, Refused)


# --- clock ---
def test_the_clock_is_real_until_told_otherwise():
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is UTC


def test_a_simulated_moment_holds_within_its_block_only():
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)
    with clock.at(first):
        assert clock.now() == first
        with clock.at(second):
            assert clock.today() == date(2027, 6, 1)
        assert clock.now() == first
        with pytest.raises(RuntimeError), clock.at(second):
            raise RuntimeError
        assert clock.now() == first
    assert clock.now().year != 2027


def test_a_moment_is_kept_in_utc_and_must_have_a_zone():
    with clock.at(datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))):
        assert clock.today() == date(2025, 12, 31)
    with pytest.raises(ValueError), clock.at(datetime(2026, 1, 1)):  # noqa: DTZ001
        pass


def test_identifiers_are_ordered_by_time_and_versioned():
    made = [new_id() for _turn in range(1000)]
    assert len(set(made)) == 1000
    assert made == sorted(made)
    assert {item.version for item in made} == {7}


# --- actors ---
def test_an_actor_has_only_the_roles_in_effect():
    actor = Actor(kind="person", roles=frozenset({"person"}), dormant=frozenset({"signatory"}))
    assert actor.has("person", "signatory")
    assert not actor.has("signatory")
    assert not ANONYMOUS.is_signed_in
    assert not SYSTEM.is_signed_in
    assert (SYSTEM.role_for_record, ANONYMOUS.role_for_record) == ("system", "anonymous")


# --- state tables ---
OPEN, SHUT = State("open", "Open", "Is open."), State("shut", "Shut", "Is shut.", final=True)


PORTAL = roles("system")


def made(verb="make", sources=(), target="open", who=PORTAL):
    return Move(verb, sources, target, who, verb, f"{verb} done")


DOOR = StateTable(
    noun="door",
    title="Door",
    states=(OPEN, SHUT),
    moves=(
        made(),
        made("paint", ("open",), None, roles("system", "painter")),
        Move("shut", ("open",), "shut", roles("system", "porter"), "Shut", "Shut", lambda door, _actor: door.guard),
    ),
)


@pytest.mark.parametrize(
    ("states", "moves"),
    [
        ((OPEN, OPEN), (made(),)),
        ((OPEN,), (made(), made())),
        ((OPEN,), (made(target="nowhere"),)),
        ((OPEN,), (made(sources=("nowhere",)),)),
        ((OPEN,), (made(target=None),)),
        ((OPEN,), (made(who=frozenset()),)),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(states, moves):
    with pytest.raises(ValueError):
        StateTable(noun="door", title="Door", states=states, moves=moves)


def test_a_table_knows_its_beginnings_moves_and_ends():
    assert DOOR.initial == {"open"}
    assert DOOR.open_states == ("open",)
    assert DOOR.transitions == [("open", "shut")]
    assert DOOR.choices == [("open", "Open"), ("shut", "Shut")]
    with pytest.raises(KeyError):
        DOOR.move("burn")


def door(state="open", guard=ALLOWED):
    return SimpleNamespace(state=state, guard=guard)


def test_role_then_state_then_guard_are_asked():
    porter = Actor(kind="person", roles=frozenset({"porter"}))
    sleeping = Actor(kind="person", dormant=frozenset({"porter"}))
    assert DOOR.verdict("shut", door(), porter)
    assert DOOR.verdict("shut", door("shut", NO), ANONYMOUS).code == "wrong_role"
    assert "second factor" in str(DOOR.verdict("shut", door(), sleeping).reason)
    assert DOOR.verdict("shut", door("shut", NO), porter).code == "wrong_state"
    assert DOOR.verdict("shut", door(guard=NO), porter) is NO


def test_pages_get_the_moves_of_the_present_state_with_their_verdicts():
    porter = Actor(kind="person", roles=frozenset({"porter", "painter"}))
    found = {move.verb: bool(verdict) for move, verdict in DOOR.available(door(guard=NO), porter)}
    assert found == {"paint": True, "shut": False}
    assert [move.verb for move, _verdict in DOOR.available(door(guard=NO), porter, among={"paint"})] == ["paint"]
    assert DOOR.available(door("shut"), porter) == []


def test_the_diagram_shows_beginning_moves_and_end():
    assert mermaid(DOOR).splitlines() == [
        "stateDiagram-v2",
        "    [*] --> open: make",
        "    open --> shut: shut",
        "    shut --> [*]",
    ]
