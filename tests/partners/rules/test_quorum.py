"""The quorum: distinct people, bodies and countries, the home authority, and nobody who had a part in the case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.rules.hands import Hands, may_be_assigned
from partners.rules.home import AuthorityLoad, home_authority
from partners.rules.quorum import Signed, may_sign, quorum_state
from portal.core.actors import Actor
from portal.rulebook.schema import QuorumRule

HOME, OTHER, THIRD = uuid4(), uuid4(), uuid4()
STANDARD = QuorumRule(signatures=2, bodies=2, home=True, assessors=1)
HIGH = QuorumRule(signatures=3, bodies=2, jurisdictions=2, home=True, assessors=2, blind=True)


def signatory(body: UUID = HOME, kind: str = "authority", user: UUID | None = None) -> Actor:
    return Actor(kind="person", body_id=body, body_kind=kind, roles=frozenset({"signatory"}), user_id=user or uuid4())


def ask(actor: Actor, signed: list[Signed] | None = None, rule: QuorumRule = STANDARD, **more: Any) -> str:
    hands = more.pop("hands", Hands(clear=frozenset({actor.person_id})))
    options: dict[str, Any] = {"home": HOME, "open_queries": 0, "outdated": False} | more
    return may_sign(rule, hands, signed or [], actor, **options).code


def test_two_people_of_one_body_are_no_quorum() -> None:
    state = quorum_state(STANDARD, [Signed(uuid4(), HOME, "NO"), Signed(uuid4(), HOME, "NO")], home=HOME)
    assert not state.met
    assert (state.signatures, state.bodies) == (2, 1)


def test_one_person_for_two_bodies_is_no_quorum() -> None:
    person = uuid4()
    assert not quorum_state(STANDARD, [Signed(person, HOME, "NO"), Signed(person, OTHER, "GB")], home=HOME).met


def test_two_people_of_two_bodies_with_the_home_authority_are_a_quorum() -> None:
    assert quorum_state(STANDARD, [Signed(uuid4(), HOME, "NO"), Signed(uuid4(), OTHER, "GB")], home=HOME).met


def test_without_the_home_authority_there_is_no_quorum() -> None:
    state = quorum_state(STANDARD, [Signed(uuid4(), THIRD, "NO"), Signed(uuid4(), OTHER, "GB")], home=HOME)
    assert state.missing == ("a signature of the home authority",)


def test_bodies_of_another_kind_do_not_count() -> None:
    state = quorum_state(STANDARD, [Signed(uuid4(), HOME, "NO"), Signed(uuid4(), OTHER, "GB", "provider")], home=HOME)
    assert not state.met


def test_high_tier_needs_two_countries() -> None:
    same = [Signed(uuid4(), HOME, "NO"), Signed(uuid4(), OTHER, "NO"), Signed(uuid4(), OTHER, "NO")]
    assert not quorum_state(HIGH, same, home=HOME).met


@pytest.mark.parametrize("part", ["authors", "screeners", "assessors"])
def test_whoever_had_a_part_cannot_sign(part: str) -> None:
    actor = signatory()
    actors = frozenset({actor.person_id})
    hands = replace(Hands(clear=actors), **{part: actors})
    assert ask(actor, hands=hands) == "had_a_part"


def test_nobody_signs_twice() -> None:
    actor = signatory()
    assert ask(actor, [Signed(actor.person_id, HOME, "NO")]) == "signed"


def test_without_a_declaration_nobody_signs() -> None:
    assert ask(signatory(), hands=Hands()) == "not_declared"


def test_with_a_conflict_nobody_signs() -> None:
    actor = signatory()
    assert ask(actor, hands=Hands(conflicted=frozenset({actor.person_id}))) == "conflict_of_interest"


def test_an_open_question_blocks_signing() -> None:
    assert ask(signatory(), open_queries=1) == "open_query"


def test_an_outdated_assessment_blocks_signing() -> None:
    assert ask(signatory(), outdated=True) == "outdated"


def test_the_last_place_is_kept_for_the_body_that_is_missing() -> None:
    assert ask(signatory(HOME), [Signed(uuid4(), HOME, "NO")]) == "other_body_needed"
    assert ask(signatory(OTHER), [Signed(uuid4(), HOME, "NO")]) == ""


def test_the_last_place_is_kept_for_the_home_authority() -> None:
    assert ask(signatory(THIRD), [Signed(uuid4(), OTHER, "GB")]) == "other_body_needed"


def test_whoever_screened_a_case_is_not_assigned_to_it() -> None:
    person = uuid4()
    assert may_be_assigned(person, Hands(screeners=frozenset({person}))).code == "had_a_part"


people = st.sampled_from([uuid4() for _ in range(4)])
bodies = st.sampled_from([(HOME, "NO"), (OTHER, "GB"), (THIRD, "NO")])


@given(st.lists(st.tuples(people, bodies), max_size=8))
def test_a_quorum_is_met_only_by_distinct_people_and_bodies(signed: list[tuple[UUID, tuple[UUID, str]]]) -> None:
    rows = [Signed(person, body, country) for person, (body, country) in signed]
    if quorum_state(HIGH, rows, home=HOME).met:
        assert len({row.person for row in rows}) >= 3
        assert len({row.body for row in rows}) >= 2
        assert {row.jurisdiction for row in rows} == {"NO", "GB"}
        assert HOME in {row.body for row in rows}


# --- the home authority ---------------------------------------------------------------------------

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)


def load(country: str, since: datetime = EARLY, cases: int = 0) -> AuthorityLoad:
    return AuthorityLoad(uuid4(), country, since, cases)


def test_the_authority_of_the_jurisdiction_runs_the_case() -> None:
    own, other = load("NO", LATE, 99), load("GB")
    assert home_authority("NO", [other, own]) == own.id


def test_a_union_authority_stands_in_for_its_members_only() -> None:
    union, other = load("EU", LATE, 99), load("GB")
    assert home_authority("FR", [other, union]) == union.id
    assert home_authority("NO", [other, union]) == other.id


def test_without_one_the_authority_with_the_fewest_cases_stands_in() -> None:
    busy, free = load("GB", EARLY, 7), load("CA", LATE, 2)
    assert home_authority("NO", [busy, free]) == free.id
    assert home_authority("NO", []) is None
