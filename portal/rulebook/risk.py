"""The risk tier of a partner from its answers, with the reasons. A suggestion: a person may set it otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.rulebook.questionnaire import prune
from portal.rulebook.schema import RISK_TIERS, Factor, RiskTier, Rulebook, holds


@dataclass(frozen=True, slots=True)
class Score:
    """The tier, the points, and the factors that made it so. Each is cited as `risk.factors.<key>`."""

    tier: RiskTier
    points: int
    factors: tuple[Factor, ...]

    @property
    def citations(self) -> tuple[str, ...]:
        """Rulebook keys of the tier and of every factor that counted."""
        return (f"risk.tiers.{self.tier}", *(f"risk.factors.{factor.key}" for factor in self.factors))


def score(rules: Rulebook, answers: Mapping[str, Any], organisation: str) -> Score:
    """The tier that the rulebook gives to these answers: by points, lifted by any factor that sets a floor."""
    known = prune(rules.questionnaire, answers, organisation)
    factors = tuple(factor for factor in rules.risk.factors if holds(factor.when, known, organisation))
    points = sum(factor.points for factor in factors)
    reached = [level.key for level in rules.risk.tiers if points >= level.from_points]
    floors = [factor.at_least for factor in factors if factor.at_least]
    tier = max([*reached, *floors], key=RISK_TIERS.index)
    return Score(tier, points, factors)
