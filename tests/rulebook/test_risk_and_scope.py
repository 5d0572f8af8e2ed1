"""The risk tier from the answers, and what the rulebook allows in one line of scope."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from portal.rulebook import scope
from portal.rulebook.risk import score
from portal.rulebook.schema import DECISIONS, RISK_TIERS
from portal.rulebook.scope import Combination
from tests.factories.rulebook import founding_rules
from tests.rulebook.answers import good_answers
from tests.rulebook.test_questionnaire import ANSWERS

RULES = founding_rules()
QUIET = {**good_answers(RULES.questionnaire, "university"), "hazard_domains": ["none"], "capability_tier": "general"}


def tier(**answers: Any) -> str:
    return score(RULES, {**QUIET, **answers}, "university").tier


def test_quiet_work_is_in_the_standard_tier() -> None:
    found = score(RULES, QUIET, "university")
    assert (found.tier, found.points, found.factors) == ("standard", 0, ())


def test_points_add_up_and_the_factors_are_named() -> None:
    found = score(
        RULES, {**QUIET, "purposes": ["red_teaming"], "hazard_domains": ["cyber"], "mfa": "password"}, "university"
    )
    assert [factor.key for factor in found.factors] == ["cyber_hazard", "red_teaming", "weak_sign_in"]
    assert found.points == sum(factor.points for factor in found.factors) == 7
    assert found.tier == "elevated"
    assert found.citations[0] == "risk.tiers.elevated"


def test_a_floor_lifts_the_tier_whatever_the_points() -> None:
    assert tier(capability_tier="frontier") == "elevated"
    assert tier(hazard_domains=["biology"], hazard_controls="Sealed.") == "high"


def test_a_hidden_answer_does_not_count_for_the_risk() -> None:
    assert tier(safeguards=["none"], log_retention_days=0) == tier(safeguards=["none"])


@given(ANSWERS)
@settings(deadline=None)
def test_any_answers_have_a_tier(answers: dict[str, Any]) -> None:
    found = score(RULES, answers, "company")
    assert found.tier in RISK_TIERS
    assert found.points >= 0


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_quorum_is_found_by_decision_and_tier(decision: str) -> None:
    for name in RISK_TIERS:
        assert RULES.quorum.rule(decision, name).signatures >= 1
    with pytest.raises(KeyError):
        RULES.quorum.rule(decision, "gigantic")
    with pytest.raises(KeyError):
        RULES.quorum.rule("lottery", "high")


def test_a_new_partner_is_never_admitted_by_one_body_alone() -> None:
    assert all(rule.bodies >= 2 and rule.signatures >= 2 for _tier, rule in RULES.quorum.initial.items())
    assert all(set(rule.without) >= {"author", "assessor"} for _tier, rule in RULES.quorum.initial.items())


# --- scope ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (Combination(use_case="evaluation", data_class="critical", access_route="api"), "critical_outside_isolation"),
        (Combination(use_case="benchmarking", data_class="personal"), "sensitive_benchmarking"),
        (Combination(capability_tier="frontier", access_route="fine_tuning"), "frontier_fine_tuning"),
        (Combination(data_class="sensitive_personal", capability_tier="frontier"), "frontier_sensitive"),
        (Combination(risk_tier="high", access_route="api_logprobs"), "high_risk_logprobs"),
    ],
)
def test_a_combination_that_is_not_allowed_says_why(line: Combination, rule: str) -> None:
    verdict = scope.allowed(RULES, line)
    assert not verdict
    assert verdict.rule == f"scope.not_allowed.{rule}"
    assert str(verdict.reason).endswith(".")


def test_what_is_not_known_yet_gets_the_benefit_of_the_doubt() -> None:
    assert scope.allowed(RULES, Combination())
    assert scope.allowed(RULES, Combination(data_class="critical"))
    assert scope.allowed(RULES, Combination(use_case="deployment"))
    assert scope.allowed(RULES, Combination(use_case="deployment", capability_tier="advanced"))


def test_deployment_is_possible_only_where_the_rulebook_says() -> None:
    pilot = {"use_case": "deployment", "data_class": "published", "risk_tier": "standard", "capability_tier": "general"}
    assert scope.allowed(RULES, Combination(**pilot, kind="university"))
    for change in (
        {"kind": "company"},
        {"capability_tier": "frontier"},
        {"data_class": "personal"},
        {"risk_tier": "high"},
    ):
        verdict = scope.allowed(RULES, Combination(**{**pilot, "kind": "university", **change}))
        assert verdict.rule == "scope.use_cases.deployment"
        assert "pilot" in str(verdict.reason)


def test_a_word_that_the_scope_does_not_have_is_refused() -> None:
    verdict = scope.allowed(RULES, Combination(use_case="baking"))
    assert (verdict.allowed, verdict.code, verdict.rule) == (False, "unknown_term", "scope.use_cases")


def test_safeguards_add_up_over_all_rules_that_fit() -> None:
    line = Combination(use_case="red_teaming", data_class="synthetic", capability_tier="frontier")
    needed = scope.safeguards_needed(RULES, line)
    assert set(needed) == {"logging", "rate_limiting", "human_review", "network_isolation", "output_control"}
    assert scope.safeguards_suffice(RULES, line, needed)
    lacking = scope.safeguards_suffice(RULES, line, set(needed) - {"network_isolation"})
    assert lacking.rule == "scope.needed.frontier"
    assert "Network isolation" in str(lacking.reason)


def test_nothing_is_used_without_logging() -> None:
    for use_case in RULES.scope.use_cases:
        assert "logging" in scope.safeguards_needed(RULES, Combination(use_case=use_case.key, data_class="synthetic"))


def test_numbers_above_the_limit_are_refused_by_name() -> None:
    most = scope.limits(RULES, "high")
    asked = {
        "requests_per_day": most.requests_per_day,
        "tokens_per_day": most.tokens_per_day,
        "seats": most.seats,
        "days": most.max_days,
    }
    assert scope.within_limits(RULES, "high", **asked)
    for name, limit in asked.items():
        verdict = scope.within_limits(RULES, "high", **{**asked, name: limit + 1})
        assert verdict.rule == "scope.limits.high"
        assert str(limit) in str(verdict.reason)
