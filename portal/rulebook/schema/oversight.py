"""What is watched and what follows: audits, periodic reports, enforcement, retention. Incidents are beside it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from portal.rulebook.schema.base import (
    SEVERITIES,
    ByTier,
    Count,
    Line,
    Positive,
    Rule,
    Severity,
    Slug,
)  # fmt: skip
from portal.rulebook.schema.decisions import QuorumRule
from portal.rulebook.schema.questions import Question


class AuditRule(Rule):
    """How often a partner of this tier is audited, and how.

    `first_after_days` counts from the start of the qualification; `sample` is how many controls are drawn.
    """

    every_months: Positive
    first_after_days: Positive
    notice_working_days: Positive
    sample: Positive
    mode: Literal["desk", "visit"] = "desk"
    unannounced_percent: Annotated[int, Field(ge=0, le=100, strict=True)] = 0


class Sooner(Rule):
    """Brings the next audit forward to within so many days of what happened.

    `at_least` so many alerts it takes; `mode` says how it is audited then, where that is another way than usual.
    """

    key: Slug
    on: Literal["incident", "finding", "enforcement", "alert", "material_change"]
    severities: tuple[Severity, ...] = ()
    within_days: Positive
    at_least: Positive = 1
    mode: Literal["desk", "visit"] | None = None


class FollowUp(Rule):
    """Findings of these severities are looked at again on the spot or at the desk, so long after the last was due."""

    severities: Annotated[tuple[Severity, ...], Field(min_length=1)]
    after_days: Positive
    mode: Literal["desk", "visit"] = "desk"


class FindingRule(Rule):
    """What a finding of this severity asks for, in working days from its recording.

    `accept_months`: for how long its risk can be accepted at most, where it can.
    """

    severity: Severity
    plan_working_days: Positive
    remedy_working_days: Positive
    may_be_accepted: bool = True
    accept_months: Positive = 12


class Escalation(Rule):
    """One step up when something stays overdue. Each step happens once."""

    key: Slug
    after_working_days: Positive
    step: Literal["remind", "warn", "propose_enforcement"]


def _rising(ladder: tuple[Escalation, ...]) -> tuple[Escalation, ...]:
    """Each step has a key of its own and comes later than the one before."""
    days = [step.after_working_days for step in ladder]
    if days != sorted(set(days)) or len({step.key for step in ladder}) != len(ladder):
        raise ValueError("List the steps by the day on which they come, each on a later day and with a key of its own.")
    return ladder


Ladder = Annotated[tuple[Escalation, ...], AfterValidator(_rising)]


class EvidenceRule(Rule):
    """Evidence that auditors ask for: when it is due, when the partner is reminded, and how much use is looked at.

    `reminder_days` are calendar days before the day that it is due. `usage_windows` are drawn of all windows that were
    reported since the audit before, and as many of those that no grant covered.
    """

    working_days: Positive = 10
    reminder_days: tuple[Positive, ...] = (3, 1)
    usage_windows: Annotated[int, Field(ge=1, le=200, strict=True)] = 20


class Audits(Rule):
    """Inspections."""

    baseline: Slug
    intervals: ByTier[AuditRule]
    plan_ahead_days: Positive
    response_working_days: Positive
    evidence: EvidenceRule = EvidenceRule()
    sooner: tuple[Sooner, ...] = ()
    follow_up: FollowUp | None = None
    findings: tuple[FindingRule, ...]
    escalation: Ladder

    @model_validator(mode="after")
    def _each_severity(self) -> Self:
        if sorted(rule.severity for rule in self.findings) != sorted(SEVERITIES):
            raise ValueError(f"List each severity of a finding once: {', '.join(SEVERITIES)}.")
        return self

    def finding(self, severity: str) -> FindingRule:
        """The rule for findings of that severity, cited as `audits.findings.<severity>`."""
        for rule in self.findings:
            if rule.severity == severity:
                return rule
        raise KeyError(f"No severity {severity!r}: use one of {', '.join(SEVERITIES)}.")


Fact = Literal[
    "people_joined",
    "people_left",
    "people_with_access",
    "requests",
    "tokens",
    "denied_attempts",
    "days_used",
    "uncovered_windows",
    "incidents",
    "environments",
]
"""What the portal itself knows about a period, in numbers."""


class ObligationRule(Rule):
    """A report that is due again and again: for each partner or each grant, so many working days after each period.

    One that is returned is due again `correction_working_days` after its return. `known` names the questions that the
    portal fills in from what it knows; whoever gives another number there says why.
    """

    key: Slug
    title: Line
    per: Literal["partner", "grant"]
    every_months: ByTier[Positive]
    due_working_days: Positive
    correction_working_days: Positive = 10
    reminder_days: tuple[Positive, ...] = ()
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
    known: dict[Slug, Fact] = Field(default_factory=dict)
    escalation: Ladder = ()

    @model_validator(mode="after")
    def _known_are_numbers(self) -> Self:
        numbers = {question.key for question in self.questions if question.type == "number"}
        if wrong := sorted(set(self.known) - numbers):
            raise ValueError(f"{', '.join(wrong)}: only questions of this report that ask for a number can be known.")
        return self


class Step(Rule):
    """One rung of the ladder. `lifting` is the quorum that lifts it; where it is left out, the one that decides it."""

    key: Literal["warning", "restriction", "suspension", "removal"]
    label: Line
    effect: Line
    notice_working_days: Count
    quorum: QuorumRule
    lifting: QuorumRule | None = None
    max_months: Positive | None = None
    """The longest that it lasts without a new decision; none: until lifted, or for good."""


class Emergency(Rule):
    """One signatory may stop access at once; a second, of another body, confirms within these hours or it lapses."""

    confirm_hours: Positive
    reminder_hours: tuple[Positive, ...] = ()
    other_body: bool = True


class Enforcement(Rule):
    """The ladder. A repeat within the period raises the step that is proposed by one."""

    ladder: tuple[Step, ...]
    repeat_months: Positive
    emergency: Emergency

    @model_validator(mode="after")
    def _whole_ladder(self) -> Self:
        order = ("warning", "restriction", "suspension", "removal")
        if tuple(step.key for step in self.ladder) != order:
            raise ValueError(f"The ladder has these rungs in this order: {', '.join(order)}.")
        return self

    def step(self, key: str) -> Step:
        """The rung of that key, cited as `enforcement.ladder.<key>`."""
        for step in self.ladder:
            if step.key == key:
                return step
        raise KeyError(f"No rung {key!r}: use one of warning, restriction, suspension, removal.")


class RetentionRule(Rule):
    """How long something is kept after what happened to it, and what is done then."""

    key: Slug
    what: Line
    months: Positive
    after: Line
    then: Literal["purge", "anonymise", "archive"]


class Retention(Rule):
    """What is kept for how long. Commitments in the record are kept for good; they say nothing about the content."""

    rules: Annotated[tuple[RetentionRule, ...], Field(min_length=1)]
