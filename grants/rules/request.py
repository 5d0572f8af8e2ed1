"""Rules on grant requests: which lines can be asked for, who may review and sign, and when a quorum is met."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, first_refusal, refused
from portal.rulebook import scope
from portal.rulebook.schema import QuorumRule, Rulebook

MOST_LINES = 60
"""More lines than this in one request are two requests: nobody could read them before signing."""


def combination(line: Any, *, risk_tier: str, kind: str) -> scope.Combination:
    """The line in the words of the rulebook. `line` is anything with the fields of Scope."""
    return scope.Combination(
        use_case=line.use_case,
        data_class=line.data_class,
        capability_tier=line.release.capability_tier,
        access_route=line.access_route,
        risk_tier=risk_tier,
        kind=kind,
    )


def line_possible(rules: Rulebook, line: Any, *, risk_tier: str, kind: str, safeguards: Collection[str]) -> Verdict:
    """Whether such a line could be granted at all, or the first rule against it.

    `safeguards` are those that the environment attests as met. The order is that in which a person can act on it.
    """
    asked = combination(line, risk_tier=risk_tier, kind=kind)
    return first_refusal(
        _offered(line),
        lambda: scope.allowed(rules, asked),
        lambda: scope.within_limits(
            rules,
            risk_tier,
            requests_per_day=line.requests_per_day,
            tokens_per_day=line.tokens_per_day,
            seats=line.seats,
            days=(line.ends_on - line.starts_on).days + 1,
        ),
        lambda: scope.safeguards_suffice(rules, asked, safeguards),
    )


def _offered(line: Any) -> Verdict:
    if line.release.state == "retired":
        return refused(_("This release is retired. Choose another one."), code="release_retired", rule="release.retire")
    if line.access_route not in line.release.access_routes:
        return refused(
            _("The provider does not offer this release by this route."),
            code="route_not_offered",
            rule="release.routes",
        )
    if line.environment.state in ("registered", "closed"):
        return refused(
            _("Attest the safeguards of this environment first."), code="environment_not_attested",
            rule="environment.attest",
        )  # fmt: skip
    if line.ends_on < line.starts_on:
        return refused(_("The last day is before the first day."), code="dates", rule="grant.dates")
    return ALLOWED


def may_submit(lines: Sequence[Verdict], *, qualified: Verdict, last_day: date | None, today: date) -> Verdict:
    """A request can be sent when the partner is qualified, it has lines, and each of them is possible."""
    if not qualified:
        return qualified
    if not lines:
        return refused(_("Add at least one line first."), code="no_lines", rule="grant_request.submit")
    if last_day is not None and last_day < today:
        return refused(_("The last day of every line has passed."), code="past", rule="grant_request.submit")
    for number, verdict in enumerate(lines, start=1):
        if not verdict:
            reason = _("Line %(number)s cannot be granted: %(reason)s") % {"number": number, "reason": verdict.reason}
            return refused(reason, code=verdict.code, rule=verdict.rule)
    return ALLOWED


def may_assess(*, assigned: bool, conflict: bool | None) -> Verdict:
    """A reviewer assesses after being assigned and after declaring that they have no conflict of interest."""
    if not assigned:
        return refused(_("This case is not assigned to you."), code="not_assigned", rule="grant_request.assign")
    if conflict is None:
        return refused(
            _("Declare your interests first. Until then you cannot review."), code="not_declared",
            rule="grant_request.declare",
        )  # fmt: skip
    if conflict:
        return refused(_("You declared a conflict of interest."), code="conflict", rule="grant_request.declare")
    return ALLOWED


def may_be_assigned(user_id: UUID, *, officer_id: UUID | None, conflicted: Collection[UUID]) -> Verdict:
    """Whoever runs the case does not assess it, and a declared conflict is for good."""
    if user_id == officer_id:
        return refused(_("You run this case, so somebody else must review it."), code="own_case", rule="quorum.without")
    if user_id in conflicted:
        return refused(
            _("This person declared a conflict of interest in this case."),
            code="conflict",
            rule="grant_request.declare",
        )
    return ALLOWED


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature with effect: who, for which body, of which jurisdiction."""

    user_id: UUID
    body_id: UUID
    jurisdiction: str
    body_kind: str = "authority"


def may_sign(
    actor: Actor, rule: QuorumRule, *, signed: Iterable[Signed], involved: dict[str, Collection[UUID]]
) -> Verdict:
    """A signatory who had no part in the case, once. `involved` maps the rulebook's words for a part to people."""
    if actor.body_kind not in rule.kinds:
        return refused(_("Only an authority signs this."), code="wrong_body", rule="quorum.kinds")
    for part in rule.without:
        if actor.user_id in involved.get(part, ()):
            return refused(
                _("You had a part in this case, so somebody else must sign."), code="involved", rule="quorum.without"
            )
    if any(item.user_id == actor.user_id for item in signed):
        return refused(_("You have signed already."), code="signed_already", rule="quorum")
    if sum(item.body_id == actor.body_id for item in signed) > rule.signatures - rule.bodies:
        return refused(
            _("Your authority has signed. The next signature must come from another authority."),
            code="same_body",
            rule="quorum.bodies",
        )
    return ALLOWED


def quorum_met(rule: QuorumRule, signed: Sequence[Signed], *, home: str = "") -> Verdict:
    """Whether the signatures suffice, or what is missing. `home` is the jurisdiction of the partner."""
    missing = [
        (rule.signatures - len({item.user_id for item in signed}), _("%(count)s more signatures are needed.")),
        (
            rule.bodies - len({item.body_id for item in signed}),
            _("%(count)s more authorities must sign."),
        ),
        (
            rule.jurisdictions - len({item.jurisdiction for item in signed}),
            _("Signatures from %(count)s more jurisdictions are needed."),
        ),
    ]
    for count, sentence in missing:
        if count > 0:
            return refused(sentence % {"count": count}, code="quorum", rule="quorum")
    if rule.home and home and home not in {item.jurisdiction for item in signed}:
        return refused(_("A signature of the partner's own country is needed."), code="quorum_home", rule="quorum.home")
    return ALLOWED
