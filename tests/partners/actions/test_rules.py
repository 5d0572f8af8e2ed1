"""A draft begun under one version, and another comes into force: nothing is lost, and what is new is told."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.urls import reverse

from partners.actions.application import submit_application
from partners.actions.rules import follow_rules
from partners.models import Revision
from partners.queries.answers import answers_of
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Conflict, Refused
from portal.ledger.models import Entry
from portal.rulebook.actions.version import (
    adopt_version,
    call_vote,
    open_consultation,
    propose_version,
    put_in_force,
)
from portal.rulebook.schema import parse
from tests.factories import partners as make
from tests.factories.accounts import make_member
from tests.factories.rulebook import document
from tests.query_budget import queries_of
from tests.rulebook.test_versions import member
from tests.world import client_for

pytestmark = pytest.mark.django_db
MOTTO = {"key": "motto", "type": "text", "label": "Your motto"}


def new_rules(number: str = "1.1") -> None:
    """Rules in force that ask for a motto, no longer for the headcount, and in other words for the seat."""
    doc = document(number)
    first = doc["questionnaire"]["sections"][0]
    first["questions"] = [item for item in first["questions"] if item["key"] != "headcount"]
    first["questions"].append(MOTTO)
    next(item for item in first["questions"] if item["key"] == "seat")["label"] = "Seat"
    version = propose_version(rules=parse(doc), by=member())
    open_consultation(version=version, by=member())
    call_vote(version=version, by=member())
    put_in_force(version=adopt_version(version=version, by=member()), by=SYSTEM)


def url(made: make.Cast, name: str = "rules", *more: str) -> str:
    return reverse(f"partners:{name}", args=[made.application.pk, *more])


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", html.unescape(answer.content.decode()))


def colleague_of(made: make.Cast) -> Actor:
    return make_member(made.institution.organisation, "applicant")


@pytest.fixture
def draft() -> make.Cast:
    """A complete draft under version 1.0, with version 1.1 in force."""
    made = make.cast()
    new_rules()
    return made


def typed(shown: str, **answers: str) -> dict[str, Any]:
    return {"asked": list(answers), **answers, "rulebook": shown, "version": "999999", "page": "old"}


def test_a_draft_under_former_rules_is_not_sent(draft: make.Cast) -> None:
    with pytest.raises(Refused) as refusal:
        submit_application(
            application=draft.application, declared=["truth", "changes"], capacity="Director", by=draft.applicant
        )
    assert refusal.value.verdict.code == "other_rules"
    assert not Revision.objects.exists()


def test_it_moves_with_every_answer_and_the_record_says_from_where(draft: make.Cast) -> None:
    before = answers_of(draft.application)
    follow_rules(application=draft.application, to="1.1", by=draft.applicant)
    assert draft.fresh().rulebook == "1.1"
    assert answers_of(draft.application) == before
    entry = Entry.objects.get(verb="application.follow_rules")
    assert (entry.rulebook, entry.object_id) == ("1.1", draft.application.pk)


def test_after_the_move_it_is_sent_once_what_is_new_is_answered(draft: make.Cast) -> None:
    follow_rules(application=draft.application, to="1.1", by=draft.applicant)
    with pytest.raises(Refused) as refusal:
        make.submit(draft)
    assert refusal.value.verdict.code == "incomplete"
    make.fill(draft.application, {"motto": "Look twice."}, draft.applicant)
    make.submit(draft)
    sent = Revision.objects.get().answers
    assert sent["motto"] == "Look twice."
    assert "headcount" not in sent


def test_whoever_has_seen_another_version_looks_again(draft: make.Cast) -> None:
    with pytest.raises(Conflict):
        follow_rules(application=draft.application, to="1.0", by=draft.applicant)
    assert draft.fresh().rulebook == "1.0"


def test_moving_twice_is_one_deed(draft: make.Cast) -> None:
    for who in (draft.applicant, colleague_of(draft)):
        follow_rules(application=draft.application, to="1.1", by=who)
    assert Entry.objects.filter(verb="application.follow_rules").count() == 1


def test_what_was_sent_stays_under_its_rules() -> None:
    made = make.submitted_application()
    new_rules()
    with pytest.raises(Refused) as refusal:
        follow_rules(application=made.application, to="1.1", by=made.applicant)
    assert refusal.value.verdict.code == "wrong_state"
    assert client_for(made.applicant).get(url(made))["Location"] == url(made, "application")


# --- pages ----------------------------------------------------------------------------------------


def test_the_task_list_leads_to_what_is_new_and_the_page_tells_it(draft: make.Cast) -> None:
    client = client_for(draft.applicant)
    for name in ("application", "check"):
        assert f'href="{url(draft)}"' in client.get(url(draft, name)).content.decode()
    page = text_of(client.get(url(draft)))
    for said in ("Your motto", "Before: “Country of your registered seat”", "Your answer is kept with the draft"):
        assert said in page
    assert "1 question needs you." in page
    assert len(queries_of(client, url(draft))) <= 12


def test_going_on_shows_the_list_again_with_links(draft: make.Cast) -> None:
    client = client_for(draft.applicant)
    moved = client.post(url(draft), {"to": "1.1"})
    assert moved["Location"] == f"{url(draft)}?from=1.0"
    page = client.get(moved["Location"]).content.decode()
    assert f'href="{url(draft, "section", "organisation")}#id_motto"' in page
    assert client.get(url(draft)).status_code == 302
    assert url(draft) not in client.get(url(draft, "application")).content.decode()


def test_a_page_that_lists_a_former_version_is_not_enough(draft: make.Cast) -> None:
    answer = client_for(draft.applicant).post(url(draft), {"to": "1.0"})
    assert answer.status_code == 409
    assert "Look at what is new in it first" in text_of(answer)


def test_without_the_role_one_reads_and_does_not_move(draft: make.Cast) -> None:
    administrator = client_for(make_member(draft.institution.organisation, "administrator"))
    assert "Go on under version" not in text_of(administrator.get(url(draft)))
    assert administrator.post(url(draft), {"to": "1.1"}).status_code == 403


# --- a colleague writes meanwhile -----------------------------------------------------------------


def test_words_typed_on_a_page_of_the_former_rules_are_saved_and_the_writer_is_told(draft: make.Cast) -> None:
    colleague = client_for(colleague_of(draft))
    follow_rules(application=draft.application, to="1.1", by=draft.applicant)
    data = typed("1.0", seat_address="2 Fjord Street", headcount="77")
    answer = colleague.post(url(draft, "autosave", "organisation"), data)
    assert answer.status_code == 200
    assert "The draft moved to version 1.1" in answer.json()["message"]
    kept = answers_of(draft.application)
    assert (kept["seat_address"], kept["headcount"]) == ("2 Fjord Street", 77)


def test_saving_such_a_page_leads_to_what_is_new(draft: make.Cast) -> None:
    colleague = client_for(colleague_of(draft))
    follow_rules(application=draft.application, to="1.1", by=draft.applicant)
    answer = colleague.post(url(draft, "section", "organisation"), {**typed("1.0", headcount="78"), "save": "1"})
    assert answer["Location"] == f"{url(draft)}?from=1.0"
    assert answers_of(draft.application)["headcount"] == 78
    assert "Your words are saved." in text_of(colleague.get(answer["Location"]))


def test_a_section_that_is_gone_still_saves_what_was_typed_in_it() -> None:
    made = make.cast()
    doc = document("1.1")
    doc["questionnaire"]["sections"] = [
        item for item in doc["questionnaire"]["sections"] if item["key"] != "incident_response"
    ]
    for circumstance in doc["qualification"]["circumstances"]:
        circumstance["sections"] = [key for key in circumstance["sections"] if key != "incident_response"]
    version = propose_version(rules=parse(doc), by=member())
    open_consultation(version=version, by=member())
    call_vote(version=version, by=member())
    put_in_force(version=adopt_version(version=version, by=member()), by=SYSTEM)
    follow_rules(application=made.application, to="1.1", by=made.applicant)
    client = client_for(made.applicant)
    data = typed("1.0", stop_minutes="3")
    assert client.post(url(made, "autosave", "incident_response"), data).status_code == 200
    assert answers_of(made.application)["stop_minutes"] == 3
    assert client.get(url(made, "section", "incident_response")).status_code == 404


@pytest.mark.parametrize("shown", ["9.9", "x" * 300, "1.1'--", "1.1\x00"])
def test_a_version_that_was_never_published_is_not_believed(draft: make.Cast, shown: str) -> None:
    client = client_for(draft.applicant)
    answer = client.post(url(draft, "autosave", "organisation"), typed(shown, seat_address="3 Fjord Street"))
    assert answer.status_code == 200
    assert "message" not in answer.json()
    assert answers_of(draft.application)["seat_address"] == "3 Fjord Street"
