"""Everything about accepting one risk: what is signed, who signed it, and what is missing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from audits.models import AcceptanceSignature, Finding, RiskAcceptance
from partners.models import ConflictDeclaration
from partners.rules.quorum import QuorumState, Signed, quorum_state
from portal.core.canonical import digest
from portal.rulebook.queries import rules
from portal.rulebook.schema import QuorumRule


def acceptance_content(acceptance: RiskAcceptance) -> dict[str, Any]:
    """What a signature is bound to: everything that the signatory read. A change of any of it voids the signatures."""
    finding = acceptance.finding
    return {
        "acceptance": acceptance.pk,
        "finding": finding.reference,
        "institution": finding.institution_id,
        "severity": finding.severity,
        "title": finding.title,
        "description": finding.description,
        "plan": finding.plan,
        "remedy_due": finding.remedy_due,
        "reason": acceptance.reason,
        "safeguards": acceptance.safeguards,
        "until": acceptance.until,
        "tier": acceptance.tier,
        "rulebook": acceptance.rulebook,
    }


def digest_of(acceptance: RiskAcceptance) -> str:
    """SHA-256 of what is signed, as it stands now."""
    return digest(acceptance_content(acceptance))


def quorum_rule(acceptance: RiskAcceptance) -> QuorumRule:
    """The rulebook's quorum for the partner's risk tier (quorum.risk_acceptance.<tier>)."""
    return rules(acceptance.rulebook).quorum.rule("risk_acceptance", acceptance.tier)


def signatures_on(acceptance: RiskAcceptance) -> list[AcceptanceSignature]:
    """Every signature and refusal, in turn. One query."""
    return list(acceptance.signatures.select_related("signer", "body").order_by("signed_at", "pk"))


def counted(acceptance: RiskAcceptance, rows: list[AcceptanceSignature]) -> list[Signed]:
    """Signatures with effect: on exactly what is proposed."""
    return [
        Signed(row.signer_id, row.body_id, row.body.jurisdiction, row.body.kind)
        for row in rows
        if row.decision == "sign" and row.digest == acceptance.digest
    ]


def quorum_of(acceptance: RiskAcceptance, rows: list[AcceptanceSignature]) -> QuorumState:
    """How far the quorum is."""
    return quorum_state(quorum_rule(acceptance), counted(acceptance, rows), home=acceptance.authority_id)


def conflicted_with(institution_id: UUID) -> frozenset[UUID]:
    """Who declared a conflict of interest in any of the institution's applications. One query."""
    rows = ConflictDeclaration.objects.filter(application__institution=institution_id, conflict=True)
    return frozenset(rows.values_list("by_id", flat=True))


def open_acceptance(finding: Finding) -> RiskAcceptance | None:
    """The one that is proposed or in force. One query."""
    rows: QuerySet[RiskAcceptance] = finding.acceptances.filter(state__in=["proposed", "in_force"])
    return rows.first()
