"""The pages of appeals: what each side and the panel read, and what they cost however much was said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from audits.actions.hearing import add_statement
from audits.actions.panel import decline_seat, refuse_stay
from audits.forms.appeal import HearingForm
from audits.queries.appealable import appealable
from audits.queries.panel import zones_for
from portal.notifications.models import Notice
from tests.factories.appeals import (
    admitted,
    decided_case,
    drafted,
    heard,
    lodged,
    panel_of,
    placed_hold,
    voted,
    with_panel,
)
from tests.factories.audits import Stage
from tests.query_budget import assert_query_budgets
from tests.world import client_for

MOST = 18


def test_partner_is_told_of_each_decision_whether_and_until_when_an_appeal_is_open(stage: Stage) -> None:
    case, hold = decided_case(stage), placed_hold(stage)
    lodged(stage, hold)
    told = {window.against.pk: window for window in appealable(stage.institution.pk)}
    assert bool(told[case.pk].verdict)
    assert told[hold.pk].verdict.code == "already_done"
    assert len(told[case.pk].grounds) == 5
    page = client_for(stage.applicant).get(reverse("audits:appeals")).content.decode()
    assert reverse("audits:appeal_case", args=[case.pk]) in page
    assert reverse("audits:appeal_hold", args=[hold.pk]) not in page


def test_lodging_by_its_page(stage: Stage) -> None:
    case, client = decided_case(stage), client_for(stage.applicant)
    url = reverse("audits:appeal_case", args=[case.pk])
    assert client.post(url, {"ground": "weather", "statement": "x"}).status_code == 200
    assert not case.appeals.exists()
    assert client.post(url, {"ground": "facts", "statement": "Look again.", "stay_asked": "on"}).status_code == 302
    assert case.appeals.get().stay_asked


def test_neither_side_reads_the_draft_or_the_votes_before_the_decision(stage: Stage) -> None:
    appeal = drafted(heard(with_panel(stage)))
    first = panel_of(appeal)[0]
    voted(appeal, "uphold", first)
    own = reverse("audits:appeal", args=[appeal.pk])
    desk = reverse("admin:audits_appeal_change", args=[appeal.pk])
    for actor, url in ((stage.applicant, own), (stage.officer, desk), (stage.signatory, desk)):
        page = client_for(actor).get(url).content.decode()
        assert "As heard." not in page
        assert "So I see it." not in page
    room = client_for(first).get(reverse("audits:panel_appeal", args=[appeal.pk])).content.decode()
    assert "As heard." in room
    assert "So I see it." in room


def test_whoever_left_the_panel_sees_the_appeal_no_more(stage: Stage) -> None:
    appeal = with_panel(stage)
    first = panel_of(appeal)[0]
    client, url = client_for(first), reverse("audits:panel_appeal", args=[appeal.pk])
    assert client.get(url).status_code == 200
    decline_seat(appeal=appeal, reason="My sister works there.", by=first)
    assert client.get(url).status_code == 403
    assert appeal.reference not in client.get(reverse("audits:panel")).content.decode()


def test_list_of_a_panel_leaves_out_what_one_had_a_part_in(stage: Stage) -> None:
    appeal = admitted(stage, placed_hold(stage))
    waiting = lodged(stage)
    page = client_for(stage.signatory).get(reverse("audits:panel")).content.decode()
    assert appeal.reference not in page
    assert waiting.reference not in page


def test_pages_cost_the_same_however_much_was_said(stage: Stage) -> None:
    appeal = with_panel(stage)
    member = panel_of(appeal)[0]

    def say(count: int) -> None:
        for _ in range(count):
            add_statement(appeal=appeal, text="We logged it.", by=stage.applicant)

    pages = [
        (client_for(stage.applicant), reverse("audits:appeal", args=[appeal.pk])),
        (client_for(stage.officer), reverse("admin:audits_appeal_change", args=[appeal.pk])),
        (client_for(member), reverse("audits:panel_appeal", args=[appeal.pk])),
    ]
    assert_query_budgets(pages, say, most=MOST, many=6)


def test_hearing_is_called_by_the_clock_of_a_place_and_both_sides_are_told_so(stage: Stage) -> None:
    appeal = with_panel(stage)
    presiding = panel_of(appeal)[0]
    refuse_stay(appeal=appeal, reasons="No.", by=presiding)
    client, url = client_for(presiding), reverse("audits:panel_hearing", args=[appeal.pk])
    assert 'value="Europe/Oslo" selected' in client.get(url).content.decode()
    posted = {"at": "2031-07-01T10:00", "zone": "Europe/Berlin", "place": "Room 4"}
    assert client.post(url, posted).status_code == 302
    appeal.refresh_from_db()
    assert appeal.hearing_at == datetime(2031, 7, 1, 8, tzinfo=UTC)
    page = client_for(stage.applicant).get(reverse("audits:appeal", args=[appeal.pk])).content.decode()
    assert "1 July 2031, 10:00 CEST (Europe/Berlin)" in page
    told = Notice.objects.filter(kind="appeal_hearing", recipient=stage.applicant.user).get()
    assert "10:00 CEST (Europe/Berlin)" in told.title
    assert 'value="2031-07-01T10:00"' in client.get(url).content.decode()


@pytest.mark.parametrize("at", ["2031-03-30T02:30", "2031-10-26T02:30"])
def test_hour_that_clocks_skip_or_show_twice_is_no_time_for_a_hearing(at: str) -> None:
    form = HearingForm({"at": at, "zone": "Europe/Oslo", "place": "Room 4"}, zones=["Europe/Oslo", "UTC"])
    assert "Clocks change there" in str(form.errors["at"])
    assert HearingForm({"at": at, "zone": "UTC", "place": "Room 4"}, zones=["Europe/Oslo", "UTC"]).is_valid()


def test_zone_is_one_of_those_who_come(stage: Stage) -> None:
    zones = zones_for(with_panel(stage))
    assert (zones[0], zones[-1]) == ("Europe/Oslo", "UTC")
    assert "Europe/Berlin" in zones
    assert not HearingForm({"at": "2031-07-01T10:00", "zone": "Mars/Olympus", "place": "x"}, zones=zones).is_valid()
