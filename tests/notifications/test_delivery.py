"""Delivery: once, again after a failure, and for good in the end."""

import smtplib
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail as outgoing
from django.db import connection

from portal.core import clock
from portal.notifications.actions import delivery
from portal.notifications.actions.delivery import deliver, is_permanent, pause, try_again
from portal.notifications.actions.housekeeping import clear_sent, remove_read_notices, remove_shown_mail
from portal.notifications.models import Mail, Message, Notice
from portal.notifications.notify import NoticeKind, notify, queue_mail
from portal.notifications.queries.delivery import outbox
from portal.notifications.tasks import clear_old_mail, deliver_due_messages
from portal.workflow import deed
from tests.factories.accounts import make_user
from tests.notifications.mailserver import MailServer

pytestmark = pytest.mark.django_db

TOLD = NoticeKind("told", "A decision on {reference}", "It was decided.", "Read it", urgent=True)
MAILBOX = "portal.notifications.mailbox.MailboxBackend"


@pytest.fixture(autouse=True)
def _mailbox(settings):
    settings.EMAIL_BACKEND = MAILBOX


@pytest.fixture
def server(settings):
    with MailServer() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_TIMEOUT = 5
        yield running


def told(user=None):
    with deed():
        notify(TOLD, to=[user or make_user()], context={"reference": "A-2026-0001"}, url="/a/", key=str(uuid4()))
    return Message.objects.latest("created_at")


def plain(**fields):
    queue_mail(**{"to": "new@example.org", "subject": "Hello", "text": "Words", "key": str(uuid4()), **fields})
    return Message.objects.latest("created_at")


def later(**delta):
    return clock.at(clock.now() + timedelta(**delta))


def test_a_message_arrives_once_with_both_parts():
    message = told()
    assert deliver(message.pk)
    assert not deliver(message.pk)
    mail = Mail.objects.get()
    assert mail.message_id == f"<{message.pk}@portal.example>"
    assert (mail.to, mail.subject) == (message.to, "A decision on A-2026-0001")
    assert "http://localhost:8000/a/" in mail.text
    assert 'href="http://localhost:8000/a/"' in mail.html
    message.refresh_from_db()
    assert (message.status, message.next_attempt_at, message.attempts) == ("sent", None, 1)


def test_a_mail_server_gets_text_html_and_a_message_id_that_stays(server):
    message = told()
    server.answer = "451 4.3.0 Later"
    assert not deliver(message.pk)
    server.answer = "250 OK"
    with later(minutes=5):
        assert deliver(message.pk)
    first, second = server.received
    assert first["Message-ID"] == second["Message-ID"] == f"<{message.pk}@portal.example>"
    assert second.get_body(("plain",)).get_content().strip()
    assert "<h1>" in second.get_body(("html",)).get_content()
    assert second["Importance"] == "high"
    assert second["Auto-Submitted"] == "auto-generated"


def test_a_failure_is_tried_again_after_a_growing_pause(server):
    server.answer = "451 4.3.0 Later"
    message = plain()
    waits = []
    with clock.at(clock.now()):
        moment = clock.now()
    for _turn in range(4):
        with clock.at(moment):
            assert not deliver(message.pk)
        message.refresh_from_db()
        waits.append((message.next_attempt_at - moment).total_seconds())
        assert "451" in message.last_error
        with clock.at(message.next_attempt_at - timedelta(seconds=1)):
            assert not deliver(message.pk)
        moment = message.next_attempt_at
    for wait, expected in zip(waits, [60, 120, 240, 480], strict=True):
        assert 0.8 * expected <= wait <= 1.2 * expected
    assert message.attempts == len(server.received) == 4


def test_the_pause_never_exceeds_six_hours():
    assert max(pause(attempts) for attempts in range(1, 60)) <= timedelta(hours=6) * 1.2


def test_after_the_last_attempt_it_has_failed_for_good_and_can_be_tried_again(server, settings):
    settings.MAIL_ATTEMPTS = 2
    server.answer = "451 4.3.0 Later"
    message = plain()
    deliver(message.pk)
    with later(minutes=5):
        deliver(message.pk)
        message.refresh_from_db()
        assert (message.status, message.next_attempt_at) == ("failed", None)
        assert outbox().failed == 1
        server.answer = "250 OK"
        assert try_again(pk=message.pk)
        assert deliver(message.pk)
        assert not try_again(pk=message.pk)
    message.refresh_from_db()
    assert message.status == "sent"


def test_a_refused_address_is_not_tried_again(server):
    server.answer_to = "550 5.1.1 No such mailbox"
    message = plain()
    assert not deliver(message.pk)
    message.refresh_from_db()
    assert message.status == "failed"
    assert "550" in message.last_error


def test_attempts_that_never_come_to_an_end_are_counted(settings):
    """A message that kills its worker each time is given up at last."""
    settings.MAIL_ATTEMPTS = 3
    message = plain()
    Message.objects.filter(pk=message.pk).update(attempts=3)
    assert not deliver(message.pk)
    message.refresh_from_db()
    assert message.status == "failed"
    assert "cut off" in message.last_error


def test_an_attempt_cut_off_leaves_the_message_due_again(monkeypatch):
    message = told()
    monkeypatch.setattr(delivery, "_send", lambda _message: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        deliver(message.pk)
    monkeypatch.undo()
    assert not deliver(message.pk)
    with later(minutes=2):
        assert deliver(message.pk)
    assert Mail.objects.count() == 1


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"no")}), True),
        (smtplib.SMTPRecipientsRefused({"a@example.org": (450, b"later")}), False),
        (smtplib.SMTPDataError(554, b"no"), True),
        (smtplib.SMTPDataError(451, b"later"), False),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), False),
        (ConnectionRefusedError(), False),
        (ValueError("a line break in a header"), True),
    ],
)
def test_which_failures_are_for_good(error, permanent):
    assert is_permanent(error) is permanent


def test_the_text_of_a_sensitive_mail_is_removed_once_sent():
    message = plain(sensitive=True, text="Your code is 123456", html="<p>123456</p>")
    deliver(message.pk)
    message.refresh_from_db()
    assert (message.text, message.html) == ("", "")
    assert Mail.objects.get().text == "Your code is 123456"


def test_the_text_of_a_sensitive_mail_is_removed_when_it_failed(server):
    server.answer_to = "550 5.1.1 No such mailbox"
    message = plain(sensitive=True, text="Your code is 123456")
    deliver(message.pk)
    message.refresh_from_db()
    assert message.status == "failed"
    assert message.text == ""
    assert not try_again(pk=message.pk)


def test_the_sweep_delivers_what_nobody_asked_for():
    messages = [told() for _turn in range(3)]
    assert deliver_due_messages() == {"done": 3, "failed": 0, "left": 0, "error": ""}
    assert Mail.objects.count() == len(messages)
    assert deliver_due_messages()["done"] == 0


def test_the_mailbox_keeps_one_mail_for_each_address():
    message = outgoing.EmailMessage("Hello", "Words", to=["a@example.org"], cc=["b@example.org"])
    message.send()
    assert sorted(Mail.objects.values_list("to", flat=True)) == ["a@example.org", "b@example.org"]


@pytest.mark.django_db(transaction=True)
def test_ten_workers_on_one_message_deliver_it_once():
    message = told()
    start = threading.Barrier(10)
    sent = []

    def work():
        try:
            start.wait()
            sent.append(deliver(message.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sent.count(True) == 1
    assert Mail.objects.count() == 1


def test_what_is_old_is_cleared():
    user = make_user()
    message = told(user)
    deliver(message.pk)
    Notice.objects.update(read_at=clock.now())
    told(user)
    moment = clock.now() + timedelta(days=800)
    with clock.at(moment):
        assert clear_sent(before=moment) == 1
        assert remove_read_notices(before=moment) == 1
        assert remove_shown_mail(before=moment) == 1
    message.refresh_from_db()
    assert (message.text, message.status) == ("", "sent")
    assert Notice.objects.filter(read_at__isnull=True).count() == 1
    assert clear_old_mail() == {"done": 0, "failed": 0, "left": 0, "error": ""}
