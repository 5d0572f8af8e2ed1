"""Enforcement cases: the partner’s side first, then people who had no hand in the case."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from audits.rules.parties import own_authority, own_institution, somebody_else
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, refused
from portal.rulebook.durations import add_months


def may_hear(case: Any, actor: Actor) -> Verdict:
    """The partner's side was given, or its time has passed."""
    if case.answered_at is None and (case.answer_due is None or case.answer_due >= clock.today()):
        return refused(
            _("The partner still has time to answer the notice."),
            code="awaiting_answer",
            rule="enforcement.notice_working_days",
        )
    return own_authority(case, actor)


def may_answer(case: Any, actor: Actor) -> Verdict:
    """The partner answers a notice once."""
    if case.answered_at is not None:
        return refused(_("Your answer was sent already."), code="already_done", rule="enforcement.answer")
    return own_institution(case, actor)


def may_sign(case: Any, actor: Actor) -> Verdict:
    """Whoever opened the case, proposed the measure or heard the partner does not decide; nor does a deputy."""
    if actor.stands_for is not None:
        return refused(
            _("A deputy signs applications and grant requests. Measures are decided by signatories in person."),
            code="deputy",
            rule="enforcement.ladder",
        )
    return somebody_else(
        actor, case.opened_by_id, case.proposed_by_id, case.heard_by_id, did=_("you worked on this case")
    )


def within_months(step: Any, until: date | None, *, measure: str) -> Verdict:
    """An effect ends within the rung's `max_months`; a day is needed where the rung has such a limit."""
    rule = f"enforcement.ladder.{measure}"
    if until is not None and until <= clock.today():
        return refused(_("Choose a day that is still to come."), code="past", rule=rule)
    if step.max_months is None:
        return ALLOWED
    latest = add_months(clock.today(), step.max_months)
    if until is None or until > latest:
        return refused(
            _("Name the day on which it ends, at the latest %(day)s.") % {"day": latest.isoformat()},
            code="too_long",
            rule=rule,
        )
    return ALLOWED
