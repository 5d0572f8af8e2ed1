"""Reads about the library: the documents of an institution, their versions and copies, and where they are used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Case, Exists, Func, JSONField, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, JSONObject

from partners.models import Answer, Application, Evidence, Revision
from partners.models.evidence import KEPT, LIVE, NOTICE_DAYS, kind_label
from partners.rules.evidence import may_read_in_full
from portal.core import clock
from portal.rulebook.queries import rules
from portal.rulebook.schema import Rulebook

CHOICES = 200
"""Documents that a page offers to choose from, at most: the newest."""


def _newer(states: Iterable[str]) -> Exists:
    return Exists(Evidence.objects.filter(replaces=OuterRef("pk"), state__in=states))


def replaceable(evidence: Evidence) -> dict[str, bool]:
    """What rules.may_replace asks of a document. One query."""
    return {
        "stored": evidence.state == "stored",
        "is_copy": evidence.redacts_id is not None,
        "has_successor": Evidence.objects.filter(replaces=evidence, state__in=LIVE).exists(),
    }


def documents_of(institution_id: UUID | None) -> QuerySet[Evidence]:
    """The institution's library: each document once, by its newest version. Not copies, not other rooms' files."""
    rows = Evidence.objects.filter(institution_id=institution_id, about__isnull=True, redacts__isnull=True)
    return rows.exclude(state="abandoned").filter(~_newer(KEPT))


def with_use(rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """The rows with `cases`, the references of the applications that name them, and whether they have a copy."""
    own_id = Cast(OuterRef(OuterRef("pk")), TextField())
    sent = Revision.objects.filter(application=OuterRef("pk"), evidence__contains=_array(JSONObject(id=own_id)))
    named = Answer.objects.filter(application=OuterRef("pk"), value__contains=_array(own_id))
    cases = Application.objects.filter(institution=OuterRef("institution")).filter(Exists(sent) | Exists(named))
    copies = Evidence.objects.filter(redacts=OuterRef("pk"), state="stored")
    return rows.annotate(cases=ArraySubquery(cases.order_by("reference").values("reference")), has_copy=Exists(copies))


def _array(item: Cast | JSONObject) -> Func:
    return Func(item, function="jsonb_build_array", output_field=JSONField())


@dataclass(frozen=True, slots=True)
class Use:
    """An application that names a document: in what was sent, or only in the draft."""

    application: Application
    version: int
    sent: bool


_USES = """
SELECT evidence.version, revision.application_id, true AS sent FROM partners_evidence evidence
    JOIN partners_application application ON application.institution_id = evidence.institution_id
    JOIN partners_revision revision ON revision.application_id = application.id
        AND revision.evidence @> jsonb_build_array(jsonb_build_object('id', evidence.id::text))
    WHERE evidence.series = %(series)s
UNION SELECT evidence.version, answer.application_id, false FROM partners_evidence evidence
    JOIN partners_application application ON application.institution_id = evidence.institution_id
    JOIN partners_answer answer ON answer.application_id = application.id
        AND answer.value @> jsonb_build_array(evidence.id::text)
    WHERE evidence.series = %(series)s
"""
"""Every version of a series with the applications that name it. An institution has few applications."""


def uses_of(evidence: Evidence) -> list[Use]:
    """The applications that name a version of the document, the newest first. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_USES, {"series": evidence.series})
        found: dict[tuple[UUID, int], bool] = {}
        for version, application_id, sent in cursor.fetchall():
            found[application_id, version] = sent or found.get((application_id, version), False)
    rows = Application.objects.in_bulk({application_id for application_id, _ in found})
    uses = [Use(rows[pk], version, sent) for (pk, version), sent in found.items()]
    return sorted(uses, key=lambda use: (use.application.started_at, use.version), reverse=True)


def versions_of(evidence: Evidence) -> list[Evidence]:
    """All versions of the document, the newest first. One query."""
    rows = Evidence.objects.filter(series=evidence.series).exclude(state="abandoned").select_related("uploaded_by")
    return list(rows.order_by("-version", "-uploaded_at"))


def copies_of(evidence: Evidence) -> list[Evidence]:
    """Redacted copies of this version, the newest first. One query."""
    rows = Evidence.objects.filter(redacts=evidence).exclude(state="abandoned").select_related("uploaded_by")
    return list(rows.order_by("-uploaded_at", "-pk"))


def handed_out(ids: Iterable[UUID], reader: Mapping[str, bool]) -> dict[UUID, Evidence | None]:
    """The file that a reader gets for each of these stored documents: it, or the newest copy for them, or None.

    `reader` is what rules.may_read_in_full asks. One query.
    """
    wanted = list(ids)
    rows = Evidence.objects.filter(Q(pk__in=wanted) | Q(redacts__in=wanted), state="stored")
    rows = rows.select_related("institution__organisation").order_by("-uploaded_at", "-pk")
    found: dict[UUID, Evidence | None] = dict.fromkeys(wanted)
    for row in rows:
        if not may_read_in_full(row.marking, **reader):
            continue
        if row.pk in found:
            found[row.pk] = row
        elif row.redacts_id in found and found[row.redacts_id] is None:
            found[row.redacts_id] = row
    return found


def library(application: Application, chosen: Collection[str] = ()) -> list[Evidence]:
    """Documents that an application can refer to: those chosen already, then the newest. One query.

    `replaced` says whether there is a newer version: such a one is only there because it was chosen.
    """
    rows = Evidence.objects.filter(institution_id=application.institution_id, state="stored", about__isnull=True)
    rows = rows.filter(redacts__isnull=True).annotate(
        replaced=_newer(["stored"]),
        last=Case(When(pk__in=_ids(chosen), then=Value(0)), default=Value(1)),
    )
    return list(rows.filter(Q(replaced=False) | Q(last=0)).order_by("last", "-uploaded_at")[: CHOICES + len(chosen)])


def _ids(texts: Iterable[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(str(text)))
        except ValueError:
            continue
    return found


def kinds_of(rulebook: Rulebook | None = None) -> dict[str, str]:
    """The kinds of documents that the questions of the rules in force ask for, in words, sorted by them."""
    questions = (rulebook or rules()).questionnaire.questions
    found = {kind for question in questions for kind in getattr(question, "evidence_kinds", ())}
    return dict(sorted(((kind, kind_label(kind)) for kind in found), key=lambda pair: pair[1]))


def ends(when: str) -> Q:
    """Stored documents that end within the longest of the notices (`soon`), or have ended (`ended`)."""
    today = clock.today()
    if when == "ended":
        return Q(state="stored", valid_until__lt=today)
    return Q(state="stored", valid_until__range=(today, today + timedelta(days=max(NOTICE_DAYS))))
