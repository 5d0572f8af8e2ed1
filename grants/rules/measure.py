"""Rules on measures: what narrows a line, and who may sign."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from partners.rules.quorum import may_sign
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, refused

RULE = "quorum.grant_narrowing"


def narrows(
    line: Any,
    limits: dict[str, Any],
    conditions: Collection[str],
    obligations: Collection[str],
    *,
    known: Collection[str],
    today: date,
) -> Verdict:
    """Whether it takes something away from the line as it is in force, and gives nothing. `known`: safeguards."""
    volumes = ("requests_per_day", "tokens_per_day", "seats")
    wider = any(not 1 <= limits[name] <= getattr(line, name) for name in volumes)
    if wider or limits["ends_on"] > line.ends_on:
        return refused(
            _("An authority can narrow a line, not widen it: keep every limit and the last day within what holds now."),
            code="wider",
            rule=RULE,
        )
    if limits["ends_on"] < max(today, line.starts_on):
        return refused(
            _("The last day can be today at the earliest. To stop access now, place a hold."), code="past", rule=RULE
        )
    if not set(obligations) <= set(known):
        return refused(_("Choose obligations from the rulebook's safeguards."), code="unknown_term", rule=RULE)
    same = all(limits[name] == getattr(line, name) for name in limits)
    if same and not obligations and set(conditions) <= set(line.conditions):
        return refused(_("This changes nothing about the line."), code="same", rule=RULE)
    return ALLOWED


def caps(line: Any, limits: Mapping[str, int | None]) -> Verdict:
    """Whether these limits lower something of the line as agreed, and raise nothing; None leaves one as it is."""
    named = {name: value for name, value in limits.items() if value is not None}
    if any(not 1 <= value <= getattr(line, name) for name, value in named.items()):
        return refused(
            _("A limit can be lowered, to one at least: to allow nothing, close the line."),
            code="wider",
            rule="enforcement.ladder.restriction",
        )
    if all(value == getattr(line, name) for name, value in named.items()):
        return refused(_("These limits lower nothing of the line."), code="same", rule="enforcement.ladder.restriction")
    return ALLOWED


def may_sign_measure(case: Any, actor: Actor) -> Verdict:
    """Whether the actor may sign or refuse: not what they proposed themselves, and as the quorum asks for.

    Whoever declared a conflict of interest in the request has one here too; the others declare with the signature.
    """
    measure = case.measure
    mine = {actor.user_id, actor.stands_for} - {None}
    if "proposer" in case.rule.without and measure.proposed_by_id in mine:
        return refused(
            _("You or whoever you cover for proposed this. Others have to sign it."),
            code="had_a_part",
            rule="quorum.without",
        )
    hands = replace(case.hands, clear=case.hands.clear | mine)
    return may_sign(
        case.rule, hands, case.signed, actor, home=measure.grant.authority_id, open_queries=0, outdated=False
    )


def may_propose(grant: Any, actor: Actor) -> Verdict:
    """Whether the actor may propose a measure on the grant: case officers of its authority, and every signatory."""
    if actor.has("signatory") or (actor.has("case_officer") and actor.body_id == grant.authority_id):
        return ALLOWED
    return refused(
        _("Case officers of the grant's authority and signatories propose measures."), code="wrong_role", rule=RULE
    )
