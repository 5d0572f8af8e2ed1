"""The form of one section of the questionnaire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils.translation import gettext as _

from partners.actions.answers import Clash
from partners.forms.fields import field_for, posted, shown
from partners.inspection import ACCEPT
from partners.models import Evidence
from portal.rulebook.display import render
from portal.rulebook.questionnaire import resolve, visible_section
from portal.rulebook.schema import Question, Questionnaire, Section
from portal.rulebook.schema.conditions import Equals, Includes, OneOf


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on the page. `when` and `when_value` let a script show and hide it; `hidden` is how it begins.

    `waiting` are documents for it that the malware scanner has not seen yet; `reuse` those of the library that
    may be chosen besides, by kind.
    """

    question: Question
    field: Any
    when: str
    when_value: str
    hidden: bool
    upload: str
    waiting: tuple[Evidence, ...]
    reuse: list[tuple[str, list[tuple[str, str]]]]
    clash: Clash | None
    theirs: str


class SectionForm(forms.Form):
    """Shows the questions of a section with their answers, problems and clashes. It is never validated by itself."""

    def __init__(
        self,
        *,
        questionnaire: Questionnaire,
        section: Section,
        kind: str,
        answers: Mapping[str, Any],
        documents: Iterable[Evidence] = (),
        problems: Mapping[str, str] | None = None,
        clashes: Iterable[Clash] = (),
        more_rows: str = "",
        waiting: Iterable[Evidence] = (),
    ) -> None:
        super().__init__()
        self.waiting = tuple(waiting)
        self.section = section
        self.clashes = {clash.question: clash for clash in clashes}
        asked = visible_section(questionnaire, section.key, answers, kind)
        self.visible = {question.key for question in asked.questions} if asked else set()
        self.questions = [
            resolve(question, kind)
            for question in section.questions
            if question.key in self.visible or _by_script(question, section, kind)
        ]
        self.library = library = list(documents)
        self.names = {str(item.pk): item.name for item in library}
        for question in self.questions:
            choices = _documents(question, answers.get(question.key), library) if question.type == "evidence" else []
            more = 1 if more_rows == question.key else 0
            field = field_for(question, documents=choices, more_rows=more)
            field.initial = shown(question, answers.get(question.key))
            self.fields[question.key] = field
        self._errors = ErrorDict()
        for key, words in (problems or {}).items():
            if key in self.fields:
                self._errors[key] = ErrorList([words], renderer=self.renderer)

    @property
    def asked(self) -> list[Asked]:
        """The questions as the page shows them, in order."""
        return [self._asked(question) for question in self.questions]

    def _asked(self, question: Question) -> Asked:
        when, value = _simple(question, self.section)
        clash = self.clashes.get(question.key)
        return Asked(
            question=question,
            field=self[question.key],
            when=when,
            when_value=value,
            hidden=question.key not in self.visible,
            upload=f"upload-{question.key}" if question.type == "evidence" else "",
            waiting=tuple(item for item in self.waiting if item.question == question.key),
            reuse=self._reuse(question) if question.type == "evidence" else [],
            clash=clash,
            theirs=render(question, clash.theirs, self.names) if clash else "",
        )

    def _reuse(self, question: Question) -> list[tuple[str, list[tuple[str, str]]]]:
        """Documents of the library that are not among the question's choices, grouped by kind."""
        shown = {key for key, _label in self.fields[question.key].choices}  # type: ignore[attr-defined]
        groups: dict[str, list[tuple[str, str]]] = {}
        for item in self.library:
            if str(item.pk) not in shown:
                groups.setdefault(item.kind_label, []).append((str(item.pk), _label(item)))
        return sorted(groups.items())

    def label_of(self, anchor: str) -> str:
        """The label of the question whose first control has that id."""
        found = (name for name in self.fields if anchor.startswith(f"id_{name}") and self[name].errors)
        name = max(found, key=len, default="")
        return str(self.fields[name].label) if name else ""

    @property
    def accept(self) -> str:
        return ACCEPT


def posted_answers(questions: Iterable[Question], data: QueryDict) -> dict[str, Any]:
    """Answers to the questions that the page showed: those that it names in `asked`."""
    named = set(data.getlist("asked"))
    return {question.key: posted(question, data) for question in questions if question.key in named}


def _documents(question: Question, answer: Any, library: list[Evidence]) -> list[tuple[str, str]]:
    """Documents to choose from: those chosen already, then those of the kinds that the question takes."""
    chosen = set(answer) if isinstance(answer, list) else set()
    kinds = set(getattr(question, "evidence_kinds", ()))
    fitting = [
        item for item in library if str(item.pk) in chosen or item.kind in kinds or item.question == question.key
    ]
    return [(str(item.pk), _label(item)) for item in fitting]


def _label(item: Evidence) -> str:
    """A document as a choice: with its version, and with what speaks against it."""
    facts = [_("version %(n)s") % {"n": item.version}] if item.version > 1 else []
    facts.append(_size(item.size))
    if getattr(item, "replaced", False):
        facts.append(_("there is a newer version"))
    if item.is_expired:
        facts.append(_("no longer valid"))
    return f"{item.name} ({', '.join(facts)})"


def _size(size: int) -> str:
    return (
        _("%(n)s MB") % {"n": f"{size / 1_000_000:.1f}"}
        if size >= 1_000_000
        else _("%(n)s kB") % {"n": -(-size // 1000)}
    )


def _simple(question: Question, section: Section) -> tuple[str, str]:
    """(question, values) of a condition that a script can follow: one comparison with a question of this page."""
    when = question.when
    if not isinstance(when, Equals | OneOf | Includes) or when.question not in {item.key for item in section.questions}:
        return "", ""
    values = when.one_of if isinstance(when, OneOf) else [when.equals if isinstance(when, Equals) else when.includes]
    words = {True: "true", False: "false"}
    return when.question, "|".join(words[item] if isinstance(item, bool) else str(item) for item in values)


def _by_script(question: Question, section: Section, kind: str) -> bool:
    return bool(_simple(question, section)[0]) and (not question.kinds or kind in question.kinds)
