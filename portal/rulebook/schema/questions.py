"""The questionnaire as it stands in the document: sections, questions of each type, variants, conditions."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, StringConstraints, field_validator, model_validator

from portal.rulebook.schema.base import Disclosure, Line, Part, Positive, Prose, Rule, Slug, Term
from portal.rulebook.schema.conditions import Condition, Number

Format = Literal["lei", "ror", "domain", "email", "url", "phone"]
"""Formats that are checked by more than a pattern."""
Bound = TypeVar("Bound", float, date)
Columns = Literal["text", "number", "date", "choice", "country", "yes_no"]


class Option(Term):
    """One offered choice. `exclusive`: cannot be chosen together with another (“None of these”)."""

    exclusive: bool = False


class Variant(Part):
    """What is different about a question for one kind of organisation. What is not named stays as it is."""

    label: Line | None = None
    hint: Line | None = None
    guidance: Prose | None = None
    required: bool | None = None


class Asked(Rule):
    """What every type of question has.

    `tier` is who may see the answer. `material`: a change to it while qualified must be notified.
    `screen`: the names in the answer are compared with the loaded lists.
    """

    key: Slug
    label: Line
    hint: Annotated[str, StringConstraints(max_length=300, strip_whitespace=True)] = ""
    guidance: Annotated[str, StringConstraints(max_length=4000, strip_whitespace=True)] = ""
    required: bool = True
    tier: Disclosure = "authority"
    when: Condition | None = None
    kinds: tuple[Slug, ...] = ()
    variants: dict[Slug, Variant] = Field(default_factory=dict)
    material: bool = False
    screen: bool = False


def _ordered(low: Bound | None, high: Bound | None, names: str) -> None:
    if low is not None and high is not None and low > high:
        raise ValueError(f"{names}: the first is above the second, so no answer could pass. Swap them.")


def _unique(keys: list[str], what: str) -> None:
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"The {what} {', '.join(twice)} is there twice. Give each a key of its own.")


class Written(Asked):
    """Limits on what is written. `pattern` must match the whole answer and comes with `pattern_hint` for the person."""

    min_length: Positive | None = None
    max_length: Positive = 200
    pattern: str | None = None
    pattern_hint: Annotated[str, StringConstraints(max_length=300)] = ""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(f"The pattern does not compile: {error}. Correct it.") from error
        return value

    @model_validator(mode="after")
    def _limits(self) -> Self:
        _ordered(self.min_length, self.max_length, "min_length and max_length")
        if self.pattern and not self.pattern_hint:
            raise ValueError("A pattern needs a pattern_hint that tells the person what to enter. Add one.")
        return self


class TextQuestion(Written):
    """One line of text."""

    type: Literal["text"]
    format: Format | None = None


class LongTextQuestion(Written):
    """Several lines of text."""

    type: Literal["long_text"]
    max_length: Positive = 4000


class NumberQuestion(Asked):
    """A number; whole unless `whole` is false."""

    type: Literal["number"]
    minimum: Number | None = None
    maximum: Number | None = None
    whole: bool = True
    unit: Annotated[str, StringConstraints(max_length=40)] = ""

    @model_validator(mode="after")
    def _limits(self) -> Self:
        _ordered(self.minimum, self.maximum, "minimum and maximum")
        return self


class DateQuestion(Asked):
    """A calendar date. `past`: not after the day of answering; `future`: not before it."""

    type: Literal["date"]
    not_before: date | None = None
    not_after: date | None = None
    past: bool = False
    future: bool = False

    @model_validator(mode="after")
    def _limits(self) -> Self:
        _ordered(self.not_before, self.not_after, "not_before and not_after")
        if self.past and self.future:
            raise ValueError("A date cannot be both past and future. Remove one.")
        return self


class Choosing(Asked):
    """The offered choices."""

    options: Annotated[tuple[Option, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _unique([option.key for option in self.options], "option")
        return self


class ChoiceQuestion(Choosing):
    """One of the options."""

    type: Literal["choice"]


class SeveralQuestion(Choosing):
    """Any number of the options."""

    type: Literal["several"]
    max_items: Positive | None = None


class CountryQuestion(Asked):
    """A country (ISO 3166-1), or several of them."""

    type: Literal["country"]
    many: bool = False


class YesNoQuestion(Asked):
    """Yes or no; stored as true or false."""

    type: Literal["yes_no"]


class PersonQuestion(Asked):
    """A person: name, e-mail and job title."""

    type: Literal["person"]


class EvidenceQuestion(Asked):
    """Documents from the institution's library."""

    type: Literal["evidence"]
    evidence_kinds: tuple[Slug, ...] = ()
    max_items: Positive = 5


class Column(Part):
    """One column of a repeating table."""

    key: Slug
    label: Line
    type: Columns
    required: bool = True
    max_length: Positive = 200
    options: tuple[Option, ...] = ()

    @model_validator(mode="after")
    def _options(self) -> Self:
        if (self.type == "choice") != (len(self.options) >= 2):
            raise ValueError("A choice column needs at least two options, and no other column has any.")
        _unique([option.key for option in self.options], "option")
        return self


class TableQuestion(Asked):
    """Rows of the same columns, as many as needed."""

    type: Literal["table"]
    columns: Annotated[tuple[Column, ...], Field(min_length=1, max_length=8)]
    min_items: Positive = 1
    max_items: Positive = 50

    @model_validator(mode="after")
    def _shape(self) -> Self:
        _unique([column.key for column in self.columns], "column")
        _ordered(self.min_items, self.max_items, "min_items and max_items")
        return self


Question = Annotated[
    TextQuestion
    | LongTextQuestion
    | NumberQuestion
    | DateQuestion
    | ChoiceQuestion
    | SeveralQuestion
    | CountryQuestion
    | YesNoQuestion
    | PersonQuestion
    | EvidenceQuestion
    | TableQuestion,
    Field(discriminator="type"),
]
QUESTION_TYPES = (
    "text", "long_text", "number", "date", "choice", "several", "country", "yes_no", "person", "evidence", "table",
)  # fmt: skip


class Section(Part):
    """One page of the questionnaire."""

    key: Slug
    title: Line
    intro: Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True)] = ""
    when: Condition | None = None
    kinds: tuple[Slug, ...] = ()
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]


class Questionnaire(Part):
    """All sections, in the order in which they are filled in. Keys of questions are unique over all of them."""

    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in order."""
        return tuple(question for section in self.sections for question in section.questions)

    def question(self, key: str) -> Question:
        """The question of that key; KeyError where there is none."""
        for question in self.questions:
            if question.key == key:
                return question
        raise KeyError(f"No question {key!r} in this questionnaire.")

    def section(self, key: str) -> Section:
        """The section of that key; KeyError where there is none."""
        for section in self.sections:
            if section.key == key:
                return section
        raise KeyError(f"No section {key!r} in this questionnaire.")
