"""The clocks of a case as its deeds keep them, the reminders, and that nothing is decided because time passed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module

import pytest
from django.core.management import call_command

from partners.actions.application import withdraw_application
from partners.actions.case import return_to_review
from partners.actions.query import ask_question, withdraw_question
from partners.models import Application, ClockStretch, Qualification, Query
from partners.queries.clock import clock_of, in_time
from partners.tasks import chase_answers, chase_stages
from portal.core import clock
from portal.ledger.models import Entry
from portal.notifications.models import Notice
from portal.sweeps import SWEEPS
from tests.factories import partners as make

pytestmark = pytest.mark.django_db
MONDAY = date(2027, 3, 1)
"""Easter 2027 is 28 March; Norway has Thursday, Friday and Monday off."""


def on(day: date | int) -> AbstractContextManager[None]:
    """That day, or so many days after the Monday, at ten."""
    wanted = MONDAY + timedelta(days=day) if isinstance(day, int) else day
    return clock.at(datetime.combine(wanted, time(10), UTC))


def kept(made: make.Cast) -> list[tuple[object, ...]]:
    """The stretches: stage, holder, first and last day, used before, due."""
    rows = ClockStretch.objects.filter(application=made.application).order_by("began_at")
    return [
        (row.stage, row.holder, (row.began_at.date() - MONDAY).days,
         (row.ended_at.date() - MONDAY).days if row.ended_at else None, row.used, row.due_on) for row in rows
    ]  # fmt: skip


def reading(made: make.Cast) -> tuple[int, int, bool]:
    found = clock_of(made.fresh())
    assert found is not None
    return found.used, found.limit, found.running


@pytest.fixture
def made() -> make.Cast:
    """Under review in Norway: arrived on Monday 1 March 2027, screened on the Wednesday."""
    with on(0):
        made = make.submitted_application()
    with on(2):
        return make.assign(make.screen(made))


def test_stages_run_on_their_own_and_stop_while_the_institution_has_the_pen(made: make.Cast) -> None:
    with on(2):
        assert reading(made) == (0, 30, True)
    with on(9):
        assert reading(made) == (5, 30, True)
        query = make.ask(made)
        assert made.fresh().due_on is None
    with on(23):
        assert reading(made) == (5, 30, False)
        assert getattr(clock_of(made.fresh()), "note", "") == "stopped since 10 Mar 2027, the institution has the pen"
        make.answer(made, query)
    with on(30):  # Wednesday after Easter: Thursday, Friday and Monday were holidays, so Wednesday and Tuesday count
        assert reading(made) == (7, 30, True)
        make.send(make.assess(made))
        assert reading(made) == (0, 10, True)
    with on(30):
        assert [row[:4] for row in kept(made)] == [
            ("screening", "authority", 0, 2),
            ("assessment", "authority", 2, 9),
            ("assessment", "applicant", 9, 23),
            ("assessment", "authority", 23, 30),
            ("signatures", "authority", 30, None),
        ]


def test_easter_moves_the_day_due(made: make.Cast) -> None:
    due = made.fresh().due_on
    assert due == date(2027, 4, 19), "thirty weekdays would have been 14 April"
    assert not Application.objects.filter(pk=made.application.pk, due_on__isnull=True).exists()


def test_a_question_before_signing_stops_the_signatories_clock_until_it_is_settled(made: make.Cast) -> None:
    with on(9):
        make.send(make.assess(made))
    with on(10):
        make.declare_conflict(application=made.application, conflict=False, by=made.signatory)
        query = ask_question(application=made.fresh(), section="security", text="Which vault?", by=made.signatory)
        assert reading(made) == (1, 10, False)
    with on(16):
        assert reading(made) == (1, 10, False)
        withdraw_question(query=query, by=made.signatory)
        assert reading(made) == (1, 10, True)
    with on(17):
        assert reading(made) == (2, 10, True)
        return_to_review(application=made.fresh(), reason="Look at it again.", by=made.officer)
        assert reading(made) == (5, 30, True), "what was used of a stage stays used"


def test_no_clock_runs_once_it_is_over(made: make.Cast) -> None:
    with on(9):
        make.sign(make.send(make.assess(made)))
    assert clock_of(made.fresh()) is None
    assert made.application.due_on is None
    assert not ClockStretch.objects.filter(ended_at__isnull=True).exists()
    with on(10):
        other = make.submitted_application()
        withdraw_application(application=other.application, by=other.applicant)
    assert clock_of(other.fresh()) is None


def test_made_anew_from_the_record_it_is_the_same(made: make.Cast) -> None:
    with on(5):
        first = make.ask(made)
    with on(8):
        second = make.ask(made, section="data", by=made.officer)
        make.answer(made, first)
    with on(12):
        make.answer(made, second)
    with on(15):
        make.send(make.assess(made))
        make.declare_conflict(application=made.application, conflict=False, by=made.signatory)
        asked = ask_question(application=made.fresh(), section="security", text="Which vault?", by=made.signatory)
    with on(18):
        make.answer(made, asked)
        before, due = kept(made), made.fresh().due_on
        call_command("rebuild_clocks", verbosity=0)
        assert kept(made) == before
        assert made.fresh().due_on == due
    assert len(before) == 7


def test_a_case_without_a_clock_gets_it_from_the_record(made: make.Cast) -> None:
    before = kept(made)
    ClockStretch.objects.all().delete()
    Application.objects.filter(pk=made.application.pk).update(due_on=None)
    with on(3):
        chase_stages()
    assert kept(made) == before


def test_the_queue_is_filtered_by_time(made: make.Cast) -> None:
    rows = Application.objects.all()

    def found() -> list[str]:
        return [which for which in ("late", "week", "in_time", "stopped") if in_time(rows, which).exists()]

    with on(9):
        assert found() == ["in_time"]
    with on(date(2027, 4, 19)):
        assert found() == ["week"]
    with on(date(2027, 4, 20)):
        assert found() == ["late"]
        make.ask(made)
        assert found() == ["stopped"]


# --- reminders ------------------------------------------------------------------------------------
def told(kind: str) -> set[object]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient_id", flat=True))


def test_reviewers_are_reminded_before_their_stage_ends_and_once(made: make.Cast) -> None:
    sent = []
    for day in (date(2027, 4, 2), date(2027, 4, 5), date(2027, 4, 6), date(2027, 4, 14), date(2027, 4, 19)):
        with on(day):
            sent.append(chase_stages()["done"])
            assert chase_stages()["done"] == 0
    assert sent == [0, 1, 0, 0, 1]
    assert told("stage_ends") == {made.reviewer.user_id}
    assert told("stage_late") == set()


def test_late_the_officers_and_the_administrators_hear_of_it_too(made: make.Cast) -> None:
    from tests.factories.accounts import make_member

    lead = make_member(made.authority, "administrator")
    with on(date(2027, 5, 3)):
        assert chase_stages()["done"] == 1
    assert told("stage_late") == {made.reviewer.user_id, made.officer.user_id}
    assert told("stage_late_lead") == {lead.user_id}
    notice = Notice.objects.get(kind="stage_late_lead")
    assert made.institution.name not in notice.title + notice.body


def test_signatories_are_reminded_but_not_those_who_signed_or_had_a_part(made: make.Cast) -> None:
    with on(9):
        make.send(make.assess(made))
        make.sign(made, made.signatory)
    with on(16):
        assert chase_stages()["done"] == 1
    assert told("stage_ends") == {made.other_signatory.user_id}


def test_nobody_at_the_authority_is_reminded_while_the_institution_has_the_pen(made: make.Cast) -> None:
    with on(9):
        make.ask(made)
    with on(400):
        assert chase_stages()["done"] == 0


def test_the_institution_is_reminded_of_a_question_before_and_after_it_is_due(made: make.Cast) -> None:
    with on(9):
        query = make.ask(made)
    for day in (12, 24, 25, 60, 400):
        with on(day):
            chase_answers()
            assert chase_answers()["done"] == 0
    assert told("answer_due") == {made.applicant.user_id}
    assert told("answer_late") == {made.applicant.user_id}
    assert told("answer_late_asker") == {made.reviewer.user_id}
    assert Notice.objects.filter(kind="answer_late").count() == 1
    assert Query.objects.get(pk=query.pk).state == "open"


def test_nothing_is_accepted_or_refused_because_time_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sweep of the portal, up to twelve years ahead: only a qualification past its last day has another state."""
    monkeypatch.setattr("portal.dashboards.tasks.SECONDS", 1)  # no report on each of the 144 months, but on the first
    casts = [make.submitted_application(), make.reviewed_application(), make.application_to_sign()]
    asked = make.reviewed_application()
    make.ask(asked)
    made, _applicant, _qualification = make.qualified_institution()
    cases = [*casts, asked]
    before = {one.application.pk: one.fresh().state for one in cases}
    last = Entry.objects.latest("seq").seq
    for years in (0.2, 1, 12):
        with clock.at(clock.now() + timedelta(days=365 * years)):
            for sweep in SWEEPS:
                module, _dot, name = sweep.task.rpartition(".")
                getattr(import_module(module), name)()
    assert {one.application.pk: one.fresh().state for one in cases} == before
    assert set(before.values()) == {"submitted", "under_review", "awaiting_signatures", "awaiting_applicant"}
    moved = {
        (entry.object_type, entry.verb.rpartition(".")[2], entry.state)
        for entry in Entry.objects.filter(seq__gt=last, object_type__in=["application", "query", "qualification"])
    }
    assert moved == {
        ("application", "remind", "submitted"),
        ("application", "remind", "under_review"),
        ("application", "remind", "awaiting_signatures"),
        ("query", "remind", "open"),
        ("qualification", "lapse", "lapsed"),
    }
    assert Qualification.objects.get(institution=made).state == "lapsed"
