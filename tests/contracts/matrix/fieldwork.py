"""Fieldwork: evidence that auditors ask for, on the partner's pages and on the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from audits.actions.evidence_request import answer_request, ask_for_evidence
from audits.models import EvidenceRequest
from partners.actions.evidence import upload_evidence
from portal.core import clock
from tests.contracts.matrix import roles, row
from tests.contracts.matrix.audits import (
    AUDIT,
    AUDITOR_ONLY,
    OFFICERS,
    admin_deed,
    at,
    data,
    desk,
    desk_pages,
    in_fieldwork,
    own,
    stage,
    with_partner,
)
from tests.factories.fieldwork import text_file
from tests.world import World

SOON = (clock.today() + timedelta(days=60)).isoformat()
PARTIES = desk(*OFFICERS, "auditor", viewers=AUDIT)


def asked(world: World) -> EvidenceRequest:
    return ask_for_evidence(
        audit=world.once(in_fieldwork), title="The policy", text="As it is.", by=world.actor("auditor")
    )


def answered(world: World) -> EvidenceRequest:
    institution, applicant = world.once(stage).institution, world.actor("applicant")
    document = upload_evidence(institution=institution, upload=text_file(), by=applicant)
    return answer_request(request=asked(world), text="Here.", documents=[document.pk], by=applicant)


def overdue(world: World) -> EvidenceRequest:
    with clock.at(clock.now() - timedelta(days=90)):
        return asked(world)


def document(world: World) -> dict[str, Any]:
    made = world.once(answered)
    return {"pk": made.pk, "document": made.replies.get().documents.get().evidence_id}


def report(world: World) -> dict[str, Any]:
    made = world.once(with_partner)
    return {"pk": made.pk, "report": made.documents.get().pk}


ROWS: list[Any] = [
    row("audits:evidencerequests", roles("applicant")),
    row("audits:evidencerequest", own(), own(), make=at(asked), data=data(text="Here.", answer="yes")),
    row(
        "admin:audits_audit_ask",
        AUDITOR_ONLY,
        AUDITOR_ONLY,
        make=at(in_fieldwork),
        data=data(title="A log", text="So."),
    ),
    row("admin:audits_audit_notes", AUDITOR_ONLY, AUDITOR_ONLY, make=at(in_fieldwork), data=data(text="So.")),
    row("audits:audit_report", own(), make=report),
    row("admin:audits_audit_document", PARTIES, make=report),
    row("admin:audits_audit_use", AUDITOR_ONLY, AUDITOR_ONLY, make=at(in_fieldwork)),
    row("admin:audits_audit_comparison", PARTIES, make=at(in_fieldwork)),
    *desk_pages("evidencerequest", answered, PARTIES, *AUDIT),
    row("admin:audits_evidencerequest_document", PARTIES, make=document),
    admin_deed("evidencerequest", "settle", answered, AUDITOR_ONLY),
    admin_deed("evidencerequest", "back", answered, AUDITOR_ONLY, data(remark="More.")),
    admin_deed("evidencerequest", "extend", asked, AUDITOR_ONLY, data(due=SOON, reason="They asked.")),
    admin_deed("evidencerequest", "unanswered", overdue, AUDITOR_ONLY),
    admin_deed("evidencerequest", "withdraw", asked, AUDITOR_ONLY, data(reason="Found elsewhere.")),
]
