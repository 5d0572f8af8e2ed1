"""The pages: an inbox of one's own, the demonstration's mailbox, and the administrator's page of jobs."""

from uuid import uuid4

import pytest
from django.urls import reverse

from portal.accounts.models import Appointment
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.jobs.schedule import lay_out_schedule
from portal.notifications.actions.delivery import deliver
from portal.notifications.models import Mail, Message, Notice, SweepRun
from portal.notifications.notify import NoticeKind, notify
from portal.notifications.queries.inbox import unread_count
from portal.workflow import create, deed
from tests.factories.accounts import make_member, make_organisation, make_user
from tests.query_budget import assert_query_budget

pytestmark = pytest.mark.django_db

TOLD = NoticeKind("told", "A decision on {reference}", "It was <b>decided</b>.", "Read it")


def tell(user, reference="A-2026-0001", url="/roles/"):
    with deed():
        notify(TOLD, to=[user], context={"reference": reference}, url=url, key=str(uuid4()))
    return Notice.objects.filter(recipient=user).latest("id")


@pytest.fixture
def actor():
    return make_member(make_organisation(), "applicant")


@pytest.fixture
def client(client_for, actor):
    return client_for(actor)


def test_the_inbox_shows_only_ones_own_notices(client, actor):
    tell(actor.user)
    tell(make_user(), reference="A-2026-0999")
    page = client.get(reverse("inbox"))
    assert "A decision on A-2026-0001" in page.text
    assert "A-2026-0999" not in page.text
    assert "It was &lt;b&gt;decided&lt;/b&gt;." in page.text


def test_opening_a_notice_takes_a_post_marks_it_read_and_leads_on(client, actor):
    notice = tell(actor.user)
    assert client.get(reverse("notice_open", args=[notice.pk])).status_code == 405
    assert unread_count(actor.user_id) == 1
    answer = client.post(reverse("notice_open", args=[notice.pk]))
    assert answer.headers["Location"] == "/roles/"
    assert unread_count(actor.user_id) == 0
    first = Notice.objects.get(pk=notice.pk).read_at
    client.post(reverse("notice_open", args=[notice.pk]))
    assert Notice.objects.get(pk=notice.pk).read_at == first


def test_somebody_elses_notice_is_not_found(client):
    notice = tell(make_user())
    assert client.post(reverse("notice_open", args=[notice.pk])).status_code == 404
    assert Notice.objects.get(pk=notice.pk).read_at is None


def test_all_can_be_marked_read_at_once_and_nobody_elses(client, actor):
    for _turn in range(3):
        tell(actor.user)
    other = tell(make_user())
    assert client.post(reverse("notices_read")).headers["Location"] == reverse("inbox")
    assert unread_count(actor.user_id) == 0
    assert unread_count(other.recipient_id) == 1


def test_the_inbox_narrows_to_what_is_unread_or_searched_for(client, actor):
    client.post(reverse("notice_open", args=[tell(actor.user, "A-2026-0001").pk]))
    tell(actor.user, "A-2026-0002")
    unread = client.get(reverse("inbox"), {"show": "unread"}).text
    assert "A-2026-0002" in unread
    assert "A-2026-0001" not in unread
    assert "A-2026-0002" not in client.get(reverse("inbox"), {"q": "0001"}).text
    assert "Nothing fits" in client.get(reverse("inbox"), {"q": "nowhere"}).text


def test_the_inbox_is_exported_as_it_is_filtered(client, actor):
    tell(actor.user)
    answer = client.get(reverse("inbox"), {"export": "csv"})
    assert b"A decision on A-2026-0001" in b"".join(answer.streaming_content)


def test_the_inbox_takes_the_same_queries_for_one_and_for_thirty(client, actor):
    assert_query_budget(client, reverse("inbox"), make=lambda _n: tell(actor.user), most=12)


def test_the_database_refuses_a_notice_that_leads_elsewhere():
    from django.db import IntegrityError, transaction

    for url in ("https://elsewhere.example/", "//elsewhere.example/"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(recipient=make_user(), kind="told", key="x", title="t", body="b", url=url)


# --- mailbox ---
@pytest.fixture
def mail(settings, actor):
    settings.EMAIL_BACKEND = "portal.notifications.mailbox.MailboxBackend"
    tell(actor.user)
    deliver(Message.objects.get().pk)
    return Mail.objects.get()


def test_the_mailbox_shows_mail_with_links_that_work(django_client, mail):
    assert mail.subject in django_client.get(reverse("mailbox"), {"q": mail.to}).text
    assert mail.subject not in django_client.get(reverse("mailbox"), {"q": "nobody@example.org"}).text
    page = django_client.get(reverse("mail", args=[mail.pk])).text
    assert '<a href="http://localhost:8000/roles/"' in page


@pytest.fixture
def django_client():
    from django.test import Client

    return Client()


def test_the_html_of_a_mail_is_shown_in_a_sandbox(django_client, mail):
    page = django_client.get(reverse("mail_html", args=[mail.pk]))
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy


def test_outside_a_demonstration_there_is_no_mailbox(django_client, mail, settings):
    settings.DEMO = False
    for url in (reverse("mailbox"), reverse("mail", args=[mail.pk]), reverse("mail_html", args=[mail.pk])):
        assert django_client.get(url).status_code == 404


# --- jobs ---
@pytest.fixture
def administrator(client_for):
    from portal.accounts.actor import person

    user = make_user()
    with deed():
        create(Appointment(user=user), "appoint", by=SYSTEM)
    return client_for(person(user, None, second_factor=True))


def test_the_page_of_jobs_shows_sweeps_and_failures(administrator):
    lay_out_schedule()
    SweepRun.objects.create(
        task="portal.notifications.tasks.purge_events",
        started_at=clock.now(),
        finished_at=clock.now(),
        failed=1,
        error="No disk",
    )
    Message.objects.create(
        to="a@example.org",
        kind="mail",
        key="1",
        subject="Lost",
        status="failed",
        next_attempt_at=None,
        last_error="550 gone",
    )
    page = administrator.get(reverse("jobs")).text
    for words in ("Rows failed", "No disk", "Has not run yet", "Lost", "550 gone", "Try again"):
        assert words in page


def test_a_failed_message_is_tried_again_from_the_page(administrator):
    message = Message.objects.create(
        to="a@example.org", kind="mail", key="1", subject="Lost", status="failed", next_attempt_at=None, attempts=12
    )
    administrator.post(reverse("message_try_again", args=[message.pk]))
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("waiting", 0)


def test_an_interval_is_changed_on_the_desk_and_kept(administrator):
    from django_celery_beat.models import PeriodicTask

    lay_out_schedule()
    row = PeriodicTask.objects.get(name="portal.notifications.tasks.purge_events")
    url = reverse("admin:django_celery_beat_periodictask_change", args=[row.pk])
    assert administrator.get(url).status_code == 200
    administrator.post(url, {"every": "1800"})
    lay_out_schedule()
    row.refresh_from_db()
    assert (row.interval.every, row.interval.period, row.enabled) == (1800, "seconds", False)
    assert row.task == "portal.notifications.tasks.purge_events"


def test_lists_of_the_desk_open(administrator):
    lay_out_schedule()
    message = Message.objects.create(to="a@example.org", kind="mail", key="1", subject="Hello", text="Secret words")
    for name in ("notifications_message", "notifications_sweeprun", "django_celery_beat_periodictask"):
        assert administrator.get(reverse(f"admin:{name}_changelist")).status_code == 200
    page = administrator.get(reverse("admin:notifications_message_change", args=[message.pk]))
    assert page.status_code == 200
    assert "Secret words" not in page.text
