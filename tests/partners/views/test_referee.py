"""Third parties answer by a link that works once, for them alone, without an account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from partners.actions.application import withdraw_application
from partners.actions.referee import ask_referee, remind_referee, resend_referee, withdraw_referee
from partners.models import Referee
from partners.queries.case import case_of
from partners.queries.due import referees_to_remind, unanswered_referees
from partners.tasks import expire_referees, remind_referees
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.ledger.models import Event
from portal.ledger.verify import verify
from portal.notifications.models import Message, Notice
from tests.factories import partners as make
from tests.query_budget import queries_of

pytestmark = pytest.mark.django_db

WHO = {"name": "Ada Berg", "email": "Ada.Berg@elsewhere.example", "relation": "Has led joint evaluations since 2022."}
ANSWER = {"opinion": "supports", "text": "They keep what they promise.", "interest": ""}


@pytest.fixture(autouse=True)
def _no_codes_from_before() -> None:
    cache.clear()


@pytest.fixture
def made() -> make.Cast:
    return make.reviewed_application()


def ask(made: make.Cast, **more: str) -> Referee:
    return ask_referee(application=made.application, by=made.applicant, **{**WHO, **more})


def link(referee: Referee) -> str:
    sent = Message.objects.filter(to=referee.email, key__startswith=f"referee-{referee.pk}").latest("created_at")
    return re.findall(r"(/referees/[\w-]+/)", sent.text)[0]


def code(referee: Referee) -> str:
    sent = Message.objects.filter(to=referee.email, key__startswith="referee-code-").latest("created_at")
    return re.findall(r"\b(\d{6})\b", sent.text)[0]


def opened(referee: Referee, client: Client | None = None) -> tuple[Client, str]:
    """A browser that has given the code."""
    client, address = client or Client(), link(referee)
    client.post(f"{address}code/")
    assert client.post(address, {"code": code(referee)}).headers["Location"] == address
    return client, address


def test_a_third_party_answers_with_link_and_code_and_no_account(made: make.Cast) -> None:
    referee = ask(made)
    assert link(referee).strip("/").split("/")[-1] not in str(list(Referee.objects.values())), "only the hash is kept"
    client, address = opened(referee)
    page = client.get(address)
    assert made.institution.name in page.text
    assert page.headers["Cache-Control"].find("no-store") >= 0
    client.post(address, ANSWER)
    referee.refresh_from_db()
    assert (referee.state, referee.opinion, referee.text) == ("answered", "supports", "They keep what they promise.")
    assert "Thank you" in client.get(address).text
    assert list(verify()) == []


def test_a_link_works_once(made: make.Cast) -> None:
    referee = ask(made)
    client, address = opened(referee)
    client.post(address, ANSWER)
    client.post(address, {**ANSWER, "opinion": "opposes"})
    Client().post(f"{address}code/")
    referee.refresh_from_db()
    assert referee.opinion == "supports"
    assert Message.objects.filter(key__startswith="referee-code-").count() == 1, "a used link asks for no code"


def test_a_forwarded_link_opens_nothing_without_the_code_from_the_mailbox(made: make.Cast) -> None:
    referee = ask(made)
    opened(referee)
    somebody = Client()
    page = somebody.get(link(referee))
    assert "a…@elsewhere.example" in page.text
    assert referee.email not in page.text, "whoever got the link learns no address"
    somebody.post(link(referee), ANSWER)
    somebody.post(f"{link(referee)}decline/", {"reason": "Not me."})
    referee.refresh_from_db()
    assert referee.state == "asked"


def test_a_code_is_not_to_be_guessed(made: make.Cast) -> None:
    referee = ask(made)
    client, address = Client(), link(referee)
    client.post(f"{address}code/")
    right = code(referee)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _guess in range(5):
        assert "not the code" in client.post(address, {"code": wrong}).text
    assert "not the code" in client.post(address, {"code": right}).text, "five guesses are all"
    page = client.post(f"{address}code/", follow=True)
    assert "a moment ago" in page.text


def test_a_code_is_good_once_and_for_its_own_link(made: make.Cast) -> None:
    referee, other = ask(made), ask(made, email="bo@elsewhere.example")
    _client, address = opened(referee)
    assert "not the code" in Client().post(address, {"code": code(referee)}).text
    Client().post(f"{link(other)}code/")
    assert "not the code" in Client().post(address, {"code": code(other)}).text


def test_a_new_link_replaces_the_old_one_and_asks_for_a_code_again(made: make.Cast) -> None:
    referee = ask(made)
    client, old = opened(referee)
    resend_referee(referee=referee, by=made.applicant)
    assert client.get(old).status_code == 404
    assert "Send me a code" in client.get(link(referee)).text


@pytest.mark.parametrize("how", ["expired", "withdrawn", "closed", "signing"])
def test_a_link_that_no_longer_opens_says_why(made: make.Cast, how: str) -> None:
    referee = ask(made)
    client, address = opened(referee)
    later = clock.now() + timedelta(days=22 if how == "expired" else 0)
    if how == "withdrawn":
        withdraw_referee(referee=referee, by=made.applicant)
    elif how == "closed":
        withdraw_application(application=made.application, by=made.applicant)
    elif how == "signing":
        make.send(make.assess(made))
    with clock.at(later):
        page, sent = client.get(address), client.post(address, ANSWER)
    reason = {"expired": "time of this link is over", "withdrawn": "was taken back"}.get(how, "gone on to its decision")
    assert page.status_code == sent.status_code == 410
    assert reason in page.text
    assert "<textarea" not in sent.text
    referee.refresh_from_db()
    assert referee.text == ""


def test_the_page_behind_the_link_asks_little_of_the_database(made: make.Cast) -> None:
    referee = ask(made)
    client, address = opened(referee)
    for browser in (client, Client()):
        assert len(queries_of(browser, address)) <= 3


def test_an_unknown_link_is_not_found() -> None:
    assert Client().get("/referees/abc/").status_code == 404
    assert Client().post("/referees/abc/code/").status_code == 404


def test_the_answer_is_the_authoritys_and_the_institution_learns_only_that_there_is_one(
    made: make.Cast, client_for: Any
) -> None:
    referee = ask(made)
    client, address = opened(referee)
    client.post(address, {**ANSWER, "interest": "My sister works there."})
    own = client_for(made.applicant)
    for page in ("referees", "application"):
        text = own.get(reverse(f"partners:{page}", args=[made.application.pk])).text
        assert "They keep what they promise" not in text
        assert "My sister" not in text
    assert "Answered" in own.get(reverse("partners:referees", args=[made.application.pk])).text
    desk = client_for(made.reviewer)
    people = desk.get(reverse("admin:partners_application_change", args=[made.application.pk]) + "?tab=people").text
    assert "They keep what they promise" in people
    assert "My sister works there." in people
    told = Notice.objects.filter(kind__in=["referee_settled", "referee_answered"])
    assert set(told.values_list("kind", "recipient")) == {
        ("referee_settled", made.applicant.user_id),
        ("referee_answered", made.reviewer.user_id),
        ("referee_answered", made.officer.user_id),
    }
    event = Event.objects.get(entry__verb="referee.answer")
    assert event.tier == "authority"


def test_what_a_third_party_said_is_part_of_what_is_signed(made: make.Cast) -> None:
    before = case_of(made.application).dossier_digest
    referee = ask(made)
    assert case_of(made.application).dossier_digest == before
    client, address = opened(referee)
    client.post(address, ANSWER)
    assert case_of(made.application).dossier_digest != before


def test_whoever_declines_is_not_asked_on(made: make.Cast) -> None:
    referee = ask(made)
    client, address = opened(referee)
    client.post(f"{address}decline/", {"reason": "I left the field."})
    referee.refresh_from_db()
    assert (referee.state, referee.text) == ("declined", "I left the field.")
    assert "you will not answer" in client.get(address).text


def test_nobody_of_the_institution_is_asked_and_nobody_twice(made: make.Cast) -> None:
    with pytest.raises(Refused, match="somebody of the institution"):
        ask(made, email=made.applicant.user.email.upper())
    ask(made)
    with pytest.raises(Refused, match="asked already"):
        ask(made)
    for number in range(5):
        ask(made, email=f"p{number}@elsewhere.example")
    with pytest.raises(Refused, match="6 people"):
        ask(made, email="one.more@elsewhere.example")


def test_a_third_party_is_reminded_once_and_its_question_expires_also_when_days_were_missed(made: make.Cast) -> None:
    referee, moment = ask(made), clock.now()
    with clock.at(moment + timedelta(days=13)):
        assert not referees_to_remind().exists()
    with clock.at(moment + timedelta(days=19)):
        first = link(referee)
        assert remind_referees()["done"] == 1
        assert remind_referees()["done"] == 0
        assert link(referee) != first
    with clock.at(moment + timedelta(days=39)):
        assert remind_referees()["done"] == 0, "once"
        assert not unanswered_referees().exists()
    with clock.at(moment + timedelta(days=60)):
        assert expire_referees()["done"] == 1
        assert expire_referees()["done"] == 0
    referee.refresh_from_db()
    assert referee.state == "expired"
    with pytest.raises(Refused):
        remind_referee(referee=referee, by=SYSTEM)


def test_the_authority_asks_an_independent_assessor_of_whom_the_institution_hears_nothing(
    made: make.Cast, client_for: Any
) -> None:
    desk = client_for(made.officer)
    address = reverse("admin:partners_application_outside", args=[made.application.pk])
    assert desk.post(address, {**WHO, "email": "bad"}).status_code == 200
    people = desk.post(address, WHO, follow=True)
    assert people.status_code == 200
    referee = Referee.objects.get(application=made.application)
    assert (referee.kind, referee.asked_body) == ("assessor", made.authority)
    client, link_ = opened(referee)
    client.post(link_, ANSWER)
    assert not Notice.objects.filter(recipient=made.applicant.user, kind="referee_settled").exists()
    page = client_for(made.applicant).get(reverse("partners:referees", args=[made.application.pk]))
    assert WHO["name"] not in page.text
    with pytest.raises(Refused):
        ask_referee(application=made.application, by=made.reviewer, **{**WHO, "email": "c@elsewhere.example"})


def test_the_desk_sends_new_links_and_takes_back(made: make.Cast, client_for: Any) -> None:
    referee = ask_referee(application=made.application, by=made.officer, **WHO)
    before, desk = link(referee), client_for(made.officer)
    tab = reverse("admin:partners_application_change", args=[made.application.pk]) + "?tab=people"
    assert "Send Ada Berg a new link" in desk.get(tab).text
    for verb in ("resend", "withdraw"):
        args: list[object] = [made.application.pk, referee.pk, verb]
        assert desk.post(reverse("admin:partners_application_outsider", args=args)).status_code == 302
    referee.refresh_from_db()
    assert referee.state == "withdrawn"
    assert link(referee) != before
    assert "Send Ada Berg a new link" not in desk.get(tab).text


def test_people_of_another_institution_do_not_find_it(made: make.Cast, client_for: Any) -> None:
    referee = ask(made)
    stranger = make.submitted_application().applicant
    client = client_for(stranger)
    for name in ("referee_resend", "referee_withdraw"):
        args: list[UUID] = [made.application.pk, referee.pk]
        assert client.post(reverse(f"partners:{name}", args=args)).status_code == 404
    assert client.post(reverse("partners:referees", args=[made.application.pk]), WHO).status_code == 404


def test_bad_input_is_told_and_kept(made: make.Cast, client_for: Any) -> None:
    client = client_for(made.applicant)
    address = reverse("partners:referees", args=[made.application.pk])
    page = client.post(address, {**WHO, "email": "no address"})
    assert page.status_code == 200
    assert 'value="Has led joint evaluations since 2022."' in page.text
    assert client.post(address, WHO).status_code == 302
    assert "asked already" in client.post(address, WHO).text
