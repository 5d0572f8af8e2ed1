"""Conditions in words, for those who read the rules before they answer, and for those who write them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from portal.rulebook.answers import countries
from portal.rulebook.questionnaire import resolve
from portal.rulebook.schema import Question, Questionnaire
from portal.rulebook.schema.base import Part
from portal.rulebook.schema.conditions import (
    All,
    Answered,
    AnyOf,
    AtLeast,
    Equals,
    Includes,
    Not,
    OfKind,
    OneOf,
)  # fmt: skip
from portal.rulebook.schema.questions import Choosing, CountryQuestion
from portal.rulebook.sentences.words import listed


def condition_in_words(condition: Part | None, questionnaire: Questionnaire, kind: str = "") -> str:
    """When a question is asked, in the words of the questions that decide it; "" where nothing does."""
    if condition is None:
        return ""
    return _says(condition, {item.key: resolve(item, kind) for item in questionnaire.questions}, negated=False)


def _says(condition: Part, asked: dict[str, Question], *, negated: bool) -> str:
    match condition:
        case Not():
            return _says(condition.inner, asked, negated=not negated)
        case All():
            return _joined((_says(item, asked, negated=negated) for item in condition.all), either=negated)
        case AnyOf():
            return _joined((_says(item, asked, negated=negated) for item in condition.any), either=not negated)
        case OfKind():
            words = {"kinds": listed((item.replace("_", " ") for item in condition.organisation), _("or"))}
            return (_("the organisation is no %(kinds)s") if negated else _("the organisation is a %(kinds)s")) % words
        case Equals() | OneOf() | Includes() | AtLeast() | Answered():
            return _comparison(condition, asked[condition.question], negated)
    raise TypeError(f"{type(condition).__name__} is not a condition")


def _comparison(leaf: Equals | OneOf | Includes | AtLeast | Answered, question: Question, negated: bool) -> str:
    words = {"question": question.label}
    match leaf:
        case Answered():
            positive = leaf.answered != negated
            return (_("“%(question)s” is answered") if positive else _("“%(question)s” is not answered")) % words
        case Includes():
            words["answer"] = _label(leaf.includes, question)
            return (
                _("“%(answer)s” is not chosen for “%(question)s”")
                if negated
                else _("“%(answer)s” is chosen for “%(question)s”")
            ) % words
        case AtLeast():
            words["answer"] = f"{leaf.at_least}"
            return (
                _("the answer to “%(question)s” is below %(answer)s")
                if negated
                else _("the answer to “%(question)s” is %(answer)s or more")
            ) % words
    values = leaf.one_of if isinstance(leaf, OneOf) else (leaf.equals,)
    words["answer"] = listed((f"“{_label(value, question)}”" for value in values), _("or"))
    return (
        _("the answer to “%(question)s” is not %(answer)s")
        if negated
        else _("the answer to “%(question)s” is %(answer)s")
    ) % words


def _label(value: object, question: Question) -> str:
    """The value as the person chooses it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(question, Choosing):
        return next((item.label for item in question.options if item.key == value), str(value))
    if isinstance(question, CountryQuestion):
        return countries().get(str(value), str(value))
    return str(value)


def _joined(parts: Iterable[str], *, either: bool) -> str:
    words = list(parts)
    return listed(words, _("or")) if either else listed(words)
