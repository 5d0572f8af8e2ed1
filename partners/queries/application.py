"""What an applicant's pages show of an application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from partners.models import Answer, Application, Evidence, Letter, Query, Revision
from partners.queries.answers import evidence_named
from partners.queries.carried import baseline, changed_sections
from partners.queries.rulebook import asked, progress_of, rules_of
from partners.queries.sections import open_sections
from portal.rulebook.display import Display, display
from portal.rulebook.questionnaire import Progress, SectionCheck


@dataclass(frozen=True, slots=True)
class Task:
    """A section on the task list: how far it is, whether it can be changed, who was on it last."""

    check: SectionCheck
    open: bool
    who: str
    when: datetime | None
    as_before: bool = False

    @property
    def status(self) -> str:
        """A key of portal.ui.tags.DERIVED."""
        if self.as_before and self.check.complete:
            return "as_before" if self.open else "stays"
        return "needs_you" if self.check.problems else self.check.state


@dataclass(frozen=True, slots=True)
class TaskList:
    """All sections, and how far the whole is."""

    tasks: tuple[Task, ...]
    progress: Progress

    @property
    def next(self) -> Task | None:
        """Where to go on: the first section that can be changed and is not complete."""
        return next((task for task in self.tasks if task.open and not task.check.complete), None)

    @property
    def complete_sections(self) -> int:
        return sum(task.check.complete for task in self.tasks)


def task_list(application: Application) -> TaskList:
    """The task list of an application. One query, one for the rules, and up to three for what it follows."""
    rows = list(Answer.objects.filter(application=application).select_related("saved_by"))
    answers = {row.question: row.value for row in rows}
    progress = progress_of(application, answers)
    opened = open_sections(application, answers)
    before = baseline(application) if application.follows_id and application.state == "draft" else None
    changed = changed_sections(application, answers, before)
    section_of = {
        question.key: section.key
        for section in rules_of(application).questionnaire.sections
        for question in section.questions
    }
    newest: dict[str, Answer] = {}
    for row in sorted(rows, key=lambda row: row.saved_at):
        newest[section_of.get(row.question, "")] = row
    tasks = tuple(
        Task(
            check,
            check.key in opened,
            str(newest[check.key].saved_by) if check.key in newest else "",
            newest[check.key].saved_at if check.key in newest else None,
            before is not None and check.key not in changed,
        )
        for check in progress.sections
    )
    return TaskList(tasks, progress)


@dataclass(frozen=True, slots=True)
class Read:
    """An answer for reading. `files` are the documents of a question for evidence."""

    key: str
    label: str
    answer: Display
    tier: str
    missing: bool
    files: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadSection:
    """A section for reading, with its problems."""

    key: str
    title: str
    answers: tuple[Read, ...]
    check: SectionCheck


def read_sections(application: Application, answers: Mapping[str, Any]) -> list[ReadSection]:
    """Everything that is asked, with its answers as they will be read. One query for the documents."""
    sections = asked(application, answers)
    ids = [
        item
        for section in sections
        for question in section.questions
        if question.type == "evidence" and isinstance(answers.get(question.key), list)
        for item in answers[question.key]
    ]
    documents = evidence_named(application.institution_id, ids) if ids else {}
    names = {key: row.name for key, row in documents.items()}
    checks = progress_of(application, answers)
    found = []
    for section in sections:
        check = checks[section.key]
        reads = tuple(
            Read(
                question.key,
                str(question.label),
                display(question, answers.get(question.key), names),
                question.tier,
                question.key in check.errors,
                tuple(documents[item] for item in answers.get(question.key) or [] if item in documents)
                if question.type == "evidence" and isinstance(answers.get(question.key), list)
                else (),
            )
            for question in section.questions
        )
        found.append(ReadSection(section.key, str(section.title), reads, check))
    return found


def waiting_documents(application: Application) -> list[Evidence]:
    """Documents uploaded for the application that are being checked, or wait for the malware scan. One query."""
    rows = Evidence.objects.filter(application=application, state__in=("received", "quarantined"))
    return list(rows.order_by("uploaded_at"))


def recent_refusals(application: Application, question_keys: list[str]) -> QuerySet[Evidence]:
    """Uploads to these questions that did not pass, the newest first."""
    rows = Evidence.objects.filter(application=application, state="refused", question__in=question_keys)
    return rows.order_by("-uploaded_at")


def questions_of(application: Application) -> list[Query]:
    """Questions to the institution, those that wait first. One query."""
    rows = Query.objects.filter(application=application).exclude(state="withdrawn").select_related("asked_body")
    return sorted(rows, key=lambda row: (row.state != "open", row.asked_at))


def letters_of(application: Application) -> list[Letter]:
    return list(Letter.objects.filter(application=application).order_by("made_at"))


def sent_answers(application: Application) -> Revision | None:
    """What was sent last."""
    return Revision.objects.filter(application=application).order_by("-number").first()


def open_questions(institution_id: Any) -> QuerySet[Query]:
    """Questions that wait for the institution."""
    return Query.objects.filter(Q(application__institution_id=institution_id), state="open").order_by("due_on")
