"""The demonstration's story: told by the real actions, whole, once, and with somebody's work waiting for each role."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client

from audits.alert_reasons import reason_of
from audits.models import Alert, AlertVerdict, Audit, Catalogue, Crosswalk, Incident, Obligation, PublicReport
from audits.queries.lessons import waiting_for
from grants.models import (
    Credential,
    Delivery,
    Grant,
    GrantRequest,
    Hold,
    LineDay,
    Signal,
    StatusList,
    Stream,
    UsageAlert,
    UsageIntake,
)
from partners.models import Application, Institution, Person, Qualification, Revision
from partners.queries.person import lacking, lapsing, texts_now
from portal.accounts.actor import person
from portal.accounts.models import Appointment, Membership, Organisation, User
from portal.accounts.needs import needs_of
from portal.accounts.roles import MEMBER_ROLES
from portal.core import clock
from portal.core.identifiers import clean_lei, clean_ror
from portal.demo.gateways import NIGHT_HOURS
from portal.demo.views import code_now
from portal.ledger.models import Entry
from portal.ledger.verify import verify
from portal.notifications.models import Message, Notice
from portal.workflow import LifecycleModel
from tests.demo.conftest import Lines, Told

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.usefixtures("told"), pytest.mark.django_db]

NOT_TOLD = {
    "application": set(),
    "person": set(),
    "referee": {"withdrawn"},
    "qualification": set(),
    "grant_request": set(),
    "grant": set(),
    "hold": {"stayed"},
    "audit": set(),
    "finding": set(),
    "obligation": set(),
    "incident": set(),
    "alert": set(),
    "public_report": {"taken_up"},
    "catalogue_import": {"received"},
    "environment": set(),
    "enforcement": set(),
    "appeal": {"admitted", "varied"},
}
"""Lifecycles of the story, and the states that nothing is in."""


def lifecycles() -> dict[str, type[LifecycleModel]]:
    return {model.TABLE.noun: model for model in apps.get_models() if issubclass(model, LifecycleModel)}


@pytest.mark.parametrize("noun", sorted(NOT_TOLD))
def test_every_state_of_a_lifecycle_occurs(noun: str) -> None:
    model = lifecycles()[noun]
    found = set(model.objects.order_by().values_list("state", flat=True).distinct())
    assert {state.slug for state in model.TABLE.states} - found == NOT_TOLD[noun]


def test_no_story_broke_off(told: Told) -> None:
    assert [line for line in told.lines if "broke off" in line] == []


def test_there_are_as_many_bodies_as_promised() -> None:
    bodies = Organisation.objects.order_by()
    assert bodies.filter(kind="institution").count() == 40
    assert bodies.filter(kind="institution").values("jurisdiction").distinct().count() == 15
    assert bodies.filter(kind="authority").count() == 5
    assert bodies.filter(kind="provider").count() == 4


def test_a_renewal_and_a_change_are_looked_at_only_where_something_is_new() -> None:
    renewed = Revision.objects.filter(application__kind="renewal").latest("made_at")
    assert renewed.carried.keys().isdisjoint({"personnel", "data"})
    assert len(renewed.carried) >= len(renewed.sections) - 4  # the two, and what was only partly met before
    changed = Revision.objects.get(application__kind="change")
    assert "ownership" not in changed.carried
    assert len(changed.carried) >= len(changed.sections) - 3


def test_some_reports_are_overdue() -> None:
    assert Obligation.objects.filter(state="due", due__lt=clock.today()).exists()


def test_the_record_verifies() -> None:
    assert list(verify()) == []


def test_time_in_the_record_never_goes_back() -> None:
    times = list(Entry.objects.order_by("seq").values_list("time", flat=True))
    assert times == sorted(times)
    assert (clock.now() - times[0]).days >= 729
    assert times[-1] <= clock.now()


def test_identifiers_have_right_check_digits() -> None:
    rows = list(Institution.objects.values_list("lei", "ror"))
    assert all(clean_lei(lei) == lei for lei, _ror in rows)
    assert all(clean_ror(ror) == ror for _lei, ror in rows if ror)
    assert len({lei for lei, _ror in rows}) == len(rows)


def test_a_second_telling_does_nothing(told: Told) -> None:
    before, out = Entry.objects.count(), Lines()
    call_command("prepare_demo", stdout=out)
    assert Entry.objects.count() == before
    assert "there already" in out[0]


def test_mail_of_the_past_is_not_sent_again() -> None:
    waiting = Message.objects.filter(status="waiting").order_by("created_at").first()
    assert waiting is None or (clock.now() - waiting.created_at).days <= 2


def test_a_partner_can_use_what_it_was_granted() -> None:
    live = Grant.objects.filter(state="in_force", institution__qualifications__state="in_force")
    assert live.filter(lines__release__state="released", lines__environment__state="accredited").exists()
    assert Qualification.objects.filter(state="in_force").count() >= 15
    assert Application.objects.count() >= 40
    assert GrantRequest.objects.count() >= 30
    assert Hold.objects.filter(state="placed", confirm_by__gt=clock.now()).exists()


def sign_ins(told: Told) -> list[dict[str, str]]:
    return [row for row in json.loads(told.file.read_text()) if row["email"]]


def test_everybody_can_sign_in_with_what_the_file_says(told: Told) -> None:
    for row in sign_ins(told):
        client = Client(headers={"X-Forwarded-For": "192.0.2.7"})
        answer = client.post("/account/login/", {"login": row["email"], "password": row["password"]})
        assert answer.status_code == 302, row["email"]
        if row["totp_secret"]:
            assert "2fa" in answer["Location"], row["email"]
            answer = client.post(answer["Location"], {"code": code_now(row["totp_secret"])})
            assert answer.status_code == 302, row["email"]
        assert client.get("/").status_code == 200
        assert str(client.session["_auth_user_id"]) == str(User.objects.get(email=row["email"]).pk)


def held_by(user: User) -> set[str]:
    roles = {role for found in Membership.objects.filter(user=user, state="active") for role in found.roles}
    return roles | (
        {"system_administrator"} if Appointment.objects.filter(user=user, state="active").exists() else set()
    )


def test_there_is_a_sign_in_for_each_role(told: Told) -> None:
    held = {role for row in sign_ins(told) for role in held_by(User.objects.get(email=row["email"]))}
    assert held >= {"system_administrator", *(role.slug for role in MEMBER_ROLES)}


def test_only_applicants_and_named_people_come_in_without_a_second_factor(told: Told) -> None:
    for row in sign_ins(told):
        held = held_by(User.objects.get(email=row["email"]))
        assert bool(row["totp_secret"]) == (held not in ({"applicant"}, {"named_person"})), row["email"]


def test_people_are_named_and_most_of_them_cleared(told: Told) -> None:
    named = Person.objects.filter(state="named")
    lacks = named.filter(lacking(texts_now())).count()
    assert named.filter(accepted_at__isnull=False).exists()
    assert named.count() - lacks > 0
    assert named.filter(lapsing(60)).exists()
    assert Notice.objects.filter(kind="person_lapsing").exists()


def test_every_provider_has_a_gateway_whose_secret_opens(told: Told) -> None:
    machines = [row for row in json.loads(told.file.read_text()) if row["client_id"]]
    assert {row["role"] for row in machines} == {"gateway"}
    assert len(machines) == 4
    for row in machines:
        answer = Client().post(
            "/identity/o/api/token",
            {
                "grant_type": "client_credentials",
                "client_id": row["client_id"],
                "client_secret": row["client_secret"],
                "scope": "access",
            },
        )
        assert answer.status_code == 200, answer.content


MAY_HAVE_NOTHING = {"authority administrator", "oversight member", "system administrator"}
"""Nobody's case waits for these: they look after people, read, or keep the portal running."""


def test_something_waits_for_each_of_them(told: Told) -> None:
    idle = set()
    for row in sign_ins(told):
        user = User.objects.get(email=row["email"])
        membership = Membership.objects.filter(user=user, state="active").first()
        if not any(need.count for need in needs_of(person(user, membership, second_factor=True))):
            idle.add(row["role"])
    assert idle <= MAY_HAVE_NOTHING


def test_the_page_shows_a_code_that_is_right_now(told: Told) -> None:
    page = Client().get("/demo/").content.decode()
    for row in sign_ins(told):
        assert row["email"] in page
        if row["totp_secret"]:
            around = {code_now(row["totp_secret"], ahead=step) for step in (-1, 0)}
            assert any(code in page for code in around), (row["email"], time.time())


def test_gateways_report_what_is_used_and_only_tries_go_beyond_a_grant() -> None:
    assert LineDay.objects.filter(requests__gt=0).count() > 500
    assert LineDay.objects.exclude(warned_at=None).exists()
    assert set(UsageIntake.objects.values_list("outcome", flat=True)) == {"accepted"}
    assert UsageAlert.objects.filter(denied__gt=0).exists()
    assert not UsageAlert.objects.filter(requests__gt=0).exists()


def test_gateways_hear_of_what_stops_access_and_one_is_behind() -> None:
    streams = Stream.objects.filter(state="enabled")
    assert streams.count() == 4
    waiting = Delivery.objects.filter(acknowledged_at=None)
    assert set(waiting.values_list("stream__gateway__name", flat=True)) == {"Halcyon gateway"}
    assert Delivery.objects.exclude(acknowledged_at=None).count() > waiting.count()
    assert Signal.objects.filter(issued_at__lt=clock.now() - timedelta(days=30)).exists(), "told as it happened"


def test_some_partners_carry_a_credential_and_its_status_is_published() -> None:
    issued = Credential.objects.filter(state="issued")
    assert issued.count() >= 5
    assert not issued.exclude(grant__state="in_force").exists()
    assert not StatusList.objects.filter(expires_at__lt=clock.now()).exists()


def test_a_night_out_of_character_is_heard_and_judged_and_one_waits() -> None:
    heard = Alert.objects.filter(kind__in=["rhythm", "volume"])
    assert set(heard.values_list("state", flat=True)) == {"raised", "nothing", "incident"}
    nights = heard.filter(kind="rhythm", begins_at__hour=NIGHT_HOURS[0][0])
    assert nights.filter(state="incident").exists()
    for alert in nights.select_related("release", "institution__organisation"):
        assert "02:00" in reason_of(alert)
    assert AlertVerdict.objects.filter(verdict="question").exists()


def test_a_catalogue_of_another_house_is_linked_to_the_baseline() -> None:
    rooms = Catalogue.objects.get(key="research-rooms")
    assert (rooms.control_count, rooms.skipped) == (10, [])
    crosswalk = Crosswalk.objects.get(from_key="research-rooms", to_key="baseline")
    assert (crosswalk.link_count, crosswalk.skipped) == (10, [])


def test_a_lesson_waits_where_an_auditor_is_at_work_and_each_closing_says_what_follows() -> None:
    closed = Incident.objects.filter(state="closed")
    assert not closed.filter(follow_up="").exists()
    (lesson,) = closed.filter(follow_up="finding")
    audit = Audit.objects.get(institution=lesson.institution, state="fieldwork")
    assert list(waiting_for(audit)) == [lesson]


def test_one_incident_owes_word_under_several_laws() -> None:
    incident = Incident.objects.get(harms__contains=["cybersecurity"])
    assert set(incident.deadlines.values_list("rule", flat=True)) >= {"scheme_severe", "gpai_code", "nis2", "sb53"}


def test_somebody_without_a_name_was_asked_and_answered() -> None:
    asked = PublicReport.objects.get(messages__written_by__isnull=False)
    assert asked.messages.filter(written_by=None).exists()
