"""Panels: who sits by the order of the lot, what a member may do, and when it is decided. No queries, no writes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from audits.rules.appeal import without_part
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, first_refusal, refused

RULE = "appeal.panel"


class Candidate(NamedTuple):
    """A person of a body who may be drawn."""

    person: UUID
    body: UUID

    @property
    def key(self) -> str:
        """As the lot has them: opaque ids alone."""
        return f"{self.body}:{self.person}"


def candidate_of(key: str) -> Candidate:
    """The candidate of a key."""
    body, _colon, person = key.partition(":")
    return Candidate(UUID(person), UUID(body))


@dataclass(frozen=True, slots=True)
class Missing:
    """What a panel lacks: members, and bodies that are not there yet."""

    members: int
    bodies: int

    def __bool__(self) -> bool:
        return self.members > 0


def seat_panel(
    order: Sequence[Candidate], *, sitting: Sequence[Candidate], size: int, bodies: int
) -> tuple[list[Candidate], Missing]:
    """Who takes a seat next, in the order of the lot, and what is still missing.

    Nobody sits twice. Somebody of a body that sits already is passed over while the seats that are left are needed for
    bodies that do not (rulebook: appeal.against.<kind>.panel and .bodies).
    """
    taken, seated = list(sitting), []
    for one in order:
        left, there = size - len(taken), {item.body for item in taken}
        if left <= 0:
            break
        if one.person in {item.person for item in taken}:
            continue
        if one.body in there and left <= bodies - len(there):
            continue
        taken.append(one)
        seated.append(one)
    lacking = size - len(taken)
    return seated, Missing(lacking, max(0, bodies - len({item.body for item in taken})))


# --- what a member may do -------------------------------------------------------------------------
def on_panel(appeal: Any, actor: Actor) -> Verdict:
    """The actor sits on the panel, in the name of the body that they were drawn for, and still has no part."""
    if not any((seat.member_id, seat.body_id) == (actor.user_id, actor.body_id) for seat in appeal.sitting):
        return refused(_("Only members of the panel do this."), code="not_on_panel", rule=RULE)
    parts = appeal.parts
    return without_part(actor, people=parts.people, bodies=parts.bodies)


def complete(appeal: Any) -> Verdict:
    """Every seat of the panel is taken."""
    lacking = appeal.panel_size - len(appeal.sitting)
    if lacking <= 0:
        return ALLOWED
    text = ngettext_lazy(
        "The panel lacks %(n)d member. It is completed by lot first.",
        "The panel lacks %(n)d members. It is completed by lot first.",
        lacking,
    )
    return refused(text % {"n": lacking}, code="incomplete", rule=RULE)


def presides(appeal: Any, actor: Actor) -> Verdict:
    """The first of the lot who sits leads the proceedings."""
    member = on_panel(appeal, actor)
    if not member:
        return member
    if appeal.sitting[0].member_id == actor.user_id:
        return complete(appeal)
    return refused(_("The presiding member does this."), code="not_presiding", rule=RULE)


def may_note(appeal: Any, actor: Actor) -> Verdict:
    """Notes are of a hearing that has begun."""
    return first_refusal(lambda: on_panel(appeal, actor), lambda: hearing_began(appeal))


def may_hear(appeal: Any, actor: Actor) -> Verdict:
    """The hearing is closed by the presiding member, after it began."""
    return first_refusal(lambda: presides(appeal, actor), lambda: hearing_began(appeal))


def hearing_began(appeal: Any) -> Verdict:
    """Both sides were called, and the time has come."""
    if appeal.hearing_at is not None and appeal.hearing_at <= clock.now():
        return ALLOWED
    return refused(_("The hearing has not begun. Call both sides first."), code="not_heard", rule="appeal.hearing")


def may_stay(appeal: Any, actor: Actor) -> Verdict:
    """The presiding member decides on the stay, where there is an effect to stay."""
    return first_refusal(lambda: presides(appeal, actor), lambda: stay_is_open(appeal))


def may_call(appeal: Any, actor: Actor) -> Verdict:
    """The presiding member calls the hearing, once the stay is decided."""
    return first_refusal(lambda: presides(appeal, actor), lambda: stay_comes_first(appeal))


def stay_is_open(appeal: Any) -> Verdict:
    """A stay is decided once, and only of what has an effect."""
    if not appeal.can_be_stayed:
        text = _("A refusal stopped nothing, so there is no effect to stay.")
        return refused(text, code="nothing_to_stay", rule="appeal.stay_of_effect")
    if appeal.stay:
        return refused(_("The stay is decided already."), code="already_done", rule="appeal.stay_of_effect")
    return ALLOWED


def stay_comes_first(appeal: Any) -> Verdict:
    """Where there is an effect to stay, that is decided before anything else."""
    if appeal.stay or not appeal.can_be_stayed:
        return ALLOWED
    return refused(_("Decide on the stay first."), code="stay_first", rule="appeal.stay_of_effect")


def still_to_come(day: date | None) -> Verdict:
    """A last day, where one is named, lies ahead."""
    if day is None or day > clock.today():
        return ALLOWED
    return refused(_("Choose a day that is still to come."), code="past", rule="appeal.stay_of_effect")


def can_be_varied(kind: str, outcome: str) -> Verdict:
    """A measure can be exchanged for another; a hold stands or falls, and a refusal stands or is decided anew."""
    if outcome != "vary" or kind == "enforcement":
        return ALLOWED
    text = (
        _("A hold is lifted or stands. It cannot be varied.")
        if kind == "hold"
        else _("A refusal stands, or others decide anew. It cannot be varied.")
    )
    return refused(text, code="not_varied", rule="appeal.outcome")


# --- voting ---------------------------------------------------------------------------------------
class Voted(NamedTuple):
    """A vote with effect: on the draft as it stands."""

    member: UUID
    outcome: str


def decided_by(votes: Iterable[Voted], *, size: int) -> str:
    """The outcome for which more than half of the whole panel voted, or nothing."""
    counted = Counter(vote.outcome for vote in {vote.member: vote for vote in votes}.values())
    return next((outcome for outcome, count in counted.items() if count * 2 > size), "")


def votes_once(actor: Actor, votes: Iterable[Voted]) -> Verdict:
    """One vote for each member on one draft."""
    if all(vote.member != actor.user_id for vote in votes):
        return ALLOWED
    return refused(_("You have voted on this draft already."), code="voted", rule="appeal.outcome")


# --- what is published ----------------------------------------------------------------------------
SHORTEST = 3


def names_in(text: str, names: Collection[str]) -> list[str]:
    """Names that the text holds as whole words, whatever their case, accents' encoding and spacing."""
    words = _plain(text)
    found = {name for name in names if len(_plain(name)) >= SHORTEST}
    return sorted(name for name in found if re.search(rf"(?<!\w){re.escape(_plain(name))}(?!\w)", words))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in folded if not unicodedata.combining(char) and unicodedata.category(char) != "Cf")
    return " ".join(bare.split())


def names_nobody(text: str, names: Collection[str]) -> Verdict:
    """What is published names no institution, person or release."""
    found = names_in(text, names)
    if not found:
        return ALLOWED
    return refused(
        _("The text for publication still says: %(names)s. Write it so that nobody is named.")
        % {"names": ", ".join(found)},
        code="names",
        rule="appeal.publication",
    )
