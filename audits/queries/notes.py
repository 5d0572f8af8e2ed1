"""Reads of working notes, for the auditors of their audit."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, QuerySet

from audits.models import Audit, WorkingNote


def notes_of(audit: Audit) -> QuerySet[WorkingNote]:
    """The notes of an audit, the newest first."""
    rows: QuerySet[WorkingNote] = WorkingNote.objects.filter(audit=audit)
    return rows.select_related("written_by", "tested__control").order_by("-written_at", "-pk")


def notes_counted(audit: Audit, group_id: UUID) -> dict[UUID, int]:
    """How many notes there are on each control of a family. One query."""
    rows = WorkingNote.objects.filter(audit=audit, tested__control__group_id=group_id).order_by()
    return dict(rows.values_list("tested_id").annotate(n=Count("pk")))
