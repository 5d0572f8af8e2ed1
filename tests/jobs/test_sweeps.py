"""The table of sweeps, how it is laid out, and what all sweeps have in common."""

from datetime import timedelta

import pytest
from django.conf import settings
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from portal import celery_app
from portal.accounts.actions.organisation import close_organisation
from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.jobs.checks import mail_leaves_the_house, redelivery_waits_for_the_limit
from portal.jobs.documents import sweeps_table
from portal.jobs.queries import sweeps
from portal.jobs.schedule import lay_out_schedule, set_interval
from portal.ledger.verify import verify
from portal.notifications.models import SweepRun
from portal.notifications.sweeping import Tally, registered, sweep_rows, sweep_task
from portal.sweeps import SWEEPS, Sweep
from tests.factories.accounts import make_organisation

ADMIN = Actor(kind="person", roles=frozenset({"system_administrator"}), name="An administrator")
A, B = Sweep("a.sweep", timedelta(minutes=1), "Does a."), Sweep("b.sweep", timedelta(hours=1), "Does b.")


def test_every_row_of_the_table_has_its_task_and_every_sweep_its_row():
    celery_app.loader.import_default_modules()
    named = {sweep.task for sweep in SWEEPS}
    assert len(named) == len(SWEEPS)
    assert named == {name for name in registered if not name.startswith("tests.")}
    assert named <= set(celery_app.tasks)


# --- the schedule ---
@pytest.mark.django_db
def test_the_table_is_laid_out_once_however_often():
    assert lay_out_schedule((A, B)).added == ("a.sweep", "b.sweep")
    assert lay_out_schedule((A, B)).kept == ("a.sweep", "b.sweep")
    rows = {row.name: row for row in PeriodicTask.objects.all()}
    assert rows.keys() == {"a.sweep", "b.sweep"}
    assert (rows["b.sweep"].interval.every, rows["b.sweep"].interval.period) == (3600, "seconds")
    assert rows["b.sweep"].expire_seconds == 3600
    assert rows["b.sweep"].description == "Does b."
    assert IntervalSchedule.objects.count() == 2


@pytest.mark.django_db
def test_what_an_administrator_set_stays_and_the_rest_follows_the_table():
    lay_out_schedule((A, B))
    set_interval(PeriodicTask.objects.get(name="a.sweep"), every=timedelta(minutes=7), enabled=False)
    faster = [Sweep(sweep.task, timedelta(seconds=20), sweep.says) for sweep in (A, B)]
    laid = lay_out_schedule(tuple(faster))
    assert (laid.kept, laid.adjusted) == (("a.sweep",), ("b.sweep",))
    by_hand, followed = PeriodicTask.objects.get(name="a.sweep"), PeriodicTask.objects.get(name="b.sweep")
    assert (by_hand.interval.every, by_hand.enabled) == (420, False)
    assert (followed.interval.every, followed.enabled) == (20, True)


@pytest.mark.django_db
def test_what_is_no_longer_in_the_table_goes():
    lay_out_schedule((A, B))
    assert lay_out_schedule((B,)).removed == ("a.sweep",)
    assert PeriodicTask.objects.get().name == "b.sweep"


# --- what sweeps share ---
OPEN = Organisation.objects.filter(state="active")


def shut(organisation):
    close_organisation(organisation=organisation, reason="due", by=ADMIN)


@pytest.mark.django_db
def test_each_row_is_a_deed_of_its_own_in_batches():
    made = [make_organisation() for _turn in range(7)]
    assert sweep_rows(OPEN.all(), shut, batch=3) == Tally(done=7)
    assert Organisation.objects.filter(state="closed").count() == len(made)
    assert list(verify()) == []


@pytest.mark.django_db
def test_a_sweep_that_finds_nothing_asks_once(django_assert_num_queries):
    make_organisation()
    with django_assert_num_queries(1):
        assert sweep_rows(OPEN.filter(name="Nobody"), shut) == Tally()


@pytest.mark.django_db
def test_a_row_that_fails_stops_no_other_and_is_still_due():
    made = [make_organisation() for _turn in range(5)]

    def all_but_one(organisation):
        if organisation.pk == made[2].pk:
            raise RuntimeError("the file is missing")
        shut(organisation)

    tally = sweep_rows(OPEN.all(), all_but_one, batch=2)
    assert (tally.done, tally.failed, tally.left) == (4, 1, 1)
    assert str(made[2].pk) in tally.error
    assert "the file is missing" in tally.error


@pytest.mark.django_db
def test_a_row_that_someone_else_did_is_no_failure():
    make_organisation()

    def too_late(organisation):
        shut(organisation)
        shut(organisation)

    assert sweep_rows(OPEN.all(), too_late) == Tally()


@pytest.mark.django_db
def test_a_rule_that_refuses_is_a_failure_that_shows():
    make_organisation()
    tally = sweep_rows(OPEN.all(), lambda _row: require(refused("Not yet.", code="no_signatory")))
    assert (tally.done, tally.failed, tally.left) == (0, 1, 1)
    assert "Not yet." in tally.error


@pytest.mark.django_db
def test_a_sweep_that_takes_too_long_leaves_the_rest():
    for _turn in range(3):
        make_organisation()
    tally = sweep_rows(OPEN.all(), shut, seconds=0)
    assert (tally.done, tally.left) == (0, 3)


@sweep_task
def counted() -> Tally:
    return Tally(done=3, failed=1, left=2, error="One was missing")


@sweep_task
def broken() -> Tally:
    raise RuntimeError("No such table")


@pytest.mark.django_db
def test_each_run_is_noted():
    assert counted() == {"done": 3, "failed": 1, "left": 2, "error": "One was missing"}
    run = SweepRun.objects.get(task=f"{__name__}.counted")
    assert run.started_at is not None
    assert run.finished_at is not None
    assert run.started_at <= run.finished_at
    assert (run.done, run.failed, run.left, run.error) == (3, 1, 2, "One was missing")
    assert run.failed_at is not None


@pytest.mark.django_db
def test_a_run_that_broke_off_is_noted_and_raises():
    with pytest.raises(RuntimeError):
        broken()
    run = SweepRun.objects.get(task=f"{__name__}.broken")
    assert (run.finished_at, run.failed, run.error) == (None, 1, "RuntimeError: No such table")
    with pytest.raises(RuntimeError):
        broken()
    assert SweepRun.objects.filter(task=f"{__name__}.broken").count() == 1


@pytest.mark.django_db
def test_a_sweep_is_late_when_it_should_have_begun_long_ago():
    lay_out_schedule()
    task = "portal.notifications.tasks.deliver_due_messages"
    now = clock.now()
    SweepRun.objects.create(task=task, started_at=now, finished_at=now)

    def state():
        return next(sweep for sweep in sweeps() if sweep.task == task).state

    assert state() == "well"
    with clock.at(now + timedelta(minutes=10)):
        assert state() == "late"
    PeriodicTask.objects.filter(name=task).update(enabled=False)
    assert state() == "paused"


@pytest.mark.django_db
def test_the_page_of_jobs_takes_two_queries(django_assert_num_queries):
    lay_out_schedule()
    with django_assert_num_queries(2):
        sweeps()


# --- start-up checks ---
def test_a_portal_that_would_send_no_mail_does_not_start(settings):
    settings.EMAIL_BACKEND = "portal.notifications.mailbox.MailboxBackend"
    assert mail_leaves_the_house() == []
    settings.DEMO = False
    assert [problem.id for problem in mail_leaves_the_house()] == ["portal.E010"]


def test_a_visibility_timeout_below_the_time_limits_is_refused(settings):
    assert redelivery_waits_for_the_limit() == []
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
    assert [problem.id for problem in redelivery_waits_for_the_limit()] == ["portal.E011"]


def test_the_documentation_lists_every_sweep():
    written = (settings.BASE_DIR / "docs" / "jobs.md").read_text()
    assert sweeps_table() in written, f"Put this into docs/jobs.md:\n{sweeps_table()}"
