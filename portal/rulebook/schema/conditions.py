"""Conditions over answers: a small typed expression, read from the document and never evaluated as code.

    {question: operates_abroad, equals: true}
    {question: purposes, includes: red_teaming}
    {all: [{question: headcount, at_least: 50}, {not: {organisation: [university]}}]}

An unanswered or hidden question fulfils no comparison; `not` then holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Field, StrictBool, StrictFloat, StrictInt, StrictStr, Tag

from portal.rulebook.schema.base import Part, Slug

Scalar = StrictBool | StrictInt | StrictFloat | StrictStr
Number = StrictInt | StrictFloat
Answers = Mapping[str, Any]
MAX_DEPTH = 12
"""Deeper conditions than this cannot be explained to an applicant."""


class Equals(Part):
    """The answer is exactly this; `true` is not 1."""

    question: Slug
    equals: Scalar


class OneOf(Part):
    """The answer is one of these."""

    question: Slug
    one_of: Annotated[tuple[Scalar, ...], Field(alias="in", min_length=1)]


class Includes(Part):
    """The answer is a list, and this is in it."""

    question: Slug
    includes: StrictStr


class AtLeast(Part):
    """The answer is a number not below this."""

    question: Slug
    at_least: Number


class Answered(Part):
    """Whether there is an answer at all."""

    question: Slug
    answered: StrictBool


class OfKind(Part):
    """The organisation is of one of these kinds."""

    organisation: Annotated[tuple[Slug, ...], Field(min_length=1)]


class Not(Part):
    """The inner condition does not hold."""

    inner: Annotated[Condition, Field(alias="not")]


class All(Part):
    """Every inner condition holds."""

    all: Annotated[tuple[Condition, ...], Field(min_length=1)]


class AnyOf(Part):
    """At least one inner condition holds."""

    any: Annotated[tuple[Condition, ...], Field(min_length=1)]


OPERATORS: dict[str, type[Part]] = {
    "equals": Equals,
    "in": OneOf,
    "includes": Includes,
    "at_least": AtLeast,
    "answered": Answered,
    "organisation": OfKind,
    "not": Not,
    "all": All,
    "any": AnyOf,
}
_BY_TYPE = {model: name for name, model in OPERATORS.items()}


def _operator(value: object) -> str | None:
    if isinstance(value, Part):
        return _BY_TYPE.get(type(value))
    if not isinstance(value, dict):
        return None
    return next((name for name in OPERATORS if name in value), None)


Condition = Annotated[
    Annotated[Equals, Tag("equals")]
    | Annotated[OneOf, Tag("in")]
    | Annotated[Includes, Tag("includes")]
    | Annotated[AtLeast, Tag("at_least")]
    | Annotated[Answered, Tag("answered")]
    | Annotated[OfKind, Tag("organisation")]
    | Annotated[Not, Tag("not")]
    | Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")],
    Discriminator(
        _operator,
        custom_error_type="condition",
        custom_error_message="A condition needs one of: " + ", ".join(OPERATORS),
    ),
]
Leaf = Equals | OneOf | Includes | AtLeast | Answered | OfKind
for _model in (Not, All, AnyOf):
    _model.model_rebuild()


def _same(left: object, right: object) -> bool:
    """Equal as JSON values: true is not 1, and 1.0 is 1."""
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def _is_blank(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, list | tuple | dict) and not value)


def holds(condition: Part, answers: Answers, organisation: str = "") -> bool:
    """Whether the condition holds for these answers and kind of organisation. Never raises on any JSON answer."""
    match condition:
        case Equals():
            return _same(answers.get(condition.question), condition.equals)
        case OneOf():
            return any(_same(answers.get(condition.question), item) for item in condition.one_of)
        case Includes():
            answer = answers.get(condition.question)
            return isinstance(answer, list | tuple) and condition.includes in answer
        case AtLeast():
            number = answers.get(condition.question)
            return isinstance(number, int | float) and not isinstance(number, bool) and number >= condition.at_least
        case Answered():
            return _is_blank(answers.get(condition.question)) != condition.answered
        case OfKind():
            return organisation in condition.organisation
        case Not():
            return not holds(condition.inner, answers, organisation)
        case All():
            return all(holds(inner, answers, organisation) for inner in condition.all)
        case AnyOf():
            return any(holds(inner, answers, organisation) for inner in condition.any)
    raise TypeError(f"{type(condition).__name__} is not a condition")


def leaves(condition: Part) -> Iterator[Leaf]:
    """Every comparison in the condition, in the order in which it is written."""
    match condition:
        case Not():
            yield from leaves(condition.inner)
        case All():
            for inner in condition.all:
                yield from leaves(inner)
        case AnyOf():
            for inner in condition.any:
                yield from leaves(inner)
        case Equals() | OneOf() | Includes() | AtLeast() | Answered() | OfKind():
            yield condition


def depth(condition: Part) -> int:
    """How deeply the condition nests; a single comparison is 1."""
    match condition:
        case Not():
            return 1 + depth(condition.inner)
        case All():
            return 1 + max(depth(inner) for inner in condition.all)
        case AnyOf():
            return 1 + max(depth(inner) for inner in condition.any)
    return 1
