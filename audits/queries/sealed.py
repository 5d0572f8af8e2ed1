"""Appeals against the refusal of an application, as the sealed file of its case lists them."""

from __future__ import annotations

from typing import Any

from audits.models import Appeal, StatementFile
from audits.queries.papers import sent_in
from partners.models import Application


def appeals_in(application: Application) -> list[dict[str, Any]]:
    """Each with its documents: name, size in bytes, and the SHA-256 that the panel's votes are bound to.

    The documents themselves are in the appeal, and not in the file. One query, and one for each appeal.
    """
    rows = Appeal.objects.filter(application=application).order_by("lodged_at", "pk")
    return [
        {
            "reference": appeal.reference,
            "state": appeal.state,
            "ground": appeal.ground,
            "lodged_at": appeal.lodged_at,
            "decided_at": appeal.decided_at,
            "documents": [_document(paper, application) for paper in sent_in(appeal)],
        }
        for appeal in rows
    ]


def _document(paper: StatementFile, application: Application) -> dict[str, Any]:
    """With its grounds, or with a later statement; and of which side."""
    later = paper.statement
    return {
        "id": paper.evidence_id,
        "with": "statement" if later else "grounds",
        "by": later.body.name if later else application.institution.name,
        "name": paper.evidence.name,
        "size": paper.evidence.size,
        "sha256": paper.sha256,
    }
