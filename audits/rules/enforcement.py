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
    return may_prepare(case, actor)


def may_answer(case: Any, actor: Actor) -> Verdict:
    """The partner answers a notice once; nobody who worked on the authority's side does so for it."""
    if case.answered_at is not None:
        return refused(_("Your answer was sent already."), code="already_done", rule="enforcement.answer")
    mine = own_institution(case, actor)
    prepared = (case.opened_by_id, case.proposed_by_id)
    return mine and somebody_else(actor, *prepared, did=_("you worked on this case for the authority"))


def may_sign(case: Any, actor: Actor) -> Verdict:
    """Whoever worked on the case or on what it rests on does not decide; nor does a deputy."""
    if actor.stands_for is not None:
        return refused(
            _("A deputy signs applications and grant requests. Measures are decided by signatories in person."),
            code="deputy",
            rule="enforcement.ladder",
        )
    return somebody_else(actor, *case.involved_ids, did=_("you worked on this case"))


def may_prepare(case: Any, actor: Actor) -> Verdict:
    """Officers of the authority; whoever gave the partner's answer does not work on the other side, too."""
    mine = own_authority(case, actor)
    return mine and somebody_else(actor, case.answered_by_id, did=_("you answered for the partner"))


def has_effect(case: Any, _actor: Actor) -> Verdict:
    """A measure that takes something from the partner, and has not ended."""
    if case.measure in ("restriction", "suspension", "removal") and case.ended_at is None:
        return ALLOWED
    return refused(_("Nothing of this decision is in effect any more."), code="no_effect", rule="enforcement.lift")


def may_meet(case: Any, actor: Actor) -> Verdict:
    """The partner says that a condition is met; an officer of the authority who saw it may, too."""
    running = has_effect(case, actor)
    if not running:
        return running
    return own_institution(case, actor) if actor.has("applicant") else own_authority(case, actor)


def may_confirm(case: Any, actor: Actor) -> Verdict:
    """Officers of the authority confirm what others said to be met."""
    running = has_effect(case, actor)
    return running and own_authority(case, actor)


def may_propose_lifting(case: Any, actor: Actor) -> Verdict:
    """A removal is not lifted: its time runs out, or an appeal sets it aside. The others are, on their conditions."""
    if case.measure == "removal":
        return refused(
            _("A removal is not lifted. The institution may apply again once its time is over."),
            code="not_lifted",
            rule="enforcement.ladder.removal",
        )
    running = may_confirm(case, actor)
    if not running:
        return running
    if case.lifting_proposed_at is not None:
        return refused(_("Lifting is proposed already."), code="already_done", rule="enforcement.lift")
    if not case.unconfirmed:
        return ALLOWED
    return refused(
        _("What must be true for it to be lifted is not all confirmed: %(n)s missing.") % {"n": case.unconfirmed},
        code="conditions",
        rule="enforcement.lift",
    )


def may_lift(case: Any, actor: Actor) -> Verdict:
    """Once proposed; not by whoever worked on the case, said or confirmed that a condition is met, or proposed it."""
    running = has_effect(case, actor)
    if not running:
        return running
    if case.lifting_proposed_at is None:
        return refused(_("Nobody has proposed to lift it."), code="not_proposed", rule="enforcement.lift")
    theirs = somebody_else(actor, *case.lifter_ids, did=_("you had a part in what lifts it"))
    return theirs and may_sign(case, actor)


def confirms_another(condition: Any, actor: Actor) -> Verdict:
    """A condition that somebody else said to be met, and that is not confirmed yet."""
    rule = "enforcement.confirm_condition"
    if condition.met_at is None:
        return refused(_("Nobody has said that it is met."), code="not_met", rule=rule)
    if condition.confirmed_at is not None:
        return refused(_("It is confirmed already."), code="already_done", rule=rule)
    return somebody_else(actor, condition.met_by_id, did=_("you said that it is met"))


def weighed(measure: str, suggested: str, *, milder: str, why_step: str) -> Verdict:
    """Why nothing milder suffices, and why another step than the ladder's, are said before notice is given."""
    if measure != "warning" and not milder.strip():
        return refused(
            _("Say which milder steps were weighed, and why they do not suffice."),
            code="proportion",
            rule=f"enforcement.ladder.{measure}",
        )
    if measure != suggested and not why_step.strip():
        return refused(
            _("The ladder suggests another step. Say why this one is proposed."),
            code="other_step",
            rule="enforcement.repeat_months",
        )
    return ALLOWED


def narrows_scope(measure: str, named: int, live: int) -> Verdict:
    """A restriction names what it closes or limits, where the partner has anything; no other measure does."""
    rule = "enforcement.ladder.restriction"
    if measure == "restriction" and live and not named:
        return refused(
            _("Name what the restriction closes, or the lines whose limits it lowers."), code="no_scope", rule=rule
        )
    if measure != "restriction" and named:
        return refused(_("Only a restriction closes parts or lowers limits."), code="scope", rule=rule)
    return ALLOWED


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
