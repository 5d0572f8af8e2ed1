"""Reads about who had a part in a case."""

from __future__ import annotations

from uuid import UUID

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
    """Everyone who had a part in the case. Five queries."""
    said = list(ConflictDeclaration.objects.filter(application=application).values_list("by_id", "conflict"))
    conflicted = frozenset(person for person, conflict in said if conflict)
    return Hands(
        authors=_ids(
            application.started_by_id,
            application.submitted_by_id,
            *Answer.objects.filter(application=application).order_by().values_list("saved_by", flat=True).distinct(),
        ),
        screeners=_ids(application.screened_by_id, application.sent_by_id),
        assessors=_ids(
            *SectionAssessment.objects.filter(application=application)
            .order_by()
            .values_list("by", flat=True)
            .distinct(),
            *Recommendation.objects.filter(application=application).order_by().values_list("by", flat=True).distinct(),
        ),
        conflicted=conflicted,
        clear=frozenset(person for person, conflict in said if not conflict) - conflicted,
        assigned=assigned_reviewers(application),
    )


def assigned_reviewers(application: Application) -> frozenset[UUID]:
    """Accounts that hold the object permission to review the application."""
    rows = ApplicationUserObjectPermission.objects.filter(content_object=application, permission__codename=REVIEW)
    return frozenset(rows.values_list("user_id", flat=True))


def _ids(*ids: UUID | None) -> frozenset[UUID]:
    return frozenset(item for item in ids if item is not None)
