"""Naming people, their checks, the rules that they accept: who may, what is refused, and what the record keeps."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from partners.actions.person import (
    accept_rules,
    amend_person,
    end_person,
    invite_person,
    name_person,
    record_check,
    revoke_check,
)
from partners.models import Institution, Person, PersonAgreement, PersonCheck
from partners.queries.person import lacking, own_row, texts_now, with_account
from partners.rules.person import clearance
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Conflict, Refused
from portal.ledger.models import Entry
from portal.rulebook.actions.version import put_in_force
from portal.rulebook.durations import add_months
from portal.rulebook.schema import parse
from tests.factories import partners as make
from tests.factories import people
from tests.factories.accounts import make_member, make_organisation, make_user
from tests.factories.rulebook import document
from tests.rulebook.test_versions import adopted

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> tuple[Institution, Actor]:
    return make.make_institution()


def lacks(person: Person) -> set[str]:
    row: Any = with_account(Person.objects.filter(pk=person.pk)).get()
    return {lack.code for lack in clearance(row, texts_now(), clock.today()).lacks}


# --- naming ---------------------------------------------------------------------------------------


def test_a_named_person_lacks_everything_and_is_in_the_record(house: tuple[Institution, Actor]) -> None:
    institution, by = house
    person = people.named(institution, by, email=" Ada@Institute.Example ", employer="  Fjord  Consulting ")
    assert (person.email, person.employer, person.is_outside, person.user) == (
        "ada@institute.example", "Fjord Consulting", True, None,
    )  # fmt: skip
    assert lacks(person) == {
        "person_identity_missing", "person_background_missing", "person_training_missing", "person_agreement_missing",
    }  # fmt: skip
    assert Entry.objects.filter(object_id=person.pk, verb="person.name").count() == 1


def test_an_address_is_named_once_whatever_its_capitals(house: tuple[Institution, Actor]) -> None:
    institution, by = house
    person = people.named(institution, by, email="ada@institute.example")
    with pytest.raises(Refused) as refusal:
        people.named(institution, by, email="ADA@institute.example")
    assert refusal.value.verdict.code == "taken"
    other, else_by = make.make_institution()
    assert people.named(other, else_by, email="ada@institute.example").pk != person.pk
    end_person(person=person, reason="Moved away.", by=by)
    assert people.named(institution, by, email="ada@institute.example").state == "named"


def test_the_database_keeps_an_address_unique_among_those_who_are_named(house: tuple[Institution, Actor]) -> None:
    institution, by = house
    people.named(institution, by, email="ada@institute.example")
    bo = people.named(institution, by, email="bo@institute.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=bo.pk).update(email="Ada@institute.example")


def test_a_member_with_that_address_is_linked_at_once(house: tuple[Institution, Actor]) -> None:
    institution, by = house
    member = make_member(institution.organisation, "named_person")
    assert people.named(institution, by, email=member.user.email.upper()).user_id == member.user_id
    stranger = make_member(make_organisation("institution"), "applicant")
    assert people.named(institution, by, email=stranger.user.email).user_id is None


@pytest.mark.parametrize("role", ["named_person", "representative"])
def test_only_those_who_look_after_its_people_name_them(house: tuple[Institution, Actor], role: str) -> None:
    institution, _by = house
    with pytest.raises(Refused) as refusal:
        people.named(institution, make_member(institution.organisation, role))
    assert refusal.value.verdict.code == "wrong_role"


def test_nobody_names_for_another_institution(house: tuple[Institution, Actor]) -> None:
    _other, stranger = make.make_institution()
    with pytest.raises(Refused) as refusal:
        people.named(house[0], stranger)
    assert refusal.value.verdict.code == "other_body"


def test_details_change_and_the_record_keeps_both(house: tuple[Institution, Actor]) -> None:
    person = people.named(*house, name="Ada Berg", position="Analyst")
    amend_person(person=person, name="Ada Lind", position="Lead", employer="", by=house[1])
    kept = json.loads(Entry.objects.get(object_id=person.pk, verb="person.amend").event.content)["detail"]
    assert (kept["was"]["name"], kept["is"]["name"]) == ("Ada Berg", "Ada Lind")


# --- checks ---------------------------------------------------------------------------------------


def test_a_check_holds_as_long_as_the_rulebook_allows_and_no_longer(house: tuple[Institution, Actor]) -> None:
    institution, by = house
    person, day = people.named(institution, by), clock.today() - timedelta(days=3)
    check = record_check(person=person, kind="training", vouched_by="Safety office", checked_on=day, by=by)
    assert check.valid_until == add_months(day, 12) == person.trained_until
    with pytest.raises(Refused) as refusal:
        record_check(
            person=person, kind="training", vouched_by="Safety office", checked_on=day,
            valid_until=check.valid_until + timedelta(days=1), by=by,
        )  # fmt: skip
    assert (refusal.value.verdict.code, refusal.value.verdict.rule) == ("too_long", "people.checks")
    assert PersonCheck.objects.count() == 1


def test_a_background_check_holds_by_the_institutions_tier_and_shortest_before_there_is_one() -> None:
    qualified, by, _ = make.qualified_institution()
    new, else_by = make.make_institution()
    day = clock.today()
    for institution, who, months in ((qualified, by, 36), (new, else_by, 12)):
        person = people.named(institution, who)
        check = record_check(person=person, kind="background", vouched_by="Police", checked_on=day, by=who)
        assert check.valid_until == add_months(day, months)


@pytest.mark.parametrize(
    ("checked", "until", "code"), [(1, 30, "in_future"), (0, 0, "ends_first"), (-5, -5, "ends_first")]
)
def test_impossible_dates_are_refused(house: tuple[Institution, Actor], checked: int, until: int, code: str) -> None:
    today = clock.today()
    with pytest.raises(Refused) as refusal:
        record_check(
            person=people.named(*house), kind="identity", vouched_by="Registry", by=house[1],
            checked_on=today + timedelta(days=checked), valid_until=today + timedelta(days=until),
        )  # fmt: skip
    assert refusal.value.verdict.code == code


def test_nobody_vouches_for_themselves(house: tuple[Institution, Actor]) -> None:
    institution, by = house
    herself = people.named(institution, by, email=by.user.email)
    with pytest.raises(Refused) as refusal:
        people.check(herself, "identity", by)
    assert refusal.value.verdict.code == "own_check"
    people.check(herself, "identity", people.colleague(institution))
    with pytest.raises(Refused):
        revoke_check(check=PersonCheck.objects.get(), reason="Mistaken.", by=by)


def test_another_institutions_document_proves_nothing(house: tuple[Institution, Actor]) -> None:
    other = make.make_evidence(*make.make_institution())
    with pytest.raises(Refused) as refusal:
        record_check(
            person=people.named(*house), kind="identity", vouched_by="Registry", checked_on=clock.today(),
            document=other, by=house[1],
        )  # fmt: skip
    assert refusal.value.verdict.code == "other_body"


def test_an_earlier_and_shorter_check_does_not_shorten_what_holds(house: tuple[Institution, Actor]) -> None:
    person = people.checked(people.named(*house), house[1])
    before = person.trained_until
    people.check(person, "training", house[1], until=clock.today() + timedelta(days=5))
    person.refresh_from_db()
    assert person.trained_until == before


def test_a_revoked_check_counts_no_more_and_what_was_before_it_does(house: tuple[Institution, Actor]) -> None:
    institution, by = house
    person, soon = people.named(institution, by), clock.today() + timedelta(days=40)
    people.check(person, "background", by, until=soon)
    people.check(person, "background", by, days_ago=1)
    latest = PersonCheck.objects.latest("valid_until")
    revoke_check(check=latest, reason="Of somebody else.", by=by)
    person.refresh_from_db()
    assert person.background_until == soon
    revoke_check(check=PersonCheck.objects.exclude(pk=latest.pk).get(), reason="As well.", by=by)
    assert "person_background_missing" in lacks(person)
    with pytest.raises(Refused) as refusal:
        revoke_check(check=latest, reason="Again.", by=by)
    assert refusal.value.verdict.code == "revoked"


@pytest.mark.parametrize("table", ["partners_personcheck", "partners_personagreement", "partners_checkrevocation"])
def test_what_was_checked_and_accepted_is_never_changed(house: tuple[Institution, Actor], table: str) -> None:
    person, _actor = people.cleared(house[0])
    revoke_check(check=person.checks.filter(kind="training").get(), reason="Wrong.", by=house[1])
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# --- the rules ------------------------------------------------------------------------------------


def test_only_the_person_accepts_the_rules_and_for_the_text_they_read(house: tuple[Institution, Actor]) -> None:
    institution, by = house
    actor = make_member(institution.organisation, "named_person")
    person = people.checked(people.named(institution, by, email=actor.user.email), by)
    seen = texts_now().digest
    with pytest.raises(Refused) as refusal:
        accept_rules(person=person, seen=seen, by=by)
    assert refusal.value.verdict.code == "other_person"
    with pytest.raises(Conflict):
        accept_rules(person=person, seen="0" * 64, by=actor)
    accept_rules(person=person, seen=seen, by=actor)
    assert lacks(person) == set()
    agreed = PersonAgreement.objects.get(person=person)
    assert (agreed.declaration, agreed.rulebook, agreed.accepted_by_id) == ("person_rules", "1.0", actor.user_id)


def test_somebody_named_before_they_had_an_account_is_linked_when_they_accept(house: tuple[Institution, Actor]) -> None:
    institution, by = house
    person = people.named(institution, by, email="later@institute.example")
    invite_person(person=person, by=by)
    actor = make_member(institution.organisation, "named_person", user=make_user("later@institute.example"))
    assert own_row(actor) == person
    accept_rules(person=person, seen=texts_now().digest, by=actor)
    person.refresh_from_db()
    assert person.user_id == actor.user_id


def _new_text(version: str, words: str) -> None:
    """Another text for people comes into force."""
    changed = document(version)
    next(item for item in changed["declarations"] if item["key"] == "person_rules")["text"] = words
    put_in_force(version=adopted(version, parse(changed)), by=SYSTEM)


def test_a_new_text_is_accepted_within_its_days_or_access_ends(house: tuple[Institution, Actor]) -> None:
    person, actor = people.cleared(house[0])
    _new_text("1.1", "I will also write down what I try.")
    assert lacks(person) == set()
    with clock.at(clock.now() + timedelta(days=14)):
        assert lacks(person) == set()
        assert not Person.objects.filter(lacking(texts_now())).exists()
    with clock.at(clock.now() + timedelta(days=15)):
        assert lacks(person) == {"person_agreement_outdated"}
        assert Person.objects.filter(lacking(texts_now())).count() == 1
        accept_rules(person=person, seen=texts_now().digest, by=actor)
        assert lacks(person) == set()
    assert set(person.agreements.values_list("rulebook", flat=True)) == {"1.0", "1.1"}


def test_other_rules_with_the_same_text_ask_nobody_again(house: tuple[Institution, Actor]) -> None:
    person, _actor = people.cleared(house[0])
    put_in_force(version=adopted("1.1"), by=SYSTEM)
    with clock.at(clock.now() + timedelta(days=90)):
        assert lacks(person) == set()


def test_a_second_new_text_does_not_bring_back_who_never_accepted_the_first(house: tuple[Institution, Actor]) -> None:
    person, _actor = people.cleared(house[0])
    _new_text("1.1", "I will also write down what I try.")
    with clock.at(clock.now() + timedelta(days=60)):
        _new_text("1.2", "I will also write down what I find.")
        assert lacks(person) == {"person_agreement_outdated"}


# --- leaving --------------------------------------------------------------------------------------


def test_who_left_stays_in_the_record_and_can_be_changed_no_more(house: tuple[Institution, Actor]) -> None:
    person, actor = people.cleared(house[0])
    end_person(person=person, reason="Contract ended.", by=house[1])
    assert lacks(person) == {"person_left"}
    for act in (
        lambda: amend_person(person=person, name="X", by=house[1]),
        lambda: people.check(person, "identity", house[1]),
        lambda: accept_rules(person=person, seen=texts_now().digest, by=actor),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.verdict.code == "wrong_state"


def test_an_invitation_takes_an_administrator_and_gives_the_least_rights(house: tuple[Institution, Actor]) -> None:
    institution, by = house
    person = people.named(institution, by)
    with pytest.raises(Refused):
        invite_person(person=person, by=make_member(institution.organisation, "applicant"))
    assert invite_person(person=person, by=by).roles == ["named_person"]


def test_naming_needs_a_name_of_the_actors_own_institution() -> None:
    institution, by = make.make_institution()
    assert name_person(institution=institution, name=" Ada  Berg ", email="a@b.example", by=by).name == "Ada Berg"
