"""Reports from the public: no name, a code that is kept as a hash, words for the public, and an incident made of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from audits.actions.incident import contain_incident, triage_incident
from audits.actions.public_report import (
    answer_as_reporter,
    ask_reporter,
    receive_report,
    set_report_aside,
    take_up_report,
)
from audits.forms.public import SIGNER
from audits.models import PublicReport
from audits.queries.public_report import by_code, in_words
from audits.rules.incident import MOST_MESSAGES
from audits.views.public import CODES, SENT
from partners.rules.letter import written
from portal.core import clock
from portal.core.verdicts import Refused
from portal.ledger.models import Entry, Event
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage
from tests.world import client_for

TELL, FOLLOW = "/report-an-incident/", "/report-an-incident/follow-up/"


def told(stage: Stage) -> tuple[PublicReport, str]:
    return receive_report(authority=stage.cast.authority, text="Keys lie open in a shared folder.", about="Fjell lab")


def opened(seconds: int) -> str:
    """The signed time of a page that was opened so long ago."""
    with time_machine.travel(clock.now() - timedelta(seconds=seconds), tick=False):
        return SIGNER.sign("")


def said(stage: Stage, **changes: str) -> dict[str, str]:
    posted = {"authority": str(stage.cast.authority.pk), "text": "Keys lie open.", "opened": opened(60)}
    return posted | changes


# --- the deeds --------------------------------------------------------------------------------------
def test_code_is_kept_as_a_hash_and_leads_to_the_report(stage: Stage) -> None:
    report, code = told(stage)
    assert code not in str(PublicReport.objects.values().get())
    assert by_code(written(code)) == report
    wrong = code[:-2] + ("0" if code[-2] != "0" else "1") + code[-1]
    assert by_code(wrong) is None
    assert by_code("") is None
    assert by_code("x" * 500) is None


def test_nothing_of_what_was_told_or_by_whom_is_in_the_record(stage: Stage) -> None:
    report, code = told(stage)
    answer_as_reporter(report=report, text="It is the blue folder.")
    bodies = "".join(str(event.content) for event in Event.objects.all())
    for secret in ("shared folder", "blue folder", code):
        assert secret not in bodies
    assert list(verify()) == []


def test_officers_of_the_authority_that_was_told_hear_of_it_and_others_do_not(stage: Stage) -> None:
    report, _ = told(stage)
    heard = set(Notice.objects.filter(about=report.pk).values_list("recipient", flat=True))
    assert stage.officer.user_id in heard
    stranger = make_member(make_organisation("authority", jurisdiction="FI"), "case_officer")
    with pytest.raises(Refused) as refused:
        ask_reporter(report=report, text="Which folder?", by=stranger)
    assert refused.value.verdict.code == "other_body"


def test_report_becomes_an_incident_whose_state_is_told_in_words(stage: Stage) -> None:
    report, _ = told(stage)
    before = in_words(report)
    incident = take_up_report(
        report=report, institution=stage.institution, severity="high", kind="credential", title="Keys", by=stage.officer
    )
    assert incident.aware_at == report.received_at
    triage_incident(incident=incident, severity="high", note="Real.", by=stage.officer)
    contain_incident(incident=incident, how="Secret words of the case.", by=stage.officer)
    report.refresh_from_db()
    assert report.incident is not None
    assert in_words(report) != before
    assert "no further harm" in str(in_words(report))
    assert list(verify()) == []


def test_report_that_is_set_aside_says_why_and_takes_no_more(stage: Stage) -> None:
    report, _ = told(stage)
    set_report_aside(report=report, outcome="This is about another scheme.", by=stage.officer)
    assert in_words(report) == "This is about another scheme."
    with pytest.raises(Refused):
        answer_as_reporter(report=report, text="But still.")


def test_who_has_the_code_does_not_fill_the_desk(stage: Stage) -> None:
    report, _ = told(stage)
    for _number in range(MOST_MESSAGES):
        answer_as_reporter(report=report, text="More.")
    with pytest.raises(Refused) as refused:
        answer_as_reporter(report=report, text="More.")
    assert refused.value.verdict.code == "too_many"


# --- the pages --------------------------------------------------------------------------------------
def test_anybody_reports_and_follows_up_by_code_without_a_session(stage: Stage, client: Client) -> None:
    assert client.get(TELL).status_code == 200
    page = client.post(TELL, said(stage))
    report = PublicReport.objects.get()
    code = str(page.context["code"])
    assert code in page.content.decode()
    ask_reporter(report=report, text="Which folder is it?", by=stage.officer)
    page = client.post(FOLLOW, {"code": code.lower()})
    assert "Which folder is it?" in page.content.decode()
    page = client.post(FOLLOW, {"code": code, "text": "The blue one."})
    assert "The blue one." in page.content.decode()
    assert [message.written_by_id for message in report.messages.order_by("written_at")] == [
        stage.officer.user_id,
        None,
    ]
    assert "sessionid" not in client.cookies
    assert "no-store" in page["Cache-Control"]


def test_who_is_signed_in_stays_unknown_too(stage: Stage) -> None:
    client_for(stage.applicant).post(TELL, said(stage))
    report = PublicReport.objects.get()
    entry = Entry.objects.get(object_id=report.pk)
    assert (entry.event.actor_id, entry.role) == (None, "system")
    assert str(stage.applicant.user_id) not in entry.event.content


@pytest.mark.parametrize(
    "changes",
    [{"homepage": "https://example.org"}, {"opened": ""}, {"opened": "forged:x:y"}, {"text": ""}],
    ids=["a program fills in everything", "no page was opened", "forged time", "nothing told"],
)
def test_programs_and_empty_forms_are_turned_away(stage: Stage, client: Client, changes: dict[str, str]) -> None:
    page = client.post(TELL, said(stage, **changes))
    assert page.status_code == 200
    assert not PublicReport.objects.exists()


@pytest.mark.parametrize("seconds", [0, 13 * 3600])
def test_page_sent_at_once_or_left_open_too_long_is_opened_anew(stage: Stage, client: Client, seconds: int) -> None:
    client.post(TELL, said(stage, opened=opened(seconds)))
    assert not PublicReport.objects.exists()


def test_reports_and_codes_from_one_network_are_limited(stage: Stage, client: Client) -> None:
    for _number in range(SENT.most):
        assert client.post(TELL, said(stage), REMOTE_ADDR="192.0.2.7").status_code == 200
    assert client.post(TELL, said(stage), REMOTE_ADDR="192.0.2.7").status_code == 429
    assert PublicReport.objects.count() == SENT.most
    for _number in range(CODES.most):
        assert client.post(FOLLOW, {"code": "0" * 20}, REMOTE_ADDR="192.0.2.8").status_code == 200
    assert client.post(FOLLOW, {"code": "0" * 20}, REMOTE_ADDR="192.0.2.8").status_code == 429
