"""Telling people: once each, with the deed or not at all."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.notifications.models import Message, Notice
from portal.notifications.notify import NoticeKind, mail_held_back, notify, queue_mail
from portal.workflow import deed
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db

ASKED = NoticeKind("case.asked", _("A question on {reference}"), _("{who} asks.\n\nPlease answer."), _("Answer"))


def tell(users, key="1", kind=ASKED, **context):
    notify(kind, to=users, context={"reference": "A-2026-0001", "who": "The office", **context}, url="/a/", key=key)


def test_each_recipient_gets_one_notice_and_one_message_however_often_it_is_said():
    people = [make_user(), make_user()]
    for _turn in range(2):
        with deed():
            tell([*people, people[0]])
    assert sorted(Notice.objects.values_list("recipient", flat=True)) == sorted(user.pk for user in people)
    assert sorted(Message.objects.values_list("to", flat=True)) == sorted(user.email for user in people)


def test_the_words_are_those_of_the_context():
    user = make_user()
    with deed():
        tell([user], who="<b>Ann & Bob</b>")
    notice, message = Notice.objects.get(), Message.objects.get()
    assert notice.title == message.subject == "A question on A-2026-0001"
    assert notice.body == "<b>Ann & Bob</b> asks.\n\nPlease answer."
    assert "<b>Ann & Bob</b> asks." in message.text
    assert "&lt;b&gt;Ann &amp; Bob&lt;/b&gt; asks." in message.html
    assert "http://localhost:8000/a/" in message.text


def test_a_deed_that_fails_tells_nobody():
    user = make_user()
    with pytest.raises(RuntimeError), deed():
        tell([user])
        raise RuntimeError
    assert not Notice.objects.exists()
    assert not Message.objects.exists()


def test_outside_a_deed_nothing_can_be_told():
    with pytest.raises(TypeError):
        tell([make_user()])


def test_a_kind_without_mail_is_told_in_the_inbox_only():
    with deed():
        tell([make_user()], kind=NoticeKind("quiet", "Saved {reference}", "Saved.", "Open", email=False))
    assert Notice.objects.count() == 1
    assert not Message.objects.exists()


def test_closed_accounts_are_told_nothing():
    user = make_user()
    user.is_active = False
    with deed():
        tell([user])
    assert not Notice.objects.exists()


def test_a_line_break_in_a_subject_begins_no_header():
    with deed():
        tell([make_user()], reference="A\r\nBcc: all@example.org")
    assert Message.objects.get().subject == "A question on A Bcc: all@example.org"


def test_the_number_of_queries_does_not_grow_with_the_recipients_nor_with_what_they_are_told():
    people = [make_user() for _ in range(12)]
    with CaptureQueriesContext(connection) as asked, deed():
        tell(people)
        tell(people, key="2")
        with deed():
            tell(people[:3], key="3")
    written = [query["sql"].split('"')[1] for query in asked if query["sql"].startswith("INSERT")]
    assert written == ["notifications_notice", "notifications_message"]
    assert (Notice.objects.count(), Message.objects.count()) == (27, 27)


def test_a_plain_mail_needs_no_account_and_no_deed():
    for _turn in range(2):
        queue_mail(to="new@example.org", subject="Welcome\n", text="Hello", key="welcome-1", sensitive=True)
    message = Message.objects.get()
    assert (message.to, message.subject, message.recipient) == ("new@example.org", "Welcome", None)


def test_mail_of_the_past_is_written_as_delivered_and_without_its_text():
    present = datetime(2026, 5, 1, 12, tzinfo=UTC)
    user, days = make_user(), (9, 1)
    with mail_held_back(delivered_before=present - timedelta(days=2)):
        for before in days:
            with clock.at(present - timedelta(days=before)), deed():
                tell([user], key=f"{before} days ago")
                queue_mail(to="new@example.org", subject="Hello", text="Hello", html="<p>Hello", key=f"{before}")
    old, new = (Message.objects.filter(created_at=present - timedelta(days=before)) for before in days)
    assert {(row.status, row.sent_at, row.cleared_at, row.text, row.html) for row in old} == {
        ("sent", present - timedelta(days=9), present - timedelta(days=9), "", "")
    }
    assert {(row.status, row.sent_at, bool(row.text), bool(row.html)) for row in new} == {("waiting", None, True, True)}
    assert Notice.objects.filter(body__contains="Please answer.").count() == 2
    with clock.at(present - timedelta(days=9)), deed():
        tell([user], key="afterwards")
    assert Message.objects.get(key="afterwards").status == "waiting"
