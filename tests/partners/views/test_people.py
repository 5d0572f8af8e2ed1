"""The pages about people: who sees them, what they say, and what the forms do."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import Institution, Person
from partners.queries.person import texts_now
from portal.accounts.actions.membership import end_membership
from portal.accounts.models import Invitation
from portal.core import clock
from portal.core.actors import Actor
from tests.factories import partners as make
from tests.factories import people
from tests.factories.accounts import make_member
from tests.world import client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> tuple[Institution, Actor, Client]:
    institution, by = make.make_institution()
    return institution, by, client_for(by)


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_the_list_says_of_each_who_is_cleared_and_what_is_missing(house: tuple[Institution, Actor, Client]) -> None:
    institution, by, client = house
    person, _actor = people.cleared(institution)
    other = people.named(institution, by, name="Bo Nobody")
    page = text(client, reverse("partners:people"))
    assert person.name in page
    assert other.name in page
    assert "Cleared" in page
    assert "Not cleared" in page
    assert "Missing" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Cleared Person", "Bare Person", "Soon Person"}),
        ("?standing=cleared", {"Cleared Person", "Soon Person"}),
        ("?standing=lacking", {"Bare Person"}),
        ("?standing=soon", {"Soon Person"}),
        ("?standing=left", {"Gone Person"}),
        ("?lacks=training", {"Bare Person"}),
        ("?lacks=account", {"Bare Person"}),
        ("?lacks=rules", {"Bare Person"}),
        ("?employed=outside", {"Bare Person"}),
        ("?q=soon", {"Soon Person"}),
        ("?standing=nonsense", {"Cleared Person", "Bare Person", "Soon Person"}),
    ],
)
def test_the_list_is_filtered_by_what_is_missing_or_ends(
    house: tuple[Institution, Actor, Client], query: str, shown: set[str]
) -> None:
    institution, by, client = house
    for label in ("Cleared Person", "Soon Person"):
        person, _actor = people.cleared(institution, by=by)
        Person.objects.filter(pk=person.pk).update(name=label)
    Person.objects.filter(pk=person.pk).update(trained_until=clock.today() + timedelta(days=20))
    people.named(institution, by, name="Bare Person", employer="Elsewhere Ltd")
    gone = people.named(institution, by, name="Gone Person")
    from partners.actions.person import end_person

    end_person(person=gone, reason="Left.", by=by)
    rows = client.get(reverse("partners:people") + query).context["table"].rows
    assert {row.record.name for row in rows} == shown


def test_another_institutions_people_are_not_there(house: tuple[Institution, Actor, Client]) -> None:
    institution, by, _client = house
    person = people.named(institution, by)
    _other, stranger = make.make_institution()
    client = client_for(stranger)
    assert person.name not in text(client, reverse("partners:people"))
    for name in ("person", "person_amend", "person_check", "person_end"):
        assert client.get(reverse(f"partners:{name}", args=[person.pk])).status_code == 404


def test_a_person_is_named_and_invited_by_one_form(house: tuple[Institution, Actor, Client]) -> None:
    _institution, _by, client = house
    sent = {"name": "Ada Berg", "email": "ada@institute.example", "position": "Lead", "employer": "", "invite": "on"}
    answer = client.post(reverse("partners:person_name"), sent)
    person = Person.objects.get()
    assert answer["Location"] == person.get_absolute_url()
    assert Invitation.objects.get().roles == ["named_person"]
    again = client.post(reverse("partners:person_name"), sent).content.decode()
    assert "already" in again
    assert Person.objects.count() == 1


def test_an_applicant_names_without_inviting(house: tuple[Institution, Actor, Client]) -> None:
    institution, _by, _client = house
    client = client_for(make_member(institution.organisation, "applicant"))
    page = text(client, reverse("partners:person_name"))
    assert 'name="invite"' not in page
    client.post(reverse("partners:person_name"), {"name": "Ada", "email": "ada@institute.example", "invite": "on"})
    person = Person.objects.get()
    assert not Invitation.objects.exists()
    assert "Only an administrator of your institution invites people." in text(client, person.get_absolute_url())


def test_a_check_is_recorded_and_its_time_is_the_rulebooks(house: tuple[Institution, Actor, Client]) -> None:
    institution, by, client = house
    person, today = people.named(institution, by), clock.today()
    url = reverse("partners:person_check", args=[person.pk])
    assert "Holds for a year at most." in text(client, url)
    sent = {"kind": "training", "vouched_by": "Safety unit", "checked_on": today.isoformat(), "valid_until": ""}
    assert client.post(url, sent).status_code == 302
    person.refresh_from_db()
    assert person.trained_until is not None
    page = text(client, person.get_absolute_url())
    assert "Safety unit" in page
    assert "The person’s identity has not been checked." in page
    too_long = {**sent, "valid_until": (today + timedelta(days=800)).isoformat()}
    assert "By the rulebook this check holds until" in client.post(url, too_long).content.decode()


def test_a_check_is_revoked_with_its_reason_on_the_page(house: tuple[Institution, Actor, Client]) -> None:
    institution, by, client = house
    person = people.checked(people.named(institution, by), by)
    check = person.checks.get(kind="identity")
    url = reverse("partners:person_revoke", args=[person.pk, check.pk])
    assert client.post(url, {"reason": "It was a namesake."}).status_code == 302
    page = text(client, person.get_absolute_url())
    assert "It was a namesake." in page
    assert "Revoked" in page
    other = people.named(institution, by)
    assert client.get(reverse("partners:person_revoke", args=[other.pk, check.pk])).status_code == 404


def test_the_own_page_says_what_is_missing_and_takes_the_acceptance(house: tuple[Institution, Actor, Client]) -> None:
    institution, by, _client = house
    actor = make_member(institution.organisation, "named_person")
    client, url = client_for(actor), reverse("partners:my_access")
    assert "You are not named for access" in text(client, url)
    person = people.named(institution, by, email=actor.user.email)
    page = text(client, url)
    assert "4 things are missing" in page
    assert "I will not share my credentials" in page
    people.checked(person, by)
    assert "Tick" in client.post(url, {"seen": texts_now().digest}).content.decode()
    client.post(url, {"seen": texts_now().digest, "accept_person_rules": "on"})
    person.refresh_from_db()
    assert person.accepted_version == "1.0"
    assert "You are cleared until" in text(client, url)


def test_who_read_another_text_is_asked_to_read_again(house: tuple[Institution, Actor, Client]) -> None:
    institution, by, _client = house
    actor = make_member(institution.organisation, "named_person")
    person = people.named(institution, by, email=actor.user.email)
    client, url = client_for(actor), reverse("partners:my_access")
    page = client.post(url, {"seen": "0" * 64, "accept_person_rules": "on"}, follow=True).content.decode()
    assert "changed while you read them" in page
    assert texts_now().digest in page
    person.refresh_from_db()
    assert not person.accepted_digest


def test_a_named_person_sees_their_own_page_and_nobody_else(house: tuple[Institution, Actor, Client]) -> None:
    institution, by, _client = house
    person, actor = people.cleared(institution)
    other = people.named(institution, by, name="Bo Nobody")
    client = client_for(actor)
    assert client.get(reverse("partners:people")).status_code == 403
    assert client.get(person.get_absolute_url()).status_code == 404
    assert client.get(other.get_absolute_url()).status_code == 404
    for url in (reverse("home"), reverse("organisation", args=[institution.pk]), reverse("partners:my_access")):
        page = text(client, url)
        assert "Bo Nobody" not in page
        assert by.name not in page
    assert reverse("partners:my_access") in text(client, reverse("home"))


def test_the_export_is_what_the_filter_shows_and_no_spreadsheet_runs_it(
    house: tuple[Institution, Actor, Client],
) -> None:
    institution, by, client = house
    people.named(institution, by, name="=HYPERLINK(1)", position="+1", employer="@SUM")
    people.cleared(institution)
    answer = client.get(reverse("partners:people") + "?standing=lacking&export=csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row["Name"] for row in rows] == ["'=HYPERLINK(1)"]
    assert rows[0]["Position"] == "'+1"
    assert rows[0]["Employer"] == "'@SUM"
    assert rows[0]["Standing"] == "Not cleared"
    assert "identity has not been checked" in rows[0]["Lacks"]


def test_whose_account_ended_is_not_cleared_on_any_page(house: tuple[Institution, Actor, Client]) -> None:
    institution, by, client = house
    person, actor = people.cleared(institution)
    end_membership(membership=people.membership_of(actor), by=by)
    page = text(client, person.get_absolute_url())
    assert "The person’s account with the partner has ended." in page
    assert "Not cleared" in text(client, reverse("partners:people"))
    assert not client.get(reverse("partners:people") + "?standing=cleared").context["table"].rows
