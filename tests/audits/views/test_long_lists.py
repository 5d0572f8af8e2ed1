"""Long lists: which rows come first, and that a cursor walks through all that one may see and nothing else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audits.actions.deadlines import file_deadline
from audits.actions.finding import verify_finding
from audits.actions.incident import Concerns, dismiss_incident, report_incident
from audits.models import Incident
from audits.views.due import DueList
from audits.views.lists import IncidentList
from portal.core import clock
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage, finding_in, qualified, remediated_finding, reported_incident
from tests.factories.grants import grant_in_force
from tests.world import client_for


def incidents(stage: Stage, count: int) -> list[Incident]:
    """Newest first; two were reported at the very same moment."""
    now = clock.now()
    made = []
    for number in range(count):
        with clock.at(now + timedelta(minutes=number // 2)):
            made.append(
                report_incident(
                    institution=stage.institution,
                    severity="high",
                    kind="other",
                    title=f"Number {number}",
                    description="It went wrong.",
                    aware_at=now,
                    by=stage.applicant,
                )
            )
    return sorted(made, key=lambda one: (one.reported_at, one.pk), reverse=True)


def walk(client: Client, path: str, pattern: str) -> list[str]:
    """What the pages of a list name, from the first to the last."""
    found: list[str] = []
    query = ""
    for _turn in range(20):
        page = client.get(f"{path}{query}")
        assert page.status_code == 200
        text = page.content.decode()
        found += dict.fromkeys(re.findall(pattern, text))
        following = re.search(r'href="(\?[^"]*after=[^"]+)"', text)
        if following is None:
            return found
        query = following[1].replace("&amp;", "&")
    raise AssertionError("The list does not end.")


def test_every_incident_is_on_one_page_and_the_newest_is_first(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IncidentList, "page_size", 3)
    made = incidents(stage, 8)
    found = walk(client_for(stage.applicant), "/incidents/", r"I-\d{4}-\d+")
    assert found == [one.reference for one in made]


def test_a_cursor_of_somebody_else_shows_nothing_that_one_may_not_see(stage: Stage) -> None:
    incidents(stage, 4)
    other = qualified()
    assert walk(client_for(other.applicant), "/incidents/", r"I-\d{4}-\d+") == []
    assert client_for(other.applicant).get("/incidents/?after=nonsense").status_code == 200


def test_readers_beside_the_partner_see_whose_incident_it_is(stage: Stage) -> None:
    incidents(stage, 1)
    member = make_member(make_organisation("oversight"), "oversight_member")
    column = "Institution</th>"
    assert column in client_for(member).get("/incidents/").content.decode()
    assert column not in client_for(stage.applicant).get("/incidents/").content.decode()


def test_open_leaves_out_what_is_over_or_merged(stage: Stage) -> None:
    first, second = incidents(stage, 2)
    dismiss_incident(incident=second, reason="Nothing happened.", by=stage.officer)
    page = client_for(stage.applicant).get("/incidents/?open=true").content.decode()
    assert first.title in page
    assert second.title not in page


def test_what_is_owed_comes_first_and_what_was_filed_is_asked_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DueList, "page_size", 2)
    _, incident = reported_incident(stage, severity="critical")
    rows = incident.deadlines.filter(waived_at=None)
    running = list(rows.filter(met_at=None).order_by("due_at", "pk"))
    filed = rows.exclude(met_at=None)
    client = client_for(stage.applicant)
    assert running
    assert filed
    assert _labels(client, "/incidents/due/") == [row.label for row in running]
    file_deadline(deadline=running[0], text="As told.", by=_bound(stage, running[0]))
    still = rows.filter(met_at=None).order_by("due_at", "pk")
    assert running[0] not in still
    assert _labels(client, "/incidents/due/") == [row.label for row in still]
    everything = [row.label for row in rows.order_by("due_at", "pk")]
    assert sorted(_all(client, "/incidents/due/", "all")) == sorted(everything)
    assert running[0].label in _all(client, "/incidents/due/", "filed")


def test_a_provider_finds_what_is_due_about_its_own_releases_only(stage: Stage) -> None:
    made = grant_in_force()
    line = made.grant.lines.select_related("release").get()
    mine = make_member(line.release.provider, "provider_staff")
    other = make_member(make_organisation("provider"), "provider_staff")
    report_incident(
        institution=made.grant.institution,
        severity="critical",
        kind="other",
        title="A key leaked",
        description="It did.",
        aware_at=clock.now(),
        by=made.applicant,
        concerns=Concerns(line=line),
    )
    assert b"A key leaked" in client_for(mine).get("/incidents/").content
    assert b"<tr" in client_for(mine).get("/incidents/due/").content
    assert b"Nothing is owed" in client_for(other).get("/incidents/due/").content


def _bound(stage: Stage, row: Any) -> Any:
    return stage.applicant if row.duty == "partner" else stage.officer


def _labels(client: Client, path: str) -> list[str]:
    return _all(client, path, "")


def _all(client: Client, path: str, state: str) -> list[str]:
    found: list[str] = []
    address = f"{path}?state={state}"
    for _turn in range(20):
        page: Any = client.get(address)
        found += [row.record.label for row in page.context_data["table"].rows]
        cursor = page.context_data["page_obj"].next_cursor
        if not cursor:
            return found
        address = f"{path}?state={state}&after={cursor}"
    raise AssertionError("The list does not end.")


def test_the_desk_shows_findings_that_wait_before_those_put_right(stage: Stage) -> None:
    _, done = remediated_finding(stage)
    waits = finding_in(done.audit, by=stage.auditor)
    verify_finding(finding=done, method="Tested again.", by=stage.auditor)
    page: Any = client_for(stage.officer).get("/admin/audits/finding/")
    assert [row.pk for row in page.context_data["cl"].result_list] == [waits.pk, done.pk]
