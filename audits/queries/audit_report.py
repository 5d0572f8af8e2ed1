"""What the report of an audit says, and its sealed documents for whoever checks one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from audits.models import Audit, AuditReport, EvidenceRequest, Finding, Result, UsageSample
from audits.queries.comparison import Compared, comparison
from audits.queries.evidence_request import requests_of
from partners.queries.verify import Document
from portal.accounts.models import User
from portal.core.canonical import digest


@dataclass(frozen=True)
class Reported:
    """Everything that a report says."""

    audit: Audit
    auditors: list[str]
    compared: list[Compared]
    counts: list[tuple[str, int]]
    findings: list[Finding]
    requests: list[EvidenceRequest]
    sample: UsageSample | None
    windows: int

    @property
    def digest(self) -> str:
        """SHA-256 over what is reported, whatever the language of the document."""
        audit = self.audit
        return digest(
            {
                "audit": audit.reference,
                "summary": audit.summary,
                "response": audit.response,
                "controls": [[i.check.control.oscal_id, i.check.result, i.check.note] for i in self.compared],
                "findings": [
                    [f.reference, f.severity, f.title, f.description, str(f.remedy_due)] for f in self.findings
                ],
                "evidence": [[r.reference, r.state] for r in self.requests],
                "use": [str(self.sample.pk), self.windows] if self.sample else [],
            }
        )


def reported_of(audit: Audit) -> Reported:
    """What the report says now. Seven queries."""
    compared = comparison(audit)
    numbers = Counter(item.check.result for item in compared)
    sample = UsageSample.objects.filter(audit=audit).select_related("checkpoint").first()
    people = User.objects.filter(pk__in=audit.assigned_ids).order_by("name")
    return Reported(
        audit=audit,
        auditors=[str(person) for person in people],
        compared=compared,
        counts=[(str(label), numbers[value]) for value, label in Result.choices if numbers[value]],
        findings=list(
            Finding.objects.filter(audit=audit).select_related("control").order_by("remedy_due", "reference")
        ),
        requests=list(requests_of(audit)),
        sample=sample,
        windows=sample.windows.count() if sample else 0,
    )


def document_of(**known: Any) -> Document | None:
    """The sealed report of that code or digest, for the page that says whether it is genuine. Two queries."""
    related = ("audit__institution__organisation", "audit__authority")
    found = AuditReport.objects.filter(**known).select_related(*related).first()
    if found is None:
        return None
    audit = found.audit
    holds, note = _now(found)
    return Document(
        kind=_("Report of an audit"),
        institution=audit.institution.name,
        authority=audit.authority.name if audit.authority else "",
        made_at=found.made_at,
        holds=holds,
        note=note,
    )


def _now(report: AuditReport) -> tuple[bool, str]:
    if report.kind == AuditReport.Kind.FINAL:
        return True, _("The final report. The audit is closed.")
    if AuditReport.objects.filter(audit=report.audit_id, version__gt=report.version).exists():
        return False, _("A draft; a later version has taken its place.")
    return True, _("The draft on which the partner may respond.")
