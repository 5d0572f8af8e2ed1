"""The questionnaire at work: what is asked of this organisation, what is still missing, and what has changed.

Pure functions over a questionnaire, answers by question key, and the kind of organisation. None raises on
any JSON answer. A condition sees only valid answers to visible questions, so a hidden answer decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from portal.rulebook.answers import check
from portal.rulebook.display import Display, Names, Segment, compare, display
from portal.rulebook.schema.conditions import holds
from portal.rulebook.schema.questions import Question, Questionnaire, Section

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AskedSection:
    """A section with the questions that are asked, their variants applied. A section without any is not asked."""

    section: Section
    questions: tuple[Question, ...]

    @property
    def key(self) -> str:
        """The section's key."""
        return self.section.key

    @property
    def title(self) -> str:
        """The section's title."""
        return self.section.title


def resolve(question: Question, organisation: str) -> Question:
    """The question as this kind of organisation sees it."""
    variant = question.variants.get(organisation)
    if variant is None:
        return question
    return question.model_copy(update=variant.model_dump(exclude_none=True))


def visible(questionnaire: Questionnaire, answers: Answers, organisation: str) -> tuple[AskedSection, ...]:
    """What is asked, in order."""
    found: list[AskedSection] = []
    known: dict[str, Any] = {}
    for section in questionnaire.sections:
        if not _asked(section, known, organisation):
            continue
        questions: list[Question] = []
        for question in section.questions:
            if not _asked(question, known, organisation):
                continue
            questions.append(resolve(question, organisation))
            if (value := check(question, answers.get(question.key)).value) is not None:
                known[question.key] = value
        if questions:
            found.append(AskedSection(section, tuple(questions)))
    return tuple(found)


def _asked(item: Section | Question, known: Answers, organisation: str) -> bool:
    if item.kinds and organisation not in item.kinds:
        return False
    return item.when is None or holds(item.when, known, organisation)


def visible_questions(questionnaire: Questionnaire, answers: Answers, organisation: str) -> tuple[Question, ...]:
    """Every question that is asked, over all sections."""
    return tuple(question for asked in visible(questionnaire, answers, organisation) for question in asked.questions)


def visible_section(questionnaire: Questionnaire, key: str, answers: Answers, organisation: str) -> AskedSection | None:
    """The section of that key as it is asked, or None when it is not."""
    return next((item for item in visible(questionnaire, answers, organisation) if item.key == key), None)


# --- what is missing ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SectionCheck:
    """How far a section is. `missing` are required and blank; `problems` has a sentence for each wrong answer."""

    key: str
    title: str
    asked: int
    answered: int
    missing: tuple[str, ...]
    problems: Mapping[str, str]

    @property
    def complete(self) -> bool:
        """Nothing required is blank and nothing is wrong."""
        return not self.missing and not self.problems

    @property
    def state(self) -> Literal["not_started", "in_progress", "complete"]:
        """For the task list."""
        if not self.answered and not self.problems:
            return "complete" if self.complete and not self.asked else "not_started"
        return "complete" if self.complete else "in_progress"

    @property
    def errors(self) -> dict[str, str]:
        """A sentence for every question that stands in the way, for the error summary."""
        return {**dict.fromkeys(self.missing, _("Answer this question.")), **self.problems}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the whole questionnaire is."""

    sections: tuple[SectionCheck, ...]

    @property
    def complete(self) -> bool:
        """Whether it could be submitted."""
        return all(section.complete for section in self.sections)

    @property
    def asked(self) -> int:
        """Questions that are asked."""
        return sum(section.asked for section in self.sections)

    @property
    def answered(self) -> int:
        """Questions with a valid answer."""
        return sum(section.answered for section in self.sections)

    @property
    def percent(self) -> int:
        """Of the questions asked, how many are answered; 100 only when nothing stands in the way."""
        if self.complete:
            return 100
        return min(99, 100 * self.answered // max(self.asked, 1))

    def __getitem__(self, key: str) -> SectionCheck:
        for section in self.sections:
            if section.key == key:
                return section
        raise KeyError(f"The section {key!r} is not asked.")


def check_section(asked: AskedSection, answers: Answers) -> SectionCheck:
    """How far this section is."""
    missing: list[str] = []
    problems: dict[str, str] = {}
    answered = 0
    for question in asked.questions:
        checked = check(question, answers.get(question.key))
        if checked.problem:
            problems[question.key] = checked.problem
        elif not checked.is_blank:
            answered += 1
        elif question.required:
            missing.append(question.key)
    return SectionCheck(asked.key, asked.title, len(asked.questions), answered, tuple(missing), problems)


def progress(questionnaire: Questionnaire, answers: Answers, organisation: str) -> Progress:
    """How far the whole questionnaire is. Hidden questions do not count, whether required or answered wrongly."""
    return Progress(tuple(check_section(asked, answers) for asked in visible(questionnaire, answers, organisation)))


def prune(questionnaire: Questionnaire, answers: Answers, organisation: str) -> dict[str, Any]:
    """Only valid answers to questions that are asked, in their order: what is submitted, signed and compared."""
    kept: dict[str, Any] = {}
    for question in visible_questions(questionnaire, answers, organisation):
        value = check(question, answers.get(question.key)).value
        if value is not None:
            kept[question.key] = value
    return kept


def evidence_ids(questionnaire: Questionnaire, answers: Answers, organisation: str) -> frozenset[str]:
    """Ids of all documents that visible answers refer to."""
    kept = prune(questionnaire, answers, organisation)
    return frozenset(
        document
        for question in questionnaire.questions
        if question.type == "evidence"
        for document in kept.get(question.key, ())
    )


# --- what has changed -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer that is not the same in two sets of answers, for reading side by side."""

    section: str
    section_title: str
    question: Question
    change: Literal["added", "removed", "changed"]
    before: Display
    after: Display

    @property
    def key(self) -> str:
        """The question's key."""
        return self.question.key

    @property
    def marked(self) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
        """Both sides with what differs marked, by words."""
        return compare(str(self.before), str(self.after))


def differences(
    questionnaire: Questionnaire,
    old: Answers,
    new: Answers,
    organisation: str,
    names: Names | None = None,
) -> tuple[Difference, ...]:
    """Every answer that was added, removed or changed, in the order of the questionnaire."""
    before, after = prune(questionnaire, old, organisation), prune(questionnaire, new, organisation)
    return tuple(_differences(questionnaire, before, after, organisation, names))


def _differences(
    questionnaire: Questionnaire, before: Answers, after: Answers, organisation: str, names: Names | None
) -> Iterator[Difference]:
    for section in questionnaire.sections:
        for question in section.questions:
            was, now = before.get(question.key), after.get(question.key)
            if was == now and isinstance(was, bool) == isinstance(now, bool):
                continue
            yield Difference(
                section=section.key,
                section_title=section.title,
                question=resolve(question, organisation),
                change="added" if was is None else "removed" if now is None else "changed",
                before=display(question, was, names),
                after=display(question, now, names),
            )


def sections_touched(found: Iterable[Difference]) -> tuple[str, ...]:
    """Keys of the sections in which something differs, each once, in order."""
    return tuple(dict.fromkeys(item.section for item in found))
