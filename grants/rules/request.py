"""Rules on grant requests: which lines can be asked for, judged and granted. Who may review and sign is as for
applications (partners.rules).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, TypedDict

from django.utils.translation import gettext_lazy as _

from portal.core.verdicts import ALLOWED, Verdict, first_refusal, refused
from portal.rulebook import scope
from portal.rulebook.schema import Rulebook

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


class Limits(TypedDict):
    """What a review leaves of a line: how much, and until when."""

    requests_per_day: int
    tokens_per_day: int
    seats: int
    ends_on: date


def narrower(line: Any, *, requests_per_day: int, tokens_per_day: int, seats: int, ends_on: date) -> Verdict:
    """Whether the limits and dates are within what was asked for: a review may give less, never more."""
    within = (
        1 <= requests_per_day <= line.requests_per_day
        and 1 <= tokens_per_day <= line.tokens_per_day
        and 1 <= seats <= line.seats
        and line.starts_on <= ends_on <= line.ends_on
    )
    if within:
        return ALLOWED
    return refused(
        _("A line can be narrowed, not widened: keep every limit and the last day within what was asked for."),
        code="wider",
        rule="grant_request.review_line",
    )


def ready_for_providers(lines: Sequence[Any], *, assessors: int, assessed_by: int) -> Verdict:
    """Every line is reviewed, by as many people as the quorum asks for, and its environment is accredited."""
    for item in lines:
        if item.review is None:
            reason = _("Line %(number)s is not reviewed yet.") % {"number": item.line.number}
            return refused(reason, code="not_reviewed", rule="grant_request.review_line")
    if assessed_by < assessors:
        return refused(
            _("The rulebook asks for %(count)s reviewers. Assign another one.") % {"count": assessors},
            code="assessors",
            rule="quorum.assessors",
        )
    for item in lines:
        if not item.is_refused and item.line.environment.state != "accredited":
            reason = _("Accredit the environment “%(name)s” first.") % {"name": item.line.environment.name}
            return refused(reason, code="environment_not_accredited", rule="environment.accredit")
    return ALLOWED


def ready_for_signatories(lines: Sequence[Any], *, due_passed: bool) -> Verdict:
    """Providers have answered for every line, or their time is over: a line without an answer is then not granted."""
    waiting = [item.line.number for item in lines if item.waits_for_provider]
    if waiting and not due_passed:
        reason = _("The provider has not answered for line %(number)s yet.") % {"number": waiting[0]}
        return refused(reason, code="awaiting_provider", rule="consent.deadline_working_days")
    return ALLOWED
