"""Appeals: open to this partner, on this ground, in time; admitted by somebody without a part. No queries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audits.rules.parties import own_institution
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, first_refusal, refused
from portal.rulebook.places import LastDay


def without_part(actor: Actor, *, people: Collection[UUID], bodies: Collection[UUID]) -> Verdict:
    """Neither the person nor their body had a part in what is appealed against, nor a tie to the institution."""
    if actor.body_id is None or actor.body_id in bodies:
        return refused(
            _("Your organisation had a part in the decision. The panel comes from others."),
            code="not_independent",
            rule="appeal.panel",
        )
    if actor.user_id is None or actor.user_id in people:
        return refused(
            _("You had a part in the case of this institution. Somebody else has to do this."),
            code="not_independent",
            rule="appeal.panel",
        )
    if actor.stands_for is not None:
        return refused(_("Appeals are judged by members in person."), code="deputy", rule="appeal.panel")
    return ALLOWED


def may_admit(appeal: Any, actor: Actor) -> Verdict:
    """Whoever admits or rejects an appeal had no part in the decision."""
    parts = appeal.parts
    return without_part(actor, people=parts.people, bodies=parts.bodies)


def may_state(appeal: Any, actor: Actor) -> Verdict:
    """Both sides are heard: applicants of the institution, and officers of the authority whose decision it is."""
    if actor.has("applicant"):
        return own_institution(appeal, actor)
    if appeal.authority_id is not None and actor.body_id == appeal.authority_id:
        return ALLOWED
    return refused(_("Another authority speaks for this decision."), code="other_body", rule="appeal.sides")


def in_time(last: LastDay, *, moment: datetime) -> Verdict:
    """An appeal is lodged while its time runs: to the end of the last day where the partner's authority is.

    Where the country has several zones, the day ends with the one in which it ends last.
    """
    if last.includes(moment):
        return ALLOWED
    return refused(
        _("The time to appeal ended on %(day)s.") % {"day": last},
        code="too_late",
        rule="appeal.against",
    )


def on_ground(ground: str, rule: Any) -> Verdict:
    """The ground is one that the rulebook opens for this kind of decision (appeal.against.<kind>.grounds)."""
    if ground in rule.grounds:
        return ALLOWED
    return refused(_("An appeal of this kind is not open on this ground."), code="no_ground", rule=f"appeal.{rule.key}")


def not_judged_yet(*, is_open: bool, judged: bool) -> Verdict:
    """One appeal at a time against one decision, and none against what a panel has judged."""
    if is_open:
        return refused(_("An appeal is being heard already."), code="already_done", rule="appeal.lodge")
    if judged:
        return refused(_("A panel has judged this decision already."), code="judged", rule="appeal.lodge")
    return ALLOWED


def may_lodge(*, last: LastDay, moment: datetime, ground: str, rule: Any, is_open: bool, judged: bool) -> Verdict:
    """All that has to hold, in the order in which it is told."""
    return first_refusal(
        not_judged_yet(is_open=is_open, judged=judged),
        lambda: in_time(last, moment=moment),
        lambda: on_ground(ground, rule),
    )
