"""Alerts from reported use: what raises one, that it is raised once, and that late reports raise none."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audits.actions.alert import clear_alert
from audits.actions.watching import begin_watches, watch_use
from audits.alert_reasons import reason_again, reason_of, times_of
from audits.models import Alert, AlertKind, UseWatch, WatchedSeries
from audits.queries.alert import false_alarms, recurrences_of
from audits.tasks import watch_use as sweep
from grants.actions.rollup import roll_up
from grants.models import GrantLine, UsageHour
from grants.queries.reported import due_buckets
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.ledger.verify import verify
from tests.factories.grants import grant_in_force
from tests.factories.watched import gateway_of, hour_of, office_days, tell
from tests.rollback import rolled_back


def alerts(kind: str = "") -> list[Alert]:
    rows = Alert.objects.order_by("begins_at", "kind")
    return list(rows.filter(kind=kind) if kind else rows)


@pytest.fixture
def learnt(watched, noon):
    """Three weeks of office hours, reported and judged until yesterday."""
    made, gateway = watched
    with yesterday():
        tell(made, gateway, office_days(21, until=2))
        sweep()
    assert unusual() == []
    return made, gateway


def yesterday():
    """One o'clock in the night before: all hours of the day before that are settled."""
    return clock.at(hour_of(1, 1))


def unusual() -> list[Alert]:
    return [alert for alert in alerts() if alert.kind in ("volume", "rhythm")]


def test_a_burst_at_night_is_told_with_what_other_days_had(learnt):
    made, gateway = learnt
    tell(made, gateway, [(hour_of(1, 3), 4100)])
    sweep()
    (alert,) = unusual()
    assert (alert.kind, alert.begins_at) == (AlertKind.RHYTHM, hour_of(1, 3))
    assert (alert.institution, alert.release, alert.use_case) == (made.institution, made.release, "evaluation")
    assert "4,100 requests at 03:00" in reason_of(alert)
    assert "on other days there were none at this hour" in reason_of(alert)


def test_ten_times_as_much_in_office_hours_is_volume(learnt):
    made, gateway = learnt
    tell(made, gateway, [(hour_of(1, 8), 3000)])
    sweep()
    (alert,) = unusual()
    assert alert.kind == AlertKind.VOLUME
    most = max(count for hour, count in office_days(21, until=2) if hour.hour == 8 and hour >= hour_of(15, 8))
    assert (
        f"3,000 requests at 08:00 on {alert.begins_at:%-d %B %Y}; on other days at this hour at most {most}"
        in reason_of(alert)
    )


def test_a_day_as_the_others_raises_nothing(learnt):
    made, gateway = learnt
    tell(made, gateway, office_days(1, until=1))
    sweep()
    assert unusual() == []


def test_swept_twice_it_is_raised_once(learnt):
    made, gateway = learnt
    tell(made, gateway, [(hour_of(1, 3), 4100)])
    sweep()
    before = [(alert.pk, alert.occasion) for alert in alerts()]
    kept = [(row.last, bytes(row.state)) for row in WatchedSeries.objects.all()]
    sweep()
    assert watch_use(institution_ids=[made.institution.pk], by=SYSTEM) == 0
    assert [(alert.pk, alert.occasion) for alert in alerts()] == before
    assert [(row.last, bytes(row.state)) for row in WatchedSeries.objects.all()] == kept


def test_swept_days_late_it_is_still_raised(learnt, noon):
    made, gateway = learnt
    tell(made, gateway, [(hour_of(1, 3), 4100)])
    with clock.at(noon + timedelta(days=7)):
        sweep()
    assert len(unusual()) == 1


def test_a_window_that_comes_after_its_hour_was_judged_raises_nothing(learnt):
    made, gateway = learnt
    tell(made, gateway, office_days(1, until=1))
    sweep()
    tell(made, gateway, [(hour_of(1, 9), 50_000), (hour_of(4, 3), 50_000)])
    sweep()
    assert UsageHour.objects.filter(hour=hour_of(4, 3)).exists()
    assert unusual() == []


def test_what_is_found_weeks_later_is_learnt_and_not_told(watched, noon):
    made, gateway = watched
    tell(made, gateway, [*office_days(14, until=21), (hour_of(20, 3), 4100)])
    sweep()
    assert unusual() == []
    assert WatchedSeries.objects.get().last == hour_of(20, 3)


def test_an_hour_is_not_judged_before_it_is_settled(learnt, noon):
    made, gateway = learnt
    tell(made, gateway, [(noon - timedelta(hours=2), 9000)])  # from 10 to 11; settled at 13:00
    sweep()
    assert unusual() == []
    with clock.at(noon + timedelta(minutes=59)):
        sweep()
        assert unusual() == []
    with clock.at(noon + timedelta(hours=1)):
        sweep()
    assert len(unusual()) == 1


def test_an_hour_that_was_never_summed_is_waited_for(learnt):
    made, gateway = learnt
    tell(made, gateway, [(hour_of(1, 3), 4100), (hour_of(1, 5), 10)])
    for bucket in due_buckets("hour").filter(begins_at=hour_of(1, 5)):
        roll_up(bucket=bucket, by=SYSTEM)
    before = UseWatch.objects.get().through
    assert due_buckets("hour").filter(begins_at=hour_of(1, 3), rolled=0).exists()
    watch_use(institution_ids=[made.institution.pk], by=SYSTEM)
    assert before <= UseWatch.objects.get().through <= hour_of(1, 3)
    sweep()
    assert [alert.begins_at for alert in unusual()] == [hour_of(1, 3)]


@pytest.mark.parametrize("every", [1, 5, 10])
def test_portions_of_any_size_find_what_one_run_finds(watched, noon, every):
    """The plain model: all hours at once. Streaming: the same hours, swept whenever so many days have passed."""
    made, gateway = watched
    chance = random.Random(7)
    hours = [(hour, count + chance.randint(0, 40)) for hour, count in office_days(20, until=2)]
    hours += [(hour_of(3, 2), 900), (hour_of(2, 3), 5000), (hour_of(9, 23), 700), (hour_of(2, 22), 20_000)]
    found = []
    for days in (30, every):
        with rolled_back():
            for ago in range(30 - days, -1, -days) if days < 30 else [0]:
                edge = noon - timedelta(days=ago)
                before = edge - timedelta(days=days)
                with clock.at(edge):
                    told = [item for item in hours if before < item[0] + timedelta(hours=3) <= edge]
                    if told:
                        tell(made, gateway, sorted(told))
                    sweep()
            with clock.at(noon):
                sweep()
            fresh = [alert for alert in unusual() if alert.begins_at >= noon - timedelta(days=14)]
            facts = [(alert.kind, alert.begins_at, alert.facts) for alert in fresh]
            found.append((facts, bytes(WatchedSeries.objects.get().state)))
    assert found[0][0]
    assert found[0] == found[1]


def test_a_country_that_nobody_declared_is_told_once(learnt):
    made, gateway = learnt
    tell(made, gateway, [(hour_of(1, 9), 5)], country=made.environment.country)
    tell(made, gateway, [(hour_of(1, 9), 70), (hour_of(1, 10), 3)], country="BR")
    sweep()
    (alert,) = alerts("country")
    assert alert.facts == {"value": "BR", "requests": 73}
    assert "73 requests from BR" in reason_of(alert)
    with clock.at(clock.now() + timedelta(days=1)):
        tell(made, gateway, [(hour_of(1, 13), 70)], country="BR")
        sweep()
    assert len(alerts("country")) == 1


def test_another_environment_is_told_and_the_first_is_not(learnt):
    made, gateway = learnt
    assert alerts("environment") == []
    tell(made, gateway, [(hour_of(1, 9), 40)], environment="elsewhere")
    sweep()
    (alert,) = alerts("environment")
    assert "“elsewhere”" in reason_of(alert)


def test_a_gateway_that_slept_and_a_use_that_slept_are_told(watched, noon):
    made, gateway = watched
    other = gateway_of(made)
    with yesterday():
        tell(made, gateway, [(hour_of(34, 9), 30)])
        tell(made, other, office_days(30, until=2))
        sweep()
    tell(made, gateway, [(hour_of(1, 9), 30)])
    sweep()
    (alert,) = alerts("dormant")
    assert alert.gateway == gateway
    assert "for 34 days" in reason_of(alert)


def test_a_use_that_slept_is_told(watched, noon):
    made, gateway = watched
    with yesterday():
        tell(made, gateway, [(hour_of(34, 9), 30)])
        sweep()
    tell(made, gateway, [(hour_of(1, 9), 30)])
    sweep()
    assert {bool(alert.gateway_id) for alert in alerts("dormant")} == {True, False}


def test_use_that_no_grant_covered_and_a_reached_limit_are_told_once_a_day(learnt):
    made, gateway = learnt
    line = GrantLine.objects.get(grant=made.grant)
    tell(made, gateway, [(clock.now() - timedelta(hours=1), 4)], use_case="red_teaming")
    tell(made, gateway, [(clock.now() - timedelta(minutes=20), line.requests_per_day + 1)])
    sweep()
    sweep()
    (scope,) = [alert for alert in alerts("out_of_scope") if alert.use_case == "red_teaming"]
    (limit,) = [alert for alert in alerts("limit") if (alert.last_at or alert.ends_at) > clock.now()]
    assert "no grant covered" in reason_of(scope)
    assert limit.line == line
    assert "daily limit" in reason_of(limit)


def attempts() -> list[Alert]:
    """Alerts about use that no grant covered, but of the use that was reported before there was one."""
    return [alert for alert in alerts("out_of_scope") if alert.use_case != "evaluation"]


def days_out_of_scope(made, gateway, noon, days: int) -> None:
    """The same attempts on so many days, swept each day."""
    for day in range(days):
        with clock.at(noon + timedelta(days=day)):
            tell(made, gateway, [(clock.now() - timedelta(hours=1), 4 + day)], use_case="red_teaming")
            sweep()
            sweep()


def test_the_same_attempts_day_by_day_are_one_alert_while_nobody_has_judged_it(learnt, noon):
    made, gateway = learnt
    days_out_of_scope(made, gateway, noon, 3)
    (alert,) = attempts()
    assert (alert.times, alert.recurrences.count()) == (3, 2)
    assert alert.last_at == alert.ends_at + timedelta(days=2)
    assert "4 requests" in reason_of(alert), "what was first told stays"
    assert "3 times" in times_of(alert)
    assert [reason_again(alert, row).split()[0] for row in recurrences_of(alert)] == ["6", "5"]
    (row,) = false_alarms(Alert.objects.filter(kind="out_of_scope").exclude(use_case="evaluation"))
    assert (row["raised"], row["open"], row["share"]) == (1, 1, None)
    assert list(verify()) == []


def test_once_judged_the_same_attempts_raise_another_alert(learnt, noon):
    made, gateway = learnt
    days_out_of_scope(made, gateway, noon, 2)
    clear_alert(alert=attempts()[0], note="A typing error.", by=made.officer)
    days_out_of_scope(made, gateway, noon + timedelta(days=2), 2)
    assert [(alert.state, alert.times) for alert in attempts()] == [("nothing", 2), ("raised", 2)]
    (row,) = false_alarms(Alert.objects.filter(kind="out_of_scope").exclude(use_case="evaluation"))
    assert (row["raised"], row["nothing"], row["open"], row["share"]) == (2, 1, 1, 100)


def test_attempts_of_another_kind_are_an_alert_of_their_own(learnt, noon):
    made, gateway = learnt
    days_out_of_scope(made, gateway, noon, 1)
    tell(made, gateway, [(noon - timedelta(hours=1), 4)], use_case="safety_research")
    sweep()
    assert {(alert.use_case, alert.times) for alert in attempts()} == {
        ("red_teaming", 1), ("safety_research", 1),
    }  # fmt: skip


def test_a_limit_that_is_reached_day_by_day_is_one_alert(learnt, noon):
    made, gateway = learnt
    line = GrantLine.objects.get(grant=made.grant)
    for day in range(2):
        with clock.at(noon + timedelta(days=day)):
            tell(made, gateway, [(clock.now() - timedelta(minutes=20), line.requests_per_day + 1)])
            sweep()
        if day == 0:
            before = sum(alert.times for alert in alerts("limit"))
    (alert,) = alerts("limit")
    assert (alert.line, alert.times) == (line, before + 1)


def test_the_database_keeps_one_alert_of_a_cause_waiting(learnt, noon):
    made, gateway = learnt
    days_out_of_scope(made, gateway, noon, 1)
    row = Alert.objects.get(kind="out_of_scope", use_case="red_teaming")
    others = Alert.objects.filter(kind="out_of_scope", use_case="evaluation", state="raised")
    with pytest.raises(IntegrityError, match="alert_waits_once"), transaction.atomic():
        others.update(cause=row.cause)


def test_one_institution_whose_use_cannot_be_judged_stops_no_other(learnt):
    made, gateway = learnt
    other = grant_in_force()
    its_gateway = gateway_of(other)
    with yesterday():
        tell(other, its_gateway, office_days(21, until=2))
        sweep()
    UseWatch.objects.update(through=hour_of(1, 0))
    WatchedSeries.objects.filter(institution=made.institution).update(state=b"\x01broken")
    for cast, machine in ((made, gateway), (other, its_gateway)):
        tell(cast, machine, [(hour_of(1, 3), 4100)])
    assert sweep()["failed"] == 1
    assert UseWatch.objects.get(institution=made.institution).through == hour_of(1, 0)
    assert UseWatch.objects.get(institution=other.institution).through > hour_of(1, 0)
    assert {alert.institution_id for alert in unusual()} == {other.institution.pk}


def test_a_state_of_another_version_is_learnt_anew(learnt):
    made, gateway = learnt
    WatchedSeries.objects.update(state=b"\xff")
    tell(made, gateway, [(hour_of(1, 3), 4100)])
    sweep()
    assert unusual() == []
    assert WatchedSeries.objects.get().last == hour_of(1, 3)


def test_the_begun_are_not_begun_again(learnt):
    assert begin_watches() == 0
