"""Saving answers while they are written: often, right or not, and without losing a colleague's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from partners.models import Answer, Application, Evidence
from partners.queries.answers import evidence_named
from partners.queries.rulebook import rules_of
from partners.queries.sections import is_open
from partners.states.application import APPLICATION
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.rulebook.answers import is_blank, same, tidy
from portal.rulebook.schema import Rulebook
from portal.workflow import lock


@dataclass(frozen=True, slots=True)
class Clash:
    """An answer that a colleague changed since the page was loaded, and that was changed on the page too."""

    question: str
    mine: Any
    theirs: Any
    who: str
    when: datetime


@dataclass(slots=True)
class Saved:
    """What saving did: which answers were written, which clashed, when, and the application's counter afterwards."""

    at: datetime
    version: int
    written: list[str] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)


def save_answers(
    *,
    application: Application,
    section: str,
    posted: Mapping[str, Any],
    seen: int,
    page: str,
    by: Actor,
    shown: Rulebook | None = None,
    undecided: Collection[str] = (),
    locked: bool = False,
) -> Saved:
    """Write the answers of one section as posted, valid or not. The record begins with what is sent, not with drafts.

    `shown` are the rules that the page was made from. A draft that moved to others meanwhile keeps what was typed
    by the old ones, also to questions that are gone; afterwards `application.rulebook` tells the caller.
    `undecided` are questions of which the writer saw both versions and chose neither: they clash again.
    `locked`: the caller has read the application with its row locked, in a transaction of its own.

    `seen` is the application's counter when the page was loaded, `page` a name for that page. An answer is
    written unless someone else's page changed it since; then it is left, and where the page holds something
    new of its own, both versions come back as a clash. Raises Refused where the section is locked.
    """
    with nullcontext() if locked else transaction.atomic():
        if not locked:
            lock(application)
        require(APPLICATION.verdict("save_answers", application, by))
        asked = rules_of(application) if shown is None or application.state != "draft" else shown
        if asked.version == application.rulebook and not is_open(application, section):
            require(refused(_locked_words(application), code="locked", rule="application.save_answers"))
        questions = asked.questionnaire.section(section).questions
        known = {question.key for question in questions}
        posted = _with_own_documents(
            application, posted, {question.key for question in questions if question.type == "evidence"}
        )
        rows = {row.question: row for row in application.answers.filter(question__in=known & posted.keys())}
        saved = Saved(at=clock.now(), version=application.answers_version)
        _write(
            application,
            {key: tidy(value) for key, value in posted.items() if key in known},
            rows,
            saved,
            seen,
            page,
            by,
            undecided,
        )
    return saved


def _with_own_documents(application: Application, posted: Mapping[str, Any], asked: set[str]) -> Mapping[str, Any]:
    """What was posted without documents that are not the institution's, or not stored: they would count as answers."""
    named = {key: value for key, value in posted.items() if key in asked and isinstance(value, list) and value}
    if not named:
        return posted
    own = evidence_named(application.institution_id, [str(item) for value in named.values() for item in value])
    return {**posted, **{key: [item for item in value if str(item) in own] for key, value in named.items()}}


def _write(
    application: Application,
    posted: dict[str, Any],
    rows: dict[str, Answer],
    saved: Saved,
    seen: int,
    page: str,
    by: Actor,
    undecided: Collection[str],
) -> None:
    changed = []
    for key, value in posted.items():
        row = rows.get(key)
        if (row is None and is_blank(value)) or (row is not None and same(row.value, value)):
            continue
        late = row is not None and row.version > seen and row.saved_in != page
        if row is not None and (late or key in undecided):
            if key in undecided or not same(row.before, value):
                saved.clashes.append(Clash(key, value, row.value, str(row.saved_by), row.saved_at))
            continue
        answer = row or Answer(application=application, question=key)
        if answer.saved_in != page:
            answer.before = answer.value
        answer.value, answer.version = value, application.answers_version + 1
        answer.saved_in, answer.saved_by, answer.saved_at = page, by.user, saved.at
        changed.append(answer)
    if not changed:
        return
    Answer.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["application", "question"],
        update_fields=["value", "before", "version", "saved_in", "saved_by", "saved_at"],
    )
    application.answers_version += 1
    application.save(update_fields=["answers_version"])
    saved.written, saved.version = [answer.question for answer in changed], application.answers_version


def _locked_words(application: Application) -> str:
    if application.state == "draft":
        return _("This section is not touched by the change that you report. Say what else changed to open it.")
    return _("This section is locked because the application was sent. It opens when it is asked about.")


def add_document(evidence: Evidence) -> bool:
    """Name a document that had to wait for its scan in the answer for which it was uploaded.

    Whether it was named: not where that section is locked by now. Who has the page open sees no conflict, since
    what they had in front of them is still there.
    """
    application = evidence.application
    if application is None or not evidence.question:
        return False
    with transaction.atomic():
        lock(application)
        sections = rules_of(application).questionnaire.sections
        key = next((item.key for item in sections if evidence.question in {q.key for q in item.questions}), "")
        if not key or not is_open(application, key):
            return False
        row = application.answers.filter(question=evidence.question).first()
        answer = row or Answer(application=application, question=evidence.question)
        chosen = answer.value if isinstance(answer.value, list) else []
        answer.before, answer.value = answer.value, [*chosen, str(evidence.pk)]
        answer.version, answer.saved_in = application.answers_version + 1, "scan"
        answer.saved_by, answer.saved_at = evidence.uploaded_by, clock.now()
        answer.save()
        application.answers_version += 1
        application.save(update_fields=["answers_version"])
    return True
