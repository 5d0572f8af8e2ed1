"""A case as a case file has it: plain data for JSON and PDF, its documents, and its entries of the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from partners.access import reader_of
from partners.appealed import appeals_of
from partners.models import Application, CaseFile, Evidence, ImportedCase, Letter
from partners.queries.application import read_sections
from partners.queries.case import Case, case_of
from partners.queries.evidence import handed_out
from partners.queries.people import hands_of
from partners.queries.timeline import AUTHORITY, Happened, case_events, case_rows
from partners.rules.case_file import SCHEMA, VERSION
from portal.accounts.actor import person_in
from portal.core.actors import Actor
from portal.ledger.models import Event, Head
from portal.ledger.proof import inclusion_proofs

SMALL = 20 * 1024 * 1024
"""Bytes of documents up to which a case file is made while the person waits."""
PREFETCHED = ("application__institution__organisation", "application__authority", "asked_by")


def files_of(application: Application) -> list[CaseFile]:
    """The newest case files that were asked for. One query."""
    rows = CaseFile.objects.filter(application=application).select_related("asked_by", "application")
    return list(rows.order_by("-asked_at", "-id")[:10])


def reader_for(file: CaseFile, case: Case, actor: Actor) -> Mapping[str, bool]:
    """By whose rights documents are chosen: another authority's people, or whoever asks."""
    if file.recipient == CaseFile.Recipient.AUTHORITY:
        return {"own": False, "home": False, "named": False}
    return reader_of(case.application, case.hands, actor)


def asker(file: CaseFile) -> Actor:
    """Who asked, in the authority of the case."""
    return person_in(file.asked_by, file.application.authority)


def documents_of(case: Case, reader: Mapping[str, bool]) -> list[tuple[dict[str, Any], Evidence | None]]:
    """What was sent last of each document, and the file that the reader gets (None: none). One query."""
    sent = case.revision.evidence if case.revision else []
    unique = list({item["id"]: item for item in sent}.values())
    given = handed_out({UUID(item["id"]) for item in unique}, reader) if unique else {}
    return [(item, given[UUID(item["id"])]) for item in unique]


def letters_of_case(application: Application) -> list[Letter]:
    return list(Letter.objects.filter(application=application).order_by("made_at", "id"))


def case_for(file: CaseFile) -> Case:
    """The case, loaded for its file."""
    return case_of(file.application, hands_of(file.application))


def content_of(case: Case) -> dict[str, Any]:
    """The case in JSON types: what signatories are shown, and around it the words in which people read it."""
    application, institution = case.application, case.application.institution
    qualification = getattr(application, "qualification", None)
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "application": {
            "id": application.pk,
            "reference": application.reference,
            "kind": application.kind,
            "state": application.state,
            "rulebook": application.rulebook,
            "tier": application.tier,
            "tier_reason": application.tier_reason,
            "submitted_at": application.submitted_at,
            "screened_at": application.screened_at,
            "sent_at": application.sent_at,
            "decided_at": application.decided_at,
            "refusal_reasons": application.refusal_reasons,
            "refusal_note": application.refusal_note,
        },
        "institution": {
            "id": institution.pk,
            "name": institution.name,
            "kind": institution.kind,
            "jurisdiction": institution.organisation.jurisdiction,
            "lei": institution.lei,
            "ror": institution.ror,
            "address": institution.address,
        },
        "authority": {"id": application.authority_id, "name": application.authority.name},
        "qualification": _qualification(qualification),
        "dossier": case.dossier,
        "dossier_digest": case.dossier_digest,
        "sections": _sections(case),
        "assessments": [
            {
                "section": row.section,
                "outcome": row.outcome,
                "note": row.note,
                "by": str(row.by),
                "body": row.body.name,
                "at": row.at,
                "current": case.is_current(row),
            }
            for row in case.assessments
        ],
        "recommendations": [
            {"outcome": row.outcome, "text": row.text, "by": str(row.by), "body": row.body.name, "at": row.at}
            for row in case.recommendations
        ],
        "questions": [
            {
                "reference": row.reference,
                "section": row.section,
                "question": row.text,
                "answer": row.answer,
                "state": row.state,
                "asked_by": row.asked_body.name,
                "asked_at": row.asked_at,
                "answered_at": row.answered_at,
            }
            for row in case.queries
        ],
        "signatures": [
            {
                "by": str(row.by),
                "body": row.body.name,
                "decision": row.decision,
                "digest": row.digest,
                "reasons": row.reasons,
                "note": row.note,
                "at": row.at,
                "void": row.void.reason if hasattr(row, "void") else "",
            }
            for row in case.signatures
        ],
        "appeals": appeals_of(application),
    }


def _qualification(found: Any) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "reference": found.reference,
        "state": found.state,
        "tier": found.tier,
        "valid_from": found.valid_from,
        "valid_until": found.valid_until,
    }


def _sections(case: Case) -> list[dict[str, Any]]:
    """Answers as they were sent last, in words. One query for the names of documents."""
    if case.revision is None:
        return []
    return [
        {
            "key": section.key,
            "title": section.title,
            "answers": [
                {"key": read.key, "label": read.label, "lines": list(read.answer.lines)} for read in section.answers
            ],
        }
        for section in read_sections(case.application, case.revision.answers)
    ]


def events_for(application: Application, viewer: Actor) -> list[Happened]:
    """What authorities may know of the case's record, the oldest first. Two queries."""
    somebody = replace(viewer, user_id=None)  # whoever reads the file is not who made it: everybody has a name
    return list(case_rows(case_events(application.pk, tiers=AUTHORITY), viewer=somebody))


def record_of(application: Application) -> dict[str, Any]:
    """The entries of the record about the case, as they are hashed, opened as far as authorities may know them.

    With the size and root of the record when it was read, and for each entry the proof that it is in it (RFC 6962).
    Five queries.
    """
    head = Head.objects.first()
    rows = Event.objects.filter(about__contains=[application.pk]).select_related("entry").order_by("entry_id")
    size = head.size if head else 0
    events = [event for event in rows if event.entry_id <= size]
    proofs = inclusion_proofs([event.entry_id for event in events], size=size)
    entries = []
    for event in events:
        opened = {"content": event.content, "salt": bytes(event.salt).hex()} if event.tier in AUTHORITY else None
        path = [beside.hex() for beside in proofs[event.entry_id]]
        entries.append({"entry": event.entry.public(), "opened": opened, "proof": path})
    return {"size": size, "root": head.root if head else "", "entries": entries}


def origin() -> str:
    """This portal, as a manifest names it."""
    return str(settings.BASE_URL)


def waiting_files() -> Any:
    """Case files that were asked for and are not made."""
    return CaseFile.objects.filter(state="asked").select_related(*PREFETCHED)


def imported_with(authority_id: UUID, sha256: str) -> ImportedCase | None:
    return ImportedCase.objects.filter(authority_id=authority_id, sha256=sha256).first()


def words_for_pdf(
    case: Case, content: dict[str, Any], events: list[Happened], documents: list[dict[str, Any]]
) -> dict[str, Any]:
    """The case for its PDF: words for states and kinds beside the content, titles of sections, and what happened."""
    application, held = case.application, getattr(case.application, "qualification", None)
    titles = {section["key"]: section["title"] for section in content["sections"]}
    return {
        **content,
        "words": {
            "kind": application.get_kind_display(),
            "state": application.state_label,
            "tier": application.get_tier_display(),
            "jurisdiction": application.institution.organisation.jurisdiction_name,
            "held": held.state_label if held else "",
        },
        "titles": titles,
        "documents": documents,
        "events": [{"time": event.time, "says": event.says, "who": event.who, "seq": event.seq} for event in events],
        "none": _("None."),
    }
