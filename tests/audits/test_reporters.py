"""Who reported an incident hears how it goes on, also where it was merged, in words that tell nothing of the case."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from audits.actions.incident import (
    add_update,
    contain_incident,
    mark_duplicate,
    report_incident,
    resolve_incident,
    triage_incident,
)
from audits.models import Incident
from audits.queries.public_report import OF_INCIDENT
from audits.queries.reported import in_words, reported_by
from portal.core import clock
from portal.core.actors import Actor
from portal.notifications.models import Notice
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage, reported_incident
from tests.world import client_for

SECRET = "The key of the vault was on the wall."


def reported(stage: Stage, by: Actor, title: str = "A key in a public place") -> Incident:
    return report_incident(
        institution=stage.institution, severity="low", kind="credential", title=title, description="I saw it.",
        aware_at=clock.now(), by=by,
    )  # fmt: skip


def news(reporter: Actor) -> list[Notice]:
    return list(Notice.objects.filter(kind="incident_reporter", recipient=reporter.user_id).order_by("created_at"))


def merged(stage: Stage, reporter: Actor) -> tuple[Incident, Incident]:
    """An incident of the partner's, and the reporter's, which was merged into it."""
    root, theirs = reported_incident(stage)[1], reported(stage, reporter)
    triage_incident(incident=root, severity="low", note="Real.", by=stage.officer)
    mark_duplicate(incident=theirs, of=root, by=stage.officer)
    return root, theirs


def test_the_reporter_of_a_duplicate_hears_news_of_where_it_went(stage: Stage) -> None:
    auditor = stage.auditor
    root, theirs = merged(stage, auditor)
    assert [theirs.reference in notice.title for notice in news(auditor)] == [True]
    add_update(incident=root, text=SECRET, by=stage.officer)
    contain_incident(incident=root, how=SECRET, by=stage.officer)
    resolve_incident(incident=root, cause=SECRET, lessons=SECRET, by=stage.officer)
    told = news(auditor)
    assert len(told) >= 3
    assert str(OF_INCIDENT["resolved"]) == told[-1].body
    assert {notice.url for notice in told} == {reverse("audits:reported")}
    assert not any(SECRET in f"{notice.title}{notice.body}" or root.reference in notice.title for notice in told)
    assert news(stage.officer) == [], "officers hear of the incident itself"
    assert news(stage.applicant) == [], "and so does the partner"


def test_each_has_a_list_of_their_own_with_how_it_goes_on(stage: Stage) -> None:
    oversight = make_member(make_organisation("oversight"), "oversight_member")
    root, theirs = merged(stage, stage.auditor)
    Incident.objects.filter(pk=theirs.pk).update(reported_by=stage.auditor.user_id)
    (row,) = reported_by(stage.auditor)
    assert (row.pk, row.state, row.goes_on, row.readable) == (theirs.pk, "duplicate", "triaged", False)
    contain_incident(incident=root, how="Void.", by=stage.officer)
    (row,) = reported_by(stage.auditor)
    assert in_words(row.state, row.goes_on) == OF_INCIDENT["contained"]
    page = client_for(stage.auditor).get(reverse("audits:reported")).content.decode()
    assert theirs.reference in page
    assert theirs.get_absolute_url() not in page
    assert root.reference not in page
    assert list(reported_by(oversight)) == []
    Incident.objects.filter(pk=theirs.pk).update(reported_by=oversight.user_id)
    page = client_for(oversight).get(reverse("audits:reported")).content.decode()
    assert theirs.get_absolute_url() in page, "oversight may read it"


@pytest.mark.parametrize("parts", [1, 12])
def test_the_list_costs_the_same_however_much_was_reported(
    stage: Stage, parts: int, django_assert_max_num_queries: Any
) -> None:
    root = reported_incident(stage)[1]
    triage_incident(incident=root, severity="low", note="Real.", by=stage.officer)
    for number in range(parts):
        mark_duplicate(incident=reported(stage, stage.auditor, f"Key {number}"), of=root, by=stage.officer)
    page = client_for(stage.auditor)
    with django_assert_max_num_queries(12):
        assert page.get(reverse("audits:reported")).status_code == 200
