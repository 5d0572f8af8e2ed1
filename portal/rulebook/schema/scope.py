"""What may be granted: use cases, data classes, capability tiers, safeguards, what does not go together, and limits."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from portal.rulebook.schema.base import ByTier, Positive, RiskTier, Rule, Slug, Term


class UseCase(Term):
    """What a model is used for. `only_where`: not allowed at all unless one of these patterns fits. `needs_plan`: asked
    for only with an evaluation plan.
    """

    only_where: tuple[Pattern, ...] = ()
    needs_plan: bool = True


class Ranked(Term):
    """A term in an order: the higher the rank, the more care it needs."""

    rank: Positive


class Pattern(Rule):
    """Fits a line when each list that is given includes the line's word; a list that is empty fits all."""

    use_cases: tuple[Slug, ...] = ()
    data_classes: tuple[Slug, ...] = ()
    capability_tiers: tuple[Slug, ...] = ()
    access_routes: tuple[Slug, ...] = ()
    risk_tiers: tuple[RiskTier, ...] = ()
    kinds: tuple[Slug, ...] = ()

    @property
    def is_empty(self) -> bool:
        lists = (
            self.use_cases, self.data_classes, self.capability_tiers, self.access_routes, self.risk_tiers, self.kinds,
        )  # fmt: skip
        return not any(lists)


class NotAllowed(Pattern):
    """A combination that cannot be granted, and why."""

    key: Slug

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.is_empty:
            raise ValueError(
                "This forbids everything. Name at least one use case, data class or tier that it is about."
            )
        if not self.why:
            raise ValueError("Say why: the page shows it to whoever asks for this combination.")
        return self


class Needed(Pattern):
    """The safeguards that an environment must have for lines of this pattern."""

    key: Slug
    safeguards: Annotated[tuple[Slug, ...], Field(min_length=1)]


class Limits(Rule):
    """The most that one line may allow. Requests and tokens a day, seats at once, days from start to end."""

    requests_per_day: Positive
    tokens_per_day: Annotated[int, Field(ge=1, le=10**12, strict=True)]
    seats: Positive
    max_days: Positive
    warn_at_percent: Annotated[int, Field(ge=1, le=100, strict=True)] = 80


class Scope(Rule):
    """The taxonomy of scope and its rules.

    `plan_parts` are what an evaluation plan consists of, each to be written; without any, none is asked for. A renewal
    of a grant can be asked for from `renewal_lead_days` before its last day on.
    """

    use_cases: Annotated[tuple[UseCase, ...], Field(min_length=1)]
    data_classes: Annotated[tuple[Ranked, ...], Field(min_length=1)]
    capability_tiers: Annotated[tuple[Ranked, ...], Field(min_length=1)]
    access_routes: Annotated[tuple[Term, ...], Field(min_length=1)]
    safeguards: Annotated[tuple[Term, ...], Field(min_length=1)]
    prohibited_uses: tuple[Term, ...] = ()
    not_allowed: tuple[NotAllowed, ...] = ()
    needed: tuple[Needed, ...] = ()
    limits: ByTier[Limits]
    accreditation_months: ByTier[Positive]
    accreditation_notices_days: Annotated[tuple[Positive, ...], Field(min_length=1)] = (60, 30, 7)
    plan_parts: tuple[Term, ...] = ()
    renewal_lead_days: Positive = 120


UseCase.model_rebuild()
Scope.model_rebuild()
