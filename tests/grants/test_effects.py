"""What deeds do to access, as subscribers hear it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from grants.actions.accreditation import accredit_environment
from grants.actions.catalogue import retire_release
from grants.actions.environment import close_environment
from grants.actions.grant import expire_grant, surrender_grant
from grants.actions.hold import confirm_hold, lapse_hold, lift_hold, place_hold
from grants.actions.surrender import surrender_line
from grants.actions.withdrawal import end_consent, take_back_withdrawal, withdraw_consent
from grants.effects import TABLE, Effect, subscribe, unsubscribe
from grants.states import CONSENT_WITHDRAWAL, GRANT, HOLD
from grants.states_places import ENVIRONMENT, RELEASE
from partners.actions.person import end_person
from partners.actions.qualification import (
    lapse_qualification,
    reinstate_qualification,
    remove_qualification,
    restrict_qualification,
    suspend_qualification,
)
from partners.actions.removal import lift_removal, remove_person
from partners.models import Qualification
from partners.states.person import PERSON
from partners.states.qualification import QUALIFICATION
from partners.states.removal import PERSON_REMOVAL
from portal.accounts.states import ORGANISATION
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.states import StateTable
from tests.factories import grants as make
from tests.factories import people
from tests.factories.accounts import make_member
from tests.factories.partners import Cast

pytestmark = pytest.mark.django_db
WORDS: dict[str, Any] = {"reason": "Left a token in a notebook.", "lifted_when": "Trained again."}
Heard = list[tuple[str, str, Any, bool]]


@pytest.fixture
def effects() -> Iterator[list[Effect]]:
    found: list[Effect] = []

    def hear(told: Sequence[Effect]) -> None:
        found.extend(told)

    subscribe(hear)
    yield found
    unsubscribe(hear)


def taken(effects: list[Effect]) -> Heard:
    """What was heard since it was last asked: kind, on what, its key, and whether for good."""
    heard: Heard = [(str(effect.kind), effect.on, effect.target_id, effect.for_good) for effect in effects]
    effects.clear()
    return heard


def administrator_of(made: make.GrantCast) -> Actor:
    return made.administrator or make_member(made.institution.organisation, "administrator")


def test_every_verb_of_the_table_exists() -> None:
    tables: dict[str, StateTable] = {
        table.noun: table
        for table in (
            HOLD, QUALIFICATION, ORGANISATION, GRANT, CONSENT_WITHDRAWAL, ENVIRONMENT, PERSON, PERSON_REMOVAL, RELEASE,
        )
    }  # fmt: skip
    assert {noun: [tables[noun].move(verb).verb for verb in verbs] for noun, verbs in TABLE.items()} == {
        noun: list(verbs) for noun, verbs in TABLE.items()
    }


@pytest.mark.parametrize("kind", ["partner", "grant", "line", "environment", "person"])
def test_a_hold_stops_what_it_is_on_and_restores_it(made: make.GrantCast, effects: list[Effect], kind: str) -> None:
    person, _ = people.cleared(made.institution)
    target: Any = {
        "partner": made.institution, "grant": made.grant, "line": made.line, "environment": made.environment,
        "person": person,
    }[kind]  # fmt: skip
    effects.clear()
    hold = place_hold(target=target, by=made.signatory, **WORDS)
    assert [effect.cause for effect in effects] == [hold]
    assert set(effects[0].live_lines()) == {made.line}
    assert set(effects[0].grants()) == {made.grant}
    assert taken(effects) == [("stopped", kind, target.pk, False)]
    confirm_hold(hold=hold, by=made.other_signatory)
    assert taken(effects) == [("stopped", kind, target.pk, False)]
    lift_hold(hold=hold, reason="Trained.", by=made.signatory)
    assert taken(effects) == [("restored", kind, target.pk, False)]


def test_a_hold_that_is_no_emergency_suspends_and_one_that_lapses_restores(
    made: make.GrantCast, effects: list[Effect]
) -> None:
    place_hold(target=made.grant, by=made.signatory, emergency=False, **WORDS)
    assert taken(effects) == [("suspended", "grant", made.grant.pk, False)]
    hold = place_hold(target=made.grant, by=made.signatory, **WORDS)
    effects.clear()
    assert hold.confirm_by
    with clock.at(hold.confirm_by + timedelta(seconds=1)):
        lapse_hold(hold=hold, by=SYSTEM)
    assert taken(effects) == [("restored", "grant", made.grant.pk, False)]


def test_a_qualification_is_suspended_restored_restricted_and_removed(
    partner: Cast, made: make.GrantCast, effects: list[Effect]
) -> None:
    row, key = Qualification.objects.get(institution=made.institution), made.institution.pk
    suspend_qualification(qualification=row, by=made.signatory, reason="Findings")
    reinstate_qualification(qualification=row, by=made.signatory, reason="Mended")
    restrict_qualification(qualification=row, by=made.signatory, reason="Slower")
    reinstate_qualification(qualification=row, by=made.signatory, reason="Mended")
    remove_qualification(qualification=row, by=made.signatory, reason="Broken again")
    assert taken(effects) == [
        ("suspended", "partner", key, False),
        ("restored", "partner", key, False),
        ("changed", "partner", key, False),
        ("changed", "partner", key, False),
        ("stopped", "partner", key, True),
    ]


def test_a_qualification_that_lapses_suspends(made: make.GrantCast, effects: list[Effect]) -> None:
    row = Qualification.objects.get(institution=made.institution)
    with clock.at(clock.now() + timedelta(days=(row.valid_until - clock.today()).days + 1)):
        lapse_qualification(qualification=row, by=SYSTEM)
    assert taken(effects) == [("suspended", "partner", made.institution.pk, False)]


def test_a_grant_comes_into_force_is_superseded_and_ends(partner: Cast, effects: list[Effect]) -> None:
    made = make.grant_in_force(made=partner)
    assert taken(effects)[-1] == ("changed", "grant", made.grant.pk, False)
    surrender_grant(grant=made.grant, by=administrator_of(made), reason="Done")
    assert taken(effects) == [("suspended", "grant", made.grant.pk, True)]
    other = make.grant_in_force(made=partner)
    effects.clear()
    make.revoke(other)
    assert taken(effects) == [("stopped", "grant", other.grant.pk, True)]
    third = make.grant_in_force(made=partner)
    effects.clear()
    with clock.at(clock.now() + timedelta(days=(third.grant.ends_on - clock.today()).days + 1)):
        expire_grant(grant=third.grant, by=SYSTEM)
    assert taken(effects) == [("suspended", "grant", third.grant.pk, True)]


def test_lines_are_narrowed_given_back_and_lose_consent(partner: Cast, effects: list[Effect]) -> None:
    made = make.grant_in_force({"use_case": "evaluation"}, {"use_case": "benchmarking"}, made=partner)
    first, second = made.grant.lines.order_by("number")
    effects.clear()
    make.narrow(made, requests_per_day=10)
    assert taken(effects) == [("changed", "line", made.line.pk, False)]
    withdrawal = withdraw_consent(line=first, reason_code="capacity", reason="No room", by=made.staff)
    take_back_withdrawal(withdrawal=withdrawal, reason="There is", by=made.staff)
    assert taken(effects) == [("changed", "line", first.pk, False)] * 2
    surrender_line(line=second, by=administrator_of(made), reason="Not needed")
    assert taken(effects) == [("suspended", "line", second.pk, True)]


def test_consent_withdrawn_at_once_stops_what_runs_and_with_notice_what_is_new(
    partner: Cast, effects: list[Effect]
) -> None:
    made = make.grant_in_force({"use_case": "evaluation"}, {"use_case": "benchmarking"}, made=partner)
    first, second = made.grant.lines.order_by("number")
    effects.clear()
    withdraw_consent(line=first, reason_code="security", reason="A leak", by=made.staff)
    assert taken(effects) == [("changed", "line", first.pk, False), ("stopped", "line", first.pk, True)]
    withdrawal = withdraw_consent(line=second, reason_code="capacity", reason="No room", by=made.staff)
    effects.clear()
    with clock.at(datetime.combine(withdrawal.effective_on, time(1), UTC)):
        end_consent(withdrawal=withdrawal, by=SYSTEM)
    assert taken(effects)[0] == ("suspended", "line", second.pk, True)


def test_an_environment_is_accredited_again_and_closed(made: make.GrantCast, effects: list[Effect]) -> None:
    place = made.environment
    accredit_environment(environment=place, by=made.officer)
    close_environment(environment=place, by=made.applicant)
    assert taken(effects) == [
        ("restored", "environment", place.pk, False),
        ("suspended", "environment", place.pk, True),
    ]


def test_a_person_leaves_or_is_removed(made: make.GrantCast, effects: list[Effect]) -> None:
    person, _ = people.cleared(made.institution)
    other, _ = people.cleared(made.institution)
    by = make_member(made.authority, "signatory")
    effects.clear()
    removal = remove_person(name=person.name, email=person.email.upper(), reason="Passed outputs on", until=None, by=by)
    lift_removal(removal=removal, reason="A namesake", by=by)
    end_person(person=other, reason="Left", by=made.applicant)
    assert taken(effects) == [
        ("stopped", "person", person.pk, False),
        ("restored", "person", person.pk, False),
        ("stopped", "person", other.pk, True),
    ]


def test_a_release_that_is_retired_reaches_the_lines_about_it(made: make.GrantCast, effects: list[Effect]) -> None:
    retire_release(release=made.line.release, by=made.staff)
    assert set(effects[0].live_lines()) == {made.line}
    assert taken(effects) == [("stopped", "release", made.line.release_id, True)]


def test_a_subscriber_that_fails_undoes_the_deed(made: make.GrantCast) -> None:
    def fail(told: Sequence[Effect]) -> None:
        raise RuntimeError("no room")

    subscribe(fail)
    try:
        with pytest.raises(RuntimeError):
            place_hold(target=made.grant, by=made.signatory, **WORDS)
    finally:
        unsubscribe(fail)
    assert not made.grant.holds.exists()
