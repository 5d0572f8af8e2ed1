"""Whom the scheme removed is found when they apply anew, by identifiers and by names, and is let in by no gateway."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from partners.actions.case import send_to_signatories
from partners.actions.qualification import remove_qualification
from partners.actions.removal import lift_removal, remove_person
from partners.actions.screening import decide_hit
from partners.models import Hit, Institution, Person, PersonRemoval, Qualification
from partners.queries.person import lacking, texts_now, with_account
from partners.rules.person import clearance
from partners.tasks import screen_due
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Refused
from portal.notifications.models import Notice
from tests.factories import partners as make
from tests.factories import people
from tests.factories.accounts import make_member, make_organisation
from tests.factories.screening import screened

pytestmark = pytest.mark.django_db


def signatory() -> Actor:
    return make_member(make.make_authority(), "signatory")


def remove(person: Person, by: Actor | None = None, **more: Any) -> PersonRemoval:
    known: dict[str, Any] = {"name": person.name, "email": person.email, "reason": "Passed outputs on", **more}
    return remove_person(by=by or signatory(), **known)


def code(person: Person) -> set[str]:
    row = with_account(Person.objects.filter(pk=person.pk)).get()
    return {lack.code for lack in clearance(row, texts_now(), clock.today()).lacks}


def removed_institution(name: str = "Fjordlab Cognitive Systems AS") -> Qualification:
    """An institution that was qualified and then removed for good."""
    body = make_organisation("institution", jurisdiction="NO", name=name)
    institution, applicant = make.make_institution(body)
    made = make.sign(make.application_to_sign(institution=institution, applicant=applicant))
    qualification = Qualification.objects.get(institution=made.institution)
    return remove_qualification(qualification=qualification, by=SYSTEM, reason="Passed outputs on.")


def anew(name: str, **answers: object) -> make.Cast:
    """Somebody of that name who applies."""
    body = make_organisation("institution", jurisdiction="NO", name=name)
    institution, applicant = make.make_institution(body)
    own = {"legal_name": name, "registration_number": "NO 1", "domain": "another.example", **answers}
    return make.cast(institution=institution, applicant=applicant, answers=own)


def blocked(made: make.Cast) -> list[Hit]:
    return list(Hit.objects.filter(application=made.application, kind="blocklist").order_by("-score"))


# --- institutions ---------------------------------------------------------------------------------


def test_a_removed_institution_is_found_by_a_similar_name_when_it_applies_anew() -> None:
    gone = removed_institution()
    made = anew("FJORDLAB Cognitive System A.S.")
    assert Notice.objects.filter(recipient=made.applicant.user).count() == 0, "the applicant is told nothing"
    make.submit(made)
    (hit,) = blocked(made)
    assert (hit.listed["ref"], hit.listed["facts"]["reason"]) == (gone.reference, "Passed outputs on.")
    with pytest.raises(Refused, match="clear or confirm it"):
        send_to_signatories(application=make.assess(make.assign(make.screen(made))).fresh(), by=made.officer)


def test_it_is_found_by_its_domain_and_registration_whatever_it_is_called() -> None:
    removed_institution()
    made = anew("Quite Another Thing", registration_number="no914782007", domain="other.example")
    make.submit(made)
    (hit,) = blocked(made)
    assert (hit.score, hit.reasons[0]["field"]) == (100, "identifier")


def test_an_applicant_who_resembles_nobody_is_not_held_up() -> None:
    removed_institution()
    made = anew("Oslo Hospital Trust", registration_number="NO 111 111 111", domain="hospital.example")
    make.submit(made)
    assert blocked(made) == []


def test_a_removal_that_is_over_no_longer_counts() -> None:
    gone = removed_institution()
    Qualification.objects.filter(pk=gone.pk).update(removed_until=clock.today() - timedelta(days=1))
    made = anew("Fjordlab Cognitive Systems", domain="other.example")
    assert blocked(make.submit(made)) == []


def test_whoever_is_removed_later_is_found_in_cases_in_hand_and_among_partners() -> None:
    made = make.submitted_application()
    person = people.named(made.institution, made.applicant, name="Ragnhild Storvik")
    assert blocked(made) == []
    remove(person)
    screen_due()
    assert [hit.declared["field"] for hit in blocked(made)] == ["people"]
    screen_due()
    assert len(blocked(made)) == 1


def test_an_account_of_somebody_removed_that_writes_an_application_is_found_from_its_beginning() -> None:
    body = make_organisation("institution", jurisdiction="NO")
    institution, applicant = make.make_institution(body)
    remove_person(name="Somebody", email=applicant.user.email, reason="Passed outputs on", by=signatory())
    make.make_authority("NO")
    made = make.cast(institution=institution, applicant=applicant)
    assert made.application.state == "draft"
    assert [(hit.declared["field"], hit.score) for hit in blocked(made)] == [("account", 100)]


def test_a_cleared_hit_of_the_blocklist_stays_cleared_on_re_submission() -> None:
    removed_institution()
    made = make.screen(make.submit(anew("Fjordlab Cognitive Systems", domain="o.example")))
    (hit,) = blocked(made)
    decide_hit(hit=hit, verb="clear", reason="Another seat, another register", by=made.officer)
    assert screened(made.application) == []
    assert [found.state for found in blocked(made)] == ["cleared"]


# --- people ---------------------------------------------------------------------------------------


def test_a_removed_person_lacks_access_wherever_they_are_named_and_the_institution_hears() -> None:
    institution, keeper = make.make_institution()
    person, _actor = people.cleared(institution, by=keeper)
    assert code(person) == set()
    remove(person)
    assert code(person) == {"person_removed"}
    assert person in Person.objects.filter(lacking(texts_now()))
    told = Notice.objects.get(recipient=keeper.user, kind="person_removed")
    assert "Passed outputs on" not in told.body, "why is the authority's"
    other = Institution.objects.exclude(pk=institution.pk).first() or make.make_institution()[0]
    again = people.named(other, make_member(other.organisation, "applicant"), email=person.email.upper())
    assert "person_removed" in code(again)


def test_a_removal_ends_with_its_last_day_and_can_be_taken_back() -> None:
    institution, keeper = make.make_institution()
    person, _actor = people.cleared(institution, by=keeper)
    by = signatory()
    first = remove(person, by, until=clock.today() + timedelta(days=3))
    assert code(person) == {"person_removed"}
    with clock.at(clock.now() + timedelta(days=4)):
        assert code(person) == set()
    lift_removal(removal=first, reason="It was a namesake", by=by)
    assert code(person) == set()
    remove(person, by)
    assert code(person) == {"person_removed"}


def test_a_removal_needs_a_reason_a_day_to_come_and_happens_once() -> None:
    institution, keeper = make.make_institution()
    person = people.named(institution, keeper)
    for wrong in ({"reason": " "}, {"until": clock.today() - timedelta(days=1)}, {"name": ""}, {"email": " "}):
        with pytest.raises(Refused):
            remove(person, **wrong)
    remove(person)
    with pytest.raises(Refused, match="removed already"):
        remove(person)


@pytest.mark.parametrize("role", ["case_officer", "reviewer", "auditor", "administrator"])
def test_only_a_signatory_of_an_authority_removes(role: str) -> None:
    institution, keeper = make.make_institution()
    person = people.named(institution, keeper)
    with pytest.raises(Refused):
        remove(person, make_member(make.make_authority(), role))
    with pytest.raises(Refused):
        remove(person, keeper)


def test_nobody_decides_about_themselves_and_no_other_authority_takes_it_back() -> None:
    by = signatory()
    with pytest.raises(Refused, match="themselves"):
        remove_person(name="Me", email=by.user.email, reason="x", by=by)
    institution, keeper = make.make_institution()
    made = remove(people.named(institution, keeper), by)
    with pytest.raises(Refused, match="Only the authority that removed"):
        lift_removal(removal=made, reason="x", by=make_member(make.make_authority("GB"), "signatory"))
