"""What is new, changed or gone for the author of a draft, when its rules are followed by others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from portal.rulebook.answers import check, is_blank
from portal.rulebook.questionnaire import AskedSection, visible
from portal.rulebook.schema import Question, Questionnaire

Asked = dict[str, tuple[AskedSection, Question]]
ORDER = {"added": 0, "changed": 1, "removed": 2}


@dataclass(frozen=True, slots=True)
class Novelty:
    """One question that is not the same. `question` is as it is asked now; as it was, where it is gone.

    `what` says in words what differs, `was` is the former label where it was reworded, `problem` what is wrong by
    the new rules with the answer that was kept, and `answered` whether there is one.
    """

    question: Question
    section: str
    section_title: str
    change: Literal["added", "changed", "removed"]
    answered: bool
    what: tuple[str, ...] = ()
    was: str = ""
    problem: str = ""

    @property
    def to_do(self) -> bool:
        """Whether the author has something to write: a new question, or an answer that no longer fits."""
        return bool(self.problem) or (self.change == "added" and self.question.required and not self.answered)


def novelties(
    old: Questionnaire, new: Questionnaire, answers: Mapping[str, Any], organisation: str
) -> tuple[Novelty, ...]:
    """Every question that these answers bring up in one version and not, or not so, in the other; new ones first."""
    before, after = _asked(old, answers, organisation), _asked(new, answers, organisation)
    found = [*_added_or_changed(before, after, answers), *_removed(before, after, answers)]
    return tuple(sorted(found, key=lambda item: ORDER[item.change]))


def _asked(questionnaire: Questionnaire, answers: Mapping[str, Any], organisation: str) -> Asked:
    sections = visible(questionnaire, answers, organisation)
    return {question.key: (section, question) for section in sections for question in section.questions}


def _added_or_changed(before: Asked, after: Asked, answers: Mapping[str, Any]) -> Iterator[Novelty]:
    for key, (section, question) in after.items():
        answer = answers.get(key)
        answered, problem = not is_blank(answer), check(question, answer).problem
        if key not in before:
            yield Novelty(question, section.key, section.title, "added", answered, problem=problem)
            continue
        was_in, was = before[key]
        what = _differences(was, question, moved=was_in.key != section.key, title=section.title)
        newly = problem if not check(was, answer).problem else ""
        if what or newly:
            label = was.label if was.label != question.label else ""
            yield Novelty(question, section.key, section.title, "changed", answered, what, label, newly)


def _removed(before: Asked, after: Asked, answers: Mapping[str, Any]) -> Iterator[Novelty]:
    for key, (section, question) in before.items():
        if key not in after:
            yield Novelty(question, section.key, section.title, "removed", not is_blank(answers.get(key)))


def _differences(old: Question, new: Question, *, moved: bool, title: str) -> tuple[str, ...]:
    """What the author notices, in words. Conditions, tiers and reasons do not change what is to be written."""
    gone = {"key", "kinds", "variants", "when", "why", "source", "tier", "material", "screen"}
    was, now = old.model_dump(exclude=gone), new.model_dump(exclude=gone)
    fields = {name for name in {*was, *now} if was.get(name) != now.get(name)}
    said = [_("It moved to “%(title)s”.") % {"title": title}] if moved else []
    if "type" in fields:
        return (*said, _("It is answered in another form."))
    if "required" in fields:
        said.append(_("It has to be answered now.") if new.required else _("It may be left out now."))
    if fields & {"label"}:
        said.append(_("Its words changed."))
    if fields & {"hint", "guidance"}:
        said.append(_("Its explanation changed."))
    if fields & {"options", "columns", "evidence_kinds"}:
        said.append(_("What can be chosen or entered changed."))
    if fields - {"required", "label", "hint", "guidance", "options", "columns", "evidence_kinds"}:
        said.append(_("Its limits changed."))
    return tuple(said)
