"""Hints of a conflict of interest are shown before somebody declares, and to whoever assigns; they decide nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models import Application
from partners.queries.conflict_hints import hints_for
from partners.rules.conflict_hints import Applicant, Party, domain_of, hints
from partners.rules.screening.names import ORGANISATION, PERSON
from partners.rules.screening.subjects import Subject
from portal.accounts.actions.membership import end_membership
from portal.accounts.models import User
from portal.core.actors import SYSTEM, Actor
from tests.factories import partners as make
from tests.factories import people
from tests.factories.accounts import make_member, make_user
from tests.world import client_for


def codes(made: make.Cast, who: Actor) -> set[str]:
    """All but the domain, which accounts of tests share."""
    found = {hint.code for hint in hints_for(made.fresh(), [who.user]).get(who.person_id, ())}
    return found - {"same_domain"}


def again(made: make.Cast) -> make.Cast:
    """The institution's renewal, arrived."""
    renewal = make.begin_application(institution=made.institution, kind="renewal", by=made.applicant)
    later = make.Cast(**{**vars(made), "application": renewal})
    return make.submit(later)


# --- the rule -------------------------------------------------------------------------------------


def applicant(*subjects: Subject, domain: str = "institute.example") -> Applicant:
    return Applicant(frozenset({domain}), subjects)


def test_nothing_is_hinted_about_a_stranger() -> None:
    party = Party("Bo Lind", "bo@authority.example", ("Norwegian Authority",))
    assert hints(party, applicant(Subject("Kari Nordmann", PERSON, "directors", "Directors"))) == ()


@pytest.mark.parametrize("name", ["Kari Nordmann", "NORDMANN, Kari", "Кари Нордманн", "Kari A. Nordmann"])
def test_the_same_person_named_by_it(name: str) -> None:
    party = Party(name, "k@authority.example")
    (hint,) = hints(party, applicant(Subject("Kari Nordmann", PERSON, "directors", "Directors")))
    assert (hint.code, "Directors" in str(hint.text)) == ("same_name", True)


def test_the_same_body_named_by_it_but_not_the_institution_itself() -> None:
    party = Party("Bo Lind", "bo@authority.example", ("Ministry of Trade",))
    owner = Subject("The Ministry of Trade", ORGANISATION, "owners", "Owners")
    assert [hint.code for hint in hints(party, applicant(owner))] == ["same_body"]
    itself = Subject("Ministry of Trade", ORGANISATION, "institution", "Registered name")
    assert hints(party, applicant(itself)) == ()


@pytest.mark.parametrize(
    ("email", "found"),
    [
        ("bo@institute.example", True),
        ("bo@LAB.institute.example", True),
        ("bo@otherinstitute.example", False),
        ("bo@example", False),
        ("", False),
    ],
)
def test_the_same_domain(email: str, found: bool) -> None:
    assert [hint.code for hint in hints(Party("Bo", email), applicant())] == (["same_domain"] if found else [])


def test_an_address_that_anybody_gets_says_nothing() -> None:
    assert domain_of("bo@gmail.com") == ""
    assert hints(Party("Bo", "bo@gmail.com"), applicant(domain="gmail.com")) == ()


# --- from the record ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_earlier_dealings_are_found() -> None:
    made = make.sign(make.application_to_sign())
    later = again(made)
    assert codes(later, made.officer) == {"officer"}
    assert codes(later, made.reviewer) == {"assessor"}
    assert codes(later, made.signatory) == {"signatory"}
    assert codes(later, make_member(made.authority, "reviewer")) == set()


@pytest.mark.django_db
def test_members_former_members_and_people_with_access_are_found() -> None:
    made = make.submitted_application()
    user = make_user()
    colleague = make_member(made.institution.organisation, "applicant", user=user)
    reviewer = make_member(made.authority, "reviewer", user=user)
    assert "member" in codes(made, reviewer)
    end_membership(membership=people.membership_of(colleague), by=SYSTEM)
    assert codes(made, reviewer) >= {"former_member"}
    other = make_member(made.authority, "reviewer")
    people.named(made.institution, made.applicant, email=other.user.email)
    assert "named" in codes(made, other)


@pytest.mark.django_db
def test_however_many_people_and_cases_the_queries_are_the_same() -> None:
    made = make.sign(make.application_to_sign())
    later = again(made)

    def asked(count: int) -> int:
        users: list[Any] = list(User.objects.all()[:count])
        application = Application.objects.select_related("institution__organisation").get(pk=later.application.pk)
        with CaptureQueriesContext(connection) as captured:
            hints_for(application, users)
        return len(captured)

    few = asked(1)
    for _ in range(5):
        make_member(made.authority, "reviewer")
    assert asked(50) == few <= 5


# --- the pages ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_person_sees_it_before_they_declare_and_may_still_say_no() -> None:
    later = again(make.sign(make.application_to_sign()))
    client = client_for(later.officer)
    url = reverse("admin:partners_application_declare", args=[later.application.pk])
    assert "They screened an earlier application" in client.get(url).content.decode()
    assert client.post(url, {"conflict": "no"}).status_code == 302
    assert client.get(reverse("admin:partners_application_change", args=[later.application.pk])).status_code == 200


@pytest.mark.django_db
def test_whoever_assigns_sees_it_by_name_and_may_assign_all_the_same() -> None:
    later = make.screen(again(make.sign(make.application_to_sign())))
    client = client_for(later.officer)
    url = reverse("admin:partners_application_reviewers", args=[later.application.pk])
    page = client.get(url).content.decode()
    assert "They assessed an earlier application" in page
    assert str(later.reviewer.user) in page
    assert client.post(url, {"reviewer": later.reviewer.user_id}).status_code == 302


@pytest.mark.django_db
def test_the_institution_never_sees_a_hint() -> None:
    later = again(make.sign(make.application_to_sign()))
    page = client_for(later.applicant).get(reverse("partners:application", args=[later.application.pk]))
    assert "earlier application of the institution" not in page.content.decode()
