"""An appeal from the page of the partner to its effect: who may do what, when, and what follows from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from audits.actions.appeal import admit_appeal, lodge_appeal, reject_appeal, withdraw_appeal
from audits.actions.appeal_decision import draft_decision, vote
from audits.actions.hearing import add_statement, call_hearing, close_hearing
from audits.actions.panel import decline_seat, draw_panel, grant_stay, refuse_stay
from audits.models import Appeal, IncidentDeadline, PublishedDecision
from audits.queries.panel import redraw_file
from audits.queries.parts import bodies_with_a_part, people_with_a_part
from audits.tasks import draw_panels, watch_appeals
from partners.models import Qualification
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.sampling import problems_of
from portal.core.verdicts import Refused
from portal.ledger.models import Entry, Event
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from portal.rulebook.places import day_in, last_moment_of, told_there
from tests.factories.accounts import make_member
from tests.factories.appeals import (
    NOBODY,
    admitted,
    decided_case,
    drafted,
    heard,
    lodged,
    others,
    panel_of,
    placed_hold,
    seen,
    voted,
    with_panel,
)
from tests.factories.audits import Stage
from tests.factories.partners import make_authority


def code_of(function: object, **arguments: object) -> str:
    with pytest.raises(Refused) as refused:
        function(**arguments)  # type: ignore[operator]
    return refused.value.verdict.code


def standing(stage: Stage) -> str:
    return Qualification.objects.get(institution=stage.institution).state


# --- time and ground ------------------------------------------------------------------------------
def test_last_day_ends_where_the_country_s_last_zone_ends_it() -> None:
    day = date(2026, 3, 1)
    assert last_moment_of(day, "NO") == datetime(2026, 3, 1, 22, 59, 59, 999999, tzinfo=UTC)
    assert last_moment_of(day, "US") == datetime(2026, 3, 2, 9, 59, 59, 999999, tzinfo=UTC)  # the Aleutians
    assert day_in(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "NO") == date(2026, 3, 2)
    assert last_moment_of(day, "XX") == datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=UTC)


def test_moment_is_told_by_another_clock_only_where_that_shows_another_time() -> None:
    winter, summer = datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 7, 5, 12, tzinfo=UTC)
    assert told_there(winter, "Europe/London") == told_there(winter, "UTC") == ""
    assert told_there(summer, "Europe/London") == "5 July 2026, 13:00 BST (Europe/London)"
    due = IncidentDeadline(due_at=winter, zone="Europe/London")
    assert due.due_there == ""
    due.zone = "America/Los_Angeles"
    assert due.due_there == "5 January 2026, 04:00 PST (America/Los_Angeles)"


def test_appeal_is_in_time_to_the_last_second_there_and_not_one_later(stage: Stage) -> None:
    case = decided_case(stage)
    assert case.decided_at is not None
    country = stage.cast.authority.jurisdiction
    last = last_moment_of(day_in(case.decided_at, country) + timedelta(days=30), country)
    with clock.at(last + timedelta(seconds=1)):
        assert code_of(lodge_appeal, against=case, ground="facts", statement="x", by=stage.applicant) == "too_late"
    with clock.at(last):
        lodged(stage, case)


def test_after_a_rejection_it_can_be_lodged_again_but_not_after_a_judgment(stage: Stage) -> None:
    case, people = decided_case(stage, "warning"), others()
    first = lodged(stage, case)
    reject_appeal(appeal=first, reason="The ground does not fit.", by=people[0])
    assert (first.state, first.outcome) == ("dismissed", "The ground does not fit.")
    again = drafted(heard(with_panel(stage, case, people)), "dismiss")
    voted(again, "dismiss", *panel_of(again)[:2])
    assert again.state == "dismissed"
    assert code_of(lodge_appeal, against=case, ground="facts", statement="x", by=stage.applicant) == "judged"


# --- parts ----------------------------------------------------------------------------------------
def test_whoever_decided_or_worked_on_the_case_has_a_part_and_their_bodies(stage: Stage) -> None:
    case = decided_case(stage)
    people, bodies = people_with_a_part(case), bodies_with_a_part(case)
    for actor in (stage.officer, stage.signatory, stage.other_signatory, stage.applicant, stage.cast.reviewer):
        assert actor.user_id in people
    assert {stage.signatory.body_id, stage.other_signatory.body_id, stage.institution.pk} <= bodies
    assert not {actor.user_id for actor in others()} & people


def test_nobody_with_a_part_and_nobody_of_their_body_admits(stage: Stage) -> None:
    appeal = lodged(stage)
    colleague = make_member(stage.cast.authority, "signatory")
    for actor in (stage.signatory, stage.other_signatory, colleague):
        assert code_of(admit_appeal, appeal=appeal, reason="x", by=actor) == "not_independent"
        assert code_of(reject_appeal, appeal=appeal, reason="x", by=actor) == "not_independent"
    assert code_of(admit_appeal, appeal=appeal, reason="x", by=stage.applicant) == "wrong_role"


# --- the lot --------------------------------------------------------------------------------------
def test_panel_is_drawn_at_its_time_from_people_without_a_part_of_the_bodies_that_the_rulebook_asks_for(
    stage: Stage,
) -> None:
    appeal = admitted(stage)
    assert draw_panels()["done"] == 0
    with pytest.raises(ValueError, match="before its time"):
        draw_panel(appeal=appeal, by=SYSTEM)
    assert appeal.draw_at is not None
    with clock.at(appeal.draw_at + timedelta(hours=2)):
        assert draw_panels()["done"] == 1
        assert draw_panels()["done"] == 0
    appeal.refresh_from_db()
    members = panel_of(appeal)
    assert (len(members), len({one.body_id for one in members})) == (3, 3)
    assert not {one.user_id for one in members} & people_with_a_part(appeal.case)  # type: ignore[arg-type]
    assert not {one.body_id for one in members} & bodies_with_a_part(appeal.case)  # type: ignore[arg-type]


def test_anybody_concerned_can_draw_it_again_with_the_script(stage: Stage) -> None:
    appeal = with_panel(stage)
    said = redraw_file(appeal, appeal.draws.get())
    assert problems_of(said) == []
    assert said["drawn"][0].endswith(str(panel_of(appeal)[0].user_id))
    assert problems_of({**said, "drawn": [*reversed(said["drawn"])]})
    assert problems_of({**said, "draw_at": (clock.now() + timedelta(days=9)).isoformat()})


def test_too_few_candidates_are_told_loudly_and_the_next_draw_fills_the_panel(stage: Stage) -> None:
    few = others(bodies=1, each=1)
    appeal = with_panel(stage, people=few)
    assert len(panel_of(appeal)) == 2
    assert appeal.draw_at is not None
    assert Notice.objects.filter(kind="panel_lacks", about=appeal.pk).exists()
    presiding = panel_of(appeal)[0]
    assert code_of(refuse_stay, appeal=appeal, reasons="x", by=presiding) == "incomplete"
    others(bodies=1, each=1)
    with clock.at(appeal.draw_at + timedelta(minutes=1)):
        draw_panels()
    appeal.refresh_from_db()
    assert (len(panel_of(appeal)), appeal.draws.count()) == (3, 2)
    assert not Appeal.objects.get(pk=appeal.pk).draw_at


def test_whoever_leaves_is_followed_by_the_next_of_the_order_and_acts_no_more(stage: Stage) -> None:
    appeal = with_panel(stage)
    order = appeal.draws.get().drawn
    first, *staying = panel_of(appeal)
    there = {f"{one.body_id}" for one in staying}
    decline_seat(appeal=appeal, reason="My sister works there.", by=first)
    members = panel_of(appeal)
    # Three bodies have to sit: the first of the order whose body is not there yet takes the place.
    following = next(key for key in order if key.split(":")[0] not in there and not key.endswith(str(first.user_id)))
    assert [one.user_id for one in members[:2]] == [one.user_id for one in staying]
    assert f"{members[2].body_id}:{members[2].user_id}" == following
    assert code_of(refuse_stay, appeal=appeal, reasons="x", by=first) == "not_on_panel"


# --- the stay and the hearing ---------------------------------------------------------------------
def test_stay_comes_first_is_in_effect_at_once_and_ends_on_its_day(stage: Stage) -> None:
    appeal = with_panel(stage)
    assert standing(stage) == "suspended"
    presiding, other, _third = panel_of(appeal)
    tomorrow = clock.now() + timedelta(days=1)
    assert code_of(call_hearing, appeal=appeal, at=tomorrow, place="x", by=presiding) == "stay_first"
    assert code_of(grant_stay, appeal=appeal, reasons="x", by=other) == "not_presiding"
    until = clock.today() + timedelta(days=5)
    grant_stay(appeal=appeal, reasons="Work would be lost.", until=until, by=presiding)
    assert standing(stage) == "in_force"
    assert code_of(refuse_stay, appeal=appeal, reasons="x", by=presiding) == "already_done"
    with clock.at(clock.now() + timedelta(days=5)):
        assert watch_appeals()["done"] == 0
    with clock.at(clock.now() + timedelta(days=9)):
        assert watch_appeals()["done"] == 1
    assert standing(stage) == "suspended"


def test_withdrawing_ends_the_stay(stage: Stage) -> None:
    appeal = with_panel(stage)
    grant_stay(appeal=appeal, reasons="Work would be lost.", by=panel_of(appeal)[0])
    withdraw_appeal(appeal=appeal, by=stage.applicant)
    assert (appeal.state, appeal.stay, standing(stage)) == ("withdrawn", "ended", "suspended")


def test_both_sides_are_called_and_heard(stage: Stage) -> None:
    appeal = with_panel(stage)
    presiding = panel_of(appeal)[0]
    add_statement(appeal=appeal, text="We logged all of it.", by=stage.applicant)
    add_statement(appeal=appeal, text="The logs came late.", by=stage.officer)
    stranger = make_member(make_authority("SE"), "case_officer")
    assert code_of(add_statement, appeal=appeal, text="x", by=stranger) == "other_body"
    assert code_of(close_hearing, appeal=appeal, by=presiding) == "not_heard"
    heard(appeal)
    told = set(Notice.objects.filter(kind="appeal_hearing", about=appeal.pk).values_list("recipient", flat=True))
    assert {stage.applicant.user_id, stage.officer.user_id, presiding.user_id} <= told
    assert (appeal.state, appeal.statements.count()) == ("heard", 2)
    assert code_of(add_statement, appeal=appeal, text="Late", by=stage.applicant) == "wrong_state"


# --- votes and effects ----------------------------------------------------------------------------
def test_majority_of_the_whole_panel_decides_and_the_effect_commits_with_the_vote(stage: Stage) -> None:
    appeal = drafted(heard(with_panel(stage)))
    first, second, _third = panel_of(appeal)
    voted(appeal, "uphold", first)
    assert (appeal.state, standing(stage)) == ("heard", "suspended")
    assert code_of(vote, appeal=appeal, seen=seen(appeal), outcome="uphold", by=first) == "voted"
    voted(appeal, "uphold", second)
    assert (appeal.state, appeal.outcome, standing(stage)) == ("upheld", "As heard.", "in_force")
    told = set(Notice.objects.filter(kind="appeal_decided", about=appeal.pk).values_list("recipient", flat=True))
    assert {stage.applicant.user_id, stage.officer.user_id} <= told
    assert list(verify()) == []


def test_varied_decision_is_in_effect_with_the_vote(stage: Stage) -> None:
    appeal = heard(with_panel(stage))
    until = clock.today() + timedelta(days=30)
    assert code_of(
        draft_decision, appeal=appeal, outcome="vary", reasons="x", published_text=NOBODY, by=panel_of(appeal)[0]
    ) == "no_measure"  # fmt: skip
    drafted(appeal, "vary", measure="restriction", until=until, lifted_when="Logs are complete.")
    voted(appeal, "vary", *panel_of(appeal)[:2])
    assert (appeal.state, standing(stage)) == ("varied", "restricted")


def test_dismissal_ends_a_stay(stage: Stage) -> None:
    appeal = with_panel(stage)
    grant_stay(appeal=appeal, reasons="Work would be lost.", by=panel_of(appeal)[0])
    drafted(heard(appeal), "dismiss")
    voted(appeal, "dismiss", *panel_of(appeal)[1:])
    assert (appeal.state, appeal.stay, standing(stage)) == ("dismissed", "ended", "suspended")


def test_a_vote_for_something_else_needs_an_opinion_and_decides_nothing_without_its_draft(stage: Stage) -> None:
    appeal = drafted(heard(with_panel(stage)))
    _first, second, third = panel_of(appeal)
    assert code_of(vote, appeal=appeal, seen=seen(appeal), outcome="dismiss", by=second) == "no_reason"
    voted(appeal, "dismiss", second, third)
    assert appeal.state == "heard"
    assert Notice.objects.filter(kind="appeal_other_majority", about=appeal.pk).exists()
    draft_decision(appeal=appeal, outcome="dismiss", reasons="The majority.", published_text=NOBODY, by=second)
    voted(appeal, "dismiss", second, third)
    assert appeal.state == "dismissed"


def test_votes_are_void_when_what_was_read_has_changed(stage: Stage) -> None:
    appeal = drafted(heard(with_panel(stage)))
    first, second, third = panel_of(appeal)
    before = seen(appeal)
    voted(appeal, "uphold", first)
    drafted(appeal)
    assert code_of(vote, appeal=appeal, seen=before, outcome="uphold", by=second) == "changed"
    voted(appeal, "uphold", second)
    assert appeal.state == "heard"
    voted(appeal, "uphold", third)
    assert appeal.state == "upheld"


def test_a_hold_is_stayed_resumed_and_lifted_by_the_portal(stage: Stage) -> None:
    hold = placed_hold(stage)
    appeal = with_panel(stage, hold)
    grant_stay(appeal=appeal, reasons="Work would be lost.", by=panel_of(appeal)[0])
    hold.refresh_from_db()
    assert (hold.state, hold.stops) == ("stayed", False)
    heard(appeal)
    assert code_of(
        draft_decision, appeal=appeal, outcome="vary", reasons="x", published_text=NOBODY, by=panel_of(appeal)[0]
    ) == "not_varied"  # fmt: skip
    drafted(appeal)
    voted(appeal, "uphold", *panel_of(appeal)[:2])
    hold.refresh_from_db()
    assert (appeal.state, hold.state, hold.ended_by) == ("upheld", "lifted", None)


def test_a_dismissed_appeal_lets_the_hold_stop_again(stage: Stage) -> None:
    hold = placed_hold(stage)
    appeal = with_panel(stage, hold)
    grant_stay(appeal=appeal, reasons="Work would be lost.", by=panel_of(appeal)[0])
    drafted(heard(appeal), "dismiss")
    voted(appeal, "dismiss", *panel_of(appeal)[:2])
    hold.refresh_from_db()
    assert (hold.state, hold.stops) == ("placed", True)


# --- publication ----------------------------------------------------------------------------------
def test_text_for_publication_names_nobody(stage: Stage) -> None:
    appeal = heard(with_panel(stage))
    members = panel_of(appeal)
    for name in (stage.institution.name.upper(), members[1].name, stage.signatory.name, appeal.reference):
        assert code_of(
            draft_decision, appeal=appeal, outcome="uphold", reasons="x", published_text=f"About {name}.", by=members[0]
        ) == "names"  # fmt: skip


def test_decision_is_published_under_an_id_and_an_entry_that_lead_to_nobody(stage: Stage) -> None:
    appeal = drafted(heard(with_panel(stage)))
    voted(appeal, "uphold", *panel_of(appeal)[:2])
    published = PublishedDecision.objects.get(appeal=appeal)
    assert (published.text, published.outcome, published.members) == (NOBODY, "uphold", 3)
    entry = Entry.objects.get(object_id=published.pk)
    event = Event.objects.get(entry=entry)
    assert (entry.body_id, event.tier, event.actor_id) == (None, "scheme", None)
    assert not {stage.institution.pk, appeal.pk, appeal.case_id} & {*event.about}
    assert str(appeal.pk) not in event.content
    assert appeal.reference not in event.content


# --- in time --------------------------------------------------------------------------------------
def test_panel_is_reminded_once_for_each_day_and_lateness_is_told(stage: Stage) -> None:
    appeal = with_panel(stage)
    assert appeal.decide_by is not None
    noon = datetime.combine(appeal.decide_by, datetime.min.time(), UTC)
    for offset, done in ((-11, 0), (-10, 1), (-9, 0), (-2, 1), (0, 0), (3, 1), (4, 0)):
        with clock.at(noon + timedelta(days=offset, hours=12)):
            assert watch_appeals()["done"] == done, offset
    appeal.refresh_from_db()
    with clock.at(noon + timedelta(days=1)):
        assert appeal.is_late
    assert Notice.objects.filter(kind="appeal_late", about=appeal.pk, recipient=stage.applicant.user_id).exists()


def test_a_missed_week_still_reminds(stage: Stage) -> None:
    appeal = with_panel(stage)
    assert appeal.decide_by is not None
    with clock.at(datetime.combine(appeal.decide_by, datetime.min.time(), UTC) + timedelta(days=20)):
        assert watch_appeals()["done"] == 1
        assert watch_appeals()["done"] == 0
    assert Appeal.objects.get().reminders == 3


def test_actor_of_another_body_of_the_member_does_not_act_for_the_seat(stage: Stage) -> None:
    appeal = with_panel(stage)
    member = panel_of(appeal)[0]
    elsewhere: Actor = make_member(
        others(bodies=1, each=1)[0].user.memberships.get().organisation, "signatory", user=member.user
    )
    assert code_of(refuse_stay, appeal=appeal, reasons="x", by=elsewhere) == "not_on_panel"
