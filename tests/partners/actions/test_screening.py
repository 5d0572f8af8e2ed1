"""Names of a case are compared with lists; what resembles is looked at by a person, and decides nothing by itself."""

from __future__ import annotations

import pytest

from partners.actions.case import declare_conflict, send_to_signatories
from partners.actions.person import amend_person
from partners.actions.screening import decide_hit
from partners.actions.signature import sign_application
from partners.models import Application, Hit, ScreeningRun, SignatureVoid
from partners.queries.case import case_of
from partners.queries.screening.cases import to_be_screened
from partners.tasks import screen_due
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from portal.ledger.models import Entry
from tests.factories import partners as make
from tests.factories import people
from tests.factories.accounts import make_member
from tests.factories.screening import csv_list, entity, ftm_list, loaded, names, screened

pytestmark = pytest.mark.django_db
DIRECTOR = csv_list("p1,Person,NORDMANN Kari Anne,Кари Нордманн,NO,1970-01-02,,sanction")


def ready(hostile: bytes = DIRECTOR) -> make.Cast:
    """A case that could go to the signatories, were it not for what the list holds."""
    made = make.assess(make.assign(make.screen(make.submitted_application())))
    loaded(made.authority, hostile)
    return made


def decide(hit: Hit, verb: str, by: Actor, reason: str = "Born in another year") -> Hit:
    return decide_hit(hit=hit, verb=verb, reason=reason, by=by)


def test_names_of_directors_and_institution_are_found_in_any_order_and_script() -> None:
    made = make.submitted_application()
    content = ftm_list(
        entity("a", "НОРДМАНН Кари", country="no"),
        entity("b", "Nordfjord Inst. of Machine Safety Ltd", "Company", country="no"),
        entity("c", "Somebody Else"),
        entity("d", "MS Nordfjord", "Vessel"),
    )
    loaded(made.authority, content, form="ftm")
    assert names(screened(made.application)) == [
        ("Kari Nordmann", "НОРДМАНН Кари"),
        ("Nordfjord Institute for Machine Safety", "Nordfjord Inst. of Machine Safety Ltd"),
    ]
    hit = Hit.objects.get(listed__ref="a")
    assert (hit.state, hit.declared["field"], hit.score) == ("open", "directors", 99)
    assert {reason["field"] for reason in hit.reasons} == {"name", "country"}


def test_people_with_access_are_compared_and_again_when_renamed() -> None:
    made = make.submitted_application()
    loaded(made.authority, csv_list("p1,Person,Ragnhild Storvik,,NO,,,"))
    assert screened(made.application) == []
    person = people.named(made.institution, made.applicant, name="Ragnhild Storvik")
    assert names(screened(made.application)) == [(person.name, "Ragnhild Storvik")]
    assert not to_be_screened().exists()
    amend_person(person=person, name="Ragnhild Lie", by=made.applicant)
    assert [row.pk for row in to_be_screened()] == [made.application.pk]


def test_an_identifier_that_agrees_is_enough() -> None:
    made = make.submitted_application()
    row = f"x,Company,Quite Another Name,,,,{made.institution.lei},"
    loaded(made.authority, csv_list(row))
    found = screened(made.application)
    assert [(hit.score, hit.reasons[0]["field"]) for hit in found] == [(100, "identifier")]


def test_a_person_is_no_organisation() -> None:
    made = make.submitted_application()
    loaded(made.authority, csv_list("x,Company,Kari Nordmann,,,,,", "y,LegalEntity,Kari Nordmann,,,,,"))
    assert [hit.listed["ref"] for hit in screened(made.application)] == ["y"]


def test_an_open_hit_keeps_the_case_from_the_signatories_with_what_to_do() -> None:
    made = ready()
    with pytest.raises(Refused, match="still to be compared with: Test list"):
        send_to_signatories(application=made.fresh(), by=made.officer)
    (hit,) = screened(made.application)
    with pytest.raises(Refused, match="clear or confirm it"):
        send_to_signatories(application=made.fresh(), by=made.officer)
    decide(hit, "clear", made.officer)
    assert send_to_signatories(application=made.fresh(), by=made.officer).state == "awaiting_signatures"


def test_nothing_is_refused_by_a_hit_and_confirmed_ones_are_read_by_signatories() -> None:
    made = ready()
    (hit,) = screened(made.application)
    assert made.fresh().state == "under_review"
    before = case_of(made.fresh()).dossier
    assert before["screening"] == []
    decide(hit, "confirm", made.officer, "The same birthday")
    after = case_of(made.fresh()).dossier["screening"]
    assert [(item["outcome"], item["reason"], item["declared"]) for item in after] == [
        ("confirmed", "The same birthday", "Kari Nordmann")
    ]
    make.sign(make.send(made))
    assert made.fresh().state == "approved"


def test_a_hit_that_comes_later_blocks_signing_and_deciding_it_voids_signatures() -> None:
    made = make.application_to_sign()
    for who in (made.signatory, made.other_signatory):
        declare_conflict(application=made.application, conflict=False, by=who)
    dossier = case_of(made.fresh()).dossier_digest
    sign_application(application=made.fresh(), seen=dossier, by=made.signatory)
    loaded(made.authority, DIRECTOR)
    (hit,) = screened(made.application)
    dossier = case_of(made.fresh()).dossier_digest
    with pytest.raises(Refused, match="clear or confirm it"):
        sign_application(application=made.fresh(), seen=dossier, by=made.other_signatory)
    decide(hit, "confirm", made.officer)
    assert SignatureVoid.objects.filter(signature__application=made.application).count() == 1
    assert made.fresh().state == "awaiting_signatures"


def test_a_cleared_pair_stays_cleared_until_a_side_changes() -> None:
    made = ready()
    (hit,) = screened(made.application)
    decide(hit, "clear", made.officer)
    loaded(made.authority, DIRECTOR)
    assert screened(made.application) == []
    assert Hit.objects.get().state == "cleared"
    loaded(made.authority, DIRECTOR.replace(b"1970-01-02", b"1971-01-02"))
    assert [found.state for found in screened(made.application)] == ["open"]


def test_comparing_twice_has_its_effect_once() -> None:
    made = ready()
    assert len(screened(made.application)) == 1
    assert screened(made.application) == []
    assert (Hit.objects.count(), ScreeningRun.objects.count()) == (1, 1)
    run = ScreeningRun.objects.get()
    assert (run.revision, run.hits, run.name_list.number) == (1, 1, 1)


def test_a_newer_list_sweeps_over_cases_in_hand_and_partners_in_force() -> None:
    partner = make.sign(make.application_to_sign())
    case = make.submitted_application(authority=partner.authority)
    draft = make.cast(authority=partner.authority)
    loaded(partner.authority, DIRECTOR)
    screen_due()
    swept = set(Hit.objects.values_list("application", flat=True))
    assert swept == {partner.application.pk, case.application.pk}
    assert draft.application.pk not in swept
    assert not to_be_screened().exists()


def test_lists_of_another_authority_are_not_compared() -> None:
    made = make.submitted_application()
    loaded(made.other_authority, DIRECTOR)
    assert screened(made.application) == []


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_decision_needs_a_reason(reason: str) -> None:
    made = ready()
    (hit,) = screened(made.application)
    with pytest.raises(Refused, match="reason"):
        decide(hit, "clear", made.officer, reason)


def test_only_an_officer_of_the_authority_without_a_conflict_decides() -> None:
    made = ready()
    (hit,) = screened(made.application)
    strangers = [
        make_member(made.other_authority, "case_officer"),
        make_member(made.authority, "case_officer"),  # has not declared
        make_member(made.authority, "administrator"),
        made.reviewer,
        made.signatory,
        made.applicant,
    ]
    for actor in strangers:
        with pytest.raises(Refused):
            decide(Hit.objects.get(pk=hit.pk), "clear", actor)
    assert Hit.objects.get().state == "open"


def test_what_was_decided_can_be_corrected_and_both_are_in_the_record() -> None:
    made = ready()
    (hit,) = screened(made.application)
    decide(hit, "clear", made.officer)
    decide(hit, "confirm", made.officer, "The passport says otherwise")
    verbs = Entry.objects.filter(object_id=hit.pk).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["hit.find", "hit.clear", "hit.confirm"]
    assert Application.objects.get(pk=made.application.pk).state == "under_review"
