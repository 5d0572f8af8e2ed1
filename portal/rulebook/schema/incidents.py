"""Incidents in the rulebook: severities, kinds, harms, and who must hear what by when under which law."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from portal.rulebook.schema.base import (
    SEVERITIES,
    CountryCode,
    Duration,
    Line,
    Part,
    Positive,
    Rule,
    Severity,
    Slug,
    Term,
)  # fmt: skip
from portal.rulebook.schema.questions import Question


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone. Use a name of the IANA database, such as Europe/Oslo.") from error
    return name


Zone = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(_known_zone)]
"""A time zone of the IANA database."""
Area = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
"""ISO 3166-1 alpha-2, or a part of a country by ISO 3166-2: whose public holidays count."""
Where = Literal["partner", "environment", "provider", "any"]
"""Whose country is meant: the partner's, the environment's, the provider's, or any of them."""


class SeverityRule(Rule):
    """A severity of an incident: when it is reported, triaged and contained, and whether it stops access."""

    key: Severity
    label: Line
    meaning: Line
    report_hours: Positive
    triage_hours: Positive
    contain_hours: Positive
    hold: bool = False
    """An emergency hold is proposed at once."""


class Recipient(Term):
    """Somebody to whom something is due. An `external` one has no part in the portal: what was sent is noted here."""

    external: bool = False


class Applies(Part):
    """Which incidents a deadline rule is about; a list that is empty fits all. `harms` are of `incidents.harms`.

    `where` says whose country is looked up in `countries`. Of `harms` one is enough.
    """

    severities: tuple[Severity, ...] = ()
    kinds: tuple[Slug, ...] = ()
    harms: tuple[Slug, ...] = ()
    countries: tuple[CountryCode, ...] = ()
    where: Where = "partner"
    duty_of: tuple[Literal["partner", "provider", "authority"], ...] = ()


class Shorter(Rule):
    """A shorter time for incidents with one of these harms. The shortest that fits holds."""

    harms: Annotated[tuple[Slug, ...], Field(min_length=1)]
    length: Duration


IncidentFact = Literal[
    "what_happened", "occurred", "noticed", "resolved", "severity", "kind", "harms", "model", "institution",
    "environment", "country", "containment", "updates", "cause", "lessons",
]  # fmt: skip
"""What an incident itself knows, in words. `occurred`, `noticed` and `resolved` are dates, the rest is text."""
DATED = ("occurred", "noticed", "resolved")


class ReportForm(Rule):
    """What a report about an incident says, question by question: an early warning, an update, a final report.

    `known` names the questions that begin with what the incident knows. A later report of the same rule begins with
    what the earlier one answered under the same key.
    """

    key: Slug
    title: Line
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
    known: dict[Slug, IncidentFact] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        by_key = {question.key: question for question in self.questions}
        if len(by_key) != len(self.questions):
            raise ValueError("A question is there twice. Give each a key of its own.")
        if documents := [question.key for question in self.questions if question.type == "evidence"]:
            raise ValueError(f"{', '.join(documents)}: a report about an incident asks for no documents.")
        for key, fact in self.known.items():
            if key not in by_key:
                raise ValueError(f"{key}: only questions of this form can be known.")
            fitting = ("date",) if fact in DATED else ("text", "long_text")
            if by_key[key].type not in fitting:
                raise ValueError(f"{key}: what is known as “{fact}” needs a question of type {' or '.join(fitting)}.")
        return self


class Ongoing(Part):
    """What is due at that time instead, where the incident is not resolved yet.

    The step itself is then due this long after the resolution.
    """

    key: Slug
    label: Line
    length: Duration
    form: Slug | None = None


class Deadline(Part):
    """One thing that must reach the recipient.

    The time runs from `starts`, or from the filing of the step named in `after`. `first` becomes due at once where
    `length` is left out (“without delay”). `every` repeats it until `until`. `form` is the report's, of
    `incidents.forms`; without one it is a text.
    """

    key: Slug
    label: Line
    starts: Literal["occurred", "aware", "causal_link", "reported", "triaged", "contained", "resolved", "step"]
    after: Slug | None = None
    length: Duration | None = None
    shorter: tuple[Shorter, ...] = ()
    every: Duration | None = None
    until: Literal["resolved", "closed", "final"] | None = None
    if_ongoing: Ongoing | None = None
    applies: Applies = Applies()
    form: Slug | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.starts == "step") != (self.after is not None):
            raise ValueError("`starts: step` goes with `after`, the key of the step whose filing starts the clock.")
        if (self.every is None) != (self.until is None):
            raise ValueError("`every` goes with `until`, so that the repetition has an end.")
        if self.length is None and (self.shorter or self.if_ongoing):
            raise ValueError("`shorter` and `if_ongoing` need the `length` that holds otherwise.")
        return self

    @property
    def either(self) -> tuple[Deadline | Ongoing, ...]:
        """The step, and what takes its place while the incident goes on, where the rule has such a thing."""
        return (self, self.if_ongoing) if self.if_ongoing else (self,)


class DeadlineRule(Rule):
    """All that one law or rule wants reported about an incident: to whom, from when, how soon, and what follows.

    `calendar` says whose days are counted, in its time zone and with its holidays: plain (UTC, weekends only), the
    recipient's, the reporter's (the partner's), or of the place where it happened. `zone` and `holidays` name them
    where the rule always goes by one place. `counting`, for lengths in days or more (see portal.rulebook.periods):

    * `exact`: to the same time of day;
    * `whole_days`: the first day does not count, the time ends with the last day, and if that is a day off with the
      next working day;
    * `eu_periods`: so, and by Regulation 1182/71 with two working days at least; hours begin with the next full one.
    """

    key: Slug
    title: Line
    recipient: Slug
    calendar: Literal["plain", "recipient", "reporter", "place"] = "plain"
    zone: Zone | None = None
    holidays: Area | None = None
    counting: Literal["exact", "whole_days", "eu_periods"] = "exact"
    applies: Applies = Applies()
    steps: Annotated[tuple[Deadline, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _steps_exist(self) -> Self:
        known: set[str] = set()
        for step in self.steps:
            if step.after is not None and step.after not in known:
                raise ValueError(f"{step.key} comes after {step.after}, which is no earlier step of this rule.")
            for key in [each.key for each in step.either]:
                if key in known:
                    raise ValueError(f"The step {key} is there twice. Give each a key of its own.")
                known.add(key)
        if not self.source:
            raise ValueError("A deadline needs its source: the article or section that sets it.")
        return self


class Incidents(Rule):
    """Severities, kinds, and who must hear what by when.

    `zones` gives each country the time zone in which its days are counted; UTC where it is not listed.
    """

    severities: tuple[SeverityRule, ...]
    kinds: Annotated[tuple[Term, ...], Field(min_length=1)]
    harms: tuple[Term, ...] = ()
    zones: dict[CountryCode, Zone] = Field(default_factory=dict)
    recipients: Annotated[tuple[Recipient, ...], Field(min_length=1)]
    deadlines: tuple[DeadlineRule, ...]
    forms: tuple[ReportForm, ...] = ()

    @model_validator(mode="after")
    def _each_severity(self) -> Self:
        if tuple(rule.key for rule in self.severities) != SEVERITIES:
            raise ValueError(f"List each severity once, in this order: {', '.join(SEVERITIES)}.")
        return self

    def form_of(self, rule: str, step: str) -> ReportForm | None:
        """The form of a step; None where that step is a text, or no longer there."""
        named = {
            each.key: each.form
            for item in self.deadlines
            if item.key == rule
            for one in item.steps
            for each in one.either
        }
        return next((form for form in self.forms if form.key == named.get(step)), None)

    def severity(self, key: str) -> SeverityRule:
        """The rule for that severity, cited as `incidents.severities.<severity>`."""
        for rule in self.severities:
            if rule.key == key:
                return rule
        raise KeyError(f"No severity {key!r}: use one of {', '.join(SEVERITIES)}.")
