"""Who decides, by how many, on what risk, for how long, and what a refused organisation may do."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from portal.rulebook.schema.base import (
    RISK_TIERS,
    BodyKind,
    ByTier,
    Count,
    CountryCode,
    Disclosure,
    Line,
    Part,
    Positive,
    Prose,
    RiskTier,
    Rule,
    Slug,
    Term,
)  # fmt: skip
from portal.rulebook.schema.conditions import Condition

Involvement = Literal["author", "case_officer", "assessor", "adviser", "auditor", "proposer"]
"""Ways of having had a part in what is to be decided."""


class QuorumRule(Rule):
    """How many signatures a decision needs.

    `bodies`: from at least so many different bodies; `jurisdictions`: of at least so many countries; `kinds`: what
    kind of body may sign; `home`: one of them is of the partner's own jurisdiction; `assessors`: so many independent
    assessments come first; `without`: whoever had such a part may not sign.
    """

    signatures: Positive
    bodies: Positive
    jurisdictions: Positive = 1
    kinds: Annotated[tuple[BodyKind, ...], Field(min_length=1)] = ("authority",)
    home: bool = False
    assessors: Count = 0
    blind: bool = False
    without: tuple[Involvement, ...] = ("author", "case_officer", "assessor")

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.bodies > self.signatures:
            raise ValueError("More bodies than signatures: this quorum could never be met. Raise `signatures`.")
        if self.jurisdictions > self.bodies:
            raise ValueError("More jurisdictions than bodies: this quorum could never be met. Raise `bodies`.")
        if self.blind and self.assessors < 2:
            raise ValueError(
                "Assessors are blind to each other only where there are two. Set `assessors` to 2 or more."
            )
        return self

    def as_strict_as(self, other: QuorumRule) -> bool:
        """Whether whatever meets this also meets the other, by number."""
        return (
            self.signatures >= other.signatures
            and self.bodies >= other.bodies
            and self.jurisdictions >= other.jurisdictions
            and self.assessors >= other.assessors
        )


class Quorum(Rule):
    """The quorum of each kind of decision, by the risk tier of the partner."""

    initial: ByTier[QuorumRule]
    renewal: ByTier[QuorumRule]
    change: ByTier[QuorumRule]
    grant_initial: ByTier[QuorumRule]
    grant_amendment: ByTier[QuorumRule]
    grant_renewal: ByTier[QuorumRule]
    hold_confirmation: ByTier[QuorumRule]
    risk_acceptance: ByTier[QuorumRule]
    grant_narrowing: ByTier[QuorumRule]
    grant_revocation: ByTier[QuorumRule]

    @model_validator(mode="after")
    def _stricter_with_risk(self) -> Self:
        for name in DECISIONS:
            rules: ByTier[QuorumRule] = getattr(self, name)
            for lighter, stricter in pairwise(RISK_TIERS):
                if not rules[stricter].as_strict_as(rules[lighter]):
                    raise ValueError(f"{name}: {stricter} asks for less than {lighter}. Raise it to at least the same.")
        return self

    def rule(self, decision: str, tier: str) -> QuorumRule:
        """The quorum for that kind of decision and tier, cited as `quorum.<decision>.<tier>`."""
        if decision not in DECISIONS:
            raise KeyError(f"No quorum for {decision!r}: use one of {', '.join(DECISIONS)}.")
        by_tier: ByTier[QuorumRule] = getattr(self, decision)
        return by_tier[tier]


DECISIONS = tuple(name for name in Quorum.model_fields if name not in Rule.model_fields)


class Factor(Rule):
    """Adds points to the risk score where its condition holds; `at_least` lifts the tier whatever the score."""

    key: Slug
    label: Line
    when: Condition
    points: Count = 0
    at_least: RiskTier | None = None


class RiskLevel(Term):
    """One tier: from how many points, and what it means."""

    key: RiskTier
    from_points: Count


class Risk(Rule):
    """How the tier of a partner is found from its answers. A person may set it otherwise, with a reason."""

    tiers: Annotated[tuple[RiskLevel, ...], Field(min_length=len(RISK_TIERS), max_length=len(RISK_TIERS))]
    factors: Annotated[tuple[Factor, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if tuple(level.key for level in self.tiers) != RISK_TIERS:
            raise ValueError(f"List the tiers once each, in this order: {', '.join(RISK_TIERS)}.")
        points = [level.from_points for level in self.tiers]
        if points[0] != 0 or points != sorted(set(points)):
            raise ValueError("The first tier starts from 0 points, and each next one from more.")
        return self


class Circumstance(Term):
    """Something about a partner that can change, and the sections of the questionnaire that it touches."""

    sections: Annotated[tuple[Slug, ...], Field(min_length=1)]


class Qualification(Rule):
    """How long a qualification lasts, when to renew, and when to warn.

    `circumstances` are what a partner reports when it changes. A section that stayed as it was is not assessed anew in
    a renewal or a change, for as long as its assessment is not older than `assess_again_months`.
    """

    validity_months: ByTier[Positive]
    renewal_lead_days: Positive
    notices_days: Annotated[tuple[Positive, ...], Field(min_length=1)]
    change_notice_working_days: Positive
    cooling_off_days: Positive
    assess_again_months: Positive = 60
    circumstances: tuple[Circumstance, ...] = ()

    @model_validator(mode="after")
    def _descending(self) -> Self:
        if list(self.notices_days) != sorted(set(self.notices_days), reverse=True):
            raise ValueError("List notices_days from the earliest notice to the last, each once: 90, 60, 30, 7.")
        return self


class OrganisationKind(Term):
    """A kind of organisation that may apply."""

    evidence: tuple[Line, ...] = ()


class Jurisdiction(Part):
    """A country whose organisations may apply; `note` is shown to them."""

    country: CountryCode
    note: Annotated[str, Field(max_length=300)] = ""


class Exclusion(Rule):
    """Organisations of these kinds in these countries may not apply, and `why` tells them. None named: all of them."""

    key: Slug
    title: Line
    kinds: tuple[Slug, ...] = ()
    jurisdictions: tuple[CountryCode, ...] = ()
    why: Prose

    def covers(self, kind: str, country: str) -> bool:
        """Whether an organisation of that kind in that country is meant."""
        return (not self.kinds or kind in self.kinds) and (not self.jurisdictions or country in self.jurisdictions)


class Eligibility(Rule):
    """Who may apply at all.

    `other_kinds` are those who ask and may not apply; their meaning says why, and what they can do instead.
    `elsewhere` is told to organisations of a country that is not listed; `excluded` are exceptions.
    """

    kinds: Annotated[tuple[OrganisationKind, ...], Field(min_length=1)]
    other_kinds: tuple[Term, ...] = ()
    jurisdictions: Annotated[tuple[Jurisdiction, ...], Field(min_length=1)]
    elsewhere: Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True)] = ""
    excluded: tuple[Exclusion, ...] = ()


class People(Rule):
    """What a named person needs before access, and when its lapse is announced.

    Whoever accepted an earlier text of the rules for people keeps access for `new_text_days` after a new one came
    into force.
    """

    identity_check_months: Positive
    background_check_months: ByTier[Positive]
    training_months: Positive
    notices_days: Annotated[tuple[Positive, ...], Field(min_length=1)]
    new_text_days: Count = 14


class Consent(Rule):
    """The provider's time to consent to each line. Silence is never consent.

    A consent is withdrawn with `withdrawal_notice_working_days`' notice; where the reason is one of
    `withdrawal_at_once`, there is no notice: the line ends with the withdrawal.
    """

    deadline_working_days: Positive
    reminder_days: tuple[Positive, ...] = ()
    withdrawal_notice_working_days: Positive
    withdrawal_at_once: tuple[Slug, ...] = ()
    decline_reasons: Annotated[tuple[Term, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _at_once_for_reasons(self) -> Self:
        if unknown := set(self.withdrawal_at_once) - {item.key for item in self.decline_reasons}:
            raise ValueError(f"{', '.join(sorted(unknown))}: not in decline_reasons. Name reasons that are.")
        return self


APPEALABLE = ("refusal", "grant_refusal", "enforcement", "hold")
"""Decisions that the scheme lets somebody appeal against: a version says of each within how long, and how."""


class Appealable(Rule):
    """Against what an appeal may be lodged, within how long, on what grounds, and heard by whom."""

    key: Slug
    label: Line
    window_days: Positive
    grounds: Annotated[tuple[Slug, ...], Field(min_length=1)]
    panel: Positive
    bodies: Positive
    decide_working_days: Positive

    @model_validator(mode="after")
    def _can_sit(self) -> Self:
        if self.bodies > self.panel:
            raise ValueError("More bodies than members of the panel: it could never sit. Raise `panel`.")
        return self


class Appeal(Rule):
    """The right to have a decision looked at again by people and bodies that had no part in it.

    A panel is reminded so many days (`reminder_days`) before the day by which it decides.
    """

    grounds: Annotated[tuple[Term, ...], Field(min_length=1)]
    against: Annotated[tuple[Appealable, ...], Field(min_length=1)]
    stay_of_effect: Line
    reminder_days: tuple[Positive, ...] = (10, 3)


class Clock(Rule):
    """Working days for one stage. It stops while the applicant holds the pen; nothing is decided because it ran out."""

    key: Slug
    label: Line
    working_days: Positive
    chase_after_days: tuple[Positive, ...] = ()


class Declaration(Rule):
    """A statement that someone makes in the name of the organisation. The text is what is signed."""

    key: Slug
    title: Line
    text: Prose
    on: Literal["application", "grant_request", "agreement", "person", "report"]
    binding: bool = True
    """Only a person entitled to bind the organisation may make it."""


class SecondFactor(Rule):
    """Who needs a second factor to sign in, and how fresh it must be for a signature."""

    exempt_roles: tuple[Slug, ...] = ()
    fresh_minutes: Positive


class DisclosureTier(Term):
    """Who may read what is marked with this tier."""

    key: Disclosure
    readers: Annotated[tuple[Slug, ...], Field(min_length=1)]
