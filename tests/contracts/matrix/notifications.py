"""Notices, the demonstration's mailbox, and the pages of jobs."""

from portal.core import clock
from portal.notifications.models import Mail, Message, Notice, SweepRun
from portal.notifications.notify import NoticeKind, notify
from portal.workflow import deed
from tests.contracts.matrix import desk_model, object_of, public, roles, row, signed_in

TOLD = NoticeKind("test.told", "Something happened", "Read it.", "Open")


def notice(world):
    return {"pk": world.once(told).pk}


def told(world):
    with deed():
        notify(TOLD, to=[world.actor("applicant").user], context={}, url="/", key="1")
    return Notice.objects.get(kind="test.told")


def mail(world):
    return {"pk": world.once(arrived).pk}


def arrived(world):
    return Mail.objects.create(
        message_id="<1@portal.example>",
        sender="a@example.org",
        to="b@example.org",
        subject="Hello",
        html="<p>Hello</p>",
    )


def message(world):
    return {"pk": world.once(failed).pk}


def failed(world):
    return Message.objects.create(
        to="b@example.org", kind="mail", key="1", subject="Hello", status="failed", next_attempt_at=None
    )


def ran(world):
    return SweepRun.objects.create(task="a.sweep", started_at=clock.now())


def schedule(world):
    from portal.jobs.schedule import lay_out_schedule

    lay_out_schedule()
    from django_celery_beat.models import PeriodicTask

    return PeriodicTask.objects.order_by("name").first()


ADMIN = "system_administrator"

ROWS = [
    row("inbox", signed_in()),
    row("notices_read", post=signed_in()),
    row("notice_open", post=object_of(may=["applicant"]).but("dormant", gets="404"), make=notice),
    row("mailbox", public()),
    row("mail", public(), make=mail),
    row("mail_html", public(), make=mail),
    row("jobs", roles(ADMIN)),
    row("message_try_again", post=roles(ADMIN), make=message),
    *desk_model("notifications_message", ADMIN, make=lambda world: {"object_id": world.once(failed).pk}),
    *desk_model("notifications_sweeprun", ADMIN, make=lambda world: {"object_id": world.once(ran).pk}),
    *[
        one
        if one.url != "admin:django_celery_beat_periodictask_change"
        else row(one.url, roles(ADMIN), roles(ADMIN), make=one.make, data=lambda world: {"every": 120, "enabled": "on"})
        for one in desk_model(
            "django_celery_beat_periodictask", ADMIN, make=lambda world: {"object_id": world.once(schedule).pk}
        )
    ],
]
