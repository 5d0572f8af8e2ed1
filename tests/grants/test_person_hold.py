"""Holds on a person, and holds that stand on each other."""

from __future__ import annotations

from typing import Any, cast

import pytest
from django.urls import reverse

from grants.actions.hold import confirm_hold, lift_hold, place_hold
from grants.disclosure import AUTHORITY, INSTITUTION, PROVIDER
from grants.models import Hold
from grants.notices import moment
from grants.queries.decision import decide
from grants.queries.grant import lines_of_grant
from grants.queries.hold import named_person, with_others
from grants.queries.stops import stops_of
from partners.models import Person
from portal.core.verdicts import Refused
from portal.notifications.models import Notice
from tests.factories import grants as make
from tests.factories import people
from tests.world import client_for

pytestmark = pytest.mark.django_db
WORDS: dict[str, Any] = {"reason": "Left a token in a notebook.", "lifted_when": "Trained again."}


@pytest.fixture
def person(made: make.GrantCast) -> Person:
    return people.cleared(made.institution)[0]


def test_a_hold_on_a_person_stops_that_person_and_nobody_else(made: make.GrantCast, person: Person) -> None:
    about = made.question(subject_type="person", subject_id=person.email)
    assert decide(about).permitted
    hold = place_hold(target=person, by=made.signatory, **WORDS)
    assert decide(about).code == "person_held"
    assert decide(made.question()).permitted
    confirm_hold(hold=hold, by=made.other_signatory)
    lift_hold(hold=hold, reason="Trained.", by=made.signatory)
    assert decide(about).permitted


def test_a_person_is_found_by_the_address_that_their_institution_named(made: make.GrantCast, person: Person) -> None:
    assert named_person(made.institution.pk, person.email.upper()) == person
    with pytest.raises(Refused):
        named_person(made.institution.pk, "nobody@example.org")


def test_every_hold_that_stands_in_the_way_is_told_with_what_lifts_it(made: make.GrantCast, person: Person) -> None:
    targets = (person, made.line, made.environment, made.grant, made.institution)
    for target in targets:
        place_hold(target=target, by=made.signatory, **WORDS)
    lines = lines_of_grant(made.grant)
    stops = stops_of(made.grant, lines, INSTITUTION)
    assert [stop.conjunct for stop in stops] == ["partner", "grant", "environment", "line", "person"]
    assert {stop.lifts for stop in stops} == {"Trained again."}
    assert person.name in stops[-1].title


def test_a_provider_learns_that_a_person_is_held_and_not_who_or_why(made: make.GrantCast, person: Person) -> None:
    place_hold(target=person, by=made.signatory, **WORDS)
    (stop,) = stops_of(made.grant, lines_of_grant(made.grant), PROVIDER)
    assert person.name not in stop.title
    assert "notebook" not in f"{stop}".replace(str(stop.hold), "")
    (known,) = stops_of(made.grant, lines_of_grant(made.grant), AUTHORITY, desk=True)
    assert known.why == WORDS["reason"]


def test_one_hold_says_what_else_stands(made: make.GrantCast) -> None:
    first = place_hold(target=made.line, by=made.signatory, **WORDS)
    second = place_hold(target=made.institution, by=made.signatory, **WORDS)
    other = place_hold(target=made.environment, by=made.signatory, **WORDS)
    assert with_others(first, Hold.objects.all()) == [second, other]
    lift_hold(hold=second, reason="Done.", by=made.signatory)
    assert with_others(first, Hold.objects.all()) == [other]
    assert decide(made.question()).permitted is False


def test_the_desk_filters_and_exports_holds_and_places_one_on_a_person(made: make.GrantCast, person: Person) -> None:
    client = client_for(made.signatory)
    place = reverse("admin:grants_hold_place_person", args=[made.institution.pk])
    assert "has named nobody" in client.post(place, {**WORDS, "email": "nobody@example.org"}).content.decode()
    assert client.post(place, {**WORDS, "email": person.email.upper()}).status_code == 302
    place_hold(target=made.line, by=made.signatory, **WORDS)
    address = reverse("admin:grants_hold_changelist")
    answer = client.get(f"{address}?stops=now&kind=person&export=csv")
    (_head, row) = b"".join(cast(Any, answer).streaming_content).decode().strip().splitlines()
    assert "one person" in row
    assert client.get(f"{address}?kind=nonsense&export=xlsx").status_code == 200
    hold = Hold.objects.get(person=person)
    page = client.get(reverse("admin:grants_hold_change", args=[hold.pk])).content.decode()
    assert person.email in page
    for who, known in ((made.applicant, True), (made.staff, False)):
        page = client_for(who).get(reverse("grants:hold", args=[hold.pk])).content.decode()
        assert (person.name in page) is known


@pytest.mark.parametrize("query", ["stops=x", "state=x", "kind=x", "q=%25", "sort=-reason", "page=-1", "export=pdf"])
def test_what_an_address_says_wrongly_breaks_no_list(made: make.GrantCast, query: str) -> None:
    client = client_for(made.staff)
    for name in ("holds", "uses", "consents"):
        assert client.get(f"{reverse(f'grants:{name}')}?{query}&release=x&now=x&due=x&answered=x").status_code == 200


# --- the person's own page ------------------------------------------------------------------------
def own_page(actor: Any) -> str:
    return client_for(actor).get(reverse("partners:my_access")).content.decode()


def test_the_person_reads_that_access_is_on_hold_since_when_and_whom_to_ask_not_why(made: make.GrantCast) -> None:
    person, actor = people.cleared(made.institution)
    assert "You are cleared" in own_page(actor)
    keeper = people.colleague(made.institution)
    hold = place_hold(target=person, by=made.signatory, **WORDS)
    page = own_page(actor)
    assert "Your access is on hold" in page
    assert moment(hold.placed_at).split(",", maxsplit=1)[0] in page
    assert keeper.user.email in page
    assert made.signatory.body_name in page
    assert "a second authority has to confirm it by" in page
    assert "You are cleared" not in page
    for secret in WORDS.values():
        assert secret not in page
    confirm_hold(hold=hold, by=made.other_signatory)
    assert "It stays until the authorities lift it." in own_page(actor)
    lift_hold(hold=hold, reason="Trained.", by=made.signatory)
    assert "You are cleared" in own_page(actor)


def test_a_hold_on_the_whole_institution_is_told_to_its_people_and_one_on_a_colleague_is_not(
    made: make.GrantCast,
) -> None:
    _person, actor = people.cleared(made.institution)
    colleague, _ = people.cleared(made.institution)
    place_hold(target=colleague, by=made.signatory, **WORDS)
    assert "on hold" not in own_page(actor)
    place_hold(target=made.institution, by=made.signatory, **WORDS)
    assert f"All access of {made.institution.name} is on hold" in own_page(actor)


def test_the_person_hears_of_a_hold_and_of_its_end_without_the_reason(made: make.GrantCast) -> None:
    person, actor = people.cleared(made.institution)
    hold = place_hold(target=person, by=made.signatory, **WORDS)
    lift_hold(hold=hold, reason="Trained anew.", by=made.signatory)
    told = list(Notice.objects.filter(recipient=actor.user_id, kind__startswith="hold_").order_by("created_at"))
    assert [notice.kind for notice in told] == ["hold_placed_person", "hold_ended_person"]
    assert not any(word in notice.body + notice.title for notice in told for word in (*WORDS.values(), "Trained anew."))
