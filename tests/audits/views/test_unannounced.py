"""Attacks: a partner tries to learn of an audit that it must not know of yet, in every way that it has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audits.actions.audit import (
    Manner,
    assign_auditor,
    begin_audit,
    cancel_audit,
    notify_audit,
    plan_audit,
    reschedule_audit,
)
from audits.actions.planning import plan_due_audits
from audits.actions.sample import draw_sample
from audits.models import Audit
from partners.queries.timeline import PARTY, timeline
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.ledger.models import Event
from portal.notifications.models import Message, Notice
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, draw_time, planned_audit
from tests.world import client_for

PLACES = ("/", "/audits/", "/audits/?state=planned", "/audits/?export=csv", "/findings/", "/reports/", "/notices/")


@pytest.fixture
def audit(stage: Stage) -> Audit:
    """An unannounced audit for cause, with an auditor, near its day; beside it a periodic one that is planned."""
    plan_due_audits(by=SYSTEM)
    made = plan_audit(
        institution_id=stage.institution.pk,
        authority_id=stage.cast.authority.pk,
        kind=Audit.Kind.CAUSE,
        tier="standard",
        planned_for=clock.today() + timedelta(days=3),
        reason="A tip that logs are switched off.",
        by=stage.officer,
        manner=Manner(announced=False, mode="visit"),
    )
    return assign_auditor(audit=made, auditor=stage.auditor.user, by=stage.officer)


def seen_by(client: Client) -> str:
    """Everything that the partner's pages and exports say."""
    answers: list[Any] = [client.get(place) for place in PLACES]
    return "\n".join(
        (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8", "replace")
        for answer in answers
    )


def trace(stage: Stage) -> dict[str, Any]:
    """What could tell: pages, notices, mail, and what the record shows to a party."""
    user = stage.applicant.user
    return {
        "notices": Notice.objects.filter(recipient=user).count(),
        "mail": Message.objects.filter(recipient=user).count(),
        "record": len(timeline(stage.institution.pk, tiers=PARTY, viewer=stage.applicant)),
    }


def test_nothing_tells_the_partner_until_it_begins(stage: Stage, audit: Audit) -> None:
    people = [stage.applicant, make_member(stage.institution.organisation, "administrator", "representative")]
    clients = [client_for(person) for person in people]
    before = trace(stage)
    reschedule_audit(
        audit=audit, planned_for=clock.today() + timedelta(days=2), reason="Secret reason", by=stage.officer
    )
    with clock.at(draw_time(audit)):
        draw_sample(audit=audit, by=SYSTEM)
    for client in clients:
        text = seen_by(client)
        for telling in (audit.reference, "Secret reason", "A tip", str(audit.pk), "nannounced audit"):
            assert telling not in text
        assert client.get(audit.get_absolute_url()).status_code == 404
        assert client.get(f"/audits/{audit.pk}/sample/").status_code == 404
        assert client.get(f"/audits/{audit.pk}/sample.json").status_code == 404
    assert trace(stage) == before
    with clock.at(draw_time(audit) + timedelta(hours=9)):
        begin_audit(audit=audit, by=stage.auditor)
        assert client_for(stage.applicant).get(audit.get_absolute_url()).status_code == 200
        assert audit.reference in seen_by(client_for(stage.applicant))
    assert Notice.objects.filter(recipient=stage.applicant.user, about=audit.pk, kind="audit_began").count() == 1


def test_list_is_the_same_whether_the_next_audit_is_announced_or_not(stage: Stage) -> None:
    """A gap where a planned one would be, would tell: planned ones are not shown either."""
    client = client_for(stage.applicant)
    empty = client.get("/audits/").content
    planned_audit(stage)
    planned = client.get("/audits/").content
    Audit.objects.filter(institution=stage.institution).update(announced=False, announce_on=None)
    assert _plain(client.get("/audits/").content) == _plain(planned) == _plain(empty)


def _plain(page: bytes) -> bytes:
    """The main part: the form's token and the nonce differ each time."""
    return page[page.index(b"<main") : page.index(b"</main>")]


def test_one_that_is_called_off_was_never_heard_of(stage: Stage, audit: Audit) -> None:
    before = trace(stage)
    cancel_audit(audit=audit, reason="The tip was false.", by=stage.officer)
    assert trace(stage) == before
    assert client_for(stage.applicant).get(audit.get_absolute_url()).status_code == 404
    assert audit.reference not in seen_by(client_for(stage.applicant))


def test_nobody_announces_it_by_mistake(stage: Stage, audit: Audit) -> None:
    for person in (stage.officer, stage.auditor, SYSTEM):
        with pytest.raises(Refused) as refused:
            notify_audit(audit=audit, by=person)
        assert refused.value.verdict.code == "unannounced"


def test_announced_one_does_not_begin_before_it_was_announced(stage: Stage) -> None:
    _, planned = planned_audit(stage)
    assign_auditor(audit=planned, auditor=stage.auditor.user, by=stage.officer)
    with clock.at(draw_time(planned)), pytest.raises(Refused) as refused:
        begin_audit(audit=planned, by=stage.auditor)
    assert refused.value.verdict.code == "not_announced"


def test_what_the_record_keeps_of_it_is_for_authorities(stage: Stage, audit: Audit) -> None:
    with clock.at(draw_time(audit)):
        draw_sample(audit=audit, by=SYSTEM)
    tiers = set(Event.objects.filter(about__contains=[audit.pk]).values_list("tier", flat=True))
    assert tiers == {"authority"}
    with clock.at(draw_time(audit) + timedelta(hours=1)):
        begin_audit(audit=audit, by=stage.auditor)
    assert [item.verb for item in timeline(audit.pk, tiers=PARTY, viewer=stage.applicant)] == ["audit.begin"]
