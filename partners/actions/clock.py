"""Keeping the clocks of cases, and reminding whoever holds the pen. Nothing is ever decided because time passed."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from partners import chasers
from partners.actions.letter import make_reminder
from partners.models import Application, ClockStretch, Query
from partners.queries.chasing import leads, pen_holders
from partners.queries.clock import pen_now, reading_of, recorded_turns, rule_of_stage
from partners.rules.clock import Pen, Stretch, chase_due, day_used_up, next_chase, used_days
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused
from portal.rulebook.durations import working_days_between
from portal.rulebook.schema.decisions import Clock
from portal.workflow import as_deed, lock, record, require_deed

ALREADY = refused("There is nothing to remind of.", code="not_due", rule="clocks")


def keep_clock(application: Application) -> None:
    """Bring the clock of a case to its present state: inside each deed after which somebody else may hold the pen.

    One query where nothing changes hands; three more where it does.
    """
    require_deed()
    pen = pen_now(application)
    rows = list(ClockStretch.objects.filter(application=application).order_by("began_at", "id"))
    last = rows[-1] if rows and rows[-1].ended_at is None else None
    if (last and Pen(last.stage, last.holder)) == pen:  # type: ignore[arg-type]
        return
    now = clock.now()
    if last is not None:
        last.ended_at = max(now, last.began_at)
        last.chase_on = None
        last.save(update_fields=["ended_at", "chase_on"])
    due: date | None = None
    if pen is not None:
        stretch = _begun(application, pen, now, rows)
        stretch.save(force_insert=True)
        due = stretch.due_on
    _note_due(application, due)


def _note_due(application: Application, due: date | None) -> None:
    """The last day in time, kept beside the case so that the queue can be sorted and filtered by it."""
    if application.due_on != due:
        application.due_on = due
        Application.objects.filter(pk=application.pk).update(due_on=due)


def _begun(application: Application, pen: Pen, at: datetime, before: list[ClockStretch]) -> ClockStretch:
    """The stretch that begins then, with what was used of its stage before."""
    country, rule = application.authority.jurisdiction, rule_of_stage(application, pen.stage)
    used = used_days(map(_plain, before), pen.stage, at.date(), country)
    chased = max((row.chased for row in before if row.stage == pen.stage), default=0)
    stretch = ClockStretch(
        application=application,
        stage=pen.stage,
        holder=pen.holder,
        began_at=at,
        limit=rule.working_days,
        used=used,
        chased=chased,
    )
    if pen.holder == "authority":
        stretch.due_on = day_used_up(used, rule.working_days, at.date(), country)
        stretch.chase_on = _next(stretch, rule, country)
    return stretch


def _next(stretch: ClockStretch, rule: Clock, country: str) -> date | None:
    began = stretch.began_at.date()
    return next_chase(stretch.used, stretch.chased, rule.working_days, rule.chase_after_days, began, country)


def _plain(row: ClockStretch) -> Stretch:
    return Stretch(row.stage, row.holder, row.began_at.date(), row.ended_at.date() if row.ended_at else None)


@as_deed
def rebuild_clock(*, application: Application) -> list[ClockStretch]:
    """Make the clock of a case anew from the record of its moves. What was sent of reminders is kept."""
    lock(application)
    old = ClockStretch.objects.filter(application=application)
    chased = dict.fromkeys(ClockStretch.Stage.values, 0)
    for stage, sent in old.values_list("stage", "chased"):
        chased[stage] = max(chased[stage], sent)
    made: list[ClockStretch] = []
    for turn in recorded_turns(application):
        stretch = _begun(application, turn.pen, turn.began, made)
        stretch.chased = max(stretch.chased, chased[turn.pen.stage])
        stretch.ended_at = turn.ended
        if stretch.holder == "authority":
            rule, country = rule_of_stage(application, stretch.stage), application.authority.jurisdiction
            stretch.chase_on = None if turn.ended else _next(stretch, rule, country)
        made.append(stretch)
    old.delete()
    ClockStretch.objects.bulk_create(made)
    _note_due(application, made[-1].due_on if made and made[-1].ended_at is None else None)
    return made


# --- chasers --------------------------------------------------------------------------------------
@as_deed
def chase_stage(*, stretch: ClockStretch, by: Actor) -> ClockStretch:
    """Remind whoever holds the pen at the authority that a stage ends soon, or is late; late, its lead too.

    Each of the rulebook's reminders goes out once; where days were missed only the latest does. Raises Conflict where
    another worker was first.
    """
    application = stretch.application
    lock(application)
    lock(stretch)
    rule, country = rule_of_stage(application, stretch.stage), application.authority.jurisdiction
    reading = reading_of(stretch, country)
    if stretch.ended_at is not None or reading is None or not reading.running:
        raise Conflict(ALREADY)
    due = chase_due(reading.used, stretch.chased, stretch.limit, rule.chase_after_days)
    if due is None:
        raise Conflict(ALREADY)
    stretch.chased = due
    stretch.chase_on = _next(stretch, rule, country)
    stretch.save(update_fields=["chased", "chase_on"])
    detail = {"stage": stretch.stage, "used": reading.used, "limit": stretch.limit, "due": stretch.due_on}
    record(
        application,
        "remind",
        by=by,
        rulebook=application.rulebook,
        says=_("Reminded: %(stage)s, %(words)s") % {"stage": reading.label.lower(), "words": reading.words},
        detail=detail,
        tier="authority",
    )
    people = pen_holders(application, stretch.stage, late=reading.late > 0)
    chasers.tell_of_stage(application, reading, to=people, leads=leads(application), key=f"{stretch.pk}:{due}")
    return stretch


def start_chasing(query: Query) -> None:
    """Note on a question that is just being asked when its first reminder is due."""
    query.chase_on = _next_of_question(query)


def _next_of_question(query: Query) -> date | None:
    application = query.application
    rule, country = rule_of_stage(application, "answer"), application.authority.jurisdiction
    asked = query.asked_at.date()
    return next_chase(0, query.chased, rule.working_days, rule.chase_after_days, asked, country)


@as_deed
def chase_answer(*, query: Query, by: Actor) -> Query:
    """Remind the institution of a question, before and after its due date; late, whoever asked hears of it too.

    Each reminder goes out once. Raises Conflict where another worker was first, or the question is settled.
    """
    application = query.application
    lock(application)
    lock(query)
    if query.state != "open":
        raise Conflict(ALREADY)
    rule, country = rule_of_stage(application, "answer"), application.authority.jurisdiction
    passed = working_days_between(query.asked_at.date(), clock.today(), country)
    due = chase_due(passed, query.chased, rule.working_days, rule.chase_after_days)
    if due is None:
        raise Conflict(ALREADY)
    query.chased = due
    changes = {"chased": due, "chase_on": _next_of_question(query)}
    record(
        query,
        "remind",
        by=by,
        rulebook=application.rulebook,
        changes=changes,
        detail={"due": query.due_on, "late": due > rule.working_days},
        about=[application.pk, application.institution_id],
    )
    late = due > rule.working_days
    make_reminder(query, notice=due, late=late)
    chasers.tell_of_question(query, late=late, key=f"{query.pk}:{due}")
    return query
