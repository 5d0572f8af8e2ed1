"""Documents behind what is attested: reminded of in time, and what they bear falls with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from grants import tasks
from grants.actions.accreditation import accept_change, accredit_environment
from grants.actions.attested_document import remind_of_documents, suspend_for_documents
from grants.actions.environment import attest_statements
from grants.models import DocumentReminder, Environment
from grants.queries.decision import decide
from grants.rules.attestation import Answer
from partners.models import Evidence
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.ledger.models import Entry
from portal.notifications.models import Notice
from tests.factories import grants as make
from tests.factories.partners import make_evidence

pytestmark = pytest.mark.django_db
DAYS, KEY = 100, ("baseline", "iso-1")


def resting_on(made: make.GrantCast, *documents: Evidence, value: str = "met") -> Environment:
    """The environment, accredited with an answer that rests on these documents."""
    found = Environment.objects.get(pk=made.environment.pk)
    answer = Answer(value, "See the report.", frozenset(row.pk for row in documents))
    attest_statements(environment=found, answers={KEY: answer}, by=made.applicant)
    accept_change(environment=found, by=made.officer)
    return found


def document(made: make.GrantCast, days: int = DAYS) -> Evidence:
    until = clock.today() + timedelta(days=days)
    return make_evidence(made.institution, made.applicant, valid_until=until)


def after(days: int) -> Any:
    return clock.at(clock.now() + timedelta(days=days))


def heard(kind: str) -> list[object]:
    return list(Notice.objects.filter(kind=kind).values_list("recipient_id", flat=True))


def test_an_answer_whose_document_has_ended_suspends_the_accreditation_and_the_gate_denies(
    made: make.GrantCast,
) -> None:
    found = resting_on(made, document(made))
    with after(DAYS):
        assert tasks.suspend_for_ended_documents()["done"] == 0, "its last day is a day of the document"
    with after(DAYS + 3):
        assert tasks.suspend_for_ended_documents()["done"] == 1
        assert tasks.suspend_for_ended_documents()["done"] == 0
        assert decide(made.question(today=clock.today())).code == "environment_not_accredited"
    found.refresh_from_db()
    assert found.state == "suspended"
    assert "have ended" in found.suspended_why
    assert Entry.objects.filter(object_id=found.pk, verb__endswith="drift").count() == 2
    assert made.applicant.user_id in heard("environment_suspended")
    assert made.officer.user_id in heard("environment_document_ended")


def test_nobody_accredits_it_again_until_it_rests_on_another_document(made: make.GrantCast) -> None:
    found = resting_on(made, document(made))
    with after(DAYS + 1):
        tasks.suspend_for_ended_documents()
        for deed in (accredit_environment, accept_change):
            with pytest.raises(Refused) as caught:
                deed(environment=found, by=made.officer)
            assert caught.value.verdict.code == "documents_ended"
        resting_on(made, document(made))
        found.refresh_from_db()
        assert found.state == "accredited"
        assert tasks.suspend_for_ended_documents()["done"] == 0


def test_an_ended_document_is_no_document_to_attest_with(made: make.GrantCast) -> None:
    old = document(made)
    with after(DAYS + 1), pytest.raises(Refused) as caught:
        resting_on(made, old)
    assert caught.value.verdict.code == "no_document"


def test_what_no_answer_rests_on_any_more_suspends_nothing(made: make.GrantCast) -> None:
    resting_on(made, document(made))
    resting_on(made, document(made, DAYS * 5))
    with after(DAYS + 1):
        assert tasks.suspend_for_ended_documents()["done"] == 0
        found = Environment.objects.get(pk=made.environment.pk)
        with pytest.raises(Refused):
            suspend_for_documents(environment=found, by=SYSTEM)


def test_the_institution_is_reminded_once_for_each_notice_also_when_days_were_missed(made: make.GrantCast) -> None:
    found = resting_on(made, document(made))
    assert tasks.remind_of_attested_documents()["done"] == 0
    for days, told in ((41, 60), (55, None), (71, 30), (DAYS - 2, 7)):
        with after(days):
            assert tasks.remind_of_attested_documents()["done"] == int(told is not None)
            assert tasks.remind_of_attested_documents()["done"] == 0
    assert list(DocumentReminder.objects.order_by("id").values_list("days", flat=True)) == [60, 30, 7]
    assert heard("environment_document_ending").count(made.applicant.user_id) == 3
    with pytest.raises(Refused):
        remind_of_documents(environment=found, by=SYSTEM)


def test_one_reminder_a_document_however_many_answers_rest_on_it(made: make.GrantCast) -> None:
    paper = document(made, 5)
    answer = Answer("met", "See the report.", frozenset({paper.pk}))
    found = Environment.objects.get(pk=made.environment.pk)
    answers = {KEY: answer, ("baseline", "log-1"): answer, ("baseline", "log-2"): answer}
    attest_statements(environment=found, answers=answers, by=made.applicant)
    accept_change(environment=found, by=made.officer)
    tasks.remind_of_attested_documents()
    assert DocumentReminder.objects.count() == 1
    assert heard("environment_document_ending").count(made.applicant.user_id) == 1
