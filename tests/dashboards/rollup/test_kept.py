"""What is kept equals what a count over the rows gives, in every view; made anew it is the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from audits.actions.incident import hold_for_incident, reclassify_incident
from grants.actions.hold import place_hold
from grants.models import Delivery
from portal.core import clock
from portal.dashboards.filters import Narrowed
from portal.dashboards.rollup.keep import keep_batch, rebuild
from portal.dashboards.rollup.read import Spread, happened, spread, standing, standing_by_month
from tests.api.signals import Receiver
from tests.dashboards.rollup.kept import everything, keep_all
from tests.dashboards.rollup.naive import MEASURES, counted, every_view, standing_now
from tests.factories import grants as make
from tests.factories.audits import Stage, planned_audit, reported_incident, triaged_incident


def test_some_deeds_are_counted_in_every_view_as_the_rows_say(stage: Stage) -> None:
    made = make.grant_in_force({}, {"use_case": "benchmarking"})
    planned_audit(stage)
    reported_incident(stage, severity="critical", release=made.release)
    _, incident = triaged_incident(stage, severity="high")
    hold_for_incident(
        incident=incident, target=stage.institution, reason="Keys leaked", lifted_when="New keys", by=stage.signatory
    )
    keep_all()
    items = standing_now()
    for asked in every_view(clock.today().replace(day=1)):
        assert standing(asked, *MEASURES) == {key: {} for key in MEASURES} | counted(asked, items), asked


def test_a_second_run_over_the_same_entries_changes_nothing(stage: Stage) -> None:
    triaged_incident(stage)
    keep_all()
    before = everything()
    assert keep_batch() == 0
    keep_all(again=True)
    assert everything() == before


def test_made_anew_it_is_what_was_kept(stage: Stage) -> None:
    make.grant_in_force()
    _, incident = triaged_incident(stage, severity="high")
    keep_all(limit=3)
    reclassify_incident(incident=incident, severity="low", reason="Only a test key.", by=stage.officer)
    keep_all(limit=1)
    before = everything()
    rebuild()
    assert everything() == before
    assert before[1]


def test_a_past_day_shows_what_was_known_then(stage: Stage) -> None:
    monday = clock.now()
    _, incident = triaged_incident(stage, severity="high")
    keep_all()
    asked = Narrowed(monday.date().replace(day=1), monday.date())
    then = [read(asked, "incidents_open") for read in (standing, standing_by_month)]
    then.append(happened(asked, "incidents"))
    with clock.at(monday.replace(year=monday.year + 1)):
        reclassify_incident(incident=incident, severity="low", reason="Only a test key.", by=stage.officer)
        keep_all()
        now = Narrowed(asked.since, clock.today())
        assert [read(asked, "incidents_open") for read in (standing, standing_by_month)] == then[:2]
        assert standing(now, "incidents_open")["incidents_open"] == {("low", "late"): 1}
        assert happened(asked, "incidents")["incidents"] == then[2]["incidents"]
        assert [key[1] for key in happened(now, "incidents")["incidents"]] == ["low"]


def test_acknowledged_signals_are_counted_with_the_next_batch(stage: Stage) -> None:
    made = make.grant_in_force()
    receiver = Receiver(made.release.provider)
    receiver.begin()
    hold = place_hold(target=made.line, reason="Danger", lifted_when="It is over", by=made.signatory)
    keep_all()
    asked = Narrowed(clock.today().replace(day=1), clock.today())
    assert spread(asked, "holds_acknowledged") == {"holds_acknowledged": {}}
    told = Delivery.objects.filter(signal__hold=hold, signal__event="account-disabled")
    moment = told.get().signal.happened_at + timedelta(seconds=75)
    assert told.update(acknowledged_at=moment) == 1
    assert keep_batch() == 0
    found = {"holds_acknowledged": {"": Spread(1, 75, 75)}}
    assert spread(asked, "holds_acknowledged") == found
    assert spread(replace(asked, provider=str(made.staff.body_id)), "holds_acknowledged") == found
    assert spread(replace(asked, provider=str(made.institution.pk)), "holds_acknowledged") != found
    before = everything()
    rebuild()
    assert everything() == before


def test_a_release_of_another_provider_shows_nothing(stage: Stage) -> None:
    made, other = make.grant_in_force(), make.grant_in_force()
    keep_all()
    asked = Narrowed(clock.today().replace(day=1), clock.today(), release=str(made.release.pk))
    assert standing(asked, "lines")["lines"]
    assert standing(replace(asked, provider=str(made.staff.body_id)), "lines")["lines"]
    for read in (standing, happened, standing_by_month):
        assert read(replace(asked, provider=str(other.staff.body_id)), "lines", "decisions") == {
            "lines": {},
            "decisions": {},
        }
