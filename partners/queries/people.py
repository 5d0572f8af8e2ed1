"""Reads about who had a part in a case."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Case, F, QuerySet, Value, When

from partners.models import (
    Answer,
    Application,
    ApplicationUserObjectPermission,
    ConflictDeclaration,
    Recommendation,
    SectionAssessment,
)
from partners.models.application import REVIEW
from partners.rules import Hands


def hands_of(application: Application) -> Hands:
    """Everyone who had a part in the case. One query."""
    pk = application.pk
    found: dict[str, set[UUID]] = defaultdict(set)
    declared = ConflictDeclaration.objects.filter(application=pk)
    part = Case(When(conflict=True, then=Value("conflicted")), default=Value("clear"))
    rows = _parts(declared, "by_id", part).union(
        _parts(Answer.objects.filter(application=pk), "saved_by_id", Value("author")),
        _parts(SectionAssessment.objects.filter(application=pk), "by_id", Value("assessor")),
        _parts(Recommendation.objects.filter(application=pk), "by_id", Value("assessor")),
        _parts(_assigned(application), "user_id", Value("assigned")),
    )
    for part_name, person in rows:
        found[part_name].add(person)
    return Hands(
        authors=frozenset(found["author"]) | _ids(application.started_by_id, application.submitted_by_id),
        screeners=_ids(application.screened_by_id, application.sent_by_id),
        assessors=frozenset(found["assessor"]),
        conflicted=frozenset(found["conflicted"]),
        clear=frozenset(found["clear"] - found["conflicted"]),
        assigned=frozenset(found["assigned"]),
    )


def _parts(rows: QuerySet[Any], person: str, part: Any) -> QuerySet[Any]:
    """(part, person) of the rows; a union makes them distinct."""
    found: QuerySet[Any] = rows.order_by().annotate(part=part, person=F(person)).values_list("part", "person")
    return found


def _assigned(application: Application) -> QuerySet[Any]:
    return ApplicationUserObjectPermission.objects.filter(content_object=application.pk, permission__codename=REVIEW)


def assigned_reviewers(application: Application) -> frozenset[UUID]:
    """Accounts that hold the object permission to review the application. One query."""
    return frozenset(_assigned(application).values_list("user_id", flat=True))


def _ids(*ids: UUID | None) -> frozenset[UUID]:
    return frozenset(item for item in ids if item is not None)
