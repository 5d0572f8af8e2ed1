"""The ladder for what stays overdue: remind, warn, propose enforcement. Nothing is decided because time passed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audits import notices
from audits.actions.enforcement import open_case
from audits.actions.facts import link_facts
from audits.models import EnforcementCase, Escalation, Finding, Obligation
from audits.overdue import country_of, late_by, next_step, owed, step_day
from audits.queries.escalation import (
    Overdue,
    gathering_case,
    ladder_of,
    rule_key,
    steps_taken,
    taken_on,
    undecided_case,
)
from partners.models import Institution
from portal.core import clock
from portal.core.actors import Actor
from portal.rulebook.schema.oversight import Escalation as Rung
from portal.workflow import as_deed, lock, record


@as_deed
def escalate(*, subject: Overdue, by: Actor) -> Escalation | None:
    """Take the next step of the rulebook's ladder, where its day has come. None where a colleague was first.

    A step that proposes enforcement opens a case with the facts, or joins one: about the same thing and undecided, or
    about anything else that the partner left overdue and before its notice. The authority takes it up or drops it.
    """
    lock(subject)
    now = owed(subject)
    if now is None or subject.escalates_on is None or subject.escalates_on > clock.today():
        return None
    (what, due), ladder, country = now, ladder_of(subject), country_of(subject)
    taken = steps_taken(subject, what, due)
    step = next_step(ladder, taken)
    assert step is not None, "escalates_on is set where a step is left"
    late = late_by(subject)
    case = _case(subject, step, due, late, by) if step.step == "propose_enforcement" else None
    record(
        subject,
        "escalate",
        by=by,
        rulebook=subject.rulebook,
        changes={"escalates_on": step_day(ladder, {*taken, step.key}, due, country)},
        says=str(Escalation.Step(step.step).label),
        detail={
            "step": step.key, "what": what, "due": due, "late": late, "rule": rule_key(subject, step.key),
            "case": case.pk if case else None,
        },
        about=[subject.institution_id, case.pk if case else None],
    )  # fmt: skip
    made = Escalation.objects.create(
        **_of(subject),
        what=what,
        due=due,
        key=step.key,
        step=step.step,
        late=late,
        rulebook=subject.rulebook,
        taken_at=clock.now(),
        case=case,
    )
    notices.overdue(subject, made)
    return made


def _of(subject: Overdue) -> dict[str, Any]:
    return {"finding" if isinstance(subject, Finding) else "obligation": subject}


def _case(subject: Overdue, step: Rung, due: date, late: int, by: Actor) -> EnforcementCase:
    """One case for all that a partner leaves overdue, as long as the partner was not told what it rests on.

    Steps about one partner wait here for one another, so that two workers do not open two cases.
    """
    there = undecided_case(subject)
    if there is not None:
        return there
    Institution.objects.select_for_update(no_key=True).get(pk=subject.institution_id)
    said, gathering = _facts(subject, step, due, late), gathering_case(subject.institution_id)
    if gathering is not None:
        lock(gathering)
    if gathering is not None and gathering.state == "opened":
        return link_facts(case=gathering, facts=[subject], says=said, by=by)
    return open_case(institution=subject.institution, facts=said, by=by, **_of(subject))


def _facts(subject: Overdue, step: Rung, due: date, late: int) -> str:
    """What the record says, in words; nothing is judged."""
    words = {"reference": subject.reference, "title": subject.title, "due": _day(due), "late": late}
    if isinstance(subject, Obligation):
        said = _("The report “%(title)s” (%(reference)s) was due on %(due)s and is %(late)s working days overdue.")
    elif subject.state == "open":
        said = _("A plan for “%(title)s” (%(reference)s) was due on %(due)s and is %(late)s working days overdue.")
    else:
        said = _("“%(title)s” (%(reference)s) was to be put right by %(due)s, and is %(late)s working days overdue.")
    first = said % words
    before = [
        _("%(step)s on %(day)s.") % {"step": item.get_step_display(), "day": _day(item.taken_at)}
        for item in taken_on(subject)
        if item.due == due
    ]
    rule = _(
        "The portal brings this up by rule %(rule)s of rulebook %(version)s. The authority takes it up or drops it."
    )
    cited = rule % {"rule": rule_key(subject, step.key), "version": subject.rulebook}
    return "\n".join([first, *before, cited])


def _day(value: date) -> str:
    return date_format(value, "DATE_FORMAT")
