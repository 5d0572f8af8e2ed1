"""Reads about the documents that go with statements: which can be sent, which were, and the file of one.

Whoever may open the page of the case or the appeal gets them; narrowing a document's marking afterwards takes nothing
out of the proceedings. So only documents are sent that everybody who decides may read (`WIDE`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, JSONObject

from audits.models import Appeal, EnforcementCase, StatementFile
from partners.models import Evidence
from portal.core.actors import Actor

WIDE = (Evidence.Marking.CLEAR, Evidence.Marking.GREEN, Evidence.Marking.AMBER)
M = TypeVar("M", EnforcementCase, Appeal)
CHOICES = 50
"""Documents that a form offers at most."""


def usable(institution_id: UUID, about: UUID, actor: Actor) -> QuerySet[Evidence]:
    """What the actor may send: what they uploaded for it (`about`), and what the library of their institution has."""
    newer = Evidence.objects.filter(replaces=OuterRef("pk"), state="stored")
    theirs = Q(about=about, uploaded_by=actor.user_id)
    if actor.body_id == institution_id:
        theirs |= Q(about__isnull=True)
    rows: QuerySet[Evidence] = Evidence.objects.filter(
        theirs, ~Exists(newer), institution_id=institution_id, state="stored", redacts__isnull=True, marking__in=WIDE
    )
    return rows


def offered(institution_id: UUID, about: UUID, actor: Actor) -> QuerySet[Evidence]:
    """Those to choose from: what was uploaded for it first, then the newest of the library."""
    own = Case(When(about=about, then=Value(0)), default=Value(1))
    newest = usable(institution_id, about, actor).order_by(own, "-uploaded_at", "-pk").values("pk")[:CHOICES]
    return Evidence.objects.filter(pk__in=newest).order_by(own, "-uploaded_at", "-pk")


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that was sent. `url` is "" where it cannot be opened: malware was found in it since."""

    name: str
    sha256: str
    url: str
    of: UUID
    """What it was sent with: the case, the appeal, or the statement."""


SHOWN = {
    "document": "evidence_id",
    "name": "evidence__name",
    "state": "evidence__state",
    "sha256": "sha256",
    "of": Coalesce("statement_id", "appeal_id", "case_id"),
}
"""What pages show of a document."""


def with_papers(rows: QuerySet[M]) -> QuerySet[M]:
    """Cases or appeals with their documents as `sent`, read with the row: their fullest pages are at their budgets."""
    sent = Q(case=OuterRef("pk"))
    if rows.model is Appeal:
        sent = Q(appeal=OuterRef("pk")) | Q(statement__appeal=OuterRef("pk")) | Q(case=OuterRef("case"))
    own = StatementFile.objects.filter(sent).order_by("pk")
    return rows.annotate(sent=ArraySubquery(own.values(shown=JSONObject(**SHOWN))))


def papers_of(subject: EnforcementCase | Appeal, address: Callable[[UUID], str]) -> list[Paper]:
    """The documents sent in it, in turn; an appeal has those of the case it is against as well. At most one query.

    `address` gives that of the file with an id.
    """
    return [
        Paper(
            row["name"],
            row["sha256"],
            address(UUID(row["document"])) if row["state"] == "stored" else "",
            UUID(row["of"]),
        )
        for row in _shown(subject)
    ]


def file_of(subject: EnforcementCase | Appeal, document: UUID) -> Evidence | None:
    """The file with that id, if it was sent in this case or appeal and can be opened. One query."""
    row = _sent(subject).filter(evidence_id=document, evidence__state="stored").select_related("evidence").first()
    return row.evidence if row else None


def sent_in(subject: EnforcementCase | Appeal) -> QuerySet[StatementFile]:
    """The documents sent in it, in turn, each with its file and the statement that it went with. One query."""
    rows: QuerySet[StatementFile] = _sent(subject).select_related("evidence", "statement__body").order_by("pk")
    return rows


def digests_of(subject: EnforcementCase | Appeal) -> list[str]:
    """SHA-256 of each document that was sent, for what a signature or a vote is bound to. At most one query.

    None where nothing can have been sent yet: before the answer in a case.
    """
    if isinstance(subject, EnforcementCase) and not subject.answer:
        return []
    return sorted(row["sha256"] for row in _shown(subject))


def _shown(subject: EnforcementCase | Appeal) -> list[dict[str, Any]]:
    if "sent" in subject.__dict__:
        found: list[dict[str, Any]] = subject.__dict__["sent"]
        return found
    return list(_sent(subject).order_by("pk").values_list(JSONObject(**SHOWN), flat=True))


def _sent(subject: EnforcementCase | Appeal) -> QuerySet[StatementFile]:
    if isinstance(subject, EnforcementCase):
        return StatementFile.objects.filter(case=subject)
    sent = Q(appeal=subject) | Q(statement__appeal=subject)
    return StatementFile.objects.filter(sent | Q(case=subject.case_id) if subject.case_id else sent)
