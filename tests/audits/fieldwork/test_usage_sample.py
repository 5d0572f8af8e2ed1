"""Windows of use drawn for an audit: by a root that nobody chose, once, kept, and the same when drawn again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from audits.actions.audit import assign_auditor, notify_audit, plan_audit
from audits.actions.usage_sample import draw_usage_sample
from audits.models import Audit, EvidenceRequest
from audits.queries.usage_sample import is_as_drawn, lot_of
from grants.models import UsageWindow
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, Refused
from portal.rulebook.queries import rules
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, baseline, begun_now
from tests.factories.grants import GrantCast, grant_in_force
from tests.factories.usage import Sender
from tests.world import client_for

WINDOWS = 60


@pytest.fixture
def made(stage: Stage) -> GrantCast:
    """A grant that is in force since before the windows that are reported."""
    with clock.at(clock.now() - timedelta(hours=3)):
        return grant_in_force()


@pytest.fixture
def sender(made: GrantCast) -> Sender:
    """Windows of the grant, and three that it does not cover."""
    found = Sender(made)
    began = clock.now() - timedelta(minutes=WINDOWS + 1)
    events = [found.event(f"e-{n}", began + timedelta(minutes=n), requests=n + 1) for n in range(WINDOWS)]
    events += [found.event(f"x-{n}", began + timedelta(minutes=n), use_case="red_teaming") for n in range(3)]
    assert found.send(*events).status_code in (200, 202)
    return found


@pytest.fixture
def auditor(made: GrantCast) -> Actor:
    return make_member(made.authority, "auditor")


@pytest.fixture
def audit(made: GrantCast, sender: Sender, auditor: Actor) -> Audit:
    """An audit of the grant's institution, begun after the windows had been reported."""
    baseline()
    planned = plan_audit(
        institution_id=made.institution.pk,
        authority_id=made.authority.pk,
        kind=Audit.Kind.CAUSE,
        tier="standard",
        planned_for=clock.today(),
        reason="For the test.",
        by=made.officer,
    )
    assign_auditor(audit=planned, auditor=auditor.user, by=made.officer)
    notify_audit(audit=planned, by=made.officer)
    return begun_now(planned, officer=made.officer, auditor=auditor)


def test_the_lot_gives_the_windows_with_the_lowest_numbers(audit: Audit, auditor: Actor) -> None:
    sample = draw_usage_sample(audit=audit, by=auditor)
    count = rules(audit.rulebook).audits.evidence.usage_windows
    rows = UsageWindow.objects.filter(institution_id=audit.institution_id)
    numbers = sorted(
        (lot_of(sample.checkpoint.root, audit.reference, row.gateway_id, row.event_id, row.started_at), row.event_id)
        for row in rows
    )
    drawn = sample.windows.filter(stratum="all").order_by("place").values_list("rank", "event_id")
    assert list(drawn) == numbers[:count]
    assert (sample.population, sample.outside) == (WINDOWS + 3, 3)
    outside = {row.event_id for row in sample.windows.all() if row.event_id.startswith("x-")}
    assert outside == {"x-0", "x-1", "x-2"}


def test_the_root_is_of_the_first_checkpoint_after_the_audit_began(audit: Audit, auditor: Actor) -> None:
    sample = draw_usage_sample(audit=audit, by=auditor)
    assert audit.began_at is not None
    assert sample.checkpoint.taken_at >= audit.began_at == sample.until


def test_windows_are_drawn_once(audit: Audit, auditor: Actor) -> None:
    draw_usage_sample(audit=audit, by=auditor)
    with pytest.raises(Conflict):
        draw_usage_sample(audit=audit, by=auditor)


def test_what_is_reported_later_changes_nothing(audit: Audit, auditor: Actor, sender: Sender) -> None:
    """A gateway that reports old windows once the root is known puts none of them into the lot."""
    early = [sender.event(f"late-{n}", clock.now() - timedelta(minutes=30 + n)) for n in range(20)]
    assert sender.send(*early).status_code in (200, 202)
    sample = draw_usage_sample(audit=audit, by=auditor)
    assert sample.population == WINDOWS + 3
    assert is_as_drawn(sample)


def test_what_was_reported_is_kept_in_words(audit: Audit, auditor: Actor) -> None:
    sample = draw_usage_sample(audit=audit, by=auditor)
    window = sample.windows.get(event_id="x-0")
    shown = dict(window.facts["shown"])
    assert shown["Use case"] == "red teaming"
    assert shown["Grant"] == "No line covers it"
    assert window.facts["scope"] == "no_line"


def test_only_auditors_of_the_audit_draw(audit: Audit, made: GrantCast) -> None:
    for who in (made.officer, make_member(made.authority, "auditor")):
        with pytest.raises(Refused):
            draw_usage_sample(audit=audit, by=who)


def test_partner_is_asked_to_explain_a_window(audit: Audit, auditor: Actor, made: GrantCast) -> None:
    desk, use = client_for(auditor), reverse("admin:audits_audit_use", args=[audit.pk])
    assert desk.post(use).status_code == 302
    page = desk.get(f"{use}?again=yes").content.decode()
    assert "the same windows" in page
    window = audit.usage_sample.windows.get(event_id="x-1")
    ask = reverse("admin:audits_audit_ask", args=[audit.pk])
    assert f"{ask}?window={window.pk}" in page
    said = {"title": "Why was this used?", "text": "No line covers it.", "window": str(window.pk)}
    assert desk.post(ask, said).status_code == 302
    request = EvidenceRequest.objects.get(window=window)
    seen = client_for(made.applicant).get(request.get_absolute_url()).content.decode()
    assert "x-1" in seen
    assert "red teaming" in seen
    assert request.reference in desk.get(use).content.decode()
