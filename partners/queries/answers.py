"""Reads about answers: as they stand in a draft, and as they were sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from partners.models import Answer, Application, Evidence, Revision
from partners.queries.rulebook import rules_of
from portal.core.canonical import digest
from portal.core.compiled import compiled
from portal.rulebook.questionnaire import prune


def answers_of(application: Application) -> dict[str, Any]:
    """The draft's answers by question, right or not. One query."""
    return dict(Answer.objects.filter(application=application).values_list("question", "value"))


def latest_revision(application: Application) -> Revision | None:
    """What was sent last. One query."""
    return next(iter(_newest(application.pk)), None)


@compiled
def _newest(application: UUID) -> QuerySet[Revision]:
    return Revision.objects.filter(application=application).order_by("-number")[:1]


def evidence_named(institution_id: UUID, ids: Iterable[str]) -> dict[str, Evidence]:
    """The institution's stored documents among these ids, by id. Ids that are no UUIDs are left out."""
    known = []
    for item in ids:
        try:
            known.append(UUID(str(item)))
        except ValueError:
            continue
    rows = Evidence.objects.filter(institution_id=institution_id, state="stored", pk__in=known)
    return {str(row.pk): row for row in rows}


def snapshot(application: Application, answers: dict[str, Any], declarations: list[dict[str, str]]) -> Revision:
    """An unsaved revision of these answers, pruned to what is asked, with its digests. One query for documents."""
    rules = rules_of(application)
    kind = application.institution.kind
    kept = prune(rules.questionnaire, answers, kind)
    asked_for = {question.key: question.type for question in rules.questionnaire.questions}
    ids = [item for key, value in kept.items() if asked_for[key] == "evidence" for item in value]
    found = evidence_named(application.institution_id, ids)
    documents = [
        _document(key, found[item])
        for key, value in kept.items()
        if asked_for[key] == "evidence"
        for item in value
        if item in found
    ]
    sections = {
        section.key: digest(
            {
                "answers": {
                    question.key: kept.get(question.key) for question in section.questions if question.key in kept
                },
                "evidence": [
                    item["sha256"] for item in documents if item["question"] in {q.key for q in section.questions}
                ],
            }
        )
        for section in rules.questionnaire.sections
    }
    whole = {
        "application": application.reference,
        "rulebook": application.rulebook,
        "answers": kept,
        "evidence": documents,
        "declarations": declarations,
    }
    return Revision(
        application=application,
        rulebook=application.rulebook,
        answers=kept,
        evidence=documents,
        declarations=declarations,
        sections=sections,
        digest=digest(whole),
    )


def _document(question: str, evidence: Evidence) -> dict[str, Any]:
    return {
        "id": str(evidence.pk),
        "question": question,
        "name": evidence.name,
        "sha256": evidence.sha256,
        "size": evidence.size,
        "content_type": evidence.content_type,
        "marking": evidence.marking,
    }
