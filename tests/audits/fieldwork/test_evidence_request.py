"""Evidence that auditors ask for: deadlines by the rulebook, reminders as ranges, answers, and who may do what."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from audits.actions.evidence_request import (
    answer_request,
    ask_for_evidence,
    ask_for_more,
    give_more_time,
    give_up_request,
    settle_request,
    withdraw_request,
)
from audits.models import Audit, EvidenceRequest
from audits.queries.evidence_request import to_remind
from audits.tasks import remind_of_evidence
from portal.core import clock
from portal.core.verdicts import Refused
from portal.notifications.models import Notice
from portal.rulebook.durations import add_working_days
from portal.rulebook.queries import rules
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, audit_in_fieldwork, qualified
from tests.factories.fieldwork import evidence_answered, evidence_asked, library_document

MONDAY = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def audit(stage: Stage) -> Audit:
    return audit_in_fieldwork(stage)[1]


def test_evidence_is_due_in_working_days_of_the_partners_country(audit: Audit, stage: Stage) -> None:
    with clock.at(datetime(2027, 3, 22, 9, tzinfo=UTC)):
        request = evidence_asked(audit, stage)
    country = stage.institution.organisation.jurisdiction
    days = rules().audits.evidence.working_days
    assert request.due == add_working_days(date(2027, 3, 22), days, country)
    assert request.due > add_working_days(date(2027, 3, 22), days)  # Easter is kept there


def test_partner_is_told_what_is_asked_and_auditors_what_is_answered(audit: Audit, stage: Stage) -> None:
    request = evidence_answered(audit, stage)
    told = dict(Notice.objects.filter(about=request.pk).values_list("kind", "recipient__email"))
    assert told["evidence_asked"] == stage.applicant.user.email
    assert told["evidence_answered"] == stage.auditor.user.email


def test_an_answer_keeps_words_documents_and_their_hashes(audit: Audit, stage: Stage) -> None:
    request = evidence_answered(audit, stage)
    reply = request.replies.get()
    document = reply.documents.select_related("evidence").get()
    assert (request.state, reply.text, reply.late) == ("answered", "See section 4.", False)
    assert document.sha256 == document.evidence.sha256 != ""


def test_what_is_missing_is_asked_again_and_answered_again(audit: Audit, stage: Stage) -> None:
    request = evidence_answered(audit, stage)
    with clock.at(clock.now() + timedelta(days=3)):
        ask_for_more(request=request, remark="The record is missing.", by=stage.auditor)
        assert request.state == "returned"
        assert request.due > clock.today()
        answer_request(request=request, text="Here it is.", documents=[], by=stage.applicant)
    assert list(request.replies.order_by("number").values_list("number", "text")) == [
        (1, "See section 4."),
        (2, "Here it is."),
    ]
    settle_request(request=request, by=stage.auditor)
    assert request.state == "settled"


def test_a_late_answer_is_taken_and_marked(audit: Audit, stage: Stage) -> None:
    request = evidence_asked(audit, stage)
    with clock.at(datetime.combine(request.due + timedelta(days=1), MONDAY.timetz())):
        assert request.is_overdue
        answer_request(request=request, text="Sorry.", documents=[], by=stage.applicant)
    assert request.replies.get().late
    assert not request.is_overdue


def test_auditors_go_on_without_an_answer_only_when_its_day_has_passed(audit: Audit, stage: Stage) -> None:
    request = evidence_asked(audit, stage)
    with pytest.raises(Refused) as error:
        give_up_request(request=request, by=stage.auditor)
    assert error.value.verdict.code == "not_due"
    with clock.at(datetime.combine(request.due + timedelta(days=1), MONDAY.timetz())):
        give_up_request(request=request, by=stage.auditor)
    assert request.state == "unanswered"


def test_more_time_is_a_later_day(audit: Audit, stage: Stage) -> None:
    request = evidence_asked(audit, stage)
    with pytest.raises(Refused):
        give_more_time(request=request, due=request.due, reason="Holidays.", by=stage.auditor)
    later = request.due + timedelta(days=7)
    give_more_time(request=request, due=later, reason="Holidays.", by=stage.auditor)
    assert (request.due, request.reminders) == (later, 0)


# --- documents ------------------------------------------------------------------------------------
def test_documents_of_another_institution_are_refused(audit: Audit, stage: Stage) -> None:
    request = evidence_asked(audit, stage)
    other = library_document(qualified(jurisdiction="SE"))
    with pytest.raises(Refused) as error:
        answer_request(request=request, text="Theirs.", documents=[other.pk], by=stage.applicant)
    assert error.value.verdict.code == "no_document"
    assert EvidenceRequest.objects.get(pk=request.pk).state == "asked"


def test_documents_uploaded_for_another_request_are_refused(audit: Audit, stage: Stage) -> None:
    first, second = evidence_asked(audit, stage), evidence_asked(audit, stage, title="The log")
    kept = library_document(stage, about=first.pk)
    with pytest.raises(Refused):
        answer_request(request=second, text="There.", documents=[kept.pk], by=stage.applicant)
    answer_request(request=first, text="There.", documents=[kept.pk], by=stage.applicant)
    assert first.replies.get().documents.get().evidence_id == kept.pk


def test_an_answer_needs_words(audit: Audit, stage: Stage) -> None:
    request = evidence_asked(audit, stage)
    with pytest.raises(Refused) as error:
        answer_request(request=request, text="  ", documents=[library_document(stage).pk], by=stage.applicant)
    assert error.value.verdict.code == "empty"


# --- who may --------------------------------------------------------------------------------------
def test_only_auditors_of_the_audit_ask_and_settle(audit: Audit, stage: Stage) -> None:
    colleague = make_member(stage.cast.authority, "auditor")
    for who in (colleague, stage.officer, stage.applicant):
        with pytest.raises(Refused):
            ask_for_evidence(audit=audit, title="A log", text="All of it.", by=who)
    request = evidence_answered(audit, stage)
    for who in (colleague, stage.officer, stage.applicant):
        with pytest.raises(Refused):
            settle_request(request=request, by=who)
        with pytest.raises(Refused):
            withdraw_request(request=request, reason="No.", by=who)


def test_people_of_another_institution_do_not_answer(audit: Audit, stage: Stage) -> None:
    request = evidence_asked(audit, stage)
    with pytest.raises(Refused):
        answer_request(request=request, text="We.", documents=[], by=qualified(jurisdiction="SE").applicant)


def test_a_control_of_another_audit_is_refused(audit: Audit, stage: Stage) -> None:
    _, other = audit_in_fieldwork(qualified(jurisdiction="SE"))
    with pytest.raises(Refused) as error:
        evidence_asked(audit, stage, tested=other.checks.first())
    assert error.value.verdict.code == "other_audit"


# --- reminders ------------------------------------------------------------------------------------
def test_reminders_are_ranges_and_each_is_sent_once(audit: Audit, stage: Stage) -> None:
    request = evidence_asked(audit, stage)
    days = sorted(rules().audits.evidence.reminder_days, reverse=True)
    sent = []
    for day in range(-days[0] - 2, 4):
        with clock.at(datetime.combine(request.due + timedelta(days=day), MONDAY.timetz())):
            sent += [day] * sum(remind_of_evidence()["done"] for _twice in range(2))
    assert sent == [-days[0], -days[1], 1]
    kinds = Notice.objects.filter(about=request.pk, recipient=stage.applicant.user).values_list("kind", flat=True)
    assert sorted(kinds) == ["evidence_asked", "evidence_overdue", "evidence_reminder", "evidence_reminder"]
    assert Notice.objects.filter(about=request.pk, kind="evidence_not_shown").count() == 1


def test_a_week_without_the_sweep_delays_a_reminder_and_sends_one(audit: Audit, stage: Stage) -> None:
    request = evidence_asked(audit, stage)
    with clock.at(datetime.combine(request.due + timedelta(days=5), MONDAY.timetz())):
        assert remind_of_evidence()["done"] == 1
        assert remind_of_evidence()["done"] == 0


def test_nobody_is_reminded_of_what_is_answered(audit: Audit, stage: Stage) -> None:
    request = evidence_answered(audit, stage)
    with clock.at(datetime.combine(request.due + timedelta(days=5), MONDAY.timetz())):
        assert not to_remind(rules()).exists()


def test_upload_of_what_is_no_document_is_refused_with_its_reason(audit: Audit, stage: Stage) -> None:
    request = evidence_asked(audit, stage)
    kept = library_document(stage, name="run.exe", about=request.pk)
    assert kept.state == "refused"
