"""Joint sign-off: whose signatures count, and when there are enough of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.rules.case import nothing_open
from partners.rules.hands import Hands, no_conflict
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, first_refusal, refused
from portal.rulebook.schema import QuorumRule


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that counts: who, for which body, of which jurisdiction and kind, and a deputy’s in whose place."""

    person: UUID
    body: UUID
    jurisdiction: str
    kind: str = "authority"
    stands_for: UUID | None = None

    @property
    def counts_as(self) -> UUID:
        """The signatory whose duty it was: a deputy and whoever they cover for count as one."""
        return self.stands_for or self.person

    @property
    def involved(self) -> set[UUID]:
        """Everybody who can't sign again."""
        return {self.person, self.counts_as}


@dataclass(frozen=True, slots=True)
class QuorumState:
    """How far a quorum is. `missing` has a sentence for each thing that is."""

    rule: QuorumRule
    signatures: int
    bodies: int
    jurisdictions: int
    missing: tuple[str, ...]

    @property
    def met(self) -> bool:
        return not self.missing


def quorum_state(rule: QuorumRule, signed: Sequence[Signed], *, home: UUID | None) -> QuorumState:
    """Counts distinct people, bodies and jurisdictions; `home` is the authority that runs the case, if one does yet."""
    people = {item.counts_as for item in signed if item.kind in rule.kinds}
    bodies = {item.body for item in signed if item.kind in rule.kinds}
    countries = {item.jurisdiction for item in signed if item.kind in rule.kinds}
    missing = []
    if (short := rule.signatures - len(people)) > 0:
        missing.append(ngettext("%(n)s more signature", "%(n)s more signatures", short) % {"n": short})
    if (short := rule.bodies - len(bodies)) > 0:
        missing.append(
            ngettext("a signature of %(n)s more authority", "signatures of %(n)s more authorities", short)
            % {"n": short}
        )
    if (short := rule.jurisdictions - len(countries)) > 0:
        missing.append(
            ngettext("a signature from %(n)s more country", "signatures from %(n)s more countries", short)
            % {"n": short}
        )
    if rule.home and home not in bodies:
        missing.append(_("a signature of the home authority"))
    return QuorumState(rule, len(people), len(bodies), len(countries), tuple(missing))


def may_sign(
    rule: QuorumRule,
    hands: Hands,
    signed: Sequence[Signed],
    actor: Actor,
    *,
    home: UUID,
    open_queries: int,
    outdated: bool,
) -> Verdict:
    """Whether the actor may sign or refuse: right kind of body, no earlier part, no conflict, not twice, nothing open.

    The last places of a quorum are kept for those who can still meet it, so that one body cannot use them up.
    """
    if actor.body_kind not in rule.kinds or actor.body_id is None:
        return refused(_("Bodies of your kind don’t sign this decision."), code="wrong_body", rule="quorum.kinds")
    barred = {"author": hands.authors, "case_officer": hands.screeners, "assessor": hands.assessors}
    mine = {actor.user_id, actor.stands_for} - {None}
    for part in rule.without:
        if not mine.isdisjoint(barred.get(part, frozenset())):
            return refused(
                _("You or whoever you cover for wrote, screened or assessed this case, so someone else has to sign it.")
                if actor.stands_for
                else _("You wrote, screened or assessed this case, so someone else has to sign it."),
                code="had_a_part",
                rule="quorum.without",
            )
    if not mine.isdisjoint(hands.deciders):
        return refused(
            _("You or whoever you cover for signed or refused what was set aside on appeal. Others decide anew.")
            if actor.stands_for
            else _("You signed or refused what was set aside on appeal. Others decide anew."),
            code="decided_before",
            rule="appeal",
        )
    if any(item.person == actor.user_id for item in signed):
        return refused(_("You have signed this already."), code="signed", rule="quorum.signatures")
    if any(not mine.isdisjoint(item.involved) for item in signed):
        return refused(
            _("A signatory and their deputy count as one person, and one of you has signed this."),
            code="signed_by_deputy",
            rule="quorum.signatures",
        )
    return first_refusal(
        no_conflict(hands, actor),
        lambda: _no_conflict_covered(hands, actor),
        lambda: nothing_open(open_queries),
        lambda: _as_assessed(outdated),
        lambda: _room_for(rule, signed, actor, home),
    )


def _no_conflict_covered(hands: Hands, actor: Actor) -> Verdict:
    """A deputy does not sign in the place of somebody who may not."""
    if actor.stands_for not in hands.conflicted | hands.authors:
        return ALLOWED
    return refused(
        _("Whoever you cover for has a conflict of interest in this case, so you can’t sign it in their place."),
        code="conflict_of_interest",
        rule="conflict",
    )


def _as_assessed(outdated: bool) -> Verdict:
    if not outdated:
        return ALLOWED
    return refused(
        _("An answer changed after it was assessed. The case officer has to take the case back for review first."),
        code="outdated",
        rule="application.recommend",
    )


def _room_for(rule: QuorumRule, signed: Sequence[Signed], actor: Actor, home: UUID) -> Verdict:
    """Whether this signature leaves enough places for the bodies and the home authority that are still missing."""
    left = rule.signatures - len({item.counts_as for item in signed}) - 1
    bodies = {item.body for item in signed} | {actor.body_id}
    needed = max(rule.bodies - len(bodies), 1 if rule.home and home not in bodies else 0)
    if left >= needed:
        return ALLOWED
    return refused(
        _("The signatures that are still missing have to come from other authorities."),
        code="other_body_needed",
        rule="quorum.bodies",
    )
