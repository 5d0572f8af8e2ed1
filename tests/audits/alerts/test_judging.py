"""What people make of alerts: who may, that every verdict stays, what it shows, and who sees nothing of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse

from audits.actions.alert import Occasion, clear_alert, escalate_alert, question_alert, raise_alert
from audits.models import Alert, AlertKind, AlertVerdict, Incident
from audits.queries.alert import alerts_on_desk, false_alarms, picture_of
from audits.rules.alert import may_judge_alert
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.ledger.models import Entry, Event
from tests.factories.accounts import make_member
from tests.factories.partners import make_authority
from tests.factories.watched import hour_of, office_days, tell
from tests.query_budget import queries_of
from tests.world import client_for


@pytest.fixture
def officer(watched):
    made, _gateway = watched
    return made.officer


def alert_in(made, kind=AlertKind.COUNTRY, number=1) -> Alert:
    hour = hour_of(1, 3)
    facts = {"value": "BR", "requests": 73} if kind == AlertKind.COUNTRY else UNUSUAL
    about = {} if kind == AlertKind.COUNTRY else {"release_id": made.release.pk, "use_case": "evaluation"}
    occasion = Occasion(kind, f"{kind}:{number}", made.institution.pk, hour, hour + timedelta(hours=1), facts, **about)
    return raise_alert(institution=made.institution, occasion=occasion, by=SYSTEM)


UNUSUAL = {"requests": 4100, "most": 310, "usual": 280, "before": 3, "level": 500.0, "mean": 120.0, "view": "season"}
INCIDENT = {"severity": "low", "kind": "credential", "title": "From abroad"}


def test_raised_twice_for_the_same_it_is_one(watched, noon):
    made, _ = watched
    assert alert_in(made) == alert_in(made)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audits_alert (id, state, reference, kind, occasion, institution_id, use_case, begins_at,"
            " ends_at, facts, rulebook, raised_at) SELECT gen_random_uuid(), 'raised', 'AL-X', kind, occasion,"
            " institution_id, use_case, begins_at, ends_at, facts, rulebook, raised_at FROM audits_alert"
        )


def test_a_question_leaves_it_open_and_a_later_verdict_stands_beside_it(watched, noon, officer):
    made, _ = watched
    alert = alert_in(made)
    question_alert(alert=alert, note="Who was in Brazil?", by=officer)
    clear_alert(alert=alert, note="A conference.", by=officer)
    assert alert.state == "nothing"
    assert [(row.verdict, row.note) for row in alert.verdicts.order_by("given_at", "pk")] == [
        ("question", "Who was in Brazil?"),
        ("nothing", "A conference."),
    ]


def test_a_verdict_cannot_be_changed_or_given_again(watched, noon, officer):
    made, _ = watched
    alert = clear_alert(alert=alert_in(made), note="A conference.", by=officer)
    for deed in (clear_alert, question_alert):
        with pytest.raises(Refused):
            deed(alert=alert, note="On second thoughts.", by=officer)
    with pytest.raises(ProgrammingError), transaction.atomic():
        AlertVerdict.objects.filter(alert=alert).update(note="Otherwise.")
    with pytest.raises(ProgrammingError), transaction.atomic():
        AlertVerdict.objects.filter(alert=alert).delete()


def test_an_incident_says_what_was_observed(watched, noon, officer):
    made, _ = watched
    alert = escalate_alert(alert=alert_in(made, AlertKind.VOLUME), note="Keys shared.", by=officer, **INCIDENT)
    incident = Incident.objects.get()
    assert (alert.state, alert.incident) == ("incident", incident)
    assert incident.release == made.release
    assert "4,100 requests at 03:00" in incident.description
    assert "Keys shared" not in incident.description


def test_an_incident_that_is_refused_leaves_the_alert_as_it_was(watched, noon, officer):
    made, _ = watched
    alert = alert_in(made)
    with pytest.raises((Refused, KeyError)):
        escalate_alert(alert=alert, note="x", by=officer, **{**INCIDENT, "kind": "no_such_kind"})
    assert Alert.objects.get().state == "raised"
    assert not Incident.objects.exists()


def test_another_authority_an_auditor_of_others_and_the_partner_may_not_judge(watched, noon):
    made, _ = watched
    alert = alert_in(made)
    other = make_member(make_authority(), "case_officer")
    auditor = make_member(made.authority, "auditor")
    for actor in (other, auditor, made.applicant):
        assert not may_judge_alert(alert, actor)
        assert not alerts_on_desk(Alert.objects.all(), actor).exists()
        with pytest.raises(Refused):
            clear_alert(alert=alert, note="Nothing.", by=actor)


def test_nothing_of_it_is_on_the_partners_or_the_providers_timeline(watched, noon, officer):
    made, _ = watched
    alert = question_alert(alert=alert_in(made), note="Who was in Brazil?", by=officer)
    entries = Entry.objects.filter(object_id=alert.pk)
    assert entries.count() == 2
    events = Event.objects.filter(entry__in=entries)
    assert {event.tier for event in events} == {"authority"}
    assert all(made.institution.pk not in event.about for event in events)


def test_rates_are_of_what_was_judged(watched, noon, officer):
    made, _ = watched
    for number in range(5):
        alert = alert_in(made, number=number)
        if number < 3:
            clear_alert(alert=alert, note="A conference.", by=officer)
        elif number == 3:
            escalate_alert(alert=alert, note="Not theirs.", by=officer, **INCIDENT)
    alert_in(made, AlertKind.VOLUME)
    country, volume = false_alarms(Alert.objects.all())
    assert (country["raised"], country["open"], country["nothing"], country["incidents"]) == (5, 1, 3, 1)
    assert country["share"] == 75
    assert volume["share"] is None


def test_the_picture_marks_the_hour_beside_what_is_usual(watched, noon):
    made, gateway = watched
    tell(made, gateway, [*office_days(20, until=1), (hour_of(1, 3), 4100)])
    from audits.tasks import watch_use

    watch_use()
    shown = picture_of(alert_in(made, AlertKind.VOLUME))
    place = shown["labels"].index(shown["mark"])
    used, usual = (series["values"] for series in shown["series"])
    assert (used[place], usual[place]) == (4100, 0)
    assert usual[place + 6] > 200  # nine o'clock
    assert len(used) == len(usual) == len(shown["labels"])


def test_the_list_is_filtered_exported_and_within_its_budget(watched, noon, officer):
    made, _ = watched
    for number in range(30):
        alert_in(made, number=number)
    clear_alert(alert=Alert.objects.latest("raised_at"), note="A conference.", by=officer)
    client = client_for(officer)
    page = client.get(reverse("audits:alerts"), {"open": "true"})
    assert len(queries_of(client, reverse("audits:alerts"))) <= 12
    text = page.content.decode()
    assert text.count("73 requests from BR") == 25
    assert "after=" in text
    assert "100" in text  # all that were judged were nothing
    table = b"".join(client.get(reverse("audits:alerts"), {"kind": "country", "export": "csv"})).decode()
    assert table.count("73 requests from BR") == 30
    assert client.get(reverse("audits:alerts"), {"kind": "volume"}).content.decode().count("73 requests") == 0


def test_the_page_of_one_shows_reason_picture_and_verdicts(watched, noon, officer):
    made, _ = watched
    alert = question_alert(alert=alert_in(made, AlertKind.VOLUME), note="Whose are these?", by=officer)
    client = client_for(officer)
    page = client.get(alert.get_absolute_url())
    assert len(queries_of(client, alert.get_absolute_url())) <= 16
    text = page.content.decode()
    assert "4,100 requests at 03:00" in text
    assert "data-chart" in text
    assert "Whose are these?" in text
