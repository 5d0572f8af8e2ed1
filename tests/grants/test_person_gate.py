"""The gate on people: named, checked and agreed at the moment of the question, by dates and without any sweep."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grants.queries.decision import decide
from grants.queries.statements import STATEMENTS
from partners.actions.person import accept_rules, end_person, revoke_check
from partners.models import Person
from partners.models.person import UNTIL
from partners.queries.person import lacking, texts_now
from portal.accounts.actions.membership import end_membership
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from tests.factories import grants as make
from tests.factories import partners, people
from tests.factories.accounts import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> make.GrantCast:
    return make.grant_in_force()


@pytest.fixture
def cleared(made: make.GrantCast) -> tuple[Person, Actor]:
    return people.cleared(made.institution)


def about(made: make.GrantCast, who: Actor | str) -> str:
    """The code of the answer to a question about the person."""
    name = who if isinstance(who, str) else str(who.user_id)
    return decide(made.question(subject_type="person", subject_id=name, today=clock.today())).code


def test_who_is_cleared_is_permitted_by_account_and_by_address(
    made: make.GrantCast, cleared: tuple[Person, Actor]
) -> None:
    person, actor = cleared
    assert {about(made, actor), about(made, person.email.upper())} == {"permitted"}


def test_a_member_who_is_not_named_has_no_access_and_neither_has_anybody_else(made: make.GrantCast) -> None:
    stranger = make_member(partners.make_institution()[0].organisation, "applicant")
    names: tuple[Actor | str, ...] = (made.applicant, made.applicant.user.email, stranger, "nobody@nowhere.example")
    assert [about(made, who) for who in names] == ["person_not_named"] * 4


@pytest.mark.parametrize("kind", ["identity", "background", "training"])
def test_whoever_lacks_a_check_is_denied_until_it_is_there(made: make.GrantCast, kind: str) -> None:
    keeper = people.colleague(made.institution)
    actor = make_member(made.institution.organisation, "named_person")
    person = people.checked(people.named(made.institution, keeper, email=actor.user.email), keeper, kind)
    accept_rules(person=person, seen=texts_now().digest, by=actor)
    assert about(made, actor) == f"person_{kind}_missing"
    people.check(person, kind, keeper)
    assert about(made, actor) == "permitted"


@pytest.mark.parametrize("kind", ["identity", "background", "training"])
def test_a_check_ends_access_on_the_day_after_its_last(
    made: make.GrantCast, cleared: tuple[Person, Actor], kind: str
) -> None:
    person, _actor = cleared
    soon = clock.today() + timedelta(days=20)
    Person.objects.filter(pk=person.pk).update(**{UNTIL[kind]: soon})
    with clock.at(clock.now() + timedelta(days=20)):
        answer = decide(made.question(subject_type="person", subject_id=person.email, today=clock.today()))
        assert (answer.permitted, answer.changes_on) == (True, soon)
    with clock.at(clock.now() + timedelta(days=21)):
        answer = decide(made.question(subject_type="person", subject_id=person.email, today=clock.today()))
        assert (answer.code, answer.changes_on) == (f"person_{kind}_lapsed", None)
        assert "valid until" in answer.reason
        assert decide(made.question(today=clock.today())).permitted, "nobody else's access ends"


def test_without_the_rules_accepted_there_is_no_access(made: make.GrantCast) -> None:
    keeper = people.colleague(made.institution)
    person = people.checked(people.named(made.institution, keeper), keeper)
    assert about(made, person.email) == "person_agreement_missing"


def test_a_revoked_check_and_the_end_of_access_are_seen_by_the_next_question(
    made: make.GrantCast, cleared: tuple[Person, Actor]
) -> None:
    person, actor = cleared
    keeper = people.colleague(made.institution)
    revoke_check(check=person.checks.get(kind="background"), reason="It was of a namesake.", by=keeper)
    assert about(made, actor) == "person_background_missing"
    people.check(person, "background", keeper, days_ago=1)
    assert about(made, actor) == "permitted"
    end_person(person=person, reason="Left the laboratory.", by=keeper)
    assert about(made, actor) == "person_left"


def test_who_returns_is_asked_about_by_the_new_naming(made: make.GrantCast, cleared: tuple[Person, Actor]) -> None:
    person, actor = cleared
    keeper = people.colleague(made.institution)
    end_person(person=person, reason="Left the laboratory.", by=keeper)
    with clock.at(clock.now() + timedelta(hours=1)):
        again, _actor = people.cleared(made.institution, actor, by=keeper)
        assert again.pk != person.pk
        assert about(made, actor) == "permitted"


def test_the_end_of_a_membership_ends_access(made: make.GrantCast, cleared: tuple[Person, Actor]) -> None:
    person, actor = cleared
    end_membership(membership=people.membership_of(actor), by=SYSTEM)
    assert {about(made, actor), about(made, person.email)} == {"person_account_ended"}
    assert set(Person.objects.filter(lacking(texts_now()))) == {person}


def test_an_account_that_may_not_sign_in_has_no_access(made: make.GrantCast, cleared: tuple[Person, Actor]) -> None:
    _person, actor = cleared
    type(actor.user).objects.filter(pk=actor.user_id).update(is_active=False)
    assert about(made, actor) == "person_account_ended"


def test_somebody_named_by_two_partners_has_the_access_of_the_one_that_was_granted_it(
    made: make.GrantCast, cleared: tuple[Person, Actor]
) -> None:
    _person, actor = cleared
    other, _by = partners.make_institution()
    people.named(other, people.colleague(other), email=actor.user.email)
    assert about(made, actor) == "permitted"


def test_what_holds_longest_does_not_outlast_the_person(made: make.GrantCast, cleared: tuple[Person, Actor]) -> None:
    person, _actor = cleared
    Person.objects.filter(pk=person.pk).update(trained_until=clock.today() + timedelta(days=3))
    answer = decide(made.question(subject_type="person", subject_id=person.email))
    assert answer.changes_on == clock.today() + timedelta(days=3)


def test_a_person_costs_no_more_questions_to_the_database_than_a_partner(
    made: make.GrantCast, cleared: tuple[Person, Actor]
) -> None:
    person, _actor = cleared
    question = made.question(subject_type="person", subject_id=person.email)
    decide(question)  # the texts of this version are read once by each process
    with CaptureQueriesContext(connection) as captured:
        assert decide(question).permitted
    assert len(captured) == 1


def test_the_statement_about_a_partner_knows_nothing_of_people() -> None:
    for (kind, _release, _environment), statement in STATEMENTS.items():
        assert ("partners_person" in statement) == kind.startswith("person"), kind
