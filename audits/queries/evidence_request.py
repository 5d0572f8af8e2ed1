"""Reads about requests for evidence: of one audit, what the partner may show, and of whom to remind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from audits.models import Audit, EvidenceReply, EvidenceRequest, ReplyDocument
from audits.models.evidence_request import OPEN, OWED
from partners.models import Evidence
from partners.queries.evidence import CHOICES, handed_out
from portal.core import clock
from portal.rulebook.schema import Rulebook


def requests_of(audit: Audit) -> QuerySet[EvidenceRequest]:
    """The requests of an audit: what waits for the partner first, by their days."""
    waiting = Case(When(state__in=OPEN, then=Value(0)), default=Value(1))
    rows: QuerySet[EvidenceRequest] = EvidenceRequest.objects.filter(audit=audit)
    return rows.select_related("tested__control", "window").order_by(waiting, "due", "reference")


def still_open(audit: Audit) -> int:
    """How many requests of the audit somebody still has to do something about. One query."""
    return EvidenceRequest.objects.filter(audit=audit, state__in=OPEN).count()


def usable(request: EvidenceRequest) -> QuerySet[Evidence]:
    """Documents with which the request can be answered: those uploaded for it, and the library's newest versions."""
    newer = Evidence.objects.filter(replaces=OuterRef("pk"), state="stored")
    rows: QuerySet[Evidence] = Evidence.objects.filter(
        institution_id=request.institution_id, state="stored", redacts__isnull=True
    )
    return rows.filter(Q(about=request.pk) | Q(about__isnull=True), ~Exists(newer))


def offered(request: EvidenceRequest) -> QuerySet[Evidence]:
    """Those to choose from: what was uploaded for it first, then the newest of the library."""
    own = Case(When(about=request.pk, then=Value(0)), default=Value(1))
    newest = usable(request).order_by(own, "-uploaded_at", "-pk").values("pk")[:CHOICES]
    return Evidence.objects.filter(pk__in=newest).order_by(own, "-uploaded_at", "-pk")


def waiting_for_scan(request: EvidenceRequest) -> list[Evidence]:
    """Documents uploaded for it that the malware scanner has not seen yet. One query."""
    return list(Evidence.objects.filter(about=request.pk, state="quarantined").order_by("-uploaded_at"))


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer with its documents: each with the address of what the reader gets of it, "" where its marking keeps
    it from them.
    """

    reply: EvidenceReply
    documents: list[tuple[ReplyDocument, str]]


def answers_to(request: EvidenceRequest, reader: Mapping[str, bool], address: Callable[[Evidence], str]) -> list[Shown]:
    """Every answer, the newest first, as far as the reader may open its documents. Three queries.

    `reader` is what partners.rules.evidence.may_read_in_full asks; `address` gives that of a file.
    """
    replies = list(request.replies.select_related("replied_by").order_by("-number"))
    rows = list(ReplyDocument.objects.filter(reply__request=request).select_related("evidence").order_by("pk"))
    files = handed_out([row.evidence_id for row in rows], reader) if rows else {}
    of: dict[UUID, list[tuple[ReplyDocument, str]]] = {}
    for row in rows:
        file = files[row.evidence_id]
        of.setdefault(row.reply_id, []).append((row, address(file) if file else ""))
    return [Shown(reply, of.get(reply.pk, [])) for reply in replies]


def to_remind(rules: Rulebook) -> QuerySet[EvidenceRequest]:
    """Requests that wait for the partner, of which it was reminded fewer times than today asks for, as `expected`.

    Each of the rulebook's `audits.evidence.reminder_days` is a range that begins so many days before the due day and
    ends with the next; the last begins when it is overdue. A missed day delays a reminder and loses none.
    """
    today, days = clock.today(), sorted(rules.audits.evidence.reminder_days)
    whens = [When(due__lt=today, then=Value(len(days) + 1))]
    whens += [
        When(due__lte=today + timedelta(days=before), then=Value(len(days) - place))
        for place, before in enumerate(days)
    ]
    furthest = today + timedelta(days=max(days, default=0))
    rows: QuerySet[EvidenceRequest] = EvidenceRequest.objects.filter(state__in=OWED, due__lte=furthest)
    return rows.annotate(expected=Case(*whens, default=Value(0))).filter(reminders__lt=F("expected"))


def file_for(request: EvidenceRequest, document: UUID, reader: Mapping[str, bool]) -> Evidence | None:
    """The file that a reader gets of a document with which the request was answered: it, or its redacted copy.

    `document` is the id of the file that the reader asks for. Two queries.
    """
    named = ReplyDocument.objects.filter(reply__request=request).values_list("evidence_id", flat=True)
    files = handed_out(list(named), reader)
    return next((file for file in files.values() if file is not None and file.pk == document), None)
