"""The library: versions, markings and kinds by deed, redacted copies, reminders, and use across applications."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.urls import reverse

from partners.actions.evidence import describe_evidence, remind_of_document, upload_redacted, upload_version
from partners.models import Evidence, Institution
from partners.queries.answers import answers_of
from partners.queries.evidence import documents_of, uses_of, versions_of, with_use
from partners.tasks import remind_of_documents
from portal.accounts.needs import needs_of
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Conflict, Refused
from portal.ledger.models import Entry
from portal.notifications.models.notice import Notice
from portal.workflow import create, deed
from tests.factories import partners as make
from tests.factories.accounts import make_member

pytestmark = pytest.mark.django_db

Home = tuple[Institution, Actor]


@pytest.fixture
def home() -> Home:
    return make.make_institution()


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


# --- versions -------------------------------------------------------------------------------------


def test_a_new_version_is_a_new_row_that_names_what_it_replaces(home: Home) -> None:
    first = make.make_evidence(*home, kind="registration")
    second = upload_version(evidence=first, upload=make.upload("new.png"), marking="amber", by=home[1])
    assert (second.version, second.replaces, second.series, second.kind) == (2, first, first.series, "registration")
    first.refresh_from_db()
    assert (first.state, first.version) == ("stored", 1)
    assert list(documents_of(home[0].pk)) == [second]
    assert [item.version for item in versions_of(first)] == [2, 1]


def test_only_the_newest_stored_version_can_be_replaced(home: Home) -> None:
    first = make.make_evidence(*home)
    upload_version(evidence=first, upload=make.upload(), marking="amber", by=home[1])
    with pytest.raises(Refused, match="newer version"):
        upload_version(evidence=first, upload=make.upload(), marking="amber", by=home[1])
    refused = make.upload_evidence(institution=home[0], upload=make.upload("a.png", b"MZ"), by=home[1])
    with pytest.raises(Refused, match="Only a stored document"):
        upload_version(evidence=refused, upload=make.upload(), marking="amber", by=home[1])


def test_a_version_that_was_refused_replaces_nothing(home: Home) -> None:
    first = make.make_evidence(*home)
    failed = upload_version(evidence=first, upload=make.upload("a.png", b"MZ"), marking="amber", by=home[1])
    assert failed.state == "refused"
    assert first in documents_of(home[0].pk)
    assert upload_version(evidence=first, upload=make.upload(), marking="amber", by=home[1]).version == 2


def test_the_database_lets_no_two_versions_replace_the_same(home: Home) -> None:
    first = make.make_evidence(*home)
    upload_version(evidence=first, upload=make.upload(), marking="amber", by=home[1])
    twin = Evidence(institution=home[0], name="b.png", series=first.series, replaces=first, uploaded_by=home[1].user)
    with pytest.raises((Conflict, IntegrityError)), deed():
        create(twin, "receive", by=home[1])
    assert Evidence.objects.filter(replaces=first).count() == 1


def test_nobody_versions_or_describes_the_documents_of_another_institution(home: Home) -> None:
    document = make.make_evidence(*home)
    stranger = make.make_institution()[1]
    with pytest.raises(Refused):
        upload_version(evidence=document, upload=make.upload(), marking="amber", by=stranger)
    with pytest.raises(Refused):
        upload_redacted(evidence=document, upload=make.upload(), marking="green", by=stranger)
    with pytest.raises(Refused):
        describe_evidence(evidence=document, kind="", marking="clear", valid_until=None, by=stranger)


# --- kind, marking, validity ----------------------------------------------------------------------


def test_kind_marking_and_validity_are_changed_by_a_deed_that_records_both(home: Home) -> None:
    document = make.make_evidence(*home, kind="registration")
    describe_evidence(evidence=document, kind="mandate", marking="red", valid_until=in_days(90), by=home[1])
    document.refresh_from_db()
    assert (document.kind, document.marking, document.valid_until) == ("mandate", "red", in_days(90))
    entry = Entry.objects.select_related("event").get(object_id=document.pk, verb="evidence.describe")
    assert '"registration"' in entry.event.content
    assert '"mandate"' in entry.event.content


def test_an_administrator_reads_the_library_and_changes_nothing(home: Home) -> None:
    document = make.make_evidence(*home)
    with pytest.raises(Refused):
        describe_evidence(
            evidence=document,
            kind="",
            marking="clear",
            valid_until=None,
            by=make_member(home[0].organisation, "administrator"),
        )


def test_a_redacted_copy_has_a_wider_marking_and_is_no_document_of_its_own(home: Home) -> None:
    document = make.make_evidence(*home, marking="amber_strict")
    with pytest.raises(Refused, match="wider"):
        upload_redacted(evidence=document, upload=make.upload(), marking="red", by=home[1])
    copy = upload_redacted(evidence=document, upload=make.upload("redacted.png"), marking="green", by=home[1])
    assert copy.redacts == document
    assert list(documents_of(home[0].pk)) == [document]
    with pytest.raises(Refused, match="redacted copy"):
        upload_version(evidence=copy, upload=make.upload(), marking="green", by=home[1])


# --- reminders ------------------------------------------------------------------------------------


def reminded_on(days: list[int], start: Any) -> list[int]:
    """How many reminders are sent so many days after the start, one run each day."""
    sent = []
    for day in days:
        with clock.at(start + timedelta(days=day)):
            sent.append(remind_of_documents()["done"])
    return sent


def test_each_reminder_is_sent_once_even_when_days_were_missed(home: Home) -> None:
    document = make.make_evidence(*home, valid_until=in_days(100))
    now = clock.now()
    assert reminded_on([0, 39, 40, 41, 75, 76, 99, 100, 101], now) == [0, 0, 1, 0, 1, 0, 1, 0, 0]
    notices = Notice.objects.filter(kind="document_ending", about=document.pk)
    assert notices.count() == 3
    assert {notice.recipient for notice in notices} == {home[1].user}


def test_a_new_last_day_is_announced_again(home: Home) -> None:
    document = make.make_evidence(*home, valid_until=in_days(50))
    assert remind_of_documents()["done"] == 1
    describe_evidence(evidence=document, kind="", marking="amber", valid_until=in_days(55), by=home[1])
    assert remind_of_documents()["done"] == 1
    assert Notice.objects.filter(kind="document_ending").count() == 2


def test_who_has_uploaded_a_new_version_is_not_reminded_of_the_old_one(home: Home) -> None:
    document = make.make_evidence(*home, valid_until=in_days(5))
    upload_version(evidence=document, upload=make.upload(), marking="amber", valid_until=in_days(400), by=home[1])
    assert remind_of_documents()["done"] == 0


def test_the_home_page_counts_the_documents_that_end_soon(home: Home) -> None:
    make.make_evidence(*home, valid_until=in_days(20))
    make.make_evidence(*home, valid_until=in_days(200))
    replaced = make.make_evidence(*home, valid_until=in_days(20))
    upload_version(evidence=replaced, upload=make.upload(), marking="amber", by=home[1])
    found = {need.url: need.count for need in needs_of(home[1])}
    assert found[f"{reverse('partners:documents')}?need=partners.applications.document"] == 1


def test_two_workers_remind_once(home: Home) -> None:
    document = make.make_evidence(*home, valid_until=in_days(5))
    again = Evidence.objects.get(pk=document.pk)
    remind_of_document(evidence=document, by=SYSTEM)
    with pytest.raises(Conflict):
        remind_of_document(evidence=again, by=SYSTEM)


# --- use ------------------------------------------------------------------------------------------


def test_a_document_knows_the_applications_that_name_it_sent_or_in_draft() -> None:
    made = make.cast()
    document = Evidence.objects.get(institution=made.institution)
    assert [(use.application, use.sent) for use in uses_of(document)] == [(made.application, False)]
    make.submit(made)
    assert [(use.application, use.sent) for use in uses_of(document)] == [(made.application, True)]
    unused = make.make_evidence(made.institution, made.applicant)
    assert uses_of(unused) == []
    cases = dict(with_use(documents_of(made.institution.pk)).values_list("pk", "cases"))
    assert cases == {document.pk: [made.application.reference], unused.pk: []}


def test_a_version_that_replaced_another_shows_where_the_other_was_used() -> None:
    made = make.submitted_application()
    document = Evidence.objects.get(institution=made.institution)
    second = upload_version(evidence=document, upload=make.upload(), marking="amber", by=made.applicant)
    assert [(use.version, use.sent) for use in uses_of(second)] == [(1, True)]


def test_what_is_not_a_stored_document_of_the_institution_never_becomes_an_answer() -> None:
    made = make.cast()
    theirs = make.make_evidence(*make.make_institution())
    refused = make.upload_evidence(institution=made.institution, upload=make.upload("a.png", b"MZ"), by=made.applicant)
    posted = {"incident_plan": [str(theirs.pk), str(refused.pk), "nonsense"]}
    make.save_answers(
        application=made.application,
        section="incident_response",
        posted=posted,
        seen=10**6,
        page="p",
        by=made.applicant,
    )
    assert answers_of(made.application)["incident_plan"] == []
