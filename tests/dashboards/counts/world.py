"""A made world: a year of random deeds, and a month at its end in which something of everything stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from audits.actions.incident import contain_incident, hold_for_incident
from grants.actions.hold import place_hold
from grants.models import Delivery
from portal.core import clock
from tests.api.signals import Receiver
from tests.dashboards.rollup.deeds import Story, second_stage
from tests.dashboards.rollup.deeds import told as story_of
from tests.factories import grants as make
from tests.factories.appeals import decided_case, lodged
from tests.factories.audits import (
    Stage,
    audit_in_fieldwork,
    due_reports,
    finding_in,
    opened_case,
    qualified,
    results_for_all,
    triaged_incident,
)
from tests.factories.rulebook import founded_rulebook

BEGINS = datetime(2027, 1, 11, 9, tzinfo=UTC)
Way = Callable[[make.GrantCast], object]
CONSENTED: tuple[Way, ...] = (make.take_up, make.review, make.to_provider, make.consent, make.to_signatories)


class Months:
    """The clock of the world; `after` does something later than what was done before."""

    def __init__(self) -> None:
        self.moment = BEGINS

    @contextmanager
    def after(self, **later: float) -> Iterator[None]:
        self.moment += timedelta(**later)
        with clock.at(self.moment):
            yield


def told_for_a_year(time: Months, seed: int, deeds: int) -> Story:
    """Random deeds of two partners, and a third one to which nothing happens yet."""
    with clock.at(time.moment):
        founded_rulebook()
        story = story_of(qualified(), seed)
        story.quiet.append(second_stage())
    for _deed in range(deeds):
        with time.after(hours=story.rng.choice([2, 11, 40, 90])):
            story.step()
            story.lapse()
    return story


def something_stands(time: Months, story: Story) -> None:
    """The quiet partner is granted lines, some are held, some refused; an incident is contained, a signal heard."""
    stage = story.quiet[0]
    with time.after(days=1):
        made = make.draft_request(
            {}, {"use_case": "benchmarking"}, {"use_case": "red_teaming", "ends_on": _in(80)}, made=stage.cast
        )
        make.submit(made)
        Receiver(made.release.provider).begin()
    for way in (*CONSENTED, make.sign_grant, make.accept):
        with time.after(days=2, hours=3):
            way(made)
    with time.after(hours=1):
        _refused(stage)
    with time.after(hours=20):
        hold = place_hold(target=made.line, reason="Danger", lifted_when="It is over", by=stage.signatory)
    with time.after(hours=1):
        Delivery.objects.filter(signal__hold=hold, signal__event="account-disabled").update(
            acknowledged_at=hold.placed_at + timedelta(seconds=75)
        )
        _, incident = triaged_incident(stage, severity="critical")
    with time.after(hours=30):
        contain_incident(incident=incident, how="Keys are new.", by=stage.officer)
        _, other = triaged_incident(stage, severity="high")
        hold_for_incident(
            incident=other, target=made.environment, reason="Lost", lifted_when="Found", by=stage.signatory
        )
    with time.after(days=1):
        make.submit(make.draft_request(made=stage.cast))
        _, audit = audit_in_fieldwork(stage)
        results_for_all(audit, stage.auditor)
        finding_in(audit, stage.auditor)
        due_reports(stage)
        opened_case(stage)
        lodged(stage, decided_case(stage, "warning"))


def _in(days: int) -> object:
    return clock.today() + timedelta(days=days)


def _refused(stage: Stage) -> None:
    """Of two lines one is refused by the authority, and one by the provider."""
    made = make.submitted_request({}, {"use_case": "benchmarking"}, {"use_case": "red_teaming"}, made=stage.cast)
    make.review(make.take_up(made))
    make.to_provider(made)
    make.consent(made, {"answer": "decline", "reason_code": "other", "reason": "No."})
    make.to_signatories(made)
    make.sign_grant(made)
