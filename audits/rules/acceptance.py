"""Rules on accepting the risk of a finding: until when, and who may sign. No queries, no writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from partners.rules.hands import Hands
from partners.rules.quorum import Signed, may_sign
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, refused
from portal.rulebook.durations import add_months
from portal.rulebook.schema import QuorumRule

RULE = "quorum.risk_acceptance"


def may_be_accepted(finding: Any, rule: Any, *, until: date) -> Verdict:
    """The severity is one whose risk can be accepted (`rule` is audits.findings.<severity>), until a day within it."""
    cited = f"audits.findings.{finding.severity}"
    if not rule.may_be_accepted:
        return refused(
            rule.why or _("The risk of such a finding cannot be accepted."), code="not_acceptable", rule=cited
        )
    if until <= clock.today():
        return refused(_("Choose a day that is still to come."), code="past", rule=cited)
    latest = add_months(clock.today(), rule.accept_months)
    if until > latest:
        return refused(
            _("Choose a day by %(day)s: a risk of this severity is accepted for %(n)s months at most.")
            % {"day": latest.isoformat(), "n": rule.accept_months},
            code="too_long",
            rule=cited,
        )
    return ALLOWED


def none_is_open(*, there: bool) -> Verdict:
    """One acceptance of a finding at a time."""
    if not there:
        return ALLOWED
    return refused(_("This is proposed already. Sign that, or take it back first."), code="proposed", rule=RULE)


def had_no_part(acceptance: Any, actor: Actor) -> Verdict:
    """Whoever audited, wrote what is signed or put it right does not sign; nor does a deputy."""
    if actor.stands_for is not None:
        return refused(_("Risks are accepted by signatories in person."), code="deputy", rule=RULE)
    if actor.user_id in acceptance.auditor_ids | acceptance.author_ids:
        return refused(
            _("You audited, proposed this, or reported it as put right. Somebody else has to sign."),
            code="had_a_part",
            rule="quorum.without",
        )
    return ALLOWED


def may_sign_acceptance(
    rule: QuorumRule, signed: Sequence[Signed], actor: Actor, *, home: UUID, conflicted: Collection[UUID]
) -> Verdict:
    """As the quorum asks for: not twice, not with a declared conflict, and with room for the home authority."""
    nobody: frozenset[UUID] = frozenset()
    mine = frozenset({actor.user_id} if actor.user_id else ())
    hands = Hands(
        authors=nobody, screeners=nobody, assessors=nobody, conflicted=frozenset(conflicted),
        clear=mine - frozenset(conflicted), assigned=nobody,
    )  # fmt: skip
    return may_sign(rule, hands, signed, actor, home=home, open_queries=0, outdated=False)
