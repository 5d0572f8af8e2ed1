"""Warnings before a check lapses: once each, late or missed days lose none, and one notice for many people."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.urls import reverse

from partners.actions.lapses import warn_of_lapses
from partners.actions.person import end_person
from partners.models import Institution, Person
from partners.tasks import warn_of_people
from portal.accounts.needs import needs_of
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Conflict
from portal.ledger.models import Entry
from portal.notifications.models import Notice
from tests.factories import partners as make
from tests.factories import people
from tests.world import client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> tuple[Institution, Actor]:
    return make.make_institution()


def before_training_ends(person: Person, days: int) -> AbstractContextManager[None]:
    person.refresh_from_db()
    assert person.trained_until is not None
    return clock.at(clock.now() + (person.trained_until - clock.today()) - timedelta(days=days))


def trained(institution: Institution, by: Actor) -> tuple[Person, Actor]:
    """Somebody cleared whose training ends in a hundred days, and everything else long after."""
    person, actor = people.cleared(institution, by=by)
    Person.objects.filter(pk=person.pk).update(
        trained_until=clock.today() + timedelta(days=100), background_until=clock.today() + timedelta(days=900)
    )
    return person, actor


def test_each_notice_is_sent_once_even_when_days_were_missed(house: tuple[Institution, Actor]) -> None:
    person, actor = trained(*house)
    sent = []
    for days in (61, 60, 59, 12, 11, 7, 6, 0, -1):
        with before_training_ends(person, days):
            sent.append(warn_of_people()["done"])
    assert sent == [0, 1, 0, 1, 0, 1, 0, 0, 0]
    assert Notice.objects.filter(kind="own_access_lapsing", recipient=actor.user_id).count() == 3
    keepers = Notice.objects.filter(kind="person_lapsing")
    assert keepers.filter(recipient=house[1].user_id).count() == 3
    assert "in 60 days" in keepers.order_by("created_at")[0].body.lower()


def test_only_the_nearest_notice_goes_out_when_many_days_were_missed(house: tuple[Institution, Actor]) -> None:
    person, _actor = trained(*house)
    with before_training_ends(person, 5):
        assert [warn_of_people()["done"] for _ in range(2)] == [1, 0]
    assert Notice.objects.filter(kind="own_access_lapsing").count() == 1
    person.refresh_from_db()
    assert person.trained_notice == 7


def test_a_new_check_is_announced_anew_before_its_own_end(house: tuple[Institution, Actor]) -> None:
    person, _actor = trained(*house)
    with before_training_ends(person, 5):
        warn_of_people()
        people.check(person, "training", house[1], days_ago=1)
        assert warn_of_people()["done"] == 0
    with before_training_ends(person, 30):
        assert warn_of_people()["done"] == 1


def test_administrators_get_one_notice_about_many_people(house: tuple[Institution, Actor]) -> None:
    many = [trained(*house)[0] for _ in range(5)]
    with before_training_ends(many[0], 30):
        assert warn_of_people()["done"] == 1
    (notice,) = Notice.objects.filter(kind="person_lapsing", recipient=house[1].user_id)
    assert "and 2 others" in notice.title
    assert notice.url == f"{reverse('partners:people')}?standing=soon"
    assert Notice.objects.filter(kind="own_access_lapsing").count() == 5
    assert Entry.objects.filter(verb="person.remind").count() == 5


def test_two_workers_warn_once(house: tuple[Institution, Actor]) -> None:
    person, _actor = trained(*house)
    with before_training_ends(person, 30):
        assert warn_of_lapses(institution=house[0], by=SYSTEM) == 1
        with pytest.raises(Conflict):
            warn_of_lapses(institution=house[0], by=SYSTEM)


def test_who_left_and_who_has_no_account_are_not_told(house: tuple[Institution, Actor]) -> None:
    institution, by = house
    gone, _actor = trained(institution, by)
    bare = people.checked(people.named(institution, by), by)
    with before_training_ends(bare, 30):
        end_person(person=gone, reason="Left.", by=by)
        assert warn_of_people()["done"] == 1
    assert not Notice.objects.filter(kind="own_access_lapsing").exists()


# --- home -----------------------------------------------------------------------------------------


def shown(actor: Actor) -> dict[str, int]:
    return {str(need.label): need.count for need in needs_of(actor)}


def test_home_counts_who_ends_soon_and_who_is_not_cleared(house: tuple[Institution, Actor]) -> None:
    institution, by = house
    person, _actor = trained(institution, by)
    people.named(institution, by)
    with before_training_ends(person, 30):
        found = shown(by)
    assert found["person whose access ends soon"] == 1
    assert found["person who is named and not cleared"] == 1
    page = client_for(by).get(reverse("home")).content.decode()
    assert reverse("partners:people") + "?standing=lacking" in page


def test_home_tells_the_person_what_they_have_to_do(house: tuple[Institution, Actor]) -> None:
    institution, by = house
    _person, actor = people.cleared(institution, by=by)
    assert shown(actor) == {"texts to accept": 0}
    colleague = people.make_member(institution.organisation, "named_person")
    assert shown(colleague) == {}
    people.named(institution, by, email=colleague.user.email)
    assert shown(colleague) == {"text to accept: the rules for people with access": 1}
