"""Worker, broker and scheduler are killed at the worst moment: nothing is lost, and nothing comes twice.

Everything is real: processes, SIGKILL, database, broker. What stands still stands still by a lock in the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from portal import celery_app
from portal.jobs.schedule import lay_out_schedule
from portal.notifications.models import Mail, Message, SweepRun
from portal.notifications.notify import NoticeKind, notify
from portal.notifications.tasks import deliver_due_messages, deliver_message
from portal.sweeps import Sweep
from portal.workflow import deed
from tests.factories.accounts import make_user
from tests.jobs.processes import House, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("jobs")]

TOLD = NoticeKind("test.told", "Number {number}", "Something was decided.", "Read it")
SWEEP = Sweep("portal.notifications.tasks.deliver_due_messages", timedelta(seconds=1), "Delivers what is due")


@pytest.fixture
def house(tmp_path: Path, process_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    built = House(tmp_path, process_environment)
    monkeypatch.setenv("CELERY_BROKER_URL", built.broker.url)
    _forget_connections()
    yield built
    built.end()
    monkeypatch.undo()
    _forget_connections()


def _forget_connections() -> None:
    """This process asks for deliveries too; it must use the test's broker."""
    vars(celery_app)["_pool"] = None
    vars(celery_app.amqp)["_producer_pool"] = None


def tell(count: int, when: str) -> None:
    user = make_user()
    with deed():
        for number in range(count):
            notify(TOLD, to=[user], context={"number": number}, url="/", key=f"{when} {number}")


def all_arrived(count: int) -> bool:
    return Message.objects.filter(status="sent").count() == count


def assert_each_arrived_once(count: int) -> None:
    assert Mail.objects.count() == Message.objects.count() == count
    assert sorted(Mail.objects.values_list("message_id", flat=True)) == sorted(
        f"<{pk}@portal.example>" for pk in Message.objects.values_list("pk", flat=True)
    )
    assert set(Message.objects.values_list("status", flat=True)) == {"sent"}


@contextmanager
def mail_stands_still() -> Iterator[None]:
    """Whoever would write a mail waits: a delivery is held between its beginning and its commit."""
    values = connection.get_connection_params()
    with psycopg.connect(
        **{key: values[key] for key in ("dbname", "user", "host", "port", "password") if values.get(key)}
    ) as held:
        held.execute("LOCK TABLE notifications_mail IN EXCLUSIVE MODE")
        yield
        held.rollback()


def deliveries_held() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'notifications_mail'::regclass"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return int(cursor.fetchone()[0])


def test_workers_killed_in_the_middle_of_deliveries(house: House):
    worker = house.worker()
    worker.wait_ready("ready.")
    with mail_stands_still():
        tell(6, "first")
        wait_until(lambda: deliveries_held() == 2, "two deliveries in the middle")
        assert worker.kill_children() == 2
    wait_until(lambda: swept_and_arrived(6), "new processes of the same worker deliver all mail")
    with mail_stands_still():
        tell(6, "second")
        wait_until(lambda: deliveries_held() == 2, "two more in the middle")
        worker.kill()
    wait_until(lambda: deliveries_held() == 0, "the database lets go of the dead")
    assert Mail.objects.count() == 6
    house.worker().wait_ready("ready.")
    wait_until(lambda: swept_and_arrived(12), "a new worker delivers all mail")
    assert_each_arrived_once(12)


def swept_and_arrived(count: int) -> bool:
    deliver_due_messages.apply_async(expires=5)
    return all_arrived(count)


def test_broker_and_beat_killed_with_all_that_they_held(house: House, monkeypatch: pytest.MonkeyPatch):
    lay_out_schedule((SWEEP,))
    worker, beat = house.worker(), house.beat()
    worker.wait_ready("ready.")
    tell(3, "before")
    wait_until(lambda: all_arrived(3) and has_swept(), "mail arrives and sweeps run while all is well")

    with mail_stands_still():
        tell(4, "in the middle")
        wait_until(lambda: deliveries_held() == 2, "two deliveries in the middle, not acknowledged")
        house.kill_broker()
        tell(20, "without a broker")  # the deed goes through: nobody waits for it
        assert Message.objects.filter(status="waiting").count() == 24
    house.restart_broker()
    wait_until(lambda: all_arrived(27), "worker and beat come back by themselves, and all mail arrives")
    assert worker.process.poll() is None

    beat.kill()
    monkeypatch.setattr(deliver_message, "apply_async", _lost)
    tell(5, "without beat")
    assert Mail.objects.count() == 27
    house.beat()
    house.beat()  # two at once sweep twice, and still deliver once
    wait_until(lambda: all_arrived(32), "the new beat finds what was due")
    assert_each_arrived_once(32)
    assert SweepRun.objects.get().failed == 0


def has_swept() -> bool:
    return SweepRun.objects.filter(finished_at__isnull=False).exists()


def _lost(*_args: object, **_options: object) -> None:
    raise ConnectionError("the broker is out of reach")
