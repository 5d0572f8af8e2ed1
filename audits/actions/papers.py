"""Documents that go with a statement, inside the deed that makes the statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from audits.models import StatementFile
from audits.queries.papers import usable
from audits.rules.papers import few_enough, may_send
from partners.models import Evidence
from portal.core.actors import Actor
from portal.core.verdicts import require


def to_send(*, institution_id: UUID, about: UUID, documents: Collection[UUID], by: Actor) -> list[Evidence]:
    """The documents with these ids. Refused where they are too many, or one is not the actor's to send."""
    named = set(documents)
    require(few_enough(len(named)))
    found = list(usable(institution_id, about, by).filter(pk__in=named).order_by("pk")) if named else []
    require(may_send(named, {row.pk for row in found}))
    return found


def as_detail(papers: Iterable[Evidence]) -> dict[str, Any]:
    """What the record keeps of them with the deed; nothing where there are none."""
    listed = [{"id": row.pk, "name": row.name, "sha256": row.sha256} for row in papers]
    return {"documents": listed} if listed else {}


def keep_papers(papers: Iterable[Evidence], **of: Any) -> None:
    """Put them on file with a `case`, an `appeal` or a `statement`."""
    StatementFile.objects.bulk_create(StatementFile(evidence=row, sha256=row.sha256, **of) for row in papers)
