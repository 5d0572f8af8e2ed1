"""Who may apply, and what an application of that kind of organisation will ask: before anybody has signed in.

Pure functions over the rules. Nothing is known yet but the kind of organisation, so a condition over answers is
told in words instead of being decided.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.core.verdicts import ALLOWED, Verdict, refused
from portal.rulebook.questionnaire import resolve
from portal.rulebook.schema import Question, Questionnaire, Rulebook, Section
from portal.rulebook.schema.base import Part
from portal.rulebook.schema.conditions import All, AnyOf, Not, OfKind, holds
from portal.rulebook.wording import condition_in_words


def may_apply(rules: Rulebook, kind: str, country: str) -> Verdict:
    """Whether an organisation of that kind with its seat in that country may apply; the refusal names the rule."""
    part = rules.eligibility
    for other in part.other_kinds:
        if other.key == kind:
            return refused(other.meaning, code="not_eligible", rule=f"eligibility.other_kinds.{kind}")
    if kind not in {item.key for item in part.kinds}:
        reason = _("Organisations of this kind can’t apply under the rulebook in force.")
        return refused(reason, code="not_eligible", rule="eligibility")
    if country not in {item.country for item in part.jurisdictions}:
        reason = part.elsewhere or _("The scheme has no agreement with this country.")
        return refused(reason, code="not_eligible", rule="eligibility.jurisdictions")
    for item in part.excluded:
        if item.covers(kind, country):
            return refused(item.why, code="not_eligible", rule=f"eligibility.excluded.{item.key}")
    return ALLOWED


def settled(condition: Part | None, kind: str) -> bool | None:
    """Whether a condition holds for every organisation of that kind, for none, or by its answers (None)."""
    match condition:
        case None:
            return True
        case OfKind():
            return holds(condition, {}, kind)
        case Not():
            inner = settled(condition.inner, kind)
            return None if inner is None else not inner
        case All():
            parts = {settled(item, kind) for item in condition.all}
            return False if False in parts else None if None in parts else True
        case AnyOf():
            parts = {settled(item, kind) for item in condition.any}
            return True if True in parts else None if None in parts else False
    return None


@dataclass(frozen=True, slots=True)
class Document:
    """A question for documents. `when` says in words which answers bring it up; "" where it always comes."""

    question: Question
    when: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A section as one kind of organisation meets it: questions that always come, and further ones by the answers."""

    key: str
    title: str
    intro: str
    always: int
    sometimes: int
    documents: tuple[Document, ...]
    when: str = ""


def outline(questionnaire: Questionnaire, kind: str) -> tuple[Outline, ...]:
    """Every section that this kind of organisation may be asked, in order."""
    found = (_section(questionnaire, section, kind) for section in questionnaire.sections)
    return tuple(item for item in found if item is not None)


def _section(questionnaire: Questionnaire, section: Section, kind: str) -> Outline | None:
    by_section = settled(section.when, kind)
    if by_section is False or (section.kinds and kind not in section.kinds):
        return None
    asked = [question for question in section.questions if not question.kinds or kind in question.kinds]
    certain = [question for question in asked if settled(question.when, kind)]
    possible = [question for question in asked if settled(question.when, kind) is None]
    if not certain and not possible:
        return None
    return Outline(
        key=section.key,
        title=section.title,
        intro=section.intro,
        always=len(certain),
        sometimes=len(possible),
        documents=tuple(
            Document(resolve(question, kind), "" if question in certain else _words(questionnaire, question, kind))
            for question in asked
            if question.type == "evidence" and question in [*certain, *possible]
        ),
        when="" if by_section else condition_in_words(section.when, questionnaire, kind),
    )


def _words(questionnaire: Questionnaire, question: Question, kind: str) -> str:
    return condition_in_words(question.when, questionnaire, kind)
