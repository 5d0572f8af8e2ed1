"""Who may touch a case: nobody in two parts of it, and nobody with a conflict of interest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Refused, Verdict, first_refusal, refused


def body_of(actor: Actor) -> UUID:
    """The body in whose name the actor acts. Raises Refused for somebody who acts for none."""
    if actor.body_id is None:
        raise Refused(refused(_("You act for no organisation."), code="no_body", rule="roles"))
    return actor.body_id


class HandledBy(Protocol):
    """An application, as far as it says which case officers had a part in it."""

    handled_by: list[UUID]


@dataclass(frozen=True, slots=True)
class Hands:
    """Who had a part in a case, as ids of accounts.

    `screeners` screened it, set its tier, sent it to the signatories or took it back, or judged what a name resembles.
    `deciders` signed or refused a decision on it that was set aside on appeal, or reviewed a grant request for one:
    whatever the quorum asks for, it is decided anew by others.
    """

    authors: frozenset[UUID] = frozenset()
    screeners: frozenset[UUID] = frozenset()
    assessors: frozenset[UUID] = frozenset()
    conflicted: frozenset[UUID] = frozenset()
    clear: frozenset[UUID] = frozenset()
    assigned: frozenset[UUID] = frozenset()
    deciders: frozenset[UUID] = frozenset()


def hands_with(application: HandledBy, by: Actor) -> list[UUID]:
    """The case officers who had a part in the case, and this one with them."""
    return sorted({*application.handled_by, by.person_id})


def no_conflict(hands: Hands, actor: Actor) -> Verdict:
    """A person declares first that they have no conflict of interest; one with a conflict does nothing more here."""
    if actor.user_id in hands.conflicted:
        return refused(
            _("You declared a conflict of interest, so this case is closed to you."),
            code="conflict_of_interest",
            rule="conflict",
        )
    if actor.user_id in hands.authors:
        return refused(
            _("You took part in this application for the institution, so you can’t work on it for an authority."),
            code="own_case",
            rule="separation.author",
        )
    if actor.user_id not in hands.clear:
        return refused(
            _("First declare whether you have a conflict of interest in this case."),
            code="not_declared",
            rule="conflict",
        )
    return ALLOWED


def may_screen(hands: Hands, actor: Actor) -> Verdict:
    """A case officer without a conflict who has not assessed the case."""
    return first_refusal(
        no_conflict(hands, actor),
        lambda: _not_among(
            hands.assessors, actor, _("You assessed this case, so someone else screens it."), "assessor"
        ),
    )


def may_be_assigned(user_id: UUID, hands: Hands) -> Verdict:
    """A reviewer had no other part in the case, and has no conflict."""
    if user_id in hands.conflicted:
        return refused(
            _("This person declared a conflict of interest. Assign someone else."),
            code="conflict_of_interest",
            rule="conflict",
        )
    if user_id in hands.authors | hands.screeners:
        return refused(
            _("Whoever wrote or screened a case can’t review it. Assign someone else."),
            code="had_a_part",
            rule="separation.reviewer",
        )
    if user_id in hands.deciders:
        return refused(
            _("This person had a part in what was set aside on appeal. Others decide anew."),
            code="decided_before",
            rule="appeal",
        )
    if user_id in hands.assigned:
        return refused(_("This person is assigned already."), code="assigned", rule="application.assign")
    return ALLOWED


def may_review(hands: Hands, actor: Actor) -> Verdict:
    """An assigned reviewer who declared no conflict and did not screen the case."""
    if actor.user_id not in hands.assigned:
        return refused(_("You are not assigned to this case."), code="not_assigned", rule="application.assign")
    return first_refusal(
        no_conflict(hands, actor),
        lambda: _not_among(
            hands.screeners, actor, _("You screened this case, so someone else assesses it."), "screener"
        ),
        lambda: _decides_anew(hands, actor),
    )


def _decides_anew(hands: Hands, actor: Actor) -> Verdict:
    if actor.user_id not in hands.deciders:
        return ALLOWED
    text = _("You had a part in what was set aside on appeal. Others decide anew.")
    return refused(text, code="decided_before", rule="appeal")


def _not_among(people: frozenset[UUID], actor: Actor, reason: str, part: str) -> Verdict:
    if actor.user_id in people:
        return refused(reason, code="had_a_part", rule=f"separation.{part}")
    return ALLOWED
