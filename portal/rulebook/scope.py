"""What the rulebook says about one line of scope: whether it is possible at all, what it needs, and its limits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.core.verdicts import ALLOWED, Verdict, refused
from portal.rulebook.schema import Limits, NotAllowed, Pattern, Rulebook, find


@dataclass(frozen=True, slots=True)
class Combination:
    """One line by keys of the rulebook's `scope`, and the partner that asks. Empty: not known yet."""

    use_case: str = ""
    data_class: str = ""
    capability_tier: str = ""
    access_route: str = ""
    risk_tier: str = ""
    kind: str = ""


def allowed(rules: Rulebook, line: Combination) -> Verdict:
    """Whether such a line may be granted at all, or the first rule against it with its reason.

    What is not known yet is given the benefit of the doubt, so that a form can ask after every choice.
    """
    unknown = _first_unknown(rules, line)
    if unknown is not None:
        return unknown
    for rule in rules.scope.not_allowed:
        if matches(rule, line):
            return _against(rule)
    use_case = find(rules.scope.use_cases, line.use_case) if line.use_case else None
    if use_case is not None and use_case.only_where and not any(could_match(way, line) for way in use_case.only_where):
        why = next((way.why for way in use_case.only_where if way.why), "")
        reason = why or _("“%(use)s” is not possible here.") % {"use": use_case.label}
        return refused(reason, code="only_where", rule=f"scope.use_cases.{use_case.key}")
    return ALLOWED


def _first_unknown(rules: Rulebook, line: Combination) -> Verdict | None:
    scope = rules.scope
    checks = (
        ("use_cases", line.use_case, {item.key for item in scope.use_cases}),
        ("data_classes", line.data_class, {item.key for item in scope.data_classes}),
        ("capability_tiers", line.capability_tier, {item.key for item in scope.capability_tiers}),
        ("access_routes", line.access_route, {item.key for item in scope.access_routes}),
    )
    for name, key, known in checks:
        if key and key not in known:
            reason = _("The rulebook has no “%(key)s” in its scope. Choose from the list.") % {"key": key[:60]}
            return refused(reason, code="unknown_term", rule=f"scope.{name}")
    return None


def _against(rule: NotAllowed) -> Verdict:
    return refused(rule.why, code=rule.key, rule=f"scope.not_allowed.{rule.key}")


def _pairs(pattern: Pattern, line: Combination) -> tuple[tuple[Collection[str], str], ...]:
    return (
        (pattern.use_cases, line.use_case),
        (pattern.data_classes, line.data_class),
        (pattern.capability_tiers, line.capability_tier),
        (pattern.access_routes, line.access_route),
        (pattern.risk_tiers, line.risk_tier),
        (pattern.kinds, line.kind),
    )


def matches(pattern: Pattern, line: Combination) -> bool:
    """Whether the pattern fits for certain: every list that it gives includes the line's word."""
    return all(not listed or word in listed for listed, word in _pairs(pattern, line))


def could_match(pattern: Pattern, line: Combination) -> bool:
    """Whether the pattern fits as far as the line is known."""
    return all(not listed or not word or word in listed for listed, word in _pairs(pattern, line))


def safeguards_needed(rules: Rulebook, line: Combination) -> tuple[str, ...]:
    """Keys of the safeguards that the environment must have for this line, in the order of the rulebook."""
    wanted = {key for rule in rules.scope.needed if matches(rule, line) for key in rule.safeguards}
    return tuple(item.key for item in rules.scope.safeguards if item.key in wanted)


def safeguards_suffice(rules: Rulebook, line: Combination, present: Collection[str]) -> Verdict:
    """Whether an environment with these safeguards may be used for the line, or which ones it lacks, and why."""
    for rule in rules.scope.needed:
        lacking = [key for key in rule.safeguards if key not in present] if matches(rule, line) else []
        if lacking:
            names = ", ".join(find(rules.scope.safeguards, key).label for key in lacking)
            reason = _("The environment needs these safeguards as well: %(names)s.") % {"names": names}
            return refused(f"{reason} {rule.why}".strip(), code="safeguards_missing", rule=f"scope.needed.{rule.key}")
    return ALLOWED


def limits(rules: Rulebook, risk_tier: str) -> Limits:
    """The most that one line of a partner of this tier may allow, cited as `scope.limits.<tier>`."""
    return rules.scope.limits[risk_tier]


def within_limits(
    rules: Rulebook, risk_tier: str, *, requests_per_day: int, tokens_per_day: int, seats: int, days: int
) -> Verdict:
    """Whether the numbers asked for are within the limits, or the first that is not."""
    most = limits(rules, risk_tier)
    checks = (
        (_("requests a day"), requests_per_day, most.requests_per_day),
        (_("tokens a day"), tokens_per_day, most.tokens_per_day),
        (_("seats"), seats, most.seats),
        (_("days"), days, most.max_days),
    )
    for what, asked, limit in checks:
        if asked > limit:
            reason = _("At most %(limit)s %(what)s are possible in this risk tier. Ask for less.") % {
                "limit": limit,
                "what": what,
            }
            return refused(reason, code="above_limit", rule=f"scope.limits.{risk_tier}")
    return ALLOWED
