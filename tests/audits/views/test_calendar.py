"""The year on the desk, the load of each auditor, and feeds: valid, revocable, and silent where they must be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from icalendar import Calendar

from audits.actions.audit import Manner, assign_auditor, begin_audit, notify_audit, plan_audit
from audits.actions.calendar import issue_feed, revoke_feed
from audits.actions.planning import plan_due_audits
from audits.models import Audit, CalendarFeed
from audits.queries.calendar import loads, of_year
from portal.accounts.actions.membership import end_membership
from portal.accounts.models import Membership
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, audit_for_cause, draw_time, qualified
from tests.world import client_for

PAGE, FEED = "/admin/audits/audit/calendar/", "/admin/audits/audit/feed/"


def read(token: str) -> tuple[bytes, Calendar]:
    """The feed as anybody with the address reads it."""
    answer = Client().get(f"/calendar/{token}.ics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    return answer.content, Calendar.from_ical(answer.content)


def assigned(stage: Stage, *, announced: bool = True) -> Audit:
    """An audit for cause in the auditor's hands."""
    made = plan_audit(
        institution_id=stage.institution.pk, authority_id=stage.cast.authority.pk, kind=Audit.Kind.CAUSE,
        tier="standard", planned_for=clock.today() + timedelta(days=20), reason="A tip.", by=stage.officer,
        manner=Manner(announced=announced, mode="visit"),
    )  # fmt: skip
    return assign_auditor(audit=made, auditor=stage.auditor.user, by=stage.officer)


# --- the feed -------------------------------------------------------------------------------------
def test_feed_is_valid_and_has_the_audits_of_its_person_alone(stage: Stage) -> None:
    mine, _others = notify_audit(audit=assigned(stage), by=stage.officer), audit_for_cause(stage)
    _raw, calendar = read(issue_feed(by=stage.auditor)[1])
    assert (calendar["version"], calendar["prodid"]) == ("2.0", "-//Trusted Partner Portal//Audits//EN")
    event: Any = calendar.walk("VEVENT")[0]
    assert event["dtstart"].dt == mine.planned_for
    assert event["dtstart"].params["VALUE"] == "DATE"
    assert event["dtend"].dt == mine.planned_for + timedelta(days=1)
    assert event["uid"].startswith(str(mine.pk))
    assert event["dtstamp"].dt.tzinfo is not None
    assert mine.reference in event["summary"]
    assert str(stage.institution) in event["summary"]
    assert event["status"] == "CONFIRMED"
    assert {required for required in ("UID", "DTSTAMP", "DTSTART") if required not in event} == set()
    assert list(calendar.errors) == []


def test_lines_end_and_fold_as_the_standard_asks(stage: Stage) -> None:
    notify_audit(audit=assigned(stage), by=stage.officer)
    raw, _calendar = read(issue_feed(by=stage.auditor)[1])
    assert raw.endswith(b"END:VCALENDAR\r\n")
    lines = raw.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not any(b"\n" in line or b"\r" in line for line in lines)


@pytest.mark.parametrize("announced", [True, False])
def test_whom_it_concerns_is_not_said_before_the_partner_knows(stage: Stage, announced: bool) -> None:
    audit = assigned(stage, announced=announced)
    token = issue_feed(by=stage.auditor)[1]
    raw, _calendar = read(token)
    unfolded = raw.replace(b"\r\n ", b"").decode()
    assert audit.reference in unfolded
    for telling in (str(stage.institution), str(stage.institution.pk), "A tip", "nannounced", stage.institution.lei):
        assert not telling or telling not in unfolded
    with clock.at(draw_time(audit) + timedelta(hours=9)):
        if announced:
            notify_audit(audit=audit, by=stage.officer)
        begin_audit(audit=audit, by=stage.auditor)
        assert str(stage.institution) in read(token)[0].replace(b"\r\n ", b"").decode()


def test_revoked_replaced_and_guessed_addresses_answer_nothing(stage: Stage) -> None:
    feed, first = issue_feed(by=stage.auditor)
    _feed, second = issue_feed(by=stage.auditor)
    assert Client().get(f"/calendar/{first}.ics").status_code == 404
    read(second)
    revoke_feed(feed=CalendarFeed.objects.get(state="active"), by=stage.auditor)
    for token in (second, first, feed.token_digest, str(feed.pk), "x", "a" * 5000):
        assert Client().get(f"/calendar/{token}.ics").status_code == 404, token
    assert list(verify()) == []


def test_database_keeps_no_token_and_one_address_each(stage: Stage) -> None:
    _feed, token = issue_feed(by=stage.auditor)
    kept = CalendarFeed.objects.get()
    assert token not in {str(value) for value in kept.__dict__.values()}
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarFeed.objects.filter(pk=kept.pk).update(revoked_at=clock.now())


def test_feed_of_somebody_who_left_answers_nothing(stage: Stage) -> None:
    assigned(stage)
    _feed, token = issue_feed(by=stage.auditor)
    end_membership(membership=Membership.objects.get(user=stage.auditor.user), by=SYSTEM)
    assert Client().get(f"/calendar/{token}.ics").status_code == 404


def test_nobody_makes_or_revokes_an_address_of_another(stage: Stage) -> None:
    feed, _token = issue_feed(by=stage.auditor)
    colleague = make_member(stage.cast.authority, "auditor")
    with pytest.raises(Refused):
        revoke_feed(feed=feed, by=colleague)
    for person in (stage.applicant, stage.officer, stage.signatory):
        with pytest.raises(Refused):
            issue_feed(by=person)


def test_address_is_shown_once_on_its_page(stage: Stage) -> None:
    client = client_for(stage.auditor)
    assert "You have none" in client.get(FEED).content.decode()
    made = client.post(FEED)
    (token,) = (part.split(".ics")[0] for part in made.content.decode().split("/calendar/")[1:2])
    read(token)
    assert token not in client.get(FEED).content.decode()
    assert client.post(FEED, {"revoke": "1"}).status_code == 302
    assert Client().get(f"/calendar/{token}.ics").status_code == 404


# --- the year -------------------------------------------------------------------------------------
def test_year_has_the_audits_of_the_authority_by_month_and_the_load_of_each(stage: Stage) -> None:
    audit, elsewhere = assigned(stage), qualified(jurisdiction="SE")
    foreign = audit_for_cause(elsewhere)
    year = audit.planned_for.year
    months = of_year(stage.officer, year)
    assert audit in months[audit.planned_for.month - 1].audits
    assert foreign not in [one for month in months for one in month.audits]
    load = next(load for load in loads(stage.officer, year) if load.person == stage.auditor.user)
    assert (load.months[audit.planned_for.month - 1], load.total, load.visits) == (1, 1, 1)
    plan_due_audits(by=SYSTEM)
    nobodys = Audit.objects.get(institution=stage.institution, kind="periodic")
    nobody = [load for load in loads(stage.officer, nobodys.planned_for.year) if load.person is None]
    assert nobody[0].months[nobodys.planned_for.month - 1] == 1


def test_page_shows_the_year_and_narrows_to_an_auditor(stage: Stage) -> None:
    audit, client = assigned(stage, announced=False), client_for(stage.officer)
    page = client.get(f"{PAGE}?year={audit.planned_for.year}").content.decode()
    assert audit.reference in page
    assert "Unannounced" in page
    other = make_member(stage.cast.authority, "auditor")
    assert (
        audit.reference
        not in client.get(f"{PAGE}?year={audit.planned_for.year}&auditor={other.user_id}").content.decode()
    )
    for bad in ("year=1", "year=x", "year=99999", "year=２０２６", "auditor=x"):
        assert client.get(f"{PAGE}?{bad}").status_code == 404, bad


def test_auditor_sees_own_audits_in_the_year(stage: Stage) -> None:
    audit, other = assigned(stage), audit_for_cause(stage)
    page = client_for(stage.auditor).get(f"{PAGE}?year={audit.planned_for.year}").content.decode()
    assert audit.reference in page
    assert other.reference not in page
    assert client_for(stage.signatory).get(PAGE).status_code == 403
    assert client_for(stage.applicant).get(PAGE).status_code == 302


def test_year_costs_the_same_with_many_audits(stage: Stage, django_assert_max_num_queries: object) -> None:
    for _ in range(6):
        assigned(stage)
    client = client_for(stage.officer)
    client.get(PAGE)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get(PAGE)
