"""Reads for the page of one finding: what was written, with documents as the reader may have them, and the tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from audits.models import Finding, FindingDocument, FindingNote, Retest
from partners.models import Evidence
from partners.queries.evidence import documents_of, handed_out

CHOICES = 50
"""Documents that a form offers at most: the newest."""


@dataclass(frozen=True, slots=True)
class Written:
    """One note. `documents`: name and address of what the reader gets of each, "" where its marking keeps it."""

    note: FindingNote
    documents: list[tuple[str, str]]


def notes_of(finding: Finding, reader: Mapping[str, bool], address: Callable[[Evidence], str]) -> list[Written]:
    """What partner and auditors wrote, in turn. Three queries at most.

    `reader` is what partners.rules.evidence.may_read_in_full asks; `address` gives that of a file.
    """
    notes = list(finding.notes.select_related("body").order_by("written_at", "pk"))
    named = FindingDocument.objects.filter(note__finding=finding).select_related("evidence").order_by("pk")
    rows = list(named) if finding.remediated_at else []
    files = handed_out([row.evidence_id for row in rows], reader) if rows else {}
    of: dict[UUID, list[tuple[str, str]]] = {}
    for row in rows:
        file = files[row.evidence_id]
        of.setdefault(row.note_id, []).append((row.evidence.name, address(file) if file else ""))
    return [Written(note, of.get(note.pk, [])) for note in notes]


def retests_of(finding: Finding) -> list[Retest]:
    """The tests of its remedies, in turn. One query; none where nothing was ever reported as put right."""
    if finding.remediated_at is None:
        return []
    return list(finding.retests.select_related("tested_by", "body").order_by("number"))


def file_for(finding: Finding, document: UUID, reader: Mapping[str, bool]) -> Evidence | None:
    """The file that a reader gets under that id: a document of the finding, or its redacted copy. Two queries."""
    named = FindingDocument.objects.filter(note__finding=finding).values_list("evidence_id", flat=True)
    files = handed_out(list(named), reader)
    return next((file for file in files.values() if file is not None and file.pk == document), None)


def offered(institution_id: UUID) -> list[tuple[str, str]]:
    """Stored documents of the library to choose from, by id, the newest first. One query."""
    rows = documents_of(institution_id).filter(state="stored").order_by("-uploaded_at")[:CHOICES]
    return [(str(row.pk), row.name) for row in rows]
