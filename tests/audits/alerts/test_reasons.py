"""The reason of an alert reads for every kind, also where its facts are missing or were written by an older version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from audits.actions.alert import Occasion, escalate_alert, raise_alert
from audits.alert_reasons import reason_again, reason_of
from audits.models import Alert, AlertKind, AlertRecurrence
from audits.queries.alert import picture_of
from portal.core.actors import SYSTEM
from tests.factories.watched import hour_of
from tests.world import client_for

AT = datetime(2024, 2, 29, 3, tzinfo=UTC)
UNREADABLE = "The numbers of this alert cannot be read any more."
WHOLE: dict[AlertKind, dict[str, Any]] = {
    AlertKind.OUT_OF_SCOPE: {"why": "ended", "requests": 12, "denied": 3},
    AlertKind.LIMIT: {"requests": 12, "requests_limit": 10, "tokens": 7, "tokens_limit": 900},
    AlertKind.COUNTRY: {"value": "BR", "requests": 12},
    AlertKind.ENVIRONMENT: {"value": "lab-2", "requests": 12},
    AlertKind.DORMANT: {"days": 34, "last": "2024-01-26T09:00:00+00:00", "requests": 12},
    AlertKind.VOLUME: {
        "requests": 12, "most": 9, "usual": 4, "before": 2, "level": 6.4, "mean": 1.2, "view": "jump", "days": 14,
    },
    AlertKind.RHYTHM: {
        "requests": 12, "most": 0, "usual": 0, "before": 0, "level": 6.4, "mean": 1.2, "view": "level", "days": 14,
    },
}  # fmt: skip
NEEDED = {
    kind: {"requests"} if kind in (AlertKind.VOLUME, AlertKind.RHYTHM) else set(facts) for kind, facts in WHOLE.items()
}


def alert(kind: str, facts: Any) -> Alert:
    return Alert(kind=kind, facts=facts, begins_at=AT, ends_at=AT + timedelta(hours=1))


def test_every_kind_is_tried():
    assert set(WHOLE) == set(AlertKind)


@pytest.mark.parametrize("kind", AlertKind)
def test_with_all_its_facts_it_tells_the_numbers(kind):
    said = reason_of(alert(kind, WHOLE[kind]))
    assert "12" in said
    assert UNREADABLE not in said


@pytest.mark.parametrize("facts", [{}, None, [], "12", {"older": {"requests": 12}}])
@pytest.mark.parametrize("kind", AlertKind)
def test_without_facts_it_tells_what_is_known(kind, facts):
    said = reason_of(alert(kind, facts))
    assert "29 February 2024" in said
    assert said.endswith(UNREADABLE)


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, facts in WHOLE.items() for name in facts])
def test_a_fact_that_an_older_version_did_not_have_costs_no_more_than_itself(kind, name):
    facts = {key: value for key, value in WHOLE[kind].items() if key != name}
    said = reason_of(alert(kind, facts))
    assert ("12" in said) is (name not in NEEDED[kind])
    assert said.endswith(UNREADABLE) is (name in NEEDED[kind])
    assert "None" not in said


@pytest.mark.parametrize("kind", AlertKind)
def test_facts_of_another_kind_than_they_have_to_be_are_not_guessed_at(kind):
    assert reason_of(alert(kind, {**WHOLE[kind], "requests": "a dozen"})).endswith(UNREADABLE)


def test_why_no_grant_covered_it_may_be_a_word_that_is_no_longer_known():
    said = reason_of(alert("out_of_scope", {"why": "embargoed", "requests": 12, "denied": 3}))
    assert said == f"Use on 29 February 2024 that no grant covered. {UNREADABLE}"


@pytest.mark.parametrize(
    ("requests", "denied", "told"),
    [
        (12, 3, "12 requests and 3 refused attempts on"),
        (0, 1, "1 refused attempt on"),
        (1, 0, "1 request on"),
        (0, 0, "0 requests on"),
    ],
)
def test_of_use_that_no_grant_covered_only_what_there_was_is_told(requests, denied, told):
    facts = {"why": "on_hold", "requests": requests, "denied": denied}
    assert reason_of(alert("out_of_scope", facts)).startswith(told)


@pytest.mark.parametrize("kind", AlertKind)
def test_an_occasion_that_was_added_reads_with_its_own_facts_or_without(kind):
    row = AlertRecurrence(begins_at=AT + timedelta(days=1), ends_at=AT + timedelta(days=1), facts={})
    assert "1 March 2024" in reason_again(alert(kind, WHOLE[kind]), row)


@pytest.mark.parametrize("kind", AlertKind)
def test_pages_picture_and_incident_of_an_alert_without_facts(watched, noon, kind):
    made, _gateway = watched
    hour = hour_of(1, 3)
    occasion = Occasion(kind, f"{kind}:{uuid4()}", made.institution.pk, hour, hour, {})
    found = raise_alert(institution=made.institution, occasion=occasion, by=SYSTEM)
    client = client_for(made.officer)
    for address in (reverse("audits:alerts"), found.get_absolute_url()):
        assert UNREADABLE in client.get(address).content.decode()
    assert set(picture_of(found)["series"][0]["values"]) <= {0}
    escalate_alert(
        alert=found, severity="low", kind="credential", title="Old", note="To be looked at.", by=made.officer
    )
    assert UNREADABLE in found.incident.description
